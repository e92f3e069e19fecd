/** Bytes that the training thread sends apart from its answers: through the inspector they would take tens of times as long. */

/** An answer that failed on its way leaves some behind. */
const MOST_KEPT = 8;

export class ReceivedBytes {
  private readonly kept = new Map<number, Uint8Array>();

  /** @param catchUp takes in, by `put`, what has been sent until now */
  constructor(private readonly catchUp: () => void) {}

  put(number: number, bytes: Uint8Array): void {
    this.kept.set(number, bytes);
    for (const old of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(old);
    }
  }

  /** Once; in base64. */
  take(number: number): string {
    if (!this.kept.has(number)) this.catchUp();
    const bytes = this.kept.get(number);
    if (!bytes) throw new Error('The values have not arrived.');
    this.kept.delete(number);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
}

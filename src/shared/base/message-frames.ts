/**
 * The Debug Adapter Protocol's framing: `Content-Length: n`, an empty line, n bytes of JSON. Knows
 * bytes; how they become messages is its user's. What is no message is passed by, up to the next header.
 */

/** `bytes` is how much was passed by. */
export type Frame<T> =
  { readonly kind: 'message'; readonly message: T } | { readonly kind: 'skipped'; readonly bytes: number };

/** Anything larger is taken for a header that lies. */
const LARGEST_BODY = 512 * 2 ** 20;
const LONGEST_HEADER = 4096;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

interface Header {
  /** Where it begins, what is not one of its lines left out, and where its body does. */
  readonly start: number;
  readonly end: number;
  readonly bodyBytes: number;
}

/** What goes before a body of this many bytes. */
export function frameHeader(bytes: number): string {
  return `Content-Length: ${bytes}\r\n\r\n`;
}

export class FrameReader<T> {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  /** Of the body being waited for; `undefined` while a header is. */
  private bodyBytes: number | undefined;
  private skipped = 0;

  /** `decode` gives the message that a body is, and throws where it is none. */
  constructor(
    private readonly decode: (body: Uint8Array) => T,
    private readonly largestBody = LARGEST_BODY,
  ) {}

  /** Of what is being read now, how much is known to be no message. */
  get passedBy(): number {
    return this.skipped;
  }

  /** What `chunk` completes, in order. */
  push(chunk: Uint8Array): Frame<T>[] {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    const frames: Frame<T>[] = [];
    while (this.bodyBytes === undefined ? this.takeHeader() : this.pendingBytes >= this.bodyBytes) {
      if (this.bodyBytes === undefined || this.pendingBytes < this.bodyBytes) continue;
      this.takeBody(this.bodyBytes, frames);
    }
    // JSON has no empty lines: one in the middle of a body ends the next header, and the length was wrong.
    if (this.bodyBytes !== undefined && chunk.includes(CARRIAGE_RETURN) && findHeader(this.joined(), 0)) {
      this.bodyBytes = undefined;
      frames.push(...this.push(new Uint8Array(0)));
    }
    // Within a body or in the middle of garbage, more of it may follow; a message tells that it is over.
    if (this.skipped > 0 && this.bodyBytes === undefined && this.pendingBytes === 0) this.tellSkipped(frames);
    return frames;
  }

  private takeBody(length: number, frames: Frame<T>[]): void {
    const all = this.joined();
    this.bodyBytes = undefined;
    let message: T;
    try {
      message = this.decode(all.subarray(0, length));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The length may have been wrong: the next header can be inside of what was taken for the body.
      const next = findHeader(all, 0);
      const bytes = Math.min(next?.start ?? length, length);
      this.skipped += bytes;
      this.keep(all.subarray(bytes));
      this.tellSkipped(frames);
      return;
    }
    this.keep(all.subarray(length));
    this.tellSkipped(frames);
    frames.push({ kind: 'message', message });
  }

  /** @returns whether there is more to do */
  private takeHeader(): boolean {
    const all = this.joined();
    const header = findHeader(all, 0);
    if (!header) {
      // The beginning of one may be at the end.
      const garbage = all.length > 2 * LONGEST_HEADER ? all.length - LONGEST_HEADER : 0;
      this.skipped += garbage;
      this.keep(all.subarray(garbage));
      return false;
    }
    this.skipped += header.start;
    if (header.bodyBytes > this.largestBody) this.skipped += header.end - header.start;
    else this.bodyBytes = header.bodyBytes;
    this.keep(all.subarray(header.end));
    return true;
  }

  private tellSkipped(frames: Frame<T>[]): void {
    if (this.skipped > 0) frames.push({ kind: 'skipped', bytes: this.skipped });
    this.skipped = 0;
  }

  /** Large bodies come in many chunks: they are joined once, not once a chunk. */
  private joined(): Uint8Array {
    const [first] = this.pending;
    if (first && this.pending.length === 1) return first;
    const all = new Uint8Array(this.pendingBytes);
    let at = 0;
    for (const chunk of this.pending) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.pending = [all];
    return all;
  }

  private keep(rest: Uint8Array): void {
    this.pending = rest.length === 0 ? [] : [rest];
    this.pendingBytes = rest.length;
  }
}

/** The first header from `from` that says a length, other lines of it included. */
function findHeader(bytes: Uint8Array, from: number): Header | undefined {
  for (let end = emptyLine(bytes, from); end >= 0; end = emptyLine(bytes, end + 4)) {
    const text = String.fromCharCode(...bytes.subarray(Math.max(from, end - LONGEST_HEADER), end));
    const said = /Content-Length: *(\d{1,15}) *((?:\r\n[\w-]+:[^\r\n]*)*)$/i.exec(text);
    if (!said) continue;
    const before = /(?:^|\r\n)((?:[\w-]+:[^\r\n]*\r\n)+)$/.exec(text.slice(0, said.index));
    const length = said[0].length + (before?.[1]?.length ?? 0);
    return { start: end - length, end: end + 4, bodyBytes: Number(said[1]) };
  }
  return undefined;
}

/** Where `\r\n\r\n` is, or −1. */
function emptyLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CARRIAGE_RETURN, from); at >= 0; at = bytes.indexOf(CARRIAGE_RETURN, at + 1)) {
    if (bytes[at + 1] === LINE_FEED && bytes[at + 2] === CARRIAGE_RETURN && bytes[at + 3] === LINE_FEED) return at;
  }
  return -1;
}

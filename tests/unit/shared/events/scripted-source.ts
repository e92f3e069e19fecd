import type { ByteSource } from '../../../../src/shared/base/byte-source.js';

/** A file that is written while it is read, as a test says: grows, is cut off, is changed in its middle. */
export class ScriptedSource implements ByteSource {
  /** Bytes that were asked for, to see that nothing is read twice without need. */
  bytesRead = 0;
  /** What can be had in one go; a network drive gives less than was asked for. */
  mostAtOnce = Infinity;
  private bytes: Buffer;

  constructor(...parts: readonly Uint8Array[]) {
    this.bytes = Buffer.concat(parts);
  }

  get size(): number {
    return this.bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    const part = this.bytes.subarray(position, position + Math.min(into.length, this.mostAtOnce));
    into.set(part);
    this.bytesRead += part.length;
    return part.length;
  }

  append(...parts: readonly Uint8Array[]): void {
    this.bytes = Buffer.concat([this.bytes, ...parts]);
  }

  cutTo(length: number): void {
    this.bytes = this.bytes.subarray(0, length);
  }
}

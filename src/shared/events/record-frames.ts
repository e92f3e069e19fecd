/**
 * TFRecord framing: u64 length, masked CRC of the length, the data, masked CRC of the data, all little
 * endian (tensorflow/core/lib/io/record_writer.h). Knows bytes only: neither what a record holds nor
 * where the bytes come from.
 */
import { crc32c, maskCrc, type Crc32c } from './crc32c.js';

const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** More than TensorFlow writes (a protobuf message ends at 2 GiB), and more than could be read. */
const LONGEST_RECORD = 2 ** 31;

/** One whole framed record around `data`. */
export function encodeRecord(data: Uint8Array, crc: Crc32c = crc32c): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + data.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskCrc(crc(record.subarray(0, 8))), true);
  record.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskCrc(crc(data)), true);
  return record;
}

export type DecodedRecord =
  /** `data` is a view that the decoder's next `push` may overwrite; `offset` is the record's place in the file. */
  | { readonly kind: 'record'; readonly data: Uint8Array; readonly offset: number }
  /** The data does not match its checksum. The record was left out; the next one follows. */
  | { readonly kind: 'damaged'; readonly offset: number }
  /** The length does not match its checksum, so nothing after it can be found. The decoder takes no more. */
  | { readonly kind: 'abandoned'; readonly offset: number };

/** Cuts a growing file, handed over in chunks of any size, into records. */
export class RecordDecoder {
  private buffer = new Uint8Array(0);
  private begin = 0;
  private end = 0;
  private offset = 0;
  private isAbandoned = false;

  constructor(private readonly crc: Crc32c = crc32c) {}

  /** Bytes handed over that belong to a record whose rest is not here yet: its writer may still be at it. */
  get bytesWaiting(): number {
    return this.end - this.begin;
  }

  get abandoned(): boolean {
    return this.isAbandoned;
  }

  /** Copies `chunk`; whoever calls may use it again. */
  push(chunk: Uint8Array): void {
    if (this.isAbandoned) return;
    const waiting = this.end - this.begin;
    if (this.end + chunk.length > this.buffer.length) {
      const room =
        waiting + chunk.length > this.buffer.length
          ? new Uint8Array(Math.max(waiting + chunk.length, this.buffer.length * 2))
          : this.buffer;
      room.set(this.buffer.subarray(this.begin, this.end));
      this.buffer = room;
      this.begin = 0;
      this.end = waiting;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** The next whole record, or undefined until more bytes are pushed. */
  next(): DecodedRecord | undefined {
    if (this.begin === this.end) {
      // Many files are followed at once: one that has nothing waiting keeps no room.
      this.buffer = new Uint8Array(0);
      this.begin = this.end = 0;
    }
    if (this.isAbandoned || this.end - this.begin < HEADER_BYTES) return undefined;
    const offset = this.offset;
    const view = new DataView(this.buffer.buffer, this.begin, this.end - this.begin);
    const length = Number(view.getBigUint64(0, true));
    if (
      view.getUint32(8, true) !== maskCrc(this.crc(this.buffer.subarray(this.begin, this.begin + 8))) ||
      length > LONGEST_RECORD
    ) {
      this.isAbandoned = true;
      this.buffer = new Uint8Array(0);
      this.begin = this.end = 0;
      return { kind: 'abandoned', offset };
    }
    const whole = HEADER_BYTES + length + FOOTER_BYTES;
    if (view.byteLength < whole) return undefined;
    const data = this.buffer.subarray(this.begin + HEADER_BYTES, this.begin + HEADER_BYTES + length);
    this.begin += whole;
    this.offset += whole;
    return view.getUint32(HEADER_BYTES + length, true) === maskCrc(this.crc(data))
      ? { kind: 'record', data, offset }
      : { kind: 'damaged', offset };
  }
}

/**
 * Reads the records of a growing event file out of a byte source, as fast as a thread can: checks every checksum, goes
 * on after damage where there is something to go on to, and holds no more than one stretch of the file. Knows neither
 * what a record holds nor where the bytes come from.
 */
import type { ByteSource } from '../base/byte-source.js';
import { crc32c, crc32cWithin, maskCrc, type Crc32c } from './crc32c.js';
import { FOOTER_BYTES, HEADER_BYTES } from './record-frames.js';

const STRETCH_BYTES = 2 ** 20;
/** Longer ones are left out: TensorFlow's own largest are pictures and graphs, and those are smaller. */
const LONGEST_RECORD = 128 * 2 ** 20;
/** What was read last is looked at again before reading on: it tells whether the file is still the same one. */
const TAIL_BYTES = 64;
/** How far the next record is looked for after a length that cannot be right. */
const LONGEST_SEARCH = 64 * 2 ** 20;
/** While a record is looked for: what says to be longer than this and is not there yet is not waited for. */
const LONGEST_HOPED_FOR = 2 ** 20;
/** From here on a native checksum is quicker than its call is long. */
const NATIVE_FROM = 512;
const KNOWN_LENGTHS = 4096;

/** The masked checksums of short lengths; 0: not known yet. */
const knownLengths = new Uint32Array(KNOWN_LENGTHS);

/** Buffers that no reader has at the moment: thousands of files are read, but few at a time. */
const spareBuffers: Uint8Array<ArrayBuffer>[] = [];
const MOST_SPARE = 4;
const noBytes = new Uint8Array(0);

export type RecordProblem =
  /** The data does not match its checksum; the record was left out. `bytes`: of the record. */
  | { readonly kind: 'damaged'; readonly offset: number; readonly bytes: number }
  /** A record was longer than can be read; it was left out. */
  | { readonly kind: 'too-long'; readonly offset: number; readonly bytes: number }
  /** What is here is no record; the next one was found after `bytes`. */
  | { readonly kind: 'gap'; readonly offset: number; readonly bytes: number }
  /** The same, and none was found: the rest of the file is not read. */
  | { readonly kind: 'abandoned'; readonly offset: number; readonly bytes: number };

export interface RecordVisitor {
  /** `bytes[from … to − 1]` is the record's data and good only during the call; `offset`: of that data in the file. */
  record(bytes: Uint8Array, view: DataView, from: number, to: number, offset: number): void;
  problem(problem: RecordProblem): void;
}

export type Progress =
  /** There may be more to read. */
  | 'more'
  /** Everything that is there was read; a record at the end may still be in the writing. */
  | 'waiting'
  /** The file became shorter: what was read is of another file. */
  | 'replaced'
  /** No more of this file is read. */
  | 'abandoned';

/** One a file. */
export class RecordReader {
  /** Of the first byte that was not used yet, in the file. */
  private offset = 0;
  private buffer = noBytes;
  private view = new DataView(this.buffer.buffer);
  /** `buffer[begin … end − 1]` are the bytes from `offset` on. */
  private begin = 0;
  private end = 0;
  /** Where it is not known where the next record begins: where the last one was expected. */
  private lostAt: number | undefined;
  /** The record before, where it was damaged: what is after it has to show whether its length was right. */
  private damagedAt: number | undefined;
  private isAbandoned = false;
  private waitsForSize = 0;
  /** The bytes before `offset`, kept while nothing is read. */
  private tail = new Uint8Array(0);

  constructor(
    private readonly source: ByteSource,
    private readonly native: Crc32c = crc32c,
  ) {}

  /** How much of the file is done with. */
  get position(): number {
    return this.offset;
  }

  get abandoned(): boolean {
    return this.isAbandoned;
  }

  /** Where the place is from which on no record could be found so far, while one is looked for. */
  get lostSince(): number | undefined {
    return this.lostAt;
  }

  /** Bytes at the end that are not a whole record (yet). */
  get bytesWaiting(): number {
    return Math.max(0, this.source.size - this.offset);
  }

  /** Reads about `budget` bytes at most, so that whoever calls can do something else in between. */
  read(visitor: RecordVisitor, budget: number): Progress {
    if (this.isAbandoned) return 'abandoned';
    const size = this.source.size;
    if (size < this.offset) return 'replaced';
    if (size < this.waitsForSize) return 'waiting';
    const isSame = this.hasSameEnd();
    this.tail = new Uint8Array(0);
    if (!isSame) return 'replaced';
    const enough = this.offset + budget;
    while (this.offset < enough) {
      const wanted = this.take(visitor);
      if (this.isAbandoned) {
        this.free();
        return 'abandoned';
      }
      if (!this.fill(wanted, size)) {
        // Many files are followed at once: one that has nothing to read keeps no room; what was not used is read again.
        this.free();
        return 'waiting';
      }
    }
    return 'more';
  }

  /** Whether what was read last is still there: another file of any length can be written in its place. */
  hasSameEnd(): boolean {
    const { tail } = this;
    if (tail.length === 0) return true;
    const now = new Uint8Array(tail.length);
    return (
      this.source.read(now, this.offset - tail.length) === tail.length && now.every((byte, at) => byte === tail[at])
    );
  }

  /** Uses the records in the buffer; says how many bytes from `offset` on have to be there to go on. */
  private take(visitor: RecordVisitor): number {
    const { buffer, view, end } = this;
    let at = this.begin;
    while (end - at >= HEADER_BYTES) {
      const low = view.getUint32(at, true);
      const high = view.getUint32(at + 4, true);
      if (view.getUint32(at + 8, true) !== this.lengthCrc(low, high, at)) {
        this.moveTo(at);
        if (this.damagedAt !== undefined) this.goBackInto(this.damagedAt);
        return this.search(visitor);
      }
      const length = low + high * 2 ** 32;
      const whole = HEADER_BYTES + length + FOOTER_BYTES;
      if (length > LONGEST_RECORD) {
        this.moveTo(at);
        return this.skip(visitor, whole);
      }
      if (end - at < whole) {
        this.moveTo(at);
        const isThere = this.offset + whole <= this.source.size;
        if (this.lostAt === undefined || isThere || length <= LONGEST_HOPED_FOR) return whole;
        this.moveTo(at + 1);
        return this.search(visitor);
      }
      const from = at + HEADER_BYTES;
      const to = from + length;
      const crc = length < NATIVE_FROM ? crc32cWithin(view, from, to) : this.native(buffer.subarray(from, to));
      if (view.getUint32(to, true) === maskCrc(crc)) {
        if (this.lostAt !== undefined) this.found(visitor, at);
        this.damagedAt = undefined;
        visitor.record(buffer, view, from, to, this.offset + (from - this.begin));
      } else if (this.lostAt !== undefined) {
        // What looked like a record's beginning was none.
        this.moveTo(at + 1);
        return this.search(visitor);
      } else {
        this.damagedAt = this.offset + (at - this.begin);
        visitor.problem({ kind: 'damaged', offset: this.damagedAt, bytes: whole });
      }
      at += whole;
    }
    this.moveTo(at);
    return HEADER_BYTES;
  }

  private lengthCrc(low: number, high: number, at: number): number {
    if (high !== 0 || low >= KNOWN_LENGTHS) return maskCrc(crc32cWithin(this.view, at, at + 8));
    let crc = knownLengths[low]!;
    if (crc === 0) crc = knownLengths[low] = maskCrc(crc32cWithin(this.view, at, at + 8));
    return crc;
  }

  private moveTo(at: number): void {
    this.offset += at - this.begin;
    this.begin = at;
  }

  /** Its writer was cut off within it, and another one wrote on: the next record is inside of it. */
  private goBackInto(damagedAt: number): void {
    this.damagedAt = undefined;
    this.lostAt = damagedAt;
    this.offset = damagedAt + 1;
    this.begin = this.end = 0;
  }

  private found(visitor: RecordVisitor, at: number): void {
    const offset = this.lostAt!;
    this.lostAt = undefined;
    visitor.problem({ kind: 'gap', offset, bytes: this.offset + (at - this.begin) - offset });
  }

  /** Looks for the next place that could be a record's beginning. */
  private search(visitor: RecordVisitor): number {
    this.lostAt ??= this.offset;
    const { view } = this;
    let at = this.begin;
    for (; this.end - at >= HEADER_BYTES; at++) {
      // Most places are ruled out by a length that none of ours has.
      if (view.getUint32(at + 4, true) !== 0) continue;
      const low = view.getUint32(at, true);
      if (low > LONGEST_RECORD || low === 0) continue;
      if (view.getUint32(at + 8, true) === this.lengthCrc(low, 0, at)) break;
    }
    this.moveTo(at);
    const searched = this.offset - this.lostAt;
    if (searched > LONGEST_SEARCH) {
      this.isAbandoned = true;
      visitor.problem({ kind: 'abandoned', offset: this.lostAt, bytes: searched });
    }
    return HEADER_BYTES;
  }

  /** Past a record that is too long to be read; one that is longer than the file is none. */
  private skip(visitor: RecordVisitor, whole: number): number {
    if (this.lostAt !== undefined || this.offset + whole > this.source.size) {
      this.lostAt ??= this.offset;
      this.moveTo(this.begin + 1);
      return this.search(visitor);
    }
    visitor.problem({ kind: 'too-long', offset: this.offset, bytes: whole });
    this.damagedAt = undefined;
    this.offset += whole;
    this.begin = this.end = 0;
    return HEADER_BYTES;
  }

  /** Has at least `wanted` bytes from `offset` on in the buffer, if the source has them. */
  private fill(wanted: number, size: number): boolean {
    const there = this.end - this.begin;
    if (there >= wanted) return true;
    if (size - this.offset < wanted) {
      this.waitsForSize = this.offset + wanted;
      return false;
    }
    const room = Math.max(wanted, Math.min(STRETCH_BYTES, size - this.offset));
    if (this.buffer.length < room || this.buffer.length > 4 * Math.max(room, STRETCH_BYTES)) {
      const larger =
        room <= STRETCH_BYTES ? (spareBuffers.pop() ?? new Uint8Array(STRETCH_BYTES)) : new Uint8Array(room);
      larger.set(this.buffer.subarray(this.begin, this.end));
      this.putBack();
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    } else {
      this.buffer.copyWithin(0, this.begin, this.end);
    }
    this.begin = 0;
    this.end = there;
    while (this.end < wanted) {
      const got = this.source.read(this.buffer.subarray(this.end), this.offset + this.end);
      if (got <= 0) return false;
      this.end += got;
    }
    return true;
  }

  private free(): void {
    // Where the buffer begins anew there may be fewer of them; some are enough.
    this.tail = this.buffer.slice(Math.max(0, this.begin - TAIL_BYTES), this.begin);
    this.putBack();
    this.buffer = noBytes;
    this.view = new DataView(this.buffer.buffer);
    this.begin = this.end = 0;
  }

  private putBack(): void {
    if (this.buffer.length === STRETCH_BYTES && spareBuffers.length < MOST_SPARE) spareBuffers.push(this.buffer);
  }
}

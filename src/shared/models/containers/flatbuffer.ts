/**
 * Flatbuffers' tables by the numbers of their fields; whatever points outside of the file throws. Knows no schema.
 *
 * @see https://flatbuffers.dev/internals/
 */
import { ByteBuffer } from 'flatbuffers';

export class Tables {
  private readonly buffer: ByteBuffer;

  constructor(private readonly bytes: Uint8Array) {
    this.buffer = new ByteBuffer(bytes);
  }

  root(): number {
    return this.checked(this.buffer.readInt32(0));
  }

  /** `undefined` where the table does not have it. */
  table(table: number, field: number): number | undefined {
    const at = this.place(table, field);
    return at === 0 ? undefined : this.checked(this.buffer.__indirect(at));
  }

  tables(table: number, field: number): number[] {
    return this.vector(table, field, 4, (at) => this.checked(this.buffer.__indirect(at)));
  }

  numbers(table: number, field: number): number[] {
    return this.vector(table, field, 4, (at) => this.buffer.readInt32(at));
  }

  largeNumbers(table: number, field: number): number[] {
    return this.vector(table, field, 8, (at) => Number(this.buffer.readInt64(at)));
  }

  floats(table: number, field: number): number[] {
    return this.vector(table, field, 4, (at) => this.buffer.readFloat32(at));
  }

  text(table: number, field: number): string {
    const at = this.place(table, field);
    if (at === 0) return '';
    const start = this.checked(this.buffer.__indirect(at));
    const length = this.buffer.readInt32(start);
    if (length < 0 || start + 4 + length > this.bytes.length) throw new RangeError('text outside of the file');
    const text: unknown = this.buffer.__string(at);
    return typeof text === 'string' ? text : '';
  }

  int8(table: number, field: number, otherwise = 0): number {
    const at = this.place(table, field);
    return at === 0 ? otherwise : this.buffer.readInt8(at);
  }

  int32(table: number, field: number, otherwise = 0): number {
    const at = this.place(table, field);
    return at === 0 ? otherwise : this.buffer.readInt32(at);
  }

  int64(table: number, field: number, otherwise = 0): number {
    const at = this.place(table, field);
    return at === 0 ? otherwise : Number(this.buffer.readInt64(at));
  }

  float32(table: number, field: number, otherwise = 0): number {
    const at = this.place(table, field);
    return at === 0 ? otherwise : this.buffer.readFloat32(at);
  }

  /** Of a list of bytes. */
  byteCount(table: number, field: number): number {
    return this.list(table, field, 1).length;
  }

  private vector<T>(table: number, field: number, bytes: number, read: (at: number) => T): T[] {
    const { start, length } = this.list(table, field, bytes);
    return Array.from({ length }, (_, index) => read(start + bytes * index));
  }

  private list(table: number, field: number, bytes: number): { readonly start: number; readonly length: number } {
    const at = this.place(table, field);
    if (at === 0) return { start: 0, length: 0 };
    const start = this.buffer.__vector(at);
    // What follows an empty list at the end of the file is nothing.
    const length = this.buffer.readInt32(this.checked(start - 4));
    if (length < 0 || start + bytes * length > this.bytes.length) throw new RangeError('list outside of the file');
    return { start, length };
  }

  /** 0 where the table does not have it. */
  private place(table: number, field: number): number {
    const offset = this.buffer.__offset(table, 4 + 2 * field);
    return offset === 0 ? 0 : this.checked(table + offset);
  }

  private checked(at: number): number {
    if (at < 4 || at >= this.bytes.length) throw new RangeError(`place ${at} outside of the file`);
    return at;
  }
}

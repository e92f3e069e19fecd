// Event files as large as anybody's, written in a moment: a record is made once a tag and only its numbers change.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32c } from '@node-rs/crc32';

/** One whole record, version 1, of a tag and value of any size. `seconds`: its wall time. */
export function scalarRecord({ tag, step, value, seconds }) {
  const name = Buffer.from(tag);
  const inner = Buffer.alloc(2 + name.length + 5);
  inner.set([0x0a, name.length, ...name, 0x15]);
  inner.writeFloatLE(value, 2 + name.length + 1);
  const stepBytes = [];
  let rest = step;
  for (; rest > 127; rest = Math.floor(rest / 128)) stepBytes.push((rest % 128) | 128);
  stepBytes.push(rest);
  const wall = Buffer.alloc(9);
  wall[0] = 0x09;
  wall.writeDoubleLE(seconds, 1);
  const data = Buffer.concat([
    wall,
    Buffer.from([0x10, ...stepBytes, 0x2a, inner.length + 2, 0x0a, inner.length]),
    inner,
  ]);
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(mask(crc32c(record.subarray(0, 8))), 8);
  record.set(data, 12);
  record.writeUInt32LE(mask(crc32c(data)), 12 + data.length);
  return record;
}

const mask = (crc) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
const ROOM = 2 ** 22;

/** Writes `points` scalars, over `tags` in turn; in version 1, as PyTorch does, the smallest records there are. */
export function writeEventFile(
  file,
  { tags, points, value = (index) => Math.exp(-index / 1e6) + 0.1 * Math.sin(index) },
) {
  mkdirSync(path.dirname(file), { recursive: true });
  const out = openSync(file, 'w');
  const buffer = Buffer.alloc(ROOM);
  let used = 0;
  const record = (length, fill) => {
    if (used + length + 16 > ROOM) {
      writeSync(out, buffer, 0, used);
      used = 0;
    }
    buffer.writeBigUInt64LE(BigInt(length), used);
    buffer.writeUInt32LE(mask(crc32c(buffer.subarray(used, used + 8))), used + 8);
    fill(used + 12);
    buffer.writeUInt32LE(mask(crc32c(buffer.subarray(used + 12, used + 12 + length))), used + 12 + length);
    used += length + 16;
  };
  record(24, (at) => {
    buffer[at] = 0x09;
    buffer.writeDoubleLE(1.7e9, at + 1);
    buffer[at + 9] = 0x1a;
    buffer[at + 10] = 13;
    buffer.write('brain.Event:2', at + 11);
  });
  const names = tags.map((tag) => Buffer.from(tag));
  for (let index = 0; index < points; index++) {
    const name = names[index % names.length];
    const step = Math.floor(index / names.length);
    const stepBytes = step < 128 ? 1 : step < 2 ** 14 ? 2 : step < 2 ** 21 ? 3 : 4;
    const inner = 2 + name.length + 5;
    record(9 + 1 + stepBytes + 4 + inner, (begin) => {
      let at = begin;
      buffer[at] = 0x09;
      buffer.writeDoubleLE(1.7e9 + index / 1000, at + 1);
      at += 9;
      buffer[at++] = 0x10;
      let rest = step;
      for (; rest > 127; rest >>>= 7) buffer[at++] = (rest & 127) | 128;
      buffer[at++] = rest;
      for (const byte of [0x2a, inner + 2, 0x0a, inner, 0x0a, name.length]) buffer[at++] = byte;
      at += name.copy(buffer, at);
      buffer[at++] = 0x15;
      buffer.writeFloatLE(value(index), at);
    });
  }
  writeSync(out, buffer, 0, used);
  closeSync(out);
}

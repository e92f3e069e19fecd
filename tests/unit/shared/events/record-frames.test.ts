import { expect, test } from 'vitest';
import { encodeRecord, RecordDecoder, type DecodedRecord } from '../../../../src/shared/events/record-frames.js';

const texts = ['', 'a', 'two words', 'x'.repeat(5000), 'the end'];
const encoder = new TextEncoder();
const file = Buffer.concat(texts.map((text) => encodeRecord(encoder.encode(text))));

function readAll(decoder: RecordDecoder): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  for (let record = decoder.next(); record; record = decoder.next()) records.push(record);
  return records;
}

const textOf = (record: DecodedRecord) =>
  record.kind === 'record' ? Buffer.from(record.data).toString() : record.kind;

test.each([1, 3, 11, 12, 13, 64, 100_000])('records come out whole from chunks of %i bytes', (size) => {
  const decoder = new RecordDecoder();
  const found: string[] = [];
  for (let at = 0; at < file.length; at += size) {
    decoder.push(file.subarray(at, at + size));
    found.push(...readAll(decoder).map(textOf));
  }
  expect(found).toEqual(texts);
  expect(decoder.bytesWaiting).toBe(0);
});

test('a tail cut at any byte waits, and is read when the rest comes', () => {
  const small = Buffer.concat(['one', 'two'].map((text) => encodeRecord(encoder.encode(text))));
  for (let cut = 0; cut <= small.length; cut++) {
    const decoder = new RecordDecoder();
    decoder.push(small.subarray(0, cut));
    const before = readAll(decoder).map(textOf);
    expect(before).toEqual(['one', 'two'].slice(0, Math.floor(cut / 19)));
    expect(decoder.bytesWaiting).toBe(cut % 19);
    decoder.push(small.subarray(cut));
    expect([...before, ...readAll(decoder).map(textOf)]).toEqual(['one', 'two']);
  }
});

test('a flipped bit in the data costs that record alone', () => {
  const damaged = Buffer.from(file);
  damaged[16 + 12]! ^= 4;
  const decoder = new RecordDecoder();
  decoder.push(damaged);
  const records = readAll(decoder);
  expect(records[1]).toEqual({ kind: 'damaged', offset: 16 });
  expect(records.map(textOf)).toEqual(['', 'damaged', ...texts.slice(2)]);
});

test('a flipped bit in a length ends the file there', () => {
  const damaged = Buffer.from(file);
  damaged[16]! ^= 1;
  const decoder = new RecordDecoder();
  decoder.push(damaged);
  expect(readAll(decoder).map(textOf)).toEqual(['', 'abandoned']);
  expect(decoder.abandoned).toBe(true);
  decoder.push(file);
  expect(readAll(decoder)).toEqual([]);
  expect(decoder.bytesWaiting).toBe(0);
});

test('zeros after the last record, as a power cut leaves them, end the file', () => {
  const decoder = new RecordDecoder();
  decoder.push(Buffer.concat([file, Buffer.alloc(4096)]));
  expect(readAll(decoder).at(-1)).toEqual({ kind: 'abandoned', offset: file.length });
});

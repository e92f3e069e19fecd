/** The format's rules, as its page states them, and files that break them. */
import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type StoredTensor,
} from '../../../../src/trainer/runtime/safetensors.js';

const floats = (name: string, shape: number[], ...values: number[]): StoredTensor => ({
  name,
  shape,
  dtype: 'F32',
  data: new Uint8Array(new Float32Array(values).buffer),
});

function write(tensors: StoredTensor[], metadata: Record<string, string> = {}): Uint8Array {
  return Buffer.concat(encodeSafetensors({ tensors, metadata }));
}

/** A file by hand, as any other writer may make it. */
function file(header: unknown, data: Uint8Array = new Uint8Array(), text = JSON.stringify(header)): Uint8Array {
  const json = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

describe('writing safetensors', () => {
  it('puts length, header and data where the format wants them', () => {
    const bytes = write(
      [
        floats('b', [2], 1, 2),
        { name: 'flags', shape: [3], dtype: 'BOOL', data: Uint8Array.of(1, 0, 1) },
        floats('a/kernel', [1, 1], -0.5),
      ],
      {
        format: 'pt',
      },
    );
    const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
    expect((8 + length) % 8).toBe(0);
    const text = Buffer.from(bytes.subarray(8, 8 + length)).toString('utf8');
    expect(text.startsWith('{')).toBe(true);
    expect(text.trimEnd().endsWith('}')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      __metadata__: { format: 'pt' },
      b: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      'a/kernel': { dtype: 'F32', shape: [1, 1], data_offsets: [8, 12] },
      flags: { dtype: 'BOOL', shape: [3], data_offsets: [12, 15] },
    });
    expect(bytes.byteLength).toBe(8 + length + 15);
    expect(Buffer.from(bytes).readFloatLE(8 + length + 4)).toBe(2);
  });

  it('reads what it wrote', () => {
    const file = decodeSafetensors(
      write([floats('scalar', [], 3), floats('none', [0, 4]), floats('two', [2], NaN, -Infinity)], { note: 'ä' }),
    );
    expect(file.metadata).toEqual({ note: 'ä' });
    expect(Object.fromEntries(file.tensors.map(({ name, shape }) => [name, shape]))).toEqual({
      none: [0, 4],
      scalar: [],
      two: [2],
    });
    const two = file.tensors.find(({ name }) => name === 'two')!;
    expect([...new Float32Array(two.data.slice().buffer)]).toEqual([NaN, -Infinity]);
    expect(decodeSafetensors(write([]))).toEqual({ metadata: {}, tensors: [] });
  });

  it('refuses to write what nobody could read', () => {
    expect(() => write([floats('a', [2], 1)])).toThrow('not those of its shape');
    expect(() => write([floats('a', [1], 1), floats('a', [1], 1)])).toThrow('taken');
    expect(() => write([floats('__metadata__', [1], 1)])).toThrow('taken');
  });
});

describe('reading safetensors', () => {
  const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  it.each([
    ['nothing', new Uint8Array()],
    ['a text file', Buffer.from('hello, this is text and no tensors at all')],
    ['a header that is longer than the file', file({ a: entry }, new Uint8Array(4)).subarray(0, 20)],
    ['a header that is no JSON', file(undefined, new Uint8Array(4), '{"a": ')],
    ['a header that is no object', file([1, 2])],
    ['data that is cut off', file({ a: entry }, new Uint8Array(3))],
    ['bytes after the data', file({ a: entry }, new Uint8Array(5))],
    ['a gap', file({ a: entry, b: { ...entry, data_offsets: [8, 12] } }, new Uint8Array(12))],
    ['an overlap', file({ a: entry, b: { ...entry, data_offsets: [2, 6] } }, new Uint8Array(6))],
    ['offsets that do not fit the shape', file({ a: { ...entry, shape: [2] } }, new Uint8Array(4))],
    ['offsets that go backwards', file({ a: { ...entry, data_offsets: [4, 0] } }, new Uint8Array(4))],
    ['a negative dimension', file({ a: { ...entry, shape: [-1] } }, new Uint8Array(4))],
    ['an unknown type', file({ a: { ...entry, dtype: 'Q4' } }, new Uint8Array(4))],
    ['an entry that is none', file({ a: null }, new Uint8Array(0))],
    ['metadata that is not text', file({ __metadata__: { a: 1 } })],
  ])('says what is wrong with %s', (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(SafetensorsError);
  });

  it('takes a file whose header is not aligned and whose entries are in any order', () => {
    const data = new Uint8Array(new Float32Array([7, 8]).buffer);
    const { tensors } = decodeSafetensors(file({ b: { ...entry, data_offsets: [4, 8] }, a: entry }, data));
    expect(tensors.map(({ name, data: bytes }) => [name, new Float32Array(bytes.slice().buffer)[0]])).toEqual([
      ['a', 7],
      ['b', 8],
    ]);
  });
});

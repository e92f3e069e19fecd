import { describe, expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from '../../../../src/shared/base/binary-message.js';

const roundTrip = (value: unknown) => {
  const message = encodeMessage(value);
  if (typeof message === 'string') throw new Error('expected a binary message');
  return decodeMessage(message.buffer);
};

describe('a message with rows of numbers', () => {
  test('comes back as it went, rows as typed arrays', () => {
    const value = {
      kind: 'result',
      id: 7,
      result: [
        { name: '“loss” <b>', steps: Float64Array.of(1, 2 ** 40, NaN, -Infinity), count: Uint32Array.of(3) },
        { name: 'é', bytes: Uint8Array.of(1, 2, 3), empty: new Float64Array(0), last: NaN, gone: undefined },
        { floats: Float32Array.of(0.5), whole: Int32Array.of(-1, 2 ** 31 - 1) },
      ],
    };
    expect(roundTrip(value)).toEqual(value);
  });

  test('carries only the part of a buffer that a row is a view of', () => {
    const whole = Float64Array.of(1, 2, 3, 4);
    expect(roundTrip({ row: whole.subarray(1, 3) })).toEqual({ row: Float64Array.of(2, 3) });
  });

  test('carries a row once that is in it twice', () => {
    const row = new Float64Array(1000).fill(2);
    const message = encodeMessage({ first: row, last: row });
    expect(message.length).toBeLessThan(9000);
    expect(roundTrip({ first: row, last: row })).toEqual({ first: row, last: row });
  });

  test('is text where there are no rows', () => {
    expect(encodeMessage({ id: 1, value: NaN, list: [null, 'x'] })).toBe(
      '{"id":1,"value":{"$number":"NaN"},"list":[null,"x"]}',
    );
  });

  test('refuses rows that would not come back the same', () => {
    expect(() => encodeMessage({ row: new BigInt64Array(1) })).toThrow(/BigInt64Array/);
  });
});

import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatSetting,
  formatShare,
  formatSpeed,
  formatTick,
  formatValue,
  formatWhen,
  formatWhenShort,
  shortHash,
  tickLabels,
} from '../../../../renderer/charts/format.js';

const table = <T>(format: (value: T) => string, rows: readonly (readonly [T, string])[]) => {
  it.each(rows)('%s → %s', (value, text) => expect(format(value)).toBe(text));
};

describe('formatValue', () =>
  table<number | undefined>(formatValue, [
    [undefined, '–'],
    [Number.NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
    [0, '0'],
    [0.84123, '0.8412'],
    [12.3456, '12.35'],
    [123.456, '123.5'],
    [-0.5, '−0.5000'],
    [0.00001234, '1.23e-5'],
    [12345678, '1.23e7'],
    [41, '41'],
  ]));

describe('formatSetting', () =>
  table<number | undefined>(formatSetting, [
    [0.001, '0.001'],
    [3e-4, '0.0003'],
    [1e-7, '1e-7'],
    [0.1 + 0.2, '0.3'],
    [undefined, '–'],
  ]));

describe('formatTick', () =>
  table(formatTick, [
    [0, '0'],
    [0.0009, '0.0009'],
    [0.00005, '5e-5'],
    [0.30000000000000004, '0.3'],
    [1500, '1500'],
    [20_000, '20k'],
    [1_500_000, '1.5M'],
    [-2, '−2'],
  ]));

describe('the labels of an axis', () => {
  it.each<[number[], string[]]>([
    [
      [0, 0.5, 1],
      ['0', '0.5', '1'],
    ],
    [
      [0.99985, 0.9999, 0.99995],
      ['0.99985', '0.9999', '0.99995'],
    ],
    [
      [9_870_400, 9_870_500],
      ['9.8704M', '9.8705M'],
    ],
    [
      [1e30, 2e30],
      ['1e30', '2e30'],
    ],
    [
      [-2.5e-30, 0, 2.5e-30],
      ['−2.5e-30', '0', '2.5e-30'],
    ],
    [
      [1, 1000, 1_000_000],
      ['1', '1000', '1M'],
    ],
    [
      [1.000000001, 1.000000002],
      ['1', '+1e-9'],
    ],
  ])('tell %j apart', (ticks, labels) => expect(tickLabels(ticks)).toEqual(labels));
});

describe('formatDuration', () =>
  table<number | undefined>(formatDuration, [
    [undefined, '–'],
    [0, '0 ms'],
    [840, '840 ms'],
    [4260, '4.3 s'],
    [59_900, '1 min 0 s'],
    [200_000, '3 min 20 s'],
    [912_000, '15 min'],
    [3_599_000, '60 min'],
    [3_900_000, '1 h 05 min'],
    [436_000_000, '5 d 1 h'],
  ]));

describe('formatShare', () =>
  table<number | undefined>(formatShare, [
    [undefined, '–'],
    [Number.NaN, '–'],
    [0, '0 %'],
    [0.0004, '< 0.1 %'],
    [0.004, '0.4 %'],
    [0.48, '48 %'],
    [0.9997, '99.9 %'],
    [1, '100 %'],
  ]));

describe('formatSpeed', () =>
  table<number | undefined>(formatSpeed, [
    [undefined, '– steps/s'],
    [0, '– steps/s'],
    [1, '1,000 steps/s'],
    [40, '25 steps/s'],
    [244, '4.1 steps/s'],
    [20_000, '20 s a step'],
  ]));

describe('formatBytes', () =>
  table<number | undefined>(formatBytes, [
    [0, '0 B'],
    [999, '999 B'],
    [412_000_000, '412 MB'],
    [1_250_000, '1.3 MB'],
    [2_000_000_000, '2.0 GB'],
  ]));

describe('formatWhen', () => {
  const now = new Date(2026, 2, 14, 12, 0).getTime();
  it('names today and yesterday', () => {
    expect(formatWhen(new Date(2026, 2, 14, 9, 5).getTime(), now)).toBe('today 09:05');
    expect(formatWhen(new Date(2026, 2, 13, 23, 59).getTime(), now)).toBe('yesterday 23:59');
    expect(formatWhen(new Date(2026, 2, 3, 14, 5).getTime(), now)).toBe('3 Mar 14:05');
    expect(formatWhen(new Date(2025, 11, 31, 1, 2).getTime(), now)).toBe('31 Dec 2025 01:02');
  });
  it('has a short form', () => {
    expect(formatWhenShort(new Date(2026, 2, 14, 9, 5).getTime(), now)).toBe('09:05');
    expect(formatWhenShort(new Date(2026, 2, 13, 23, 59).getTime(), now)).toBe('yesterday');
    expect(formatWhenShort(new Date(2025, 11, 31, 1, 2).getTime(), now)).toBe('31 Dec 2025');
  });
});

it('shortens hashes', () => {
  expect(shortHash('9f3ad2417c55c1')).toBe('9f3a…c1');
  expect(shortHash('9f3a')).toBe('9f3a');
});

import { describe, expect, test } from 'vitest';
import { readSetting, settingsFor, watchedSettings } from '../../../../src/trainer/runtime/settings.js';

describe('a setting that was typed', () => {
  test.each([
    ['0.1', 0.1],
    ['1e-3', 0.001],
    ['-4', -4],
    ['.5', 0.5],
    ['2.', 2],
    [' 7 ', 7],
    ['0', 0],
    ['1e20', 1e20],
    ['true', true],
    ['false', false],
  ])('%j is a number, or true or false', (text, value) => {
    expect(readSetting(text)).toBe(value);
  });

  test.each([
    '',
    ' ',
    'adam',
    '007',
    '0x10',
    '1,5',
    '64,32',
    '1e',
    'NaN',
    'Infinity',
    '1e999',
    'True',
    '1_000',
    '12345678901234567890',
  ])('%j stays text', (text) => {
    expect(readSetting(text)).toBe(text);
  });

  test('is text in quotes', () => {
    expect(readSetting('"7"')).toBe('7');
    expect(readSetting("'true'")).toBe('true');
  });
});

describe('settings of an experiment', () => {
  const settings = { rate: 0.01, layers: '64,32', wide: false };

  test('that names none are what they look like; those of the saved run first', () => {
    const values = settingsFor({}, { rate: '0.1', name: 'x' }, { rate: '0.5', deep: 'true' });
    expect(values).toEqual({ rate: 0.1, deep: true, name: 'x' });
  });

  test('that names them have its values and their types', () => {
    expect(settingsFor({ settings }, {})).toEqual(settings);
    expect(settingsFor({ settings }, { layers: '64', wide: 'true' })).toEqual({ rate: 0.01, layers: '64', wide: true });
    expect(settingsFor({ settings }, { rate: '12345678901234567890' })).toMatchObject({ rate: 12345678901234567890 });
  });

  test('are refused where they are of another type, or misspelt', () => {
    expect(() => settingsFor({ settings }, { rate: 'fast' })).toThrow(/'rate' is a number, and not “fast”/);
    expect(() => settingsFor({ settings }, { wide: '1' })).toThrow(/'wide' is true or false/);
    const misspelt = () => settingsFor({ settings }, { raet: '0.1' });
    expect(misspelt).toThrow(/no setting 'raet'/);
    expect(misspelt).toThrow(expect.objectContaining({ hint: "Did you mean 'rate'?", part: 'settings' }));
    expect(() => settingsFor({ settings }, { toString: '1' })).toThrow(/no setting/);
  });

  test('of a saved run that are no more do not hinder going on', () => {
    expect(settingsFor({ settings }, {}, { rate: '0.5', gone: '1' })).toEqual({ ...settings, rate: 0.5 });
  });

  test('are names with plain values', () => {
    expect(() => settingsFor({ settings: [1] as never }, {})).toThrow(/not a list of names/);
    expect(() => settingsFor({ settings: { rate: { from: 1 } } }, {})).toThrow(/'rate' is neither/);
  });

  test('that nobody asks for are known', () => {
    const { settings: watched, unread } = watchedSettings({ rate: 0.1, units: 4, raet: 1 });
    const { rate } = watched as { readonly rate: number };
    expect(rate).toBe(0.1);
    expect(unread(['rate', 'raet'])).toEqual(['raet']);
    expect({ ...watched }).toEqual({ rate: 0.1, units: 4, raet: 1 });
    expect(unread(['raet'])).toEqual([]);
  });
});

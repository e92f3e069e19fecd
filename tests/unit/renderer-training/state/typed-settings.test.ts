import { expect, test } from 'vitest';
import { readSettings, settingsText } from '../../../../renderer/state/typed-settings.js';

test.each([
  ['', {}],
  ['rate=0.1', { rate: '0.1' }],
  ['rate=0.1 units=8', { rate: '0.1', units: '8' }],
  [' rate=0.1,  units=8; deep=true ', { rate: '0.1', units: '8', deep: 'true' }],
  ['name="two words" layers=64,32', { name: 'two words', layers: '64,32' }],
  ['empty= a=b=c', { empty: '', a: 'b=c' }],
  [`said='say "hi"' text='"7"' it=it's ends="a,"`, { said: 'say "hi"', text: '"7"', it: "it's", ends: 'a,' }],
])('%j', (text, settings) => {
  expect(readSettings(text)).toEqual(settings);
  expect(readSettings(settingsText(settings))).toEqual(settings);
});

test.each(['rate', 'rate 0.1', '=3', 'rate = 0.1'])('%j is no list of names and values', (text) => {
  expect(readSettings(text)).toBeUndefined();
});

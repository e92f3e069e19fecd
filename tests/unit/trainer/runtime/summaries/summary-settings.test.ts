import { expect, test } from 'vitest';
import { summaryKinds, summarySettings } from '../../../../../src/trainer/runtime/summaries/summary-settings.js';
import type { SummaryWishes } from '../../../../../src/trainer/runtime/summaries/summary-wishes.js';

test('by default everything is written within three hundredths of the time', () => {
  expect(summarySettings(undefined, undefined)).toMatchObject({ mode: 'default', budget: 0.03, everySteps: 1 });
  expect(summarySettings(undefined, undefined).kinds).toEqual(new Set(summaryKinds));
  expect(summarySettings('all', undefined)).toMatchObject({ mode: 'all', budget: Infinity });
  expect(summarySettings('off', undefined)).toMatchObject({ mode: 'off', kinds: new Set() });
});

test('what is asked for with the run goes before what the experiment says', () => {
  expect(summarySettings('all', 'off').mode).toBe('off');
  expect(summarySettings({ budget: 0.5 }, 'default').budget).toBe(0.03);
});

test('an object changes what it names', () => {
  const settings = summarySettings({ budget: 0.01, everySteps: 50, images: false, text: true }, undefined);
  expect(settings).toMatchObject({ mode: 'own', budget: 0.01, everySteps: 50, mostSets: 200 });
  expect([...settings.kinds]).toEqual(summaryKinds.filter((kind) => kind !== 'images'));
});

test.each([
  ['often', 'summaries is "often"'],
  [3, 'summaries is 3'],
  [{ budget: -1 }, 'summaries.budget is -1'],
  [{ everySteps: 0 }, 'summaries.everySteps is 0'],
  [{ weights: 'yes' }, 'summaries.weights is "yes"'],
  [{ histograms: true }, 'There is no setting summaries.histograms'],
])('%j is refused in words', (wishes, message) => {
  expect(() => summarySettings(wishes as SummaryWishes, undefined)).toThrow(message);
});

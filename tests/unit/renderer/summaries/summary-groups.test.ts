import { expect, it } from 'vitest';
import {
  countKinds,
  itemAt,
  summaryGroups,
  type SummaryRun,
} from '../../../../renderer/panels/summaries/summary-groups.js';
import type { SummaryKind } from '../../../../src/shared/protocol/summary-kind.js';
import type { LogTag } from '../../../../src/shared/protocol/told-tags.js';

const tag = (name: string, kind: SummaryKind): LogTag => ({
  ...{ name, kind, family: name.split('/')[0]!, tag: name.split('/').slice(1).join('/') },
  ...{ count: 3, lastStep: 20, lastWallMs: 0, lastValue: undefined },
});
const runs: SummaryRun[] = ['a', 'b'].map((id) => ({ id, name: `run ${id}`, colour: 'red', isLive: false }));
const tags = new Map([
  [
    'a',
    [
      tag('train/loss', 'scalar'),
      tag('train/weights/dense_10/kernel', 'histogram'),
      tag('train/weights/dense_2/kernel', 'histogram'),
      tag('alone', 'image'),
      tag('train/mesh', 'aside'),
      { ...tag('validation/confusion_matrix/counts', 'tensor'), plugin: 'confusion_matrix' },
    ],
  ],
  ['b', [tag('train/weights/dense_2/kernel', 'histogram'), tag('train/gradients/dense_2/kernel', 'histogram')]],
]);
const tagsOf = (run: string) => new Map(tags.get(run)!.map((one) => [one.name, one]));

it('each tag is a card with all runs that have it, in groups by what their names begin with', () => {
  const groups = summaryGroups(runs, tagsOf, 'histogram', '');
  expect(groups.map(({ prefix, cards }) => [prefix, cards.map(({ name }) => name)])).toEqual([
    ['train/gradients', ['train/gradients/dense_2/kernel']],
    ['train/weights', ['train/weights/dense_2/kernel', 'train/weights/dense_10/kernel']],
  ]);
  expect(groups[1]!.cards[0]!.entries.map(({ run }) => run.id)).toEqual(['a', 'b']);
  expect(summaryGroups(runs, tagsOf, 'image', '')[0]).toMatchObject({ prefix: '', cards: [{ name: 'alone' }] });
});

it('a card is found by words of its name, in any order', () => {
  const names = (filter: string) =>
    summaryGroups(runs, tagsOf, 'histogram', filter).flatMap(({ cards }) => cards.map(({ name }) => name));
  expect(names('KERNEL grad')).toEqual(['train/gradients/dense_2/kernel']);
  expect(names('dense_10')).toEqual(['train/weights/dense_10/kernel']);
  expect(names('nothing')).toEqual([]);
});

it('counts tags, not runs; curves are shown elsewhere, meshes left aside', () => {
  expect([...countKinds(runs, tagsOf)].sort()).toEqual([
    ['aside', 1],
    ['confusion', 1],
    ['histogram', 3],
    ['image', 1],
  ]);
});

it('at a step stands what was last written by then', () => {
  const steps = Float64Array.of(10, 20, 30);
  expect([undefined, 5, 10, 19, 20, 99].map((step) => itemAt(steps, step))).toEqual([2, 0, 0, 0, 1, 2]);
  expect(itemAt(new Float64Array(), 3)).toBe(-1);
  expect(itemAt(new Float64Array(), undefined)).toBe(-1);
});

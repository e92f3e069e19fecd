import { expect, it } from 'vitest';
import { namesOfRuns } from '../../../../renderer/state/run-names.js';

const at = (text: string) => new Date(text).getTime();
const run = (id: string, when: string, settings: Record<string, string> = {}, name = 'iris') => ({
  ...{ id, name, settings, path: `/w/runs/${id}` },
  createdAt: at(when),
});
const named = (...runs: ReturnType<typeof run>[]) => [...namesOfRuns(runs, ({ settings }) => settings).values()];
const namesIn = (...runs: ReturnType<typeof run>[]) => named(...runs).map(({ whole }) => whole);

it('of its own is what a run is called', () => {
  expect(namesIn(run('a', '2020-01-01T10:00'), run('b', '2020-01-01T10:00', {}, 'mnist'))).toEqual(['iris', 'mnist']);
});

it('is told apart by as few settings as do it', () => {
  const of = (id: string, lr: string, units: string) =>
    run(id, '2020-01-01T10:00:00', { seed: '1', learning_rate: lr, parameters: units, lr, units });
  expect(namesIn(of('a', '0.1', '4'), of('b', '0.1', '16'), of('c', '0.01', '4'), of('d', '0.01', '16'))).toEqual([
    'iris, lr=0.1, units=4',
    'iris, lr=0.1, units=16',
    'iris, lr=0.01, units=4',
    'iris, lr=0.01, units=16',
  ]);
  expect(namesIn(of('a', '0.1', '4'), of('b', '0.2', '4'))).toEqual(['iris, lr=0.1', 'iris, lr=0.2']);
});

it('says when it began where settings do not tell, as exactly as it takes', () => {
  expect(namesIn(run('a', '2020-01-01T10:00'), run('b', '2020-01-02T10:00'))).toEqual([
    'iris, 1 Jan 2020',
    'iris, 2 Jan 2020',
  ]);
  expect(namesIn(run('a', '2020-01-01T10:00:05'), run('b', '2020-01-01T10:00:09'))).toEqual([
    'iris, 1 Jan 2020 10:00:05',
    'iris, 1 Jan 2020 10:00:09',
  ]);
  expect(
    namesIn(
      run('a', '2020-01-01T10:00', { lr: '1' }),
      run('b', '2020-01-01T11:00', { lr: '1' }),
      run('c', '2020-01-01T12:00', { lr: '2' }),
    )[2],
  ).toBe('iris, lr=2');
});

it('is told apart by the folders that runs are in, as far as these differ', () => {
  const inFolder = (path: string, name: string, lr = '1') => ({
    ...run(path, '2020-01-01T10:00', { lr }, name),
    path: `/w/${path}`,
  });
  expect(namesIn(inFolder('a/run1', 'run1'), inFolder('b/run1', 'run1'))).toEqual(['a/run1', 'b/run1']);
  expect(namesIn(inFolder('run1', 'run1'), inFolder('b/c/run1', 'run1'))).toEqual(['w/run1', 'w/b/c/run1']);
  const runs = ['1', '2'].map((lr) => inFolder(`old/runs/at-${lr}`, 'iris', lr));
  expect(named(...runs, inFolder('new/runs/at-3', 'iris', '1'))).toEqual([
    { placed: 'iris, old', whole: 'iris, old, lr=1', settings: 'lr=1', rest: 'lr=1' },
    { placed: 'iris, old', whole: 'iris, old, lr=2', settings: 'lr=2', rest: 'lr=2' },
    { placed: 'iris, new', whole: 'iris, new', settings: '', rest: '' },
  ]);
});

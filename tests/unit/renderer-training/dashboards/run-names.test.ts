import { expect, it } from 'vitest';
import { namesOfRuns } from '../../../../renderer/panels/dashboards/run-names.js';

const at = (text: string) => new Date(text).getTime();
const run = (id: string, when: string, settings: Record<string, string> = {}, name = 'iris') => ({
  ...{ id, name, settings },
  createdAt: at(when),
});
const namesIn = (...runs: ReturnType<typeof run>[]) => [...namesOfRuns(runs, ({ settings }) => settings).values()];

it('of its own is what a run is called', () => {
  expect(namesIn(run('a', '2020-01-01T10:00'), run('b', '2020-01-01T10:00', {}, 'mnist'))).toEqual(['iris', 'mnist']);
});

it('is told apart by as few settings as do it', () => {
  const of = (id: string, lr: string, units: string) =>
    run(id, '2020-01-01T10:00:00', { seed: '1', parameters: units, lr, units });
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

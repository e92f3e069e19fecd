import { describe, expect, it } from 'vitest';
import { alertRule, alertWords, watchOf, type AlertRule } from '../../../../renderer/state/alert-rules.js';
import { AlertWatcher } from '../../../../renderer/state/alert-watcher.js';
import { GrowingRuns } from '../../../../renderer/state/growing-runs.js';
import { findNamed } from '../../../../renderer/panels/dashboards/series-names.js';
import type { LogFolder, LogPoints, LogRun } from '../../../../src/shared/protocol/summaries.js';

const firstHit = (rule: AlertRule, values: readonly number[]) => {
  const watch = watchOf(rule);
  return values.findIndex((value) => watch(value));
};

describe('a rule', () => {
  it.each<[AlertRule, number[], number]>([
    [{ kind: 'notFinite' }, [1, 2, Number.NaN, 3], 2],
    [{ kind: 'notFinite' }, [1, -Infinity], 1],
    [{ kind: 'rising', times: 3 }, [1, 2, 3, 2, 3, 4, 5], 6],
    [{ kind: 'rising', times: 2 }, [1, 1, 1, 2, 2, 3], -1],
    [{ kind: 'rising', times: 2 }, [1, Number.NaN, 2, 3, 4], 4],
    [{ kind: 'noProgress', times: 3 }, [5, 4, 4, 4.5, 4, 3], 4],
    [{ kind: 'noProgress', times: 2 }, [Number.NaN, Number.NaN], 1],
    [{ kind: 'falling', times: 2 }, [1, 0.5, 0.5, 0.4, 0.3], 4],
    [{ kind: 'noGain', times: 2 }, [Number.NaN, 0.1, 0.3, 0.2, 0.3, 0.5], 4],
    [{ kind: 'above', value: 2 }, [1, 2, 2.1], 2],
    [{ kind: 'below', value: 0 }, [1, Number.NaN, -1], 2],
  ])('%o of %o fits at %i', (rule, values, at) => {
    expect(firstHit(rule, values)).toBe(at);
  });

  it('is said in words, and is made of nothing odd', () => {
    expect(alertWords({ series: 'validation/loss', rule: { kind: 'rising', times: 5 } })).toBe(
      'validation/loss rises 5 times in a row',
    );
    expect(alertRule.safeParse({ kind: 'rising', times: 0 }).success).toBe(false);
    expect(alertRule.safeParse({ kind: 'above', value: Number.NaN }).success).toBe(false);
  });
});

describe('alerts', () => {
  const column = { steps: [1, 2, 3], values: [1, 2, 3], wallTimes: [0, 0, 0] };
  const rising = { id: 'a', series: 'loss', rule: { kind: 'rising', times: 2 } as const, stop: false };

  it('are told once a training, of points as they come', () => {
    const watcher = new AlertWatcher();
    const growing = { steps: [1], values: [1], wallTimes: [0] };
    const scalars = { 'train/loss': growing };
    expect(watcher.look(scalars, [rising], findNamed)).toEqual([]);
    growing.steps.push(2, 3);
    growing.values.push(2, 3);
    expect(watcher.look(scalars, [rising], findNamed)).toEqual([{ alert: rising, step: 3, value: 3 }]);
    growing.steps.push(4);
    growing.values.push(4);
    expect(watcher.look(scalars, [rising], findNamed)).toEqual([]);
    expect(new AlertWatcher().look(scalars, [rising], findNamed)).toHaveLength(1);
  });

  it('wait for their series, and look at all of it when it comes', () => {
    const watcher = new AlertWatcher();
    expect(watcher.look({}, [rising], findNamed)).toEqual([]);
    expect(watcher.look({ 'train/loss': column }, [rising], findNamed)).toHaveLength(1);
    expect(watcher.look({ 'train/loss': column }, [], findNamed)).toEqual([]);
    expect(watcher.look({ 'train/loss': column }, [rising], findNamed)).toHaveLength(1);
  });
});

describe('the series that an alert means', () => {
  const keras = ['train/epoch_loss', 'validation/epoch_loss', 'train/epoch_accuracy'];
  it.each([
    ['val_loss', ['train/loss', 'validation/loss'], 'validation/loss'],
    ['val_loss', keras, 'validation/epoch_loss'],
    ['loss', keras, 'train/epoch_loss'],
    ['validation/loss', ['Loss/train', 'Loss/validation'], 'Loss/validation'],
    ['loss', ['validation/loss'], undefined],
    ['train/loss', ['loss', 'train/loss'], 'train/loss'],
  ])('%s among %j', (wanted, names, found) => expect(findNamed(wanted, names)).toBe(found));
});

describe('alerts on runs that grow', () => {
  const rises = { id: 'a', series: 'val_loss', rule: { kind: 'rising', times: 2 } as const, stop: false };
  const folder = (reading: boolean): LogFolder => ({
    path: '/logs',
    name: 'logs',
    kind: 'added',
    runs: 1,
    ...(reading ? { reading: { bytes: 1, totalBytes: 2 } } : {}),
  });
  const run = (id: string, lastWallMs: number) => ({ id, source: '/logs', lastWallMs }) as LogRun;

  function scene() {
    const values: Record<string, number[]> = {};
    let generation = 1;
    const told: string[] = [];
    const asked: number[] = [];
    const growing = new GrowingRuns({
      read: (series) =>
        Promise.resolve(
          series.map(({ run: of, name, from }): LogPoints => {
            asked.push(from);
            const rest = Float64Array.from(values[of]!.slice(from));
            const steps = rest.map((_, index) => from + index);
            const total = values[of]!.length;
            return {
              run: of,
              name,
              from,
              total,
              steps,
              wallMs: steps,
              values: rest,
              stretches: [],
              sorted: false,
              generation,
            };
          }),
        ),
      find: () => 'validation/loss',
      tell: (of, { step, value }) => told.push(`${of} ${step} ${value}`),
      fail: (error) => told.push(String(error)),
    });
    return { growing, values, told, asked, replace: () => generation++ };
  }

  it('tell of points that came since their folder was read, counting on from those before', async () => {
    const { growing, values, told, asked } = scene();
    values['r'] = [1, 2, 3, 1, 2];
    growing.list([folder(true)], [run('r', 2)]);
    await growing.changed(['r'], [rises]);
    expect(asked).toEqual([]);
    growing.list([folder(false)], [run('r', 4)]);
    await growing.changed(['r'], [rises]);
    expect(told).toEqual([]);
    values['r'].push(3);
    await growing.changed(['r'], [rises]);
    values['r'].push(4);
    await growing.changed(['r'], [rises]);
    expect(told).toEqual(['r 5 3']);
    expect(asked).toEqual([0, 5]);
  });

  it('tell of all of a run that came later, and of one that was written anew', async () => {
    const { growing, values, told, replace } = scene();
    growing.list([folder(false)], []);
    values['late'] = [1, 2];
    await growing.changed(['late'], [rises]);
    growing.list([folder(false)], [run('late', 1)]);
    await growing.changed(['late'], [rises]);
    expect(told).toEqual([]);
    replace();
    values['late'] = [5, 6, 7];
    await growing.changed(['late'], [rises]);
    expect(told).toEqual(['late 2 7']);
  });

  it('each look at all of what was written anew, and only what has told is not told again', async () => {
    const { growing, values, told, replace } = scene();
    const above = { ...rises, id: 'b', rule: { kind: 'above', value: 10 } as const };
    const stuck = { ...rises, id: 'c', rule: { kind: 'noProgress', times: 4 } as const };
    const alerts = [rises, above, stuck];
    growing.list([folder(false)], []);
    growing.list([folder(false)], [run('r', 1)]);
    values['r'] = [20, 1, 2];
    await growing.changed(['r'], alerts);
    expect(told).toEqual(['r 0 20']);
    replace();
    values['r'] = [11, 12, 11, 13, 12];
    await growing.changed(['r'], alerts);
    expect(told).toEqual(['r 0 20', 'r 4 12']);
  });
});

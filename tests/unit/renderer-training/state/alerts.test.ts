import { describe, expect, it } from 'vitest';
import { alertRule, alertWords, watchOf, type AlertRule } from '../../../../renderer/state/alert-rules.js';
import { AlertWatcher } from '../../../../renderer/state/alerts.js';

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
    expect(watcher.look(scalars, [rising])).toEqual([]);
    growing.steps.push(2, 3);
    growing.values.push(2, 3);
    expect(watcher.look(scalars, [rising])).toEqual([{ alert: rising, step: 3, value: 3 }]);
    growing.steps.push(4);
    growing.values.push(4);
    expect(watcher.look(scalars, [rising])).toEqual([]);
    expect(new AlertWatcher().look(scalars, [rising])).toHaveLength(1);
  });

  it('wait for their series, and look at all of it when it comes', () => {
    const watcher = new AlertWatcher();
    expect(watcher.look({}, [rising])).toEqual([]);
    expect(watcher.look({ 'train/loss': column }, [rising])).toHaveLength(1);
    expect(watcher.look({ 'train/loss': column }, [])).toEqual([]);
    expect(watcher.look({ 'train/loss': column }, [rising])).toHaveLength(1);
  });
});

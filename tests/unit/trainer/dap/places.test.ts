import { describe, expect, test } from 'vitest';
import type { DataEvent, TrainingBreakpoint } from '../../../../src/shared/protocol/training.js';
import { DataWatch, numbersOfValue } from '../../../../src/trainer/dap/data-watch.js';
import { KnownBreakpoints } from '../../../../src/trainer/dap/known-breakpoints.js';
import {
  dataEventNamed,
  dataIdOf,
  instructionReference,
  placeNamed,
  placeReferred,
  valueNamed,
  valueOfDataId,
} from '../../../../src/trainer/dap/place-names.js';
import { namedInFull, verifyBreakpoint } from '../../../../src/trainer/dap/verify-breakpoint.js';

describe('what values do', () => {
  const seen = (event: DataEvent, values: readonly number[]): boolean[] => {
    const watch = new DataWatch(event);
    return values.map((value) => watch.test('x', (number) => numbersOfValue(value)[number]));
  };
  test.each<[string, DataEvent, readonly number[], readonly number[]]>([
    ['becomes not finite, once, and again', { kind: 'notFinite' }, [1, NaN, Infinity, 2, NaN], [1, 4]],
    [
      'crosses, either way; above at first',
      { kind: 'crosses', number: 'mean', value: 2 },
      [3, 4, 2, 1, NaN, 3],
      [0, 2, 5],
    ],
    ['crosses; below at first', { kind: 'crosses', number: 'max', value: 2 }, [1, 2, 2.5], [2]],
    ['stays as it is, once until it changes', { kind: 'unchanged', steps: 2 }, [1, 1, 1, 1, 2, 2, 2], [2, 6]],
    ['not-a-number stays, too', { kind: 'unchanged', steps: 1 }, [NaN, NaN], [1]],
  ])('%s', (_, event, values, hits) => {
    expect(seen(event, values).flatMap((hit, at) => (hit ? [at] : []))).toEqual(hits);
  });
});

describe('names of places', () => {
  const known = { layers: ['dense_1', 'outer/inner', 'Head'] };
  test.each([
    ['dense_1', { kind: 'layer', layer: 'dense_1', when: 'before', pass: 'forward' }],
    ['after dense_1', { kind: 'layer', layer: 'dense_1', when: 'after', pass: 'forward' }],
    ['gradient of outer/inner', { kind: 'layer', layer: 'outer/inner', when: 'before', pass: 'gradient' }],
    ['after gradient of dense_1', { kind: 'layer', layer: 'dense_1', when: 'after', pass: 'gradient' }],
    ['Head', { kind: 'layer', layer: 'Head', when: 'before', pass: 'forward' }],
    ['Conv2D', { kind: 'op', op: 'Conv2D' }],
    ['dense_1/_FusedMatMul', { kind: 'op', op: '_FusedMatMul', layer: 'dense_1' }],
    ['optimizer', { kind: 'phase', phase: 'optimizer' }],
    ['unknown', { kind: 'layer', layer: 'unknown', when: 'before', pass: 'forward' }],
  ])('%s', (name, at) => {
    expect(placeNamed(name, known)).toEqual({ kind: 'ok', at });
  });
  test('an op refers to itself, there and back', () => {
    for (const place of [
      { phase: 'gradient', layer: 'outer/inner', op: 'Conv2D', occurrence: 2 },
      { phase: 'loss', op: 'Mean' },
    ] as const) {
      const reference = instructionReference({ place });
      expect(placeReferred(reference!)).toEqual({ kind: 'ok', at: { kind: 'op', ...place } });
    }
    expect(instructionReference({ place: { phase: 'loss' } })).toBeUndefined();
    expect(placeReferred('nowhere/x').kind).toBe('problem');
  });
  test('values, and what they are to do', () => {
    const run = { layers: ['dense_1'], weights: ['dense_1/kernel'], metrics: ['acc'] };
    expect(valueNamed('dense_1/kernel', run)).toEqual({ of: 'weight', name: 'dense_1/kernel' });
    expect(valueNamed('gradient of dense_1/kernel', run)).toEqual({ of: 'gradient', name: 'dense_1/kernel' });
    expect(valueNamed('output of dense_1', run)).toEqual({ of: 'activation', name: 'dense_1' });
    expect(valueNamed('acc', run)).toEqual({ of: 'metric', name: 'acc' });
    expect(valueNamed('x', run)).toBeUndefined();
    const weight = { of: 'weight', name: 'dense_1/kernel' } as const;
    expect(valueOfDataId(dataIdOf(weight))).toEqual(weight);
    expect(valueOfDataId('weight')).toBeUndefined();
    const read = (text: string | undefined, value: Parameters<typeof dataEventNamed>[1] = weight) => {
      const { kind, ...rest } = dataEventNamed(text, value);
      return kind === 'ok' ? rest : kind;
    };
    expect(read(undefined)).toEqual({ event: { kind: 'notFinite' }, condition: undefined });
    expect(read('unchanged 5 && step > 3')).toEqual({ event: { kind: 'unchanged', steps: 5 }, condition: 'step > 3' });
    expect(read('norm > 1e1')).toEqual({
      event: { kind: 'crosses', number: 'norm', value: 10 },
      condition: 'norm(tensor) > 1e1',
    });
    expect(read('mean crosses -0.5')).toEqual({
      event: { kind: 'crosses', number: 'mean', value: -0.5 },
      condition: undefined,
    });
    expect(read('acc > 0.9', { of: 'metric', name: 'acc' })).toEqual({
      event: { kind: 'crosses', number: 'mean', value: 0.9 },
      condition: 'acc > 0.9',
    });
    expect(read('is odd')).toBe('problem');
  });
});

describe('against the run', () => {
  const at = (where: TrainingBreakpoint['at'], beside = {}): TrainingBreakpoint => ({
    id: 'a',
    enabled: true,
    at: where,
    ...beside,
  });
  const known = {
    ...{ layers: ['dense_1', 'flatten_1'], weights: ['dense_1/kernel'], metrics: ['acc'], ops: ['MatMul', 'Relu'] },
    rules: ['deadRelu'],
  };
  const notFinite = { kind: 'notFinite' } as const;
  test.each<[TrainingBreakpoint['at'], string | undefined]>([
    [{ kind: 'layer', layer: 'dense_2', when: 'before', pass: 'forward' }, 'Did you mean dense_1?'],
    [{ kind: 'op', op: 'Matmul' }, 'Did you mean MatMul?'],
    [{ kind: 'op', op: 'Relu', layer: 'dence_1' }, 'no layer dence_1'],
    [{ kind: 'op', op: 'Relu', layer: 'dense_1' }, undefined],
    [{ kind: 'data', of: 'weight', name: 'dense_1/kernl', event: notFinite }, 'Did you mean dense_1/kernel?'],
    [{ kind: 'data', of: 'gradient', name: 'dense_1', event: notFinite }, undefined],
    [{ kind: 'data', of: 'gradient', name: 'flatten_1', event: notFinite }, 'has no weights'],
    [{ kind: 'data', of: 'metric', name: 'accuracy', event: notFinite }, 'no metric accuracy'],
    [{ kind: 'data', of: 'metric', name: 'loss', event: notFinite }, undefined],
    [{ kind: 'rule', rule: 'deadRely' }, 'Did you mean deadRelu?'],
  ])('%j', (where, message) => {
    const status = verifyBreakpoint(at(where), known);
    expect(status.verified).toBe(message === undefined);
    if (message !== undefined) expect(status.message).toContain(message);
    // Nothing is wrong before anything is known.
    expect(verifyBreakpoint(at(where)).verified).toBe(true);
  });
  test('a layer inside a model of the model is meant by its own name, where no other has it', () => {
    const layers = ['dense_1', 'one/dense_1', 'one/deep', 'one/last', 'two/last'];
    const run = { layers, weights: ['one/deep/kernel', 'one/last/kernel', 'two/last/kernel'] };
    const layer = (name: string) => ({ kind: 'layer', layer: name, when: 'after', pass: 'forward' }) as const;
    const gradient = (name: string) => ({ kind: 'data', of: 'gradient', name, event: { kind: 'notFinite' } }) as const;
    for (const [where, meant] of [
      [layer('deep'), layer('one/deep')],
      [layer('dense_1'), layer('dense_1')],
      [layer('last'), layer('last')],
      [gradient('deep/kernel'), gradient('one/deep/kernel')],
      [gradient('deep'), gradient('one/deep')],
      [gradient('kernel'), gradient('kernel')],
    ] as const) {
      expect(namedInFull(at(where), run).at).toEqual(meant);
    }
  });

  test('hit counts and log messages that cannot be read', () => {
    const step = { kind: 'step', step: 1 } as const;
    expect(verifyBreakpoint(at(step, { hitCondition: 'often' })).message).toMatch(/hit count is a number/);
    expect(verifyBreakpoint(at(step, { logMessage: 'x {los' })).verified).toBe(true);
    expect(verifyBreakpoint(at(step, { logMessage: 'x {los}' })).message).toMatch(/Did you mean loss/);
  });

  test('what a run makes of them is told when it changes, once', () => {
    const said: string[] = [];
    const breakpoints = new KnownBreakpoints({
      control: ({ breakpoints: all }) => said.push(`control ${all.length}`),
      event: (name, body) => said.push(`${name} ${JSON.stringify(body)}`),
      say: (event) => said.push(event.kind),
    });
    const good = at({ kind: 'layer', layer: 'dense_1', when: 'before', pass: 'forward' });
    expect(breakpoints.set([good])).toEqual([{ id: 'a', verified: true }]);
    const made = breakpoints.setByProtocol('function', [
      (id, { layers }) => ({ breakpoint: { ...good, id, at: { kind: 'step', step: layers ? 2 : 1 } } }),
    ]);
    expect(made).toEqual([{ id: 1_000_001, verified: true }]);
    breakpoints.learns({ layers: ['dense_9'] });
    breakpoints.learns({ layers: ['dense_9'] });
    expect(said.splice(0)).toEqual([
      'control 1',
      'control 2',
      expect.stringMatching(/^backstep\/breakpoints .*no layer dense_1/) as string,
      'notice',
      'control 2',
    ]);
    breakpoints.learns({ layers: ['dense_1'] });
    breakpoints.failed('a', 'broken');
    breakpoints.failed('a', 'broken');
    breakpoints.learns({ ops: ['Add'] });
    expect(said).toEqual([
      'backstep/breakpoints {"breakpoints":[{"id":"a","verified":true}]}',
      'backstep/breakpoints {"breakpoints":[{"id":"a","verified":false,"message":"broken"}]}',
      'notice',
    ]);
    expect(breakpoints.inProtocol(['a', 'function breakpoint 1000001'])).toEqual({
      numbers: [1_000_001],
      reason: 'function breakpoint',
    });
  });
});

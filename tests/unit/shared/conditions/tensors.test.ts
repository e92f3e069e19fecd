import { describe, expect, it } from 'vitest';
import { parseCondition, parseLogText, type ConditionScope } from '../../../../src/shared/conditions/condition.js';
import { afterStep, reachOf, type Reach } from '../../../../src/shared/conditions/reach.js';
import { together, type TensorNumbers } from '../../../../src/shared/conditions/tensor-numbers.js';

const numbers: TensorNumbers = {
  ...{ size: 4, norm: 5, min: -1, max: 3, mean: 0.5, spread: 1.5, zeros: 0.25, notFinite: 0 },
};
const afterLayer = reachOf({ kind: 'layer', layer: 'dense_1', when: 'after', pass: 'forward' });
const beforeLayer = reachOf({ kind: 'layer', layer: 'dense_1', when: 'before', pass: 'forward' });
const afterGradient = reachOf({ kind: 'layer', layer: 'dense_1', when: 'after', pass: 'gradient' });
const atOp = reachOf({ kind: 'op', op: 'Conv2D' });

const asked: string[] = [];
const scope: ConditionScope = {
  ...{ loss: 2, metrics: {}, step: 4, epoch: 1, stepInEpoch: 4, phase: 'gradient', layer: 'dense_1', op: 'MatMul' },
  gradNorm: (layer) => (layer === undefined ? 10 : 6),
  weightNorm: () => 20,
  notFinite: () => false,
  numberOf: ({ word, name, index }, number) => {
    asked.push([word, name, index].filter((part) => part !== undefined).join(' '));
    if (name === 'gone') throw new Error('it is not there.');
    return numbers[number];
  },
};

function holds(text: string, reach: Reach = afterLayer): boolean {
  const parsed = parseCondition(text, {}, reach);
  if (parsed.kind === 'error') throw new Error(`${text}: ${parsed.message}`);
  return parsed.condition.holds(scope);
}

function problem(text: string, reach: Reach = afterLayer, known = {}): string {
  const parsed = parseCondition(text, known, reach);
  if (parsed.kind === 'ok') throw new Error(`${text} was accepted`);
  return `${parsed.column} ${parsed.message}`;
}

describe('tensors in conditions', () => {
  it.each([
    ['zeros(output) > 0.2', afterLayer],
    ['output.mean() == 0.5 && tensor.mean() == 0.5', afterLayer],
    ['std(output) == 1.5 && output.size == 4', afterLayer],
    ['max(output, 7) == 7 || max(output) == 3', atOp],
    ['output[1].norm() == 5', afterLayer],
    ["norm(weight('kernel')) == 5", beforeLayer],
    ["input('dy').min() == -1", atOp],
    ['notFinite(input) == 0 && !notFinite(loss) && notFinite(loss / 0)', beforeLayer],
    ["phase == 'gradient' && layer != 'dense_2' && op == 'MatMul'", afterGradient],
    ["norm(grad('bias')) == 5 && mean(grad) == 0.5", afterGradient],
    ["norm(grad) == 10 && norm(grad('dense_1')) == 6 && norm(weights) == 20 && max(weights) == 3", afterStep],
    ["zeros(activation('dense_1')) == zeros(output('dense_1')) && gradient('dense_1/kernel').max() == 3", afterStep],
    ["gradNorm('dense_1') == 6 && notFinite == false && stepInEpoch == 4", afterStep],
  ])('%s', (text, reach) => {
    if (text.includes('max(output, 7)')) expect(problem(text, reach)).toContain('output is a tensor');
    else expect(holds(text, reach)).toBe(true);
  });

  it('says which tensors it reads', () => {
    const parsed = parseCondition("norm(grad) > 1 && mean(gradient('dense_1/kernel')) > 0 && step > 1");
    if (parsed.kind === 'error') throw new Error(parsed.message);
    const { tensors, usesGradientNorms, readsPlace } = parsed.condition;
    expect({ tensors, usesGradientNorms, readsPlace }).toEqual({
      tensors: [{ word: 'gradient', name: 'dense_1/kernel', number: 'mean' }],
      usesGradientNorms: true,
      readsPlace: false,
    });
  });

  it('what is not in reach is told at its column, with what is', () => {
    expect(problem('step > 1 && zeros(output) > 0', beforeLayer)).toMatch(
      /^19 output is not known before a layer\. There are: .*input/,
    );
    expect(problem('weightNorm > 1')).toMatch(/^1 weightNorm is not known after a layer/);
    expect(problem("gradNorm('dense_1') > 1")).toMatch(/gradNorm of a layer is known after a step/);
    expect(problem('grad > 1', afterGradient)).toMatch(/grad is a tensor: use one of its numbers/);
    expect(problem('output', afterLayer)).toMatch(/output is a tensor: compare one of its numbers/);
    expect(problem('phase')).toMatch(/phase is a text/);
    expect(problem("phase > 'gradient'")).toMatch(/phase is a text/);
    expect(problem('outputt.mean() > 1')).toMatch(/dot or bracket/);
    expect(problem('mean(ouput) > 1')).toMatch(/^6 ouput is not known here\. Did you mean output\?/);
    expect(problem('output.maen() > 1')).toMatch(/^8 A tensor has no maen here\. Did you mean mean\?/);
    expect(problem('output.dataSync()')).toMatch(/A tensor has no dataSync here/);
    expect(problem('output.constructor')).toMatch(/A tensor has no constructor/);
    expect(problem("output['constructor']")).toMatch(/counted from 0/);
    expect(problem('weight > 1')).toMatch(/weight takes a name in quotes, for example weight\('kernel'\)/);
    expect(problem('mean(loss) > 1')).toMatch(/mean takes a tensor, for example mean\(/);
    expect(problem('notFinite > 1')).toMatch(/notFinite is a function/);
  });

  it('names of the run’s layers and weights are checked', () => {
    const known = { layers: ['dense_1', 'conv_1'], weights: ['dense_1/kernel', 'dense_1/bias'] };
    expect(problem("norm(activation('dence_1')) > 1", afterStep, known)).toContain('Did you mean dense_1?');
    expect(problem("max(gradient('dense_1/kernal')) > 1", afterStep, known)).toContain('Did you mean dense_1/kernel?');
    expect(problem("norm(weight('kernal')) > 1", afterLayer, known)).toContain('Did you mean kernel?');
    expect(parseCondition("norm(weight('bias')) > 1", known, afterLayer).kind).toBe('ok');
  });

  it('what cannot be read counts as not met, and is told', () => {
    const parsed = parseCondition("norm(weight('gone')) >= 0 || true", {}, afterLayer);
    if (parsed.kind === 'error') throw new Error(parsed.message);
    const told: string[] = [];
    expect(parsed.condition.holds(scope, (message) => told.push(message))).toBe(false);
    expect(told).toEqual(['it is not there.']);
  });

  it('log messages write numbers, texts and whole tensors', () => {
    const write = (message: string): string => {
      const parsed = parseLogText(message, {}, afterLayer);
      if (parsed.kind === 'error') throw new Error(parsed.message);
      return parsed.text.write(scope);
    };
    expect(write('at {step} in {layer}: {mean(output)} \\{x\\} {loss > 1}')).toBe('at 4 in dense_1: 0.5 {x} true');
    expect(write('{output}')).toBe('min -1, mean 0.5, max 3, spread 1.5, zeros 0.25, notFinite 0');
    expect(write("{norm(weight('gone'))}!")).toBe('(it is not there.)!');
    expect(parseLogText('loss {los}', {}, afterLayer)).toMatchObject({ kind: 'error', column: 7 });
  });
});

it('several tensors together are as one', () => {
  const of = (values: readonly number[]): TensorNumbers => {
    const finite = values.filter(Number.isFinite);
    const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
    return {
      size: values.length,
      norm: Math.hypot(...finite),
      min: Math.min(...finite),
      max: Math.max(...finite),
      mean,
      spread: Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length),
      zeros: values.filter((value) => value === 0).length / values.length,
      notFinite: (values.length - finite.length) / values.length,
    };
  };
  const parts = [[1, 0, -3, NaN], [5], [0.5, 0.25, Infinity]];
  const whole = of(parts.flat());
  for (const [name, value] of Object.entries(together(parts.map(of))))
    expect(value, name).toBeCloseTo(whole[name as keyof TensorNumbers], 10);
  expect(together([])).toMatchObject({ size: 0, norm: 0, mean: NaN });
});

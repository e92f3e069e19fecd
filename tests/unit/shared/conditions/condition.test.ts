import { describe, expect, it } from 'vitest';
import { parseCondition, usesGradientNorms, type ConditionScope } from '../../../../src/shared/conditions/condition.js';

const scope: ConditionScope = {
  loss: 2.5,
  metrics: { accuracy: 0.75, mse: 0.1 },
  learningRate: 0.001,
  step: 40,
  epoch: 2,
  gradNorm: (layer) => (layer === undefined ? 10 : layer === 'dense_1' ? 6 : undefined),
  weightNorm: (layer) => (layer === undefined ? 20 : layer === 'dense_1' ? 12 : undefined),
  notFinite: () => false,
};

it('norms of weights, and what is not finite', () => {
  expect(holds("weightNorm > 19 && weightNorm('dense_1') == 12")).toBe(true);
  expect(holds('notFinite')).toBe(false);
  expect(holds('notFinite || loss > 9', { notFinite: () => true })).toBe(true);
  expect(message("weightNorm('dense_2') > 1", { layers: ['dense_1'] })).toContain('no layer dense_2');
});

function holds(text: string, over: Partial<ConditionScope> = {}): boolean {
  const parsed = parseCondition(text);
  if (parsed.kind === 'error') throw new Error(parsed.message);
  return parsed.condition.holds({ ...scope, ...over });
}

function message(text: string, known = {}): string {
  const parsed = parseCondition(text, known);
  if (parsed.kind === 'ok') throw new Error(`${text} was accepted`);
  return parsed.message;
}

describe('conditions', () => {
  it.each([
    ['loss > 2', true],
    ['loss > 2.5', false],
    ['loss >= 2.5 && accuracy < 0.8', true],
    ['!(loss < 2) || false', true],
    ['step % 10 == 0', true],
    ['step % 10 === 1', false],
    ['epoch != 2', false],
    ['epoch !== 3', true],
    ['lr == learningRate && lr < 1e-2', true],
    ['-loss < 0 ? accuracy > 0.7 : false', true],
    ['gradNorm > 9', true],
    ['gradNorm() > 9', true],
    ["gradNorm('dense_1') == 6", true],
    ["gradNorm('other') > 0", false],
    ['max(loss, 3, abs(-7)) == 7', true],
    ['min(loss, mse) == mse', true],
    ['sqrt(16) + pow(2, 3) == 12', true],
    ['log(exp(1)) == 1', true],
    ['loss * 2 - 1 == 4', true],
    ['loss == NaN', false],
    ['unknownMetric > 0', false],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it('finds numbers that are not finite', () => {
    expect(holds('isNaN(loss)', { loss: NaN })).toBe(true);
    expect(holds('loss > 2 || isNaN(loss)', { loss: NaN })).toBe(true);
    expect(holds('!isFinite(loss)', { loss: -Infinity })).toBe(true);
    expect(holds('isNaN(loss)')).toBe(false);
    expect(holds('loss', { loss: NaN })).toBe(false);
  });

  it('says which names it reads', () => {
    const parsed = parseCondition("loss > accuracy && lr > 0 && gradNorm('dense_1') < max(mse, 1)");
    expect(parsed.kind === 'ok' && [...parsed.names].sort()).toEqual([
      'accuracy',
      'gradNorm',
      'learningRate',
      'loss',
      'mse',
    ]);
    expect(parsed.kind === 'ok' && usesGradientNorms(parsed.condition)).toBe(true);
    expect(parsed.kind === 'ok' && parsed.condition.layers).toEqual(['dense_1']);
    const plain = parseCondition('loss > 1');
    expect(plain.kind === 'ok' && usesGradientNorms(plain.condition)).toBe(false);
  });

  it('reaches nothing but its own names', () => {
    for (const text of [
      'loss.constructor',
      "loss['x']",
      'this.x',
      "constructor('return 1')()",
      '(loss)(1)',
      '[loss]',
      "gradNorm('a').b",
      'toString()',
      '`loss`',
    ]) {
      expect(parseCondition(text).kind, text).toBe('error');
    }
    // Names of the prototype are metrics that are not there, not what every object inherits.
    expect(holds('toString')).toBe(false);
    expect(holds('constructor')).toBe(false);
    expect(holds('__proto__')).toBe(false);
  });

  it('explains mistakes in plain words, at their column', () => {
    expect(message('')).toContain('Write a condition');
    expect(parseCondition('step = 4')).toEqual({
      kind: 'error',
      message: 'A single = does not compare. Write == for “equal”.',
      column: 6,
    });
    expect(message('(loss > 2')).toBe('A closing bracket ) is missing.');
    expect(message('loss > 2)')).toBe('There is a closing bracket ) too many.');
    expect(message('loss >')).toContain('missing at the end');
    expect(message('loss > 2 and accuracy < 1')).toContain('&&');
    expect(message('loss & 2')).not.toContain('gobble');
    expect(message('loss | 2')).toContain('|');
    expect(message("loss > 'high'")).toContain("gradNorm('layer')");
    expect(message('gradNorm(3)')).toContain("gradNorm('dense_1')");
    expect(message('isNaN')).toContain('isNaN(…)');
    expect(message('pow(2)')).toBe('pow takes 2 values, not 1.');
    expect(parseCondition('step > 1 && los > 2')).toEqual({
      kind: 'error',
      message: 'los is not known here. Did you mean loss?',
      column: 13,
    });
    expect(message('isNan(loss)')).toContain('Did you mean isNaN?');
  });

  it('knows the run’s metrics and layers where they are given', () => {
    const known = { metrics: ['accuracy'], layers: ['dense_1', 'dense_2'] };
    expect(parseCondition('accuracy > 0.5', known).kind).toBe('ok');
    expect(message('acuracy > 0.5', known)).toBe('acuracy is not known here. Did you mean accuracy?');
    expect(message('precision > 0.5', known)).toContain(
      'There are: loss, learningRate, step, epoch, stepInEpoch, gradNorm, weightNorm, notFinite, ',
    );
    expect(message("gradNorm('dense_3') > 1", known)).toContain('Did you mean dense_1?');
    expect(message("gradNorm('conv') > 1", known)).toContain('It has: dense_1, dense_2.');
  });

  it('is quick enough for thousands of steps a second', () => {
    const parsed = parseCondition('loss > 3 || isNaN(loss) || accuracy < 0.1 && step % 10 == 0');
    if (parsed.kind === 'error') throw new Error(parsed.message);
    const began = process.cpuUsage();
    for (let index = 0; index < 100_000; index++) parsed.condition.holds(scope);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 100_000).toBeLessThan(50);
  });
});

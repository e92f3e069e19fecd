import { describe, expect, it } from 'vitest';
import type { BreakpointPlace } from '../../../../src/shared/protocol/training.js';
import { offeredInCondition, offeredInMessage, offeredWords } from '../../../../renderer/state/condition-words.js';

const condition: BreakpointPlace = { kind: 'condition', condition: '' };
const after: BreakpointPlace = { kind: 'layer', layer: 'conv2d_1', when: 'after', pass: 'forward' };
const known = { metrics: ['accuracy'], layers: ['conv2d_1', 'dense_1'], weights: ['dense_1/kernel', 'dense_1/bias'] };
const labels = (offers: readonly { readonly label: string }[]) => offers.map(({ label }) => label);

describe('what a condition could go on with', () => {
  it('offers names that begin so, metrics too, in place of what is typed', () => {
    const offers = offeredInCondition(condition, 'loss > 2 && acc', 15, known);
    expect(offers).toMatchObject([{ label: 'accuracy', from: 12 }]);
    expect(labels(offeredInCondition(condition, 'gradN', 5, known))).toEqual(['gradNorm']);
    expect(labels(offeredInCondition(after, 'ze', 2, known))).toEqual(['zeros']);
    expect(labels(offeredInCondition(after, 'out', 3, known))).toEqual(['output']);
  });

  it('offers layers within quotes, and nothing after a number, a dot or in the open', () => {
    expect(offeredInCondition(condition, "gradNorm('d", 11, known)).toMatchObject([{ label: 'dense_1', from: 10 }]);
    expect(labels(offeredInCondition(condition, 'gradNorm("', 10, known))).toEqual(['conv2d_1', 'dense_1']);
    for (const text of ['', 'loss > 2', 'loss > ', 'loss > 0.m'])
      expect(offeredInCondition(condition, text, text.length, known)).toEqual([]);
  });

  it('offers what a tensor can be asked, and names of weights where those are meant', () => {
    expect(offeredInCondition(after, 'output.me', 9, known)).toMatchObject([{ label: 'mean()', from: 7 }]);
    expect(labels(offeredInCondition(after, "weight('", 8, known))).toEqual(['kernel', 'bias']);
    expect(labels(offeredInCondition(condition, "weight('dense_1/", 16, known))).toEqual([
      'dense_1/kernel',
      'dense_1/bias',
    ]);
  });

  it('offers nothing that is not in reach at the place', () => {
    const before: BreakpointPlace = { ...after, when: 'before' };
    expect(labels(offeredInCondition(before, 'out', 3, known))).toEqual([]);
    expect(labels(offeredInCondition(before, 'inp', 3, known))).toEqual(['input']);
  });

  it('offers within the braces of a message alone', () => {
    expect(offeredInMessage(after, 'at {st', 6, known)).toMatchObject([
      { label: 'step', from: 4 },
      { label: 'stepInEpoch', from: 4 },
    ]);
    for (const text of ['st', '{step} st', '\\{st'])
      expect(offeredInMessage(after, text, text.length, known)).toEqual([]);
  });

  it('finds whole words by any part, beginnings first', () => {
    expect(labels(offeredWords(['max_pooling_1', 'pool', 'conv'], 'layer', 'pool'))).toEqual(['max_pooling_1']);
    expect(labels(offeredWords(['a_dense', 'dense_1', 'conv'], 'layer', 'DEN'))).toEqual(['dense_1', 'a_dense']);
  });
});

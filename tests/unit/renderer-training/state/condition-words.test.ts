import { describe, expect, it } from 'vitest';
import { offeredInCondition, offeredInMessage, offeredWords } from '../../../../renderer/state/condition-words.js';

const known = { metrics: ['accuracy'], layers: ['conv2d_1', 'dense_1'] };
const labels = (offers: readonly { readonly label: string }[]) => offers.map(({ label }) => label);

describe('what a condition could go on with', () => {
  it('offers names that begin so, metrics too, in place of what is typed', () => {
    const offers = offeredInCondition('condition', 'loss > 2 && ac', 14, known);
    expect(offers).toMatchObject([{ label: 'accuracy', from: 12 }]);
    expect(labels(offeredInCondition('condition', 'gr', 2, known))).toEqual(['gradNorm']);
    expect(labels(offeredInCondition('layer', 'ze', 2, known))).toEqual(['zeros']);
    expect(labels(offeredInCondition('layer', 'out', 3, known))).toEqual(['output']);
  });

  it('offers layers within quotes, and nothing after a number, a dot or in the open', () => {
    expect(offeredInCondition('condition', "gradNorm('d", 11, known)).toMatchObject([{ label: 'dense_1', from: 10 }]);
    expect(labels(offeredInCondition('condition', 'gradNorm("', 10, known))).toEqual(['conv2d_1', 'dense_1']);
    for (const text of ['', 'loss > 2', 'loss > ', 'output.me'])
      expect(offeredInCondition('condition', text, text.length, known)).toEqual([]);
  });

  it('offers within the braces of a message alone', () => {
    expect(offeredInMessage('layer', 'at {st', 6, known)).toMatchObject([
      { label: 'step', from: 4 },
      { label: 'stepInEpoch', from: 4 },
    ]);
    for (const text of ['st', '{step} st', '{{st'])
      expect(offeredInMessage('layer', text, text.length, known)).toEqual([]);
  });

  it('finds whole words by any part, beginnings first', () => {
    expect(labels(offeredWords(['max_pooling_1', 'pool', 'conv'], 'layer', 'pool'))).toEqual(['max_pooling_1']);
    expect(labels(offeredWords(['a_dense', 'dense_1', 'conv'], 'layer', 'DEN'))).toEqual(['dense_1', 'a_dense']);
  });
});

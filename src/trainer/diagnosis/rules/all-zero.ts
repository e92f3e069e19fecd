/** Tensors that are zero throughout, where nobody means them to be. */
import type { Found, Rule } from '../rule.js';

/** Their zeros have a rule of their own, or are what they are for. */
const mayBeZero = /^(ReLU|InputLayer|Dropout|SpatialDropout|GaussianDropout|AlphaDropout|Masking|ZeroPadding)/;

export const allZero: Rule = {
  kind: 'step',
  rule: 'allZero',
  title: 'A tensor is all zero',
  wishes: ({ layers }) => layers.map(({ label: name }) => ({ of: 'activation', name, numbers: ['zeros'] })),
  test: (step, { layers, outputs }) => {
    const found: Found[] = [];
    const input = step.batch()?.inputs.find(({ summary }) => summary.zeros === 1);
    if (input) {
      found.push({
        severity: 'warning',
        title: `The batch is all zero: ${input.name}.`,
        explanation:
          'There is nothing in it to learn from. Images scaled twice and read as integers, or columns that did not parse, look so.',
        advice: ['Look at the batch and at the step that makes it.'],
        part: 'data',
      });
      return found;
    }
    for (const layer of layers) {
      if (mayBeZero.test(layer.type) || layer.activation?.startsWith('relu')) continue;
      const output = step.summary({ of: 'activation', name: layer.label, numbers: ['zeros'] });
      if (!output || output.zeros < 1) continue;
      // The first one; those behind follow from it. A dead relu before it is told as such.
      if (layer.from.some((name) => step.summary({ of: 'activation', name, numbers: ['zeros'] })?.zeros === 1)) break;
      found.push({
        severity: 'warning',
        title: `Everything that layer ${layer.label} gives is zero.`,
        explanation: `${outputs.includes(layer.label) ? 'The model predicts nothing but zero.' : 'What lies behind it gets nothing to work with.'} What comes in is not all zero, so its weights are, or they cancel out.`,
        advice: [
          'Check how the layer’s weights begin: kernelInitializer must not be zeros.',
          'Open its weights here and look.',
        ],
        layer: layer.label,
      });
      break;
    }
    return found;
  },
};

/** Gradients that fade on their way to the first layers, which then do not learn. */
import { kernelsOf } from '../facts.js';
import type { Rule } from '../rule.js';
import { listed, number } from '../words.js';

export const vanishingGradient: Rule = {
  kind: 'step',
  rule: 'vanishingGradient',
  title: 'The gradient vanishes towards the first layers',
  thresholdOf: 'gradient of the first layer over that of the last',
  threshold: 1e-3,
  wishes: ({ layers }) =>
    layers.flatMap((layer) =>
      kernelsOf(layer).map(({ name }) => ({ of: 'gradient', name, numbers: ['norm', 'notFinite'] }) as const),
    ),
  test: (step, { layers }, threshold) => {
    const seen = layers.flatMap((layer) => {
      const [kernel] = kernelsOf(layer);
      const gradient = kernel && step.summary({ of: 'gradient', name: kernel.name, numbers: ['norm', 'notFinite'] });
      // Of one value, so that large layers and small ones compare.
      return gradient ? [{ layer, gradient, size: gradient.norm / Math.sqrt(gradient.size) }] : [];
    });
    if (seen.length < 3 || seen.some(({ gradient }) => gradient.notFinite > 0)) return [];
    const [first, last] = [seen[0]!, seen.at(-1)!];
    // Exactly nothing is not fading: something on the way is cut off, which is told as such.
    if (first.size === 0 || last.size === 0) return [];
    const ratio = first.size / last.size;
    if (ratio >= threshold) return [];
    const squashing = seen.filter(({ layer }) => /sigmoid|tanh|softsign/i.test(layer.activation ?? ''));
    const faded = seen.filter(({ size }) => size / last.size < threshold).map(({ layer }) => layer.label);
    return [
      {
        severity: 'warning',
        title: `The gradient vanishes: layer ${first.layer.label} gets ${number(ratio)} times that of ${last.layer.label}.`,
        explanation: `On the way back through ${seen.length} layers it fades from ${number(last.size)} to ${number(first.size)} a weight. ${listed(faded)} hardly learn${faded.length === 1 ? 's' : ''}. ${
          squashing.length > 0
            ? `Each ${squashing[0]!.layer.activation} lets a quarter of the gradient or less through, and there are ${squashing.length} of them.`
            : 'Each layer multiplies the gradient by its weights, and small weights make it smaller each time.'
        }`,
        advice: [
          ...(squashing.length > 0 ? ["Use activation: 'relu' (or 'elu', 'selu') in the hidden layers."] : []),
          "Begin with larger weights: kernelInitializer: 'heNormal' with relu, 'glorotUniform' with tanh.",
          'Put batchNormalization between the layers, or connections past some of them.',
          'Use fewer layers.',
        ],
        layer: first.layer.label,
      },
    ];
  },
};

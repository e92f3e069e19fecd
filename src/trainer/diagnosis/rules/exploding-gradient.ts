/** Gradients so large that an update throws the weights far away, though they are finite yet. */
import type { Rule } from '../rule.js';
import { number } from '../words.js';

export const explodingGradient: Rule = {
  kind: 'step',
  rule: 'explodingGradient',
  title: 'A gradient explodes',
  thresholdOf: 'norm of the gradient over the norm of the weights',
  threshold: 1000,
  wishes: ({ layers }) =>
    layers.flatMap(({ weights }) =>
      weights
        .filter(({ trainable }) => trainable)
        .flatMap(({ name }) => [
          { of: 'gradient', name, numbers: ['norm', 'notFinite'] } as const,
          { of: 'weight', name, numbers: ['norm', 'notFinite'] } as const,
        ]),
    ),
  test: (step, { layers }, threshold) => {
    let worst:
      { readonly label: string; readonly norm: number; readonly ratio: number; readonly weights: number } | undefined;
    for (const { label, weights } of layers) {
      const gradient = normOver(
        weights.filter(({ trainable }) => trainable),
        (name) => step.summary({ of: 'gradient', name, numbers: ['norm', 'notFinite'] }),
      );
      const size = normOver(weights, (name) => step.summary({ of: 'weight', name, numbers: ['norm', 'notFinite'] }));
      // What is not finite is told as such.
      if (gradient === undefined || size === undefined) return [];
      // Weights that begin at zero have no scale to compare with.
      const ratio = gradient / Math.max(size, 1);
      if (ratio >= threshold && ratio > (worst?.ratio ?? 0)) worst = { label, norm: gradient, ratio, weights: size };
    }
    if (!worst) return [];
    return [
      {
        severity: 'warning',
        title: `The gradient of layer ${worst.label} explodes: its norm is ${number(worst.norm)}, that of the weights ${number(worst.weights)}.`,
        explanation: `An update along a gradient that is ${number(worst.ratio)} times the weights throws away what they have learned; the next loss is larger still, and soon it is NaN. Deep stacks and recurrent layers multiply gradients up; inputs or targets in the hundreds do too.`,
        advice: [
          `Use a smaller learning rate${step.learningRate === undefined ? '' : ` than ${number(step.learningRate)}`}.`,
          'Scale inputs and targets to about 0–1, or to mean 0 and spread 1.',
          'Clip the gradients in a trainStep, or put batchNormalization between the layers.',
        ],
        layer: worst.label,
      },
    ];
  },
};

/** Over all of a layer's weights; 0 where nothing is known of them, `undefined` where one is not finite. */
function normOver(
  weights: readonly { readonly name: string }[],
  summary: (name: string) => { readonly norm: number; readonly notFinite: number } | undefined,
): number | undefined {
  let sum = 0;
  for (const { name } of weights) {
    const seen = summary(name);
    if (!seen) continue;
    if (seen.notFinite > 0) return undefined;
    sum += seen.norm ** 2;
  }
  return Math.sqrt(sum);
}

/** How far an update moves the weights, by their own size: about a thousandth is usual. */
import { kernelsOf, type ExperimentFacts, type StepFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';
import { lowerRate, number } from '../words.js';

/** Below this share of the weights a step moves next to nothing. */
const TOO_SMALL = 1e-5;
/** Above the threshold it is worth a word; this many times above it, a warning. */
const FAR_ABOVE = 10;

export const updateRatio: Rule = {
  kind: 'step',
  rule: 'updateRatio',
  title: 'An update is far too large or too small for the weights',
  thresholdOf: 'length of an update over that of the weights',
  threshold: 0.1,
  wishes: ({ layers }) =>
    layers.flatMap((layer) =>
      kernelsOf(layer).flatMap(({ name }) => [
        { of: 'gradient', name, numbers: ['norm', 'notFinite'] } as const,
        { of: 'weight', name, numbers: ['norm', 'notFinite'] } as const,
      ]),
    ),
  test: (step, facts, threshold) => {
    const { learningRate } = step;
    if (learningRate === undefined) return [];
    const ratios = facts.layers.flatMap((layer) =>
      kernelsOf(layer).flatMap(({ name, size }) => {
        const ratio = ratioOf(name, size, learningRate, step, facts);
        return ratio === undefined ? [] : [{ layer: layer.label, ratio }];
      }),
    );
    const largest = ratios.reduce((most, one) => (one.ratio > most.ratio ? one : most), { layer: '', ratio: 0 });
    if (largest.ratio > threshold) return [tooLarge(largest, threshold, learningRate)];
    if (ratios.length > 0 && ratios.every(({ ratio }) => ratio < TOO_SMALL)) return [tooSmall(largest, learningRate)];
    return [];
  },
};

function ratioOf(
  name: string,
  size: number,
  learningRate: number,
  step: StepFacts,
  { optimizer }: ExperimentFacts,
): number | undefined {
  const numbers = ['norm', 'notFinite'] as const;
  const weight = step.summary({ of: 'weight', name, numbers });
  const gradient = step.summary({ of: 'gradient', name, numbers });
  if (!weight || !gradient || weight.notFinite > 0 || gradient.notFinite > 0 || weight.norm === 0) return undefined;
  if (gradient.norm === 0) return undefined;
  // These divide each gradient by its own size: whatever the gradient, a weight moves by about the learning rate.
  if (/^(Adam|Adamax|RMSProp)/.test(optimizer ?? '')) return (learningRate * Math.sqrt(size)) / weight.norm;
  if (/^(SGD|Momentum)/.test(optimizer ?? '')) return (learningRate * gradient.norm) / weight.norm;
  return undefined;
}

const tooLarge = (
  { layer, ratio }: { readonly layer: string; readonly ratio: number },
  threshold: number,
  learningRate: number,
): Found => ({
  severity: ratio > FAR_ABOVE * threshold ? 'warning' : 'info',
  title: `An update moves the weights of ${layer} by ${number(ratio)} times their own length.`,
  explanation: `The learning rate (${number(learningRate)}) times the gradient is large beside the weights: about 0.001 times is usual, and above ${number(threshold)} the loss often jumps instead of falling.`,
  advice: [`Try a learning rate of ${number(lowerRate(learningRate))}.`, 'Scale the inputs to about 0–1.'],
  layer,
});

const tooSmall = ({ ratio }: { readonly ratio: number }, learningRate: number): Found => ({
  severity: 'info',
  title: `An update moves no layer’s weights by more than ${number(ratio)} times their length.`,
  explanation: `With a learning rate of ${number(learningRate)} and the gradients of this step it takes ${number(Math.round(0.01 / Math.max(ratio, 1e-30)))} steps like it to change the weights by a hundredth. At the end of a training that is as it should be; at its beginning it learns nothing.`,
  advice: [`Try a learning rate of ${number(learningRate * 10)}.`],
  part: 'optimizer',
});

/** A model that answers the same whatever it is asked: it has learned the mean, or nothing reaches its end. */
import type { TensorValues } from '../facts.js';
import type { Rule } from '../rule.js';

/** Of the largest value: what rounding makes different between examples. */
const ROUNDING = 1e-6;
/** Fewer can be of one kind. */
const FEWEST_EXAMPLES = 8;

export const sameOutput: Rule = {
  kind: 'step',
  rule: 'sameOutput',
  title: 'The model answers the same to every example',
  wishes: () => [],
  test: (step, { outputs }) =>
    outputs.flatMap((label) => {
      const values = step.output(label);
      if (!values || !answersAlike(values)) return [];
      return [
        {
          severity: 'warning',
          title: `The model answers the same to all ${values.shape[0]} examples of the batch.`,
          explanation: `Layer ${label} gives equal rows whatever comes in. Nothing of the input reaches it: a layer before it gives only zeros, weights began all equal, or the inputs themselves are equal.`,
          advice: [
            'Go through the layers from the input: the first whose output is the same for all examples is the cause.',
            'Use a smaller learning rate, and scale the inputs to about 0–1.',
          ],
          layer: label,
        },
      ];
    }),
};

function answersAlike({ shape, data }: TensorValues): boolean {
  const rows = shape[0] ?? 0;
  if (rows < FEWEST_EXAMPLES || data.length === 0) return false;
  const width = data.length / rows;
  let largest = 0;
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    if (!Number.isFinite(value)) return false;
    largest = Math.max(largest, Math.abs(value));
  }
  for (let index = width; index < data.length; index++) {
    if (Math.abs(data[index]! - data[index % width]!) > ROUNDING * largest) return false;
  }
  return true;
}

/** ReLU layers whose units give zero whatever comes in: they get no gradient, so they never come back. */
import type { LayerFacts, TensorValues } from '../facts.js';
import type { Rule } from '../rule.js';
import { number, percent } from '../words.js';

export const deadRelu: Rule = {
  kind: 'step',
  rule: 'deadRelu',
  title: 'A ReLU layer dies',
  thresholdOf: 'share of zeros in its output',
  threshold: 0.95,
  wishes: ({ layers }) =>
    layers.filter(isRelu).map(({ label: name }) => ({ of: 'activation', name, numbers: ['zeros'] })),
  test: (step, { layers }, threshold) =>
    layers.filter(isRelu).flatMap((layer) => {
      const summary = step.summary({ of: 'activation', name: layer.label, numbers: ['zeros'] });
      if (!summary || summary.zeros < threshold) return [];
      const units = deadUnits(step.output(layer.label));
      // Mostly zero, but each unit wakes up for some example: that is sparse, not dead.
      if (units && units.dead < units.all / 2) return [];
      const all = units && units.dead === units.all;
      const counted = units
        ? ` ${units.dead} of its ${units.all} units gave zero for every example of the batch.`
        : ' Nearly all of its units gave zero for every example of the batch.';
      return [
        {
          severity: 'warning',
          title: `Layer ${layer.label} is ${all ? 'dead' : 'dying'}: ${percent(summary.zeros)} of its outputs are zero.`,
          explanation: `${counted.trim()} Where relu gives zero no gradient passes, so these units and what lies before them no longer learn. A large update has pushed the biases far below zero, or the inputs are.`,
          advice: [
            `Use a smaller learning rate${step.learningRate === undefined ? '' : ` than ${number(step.learningRate)}`}.`,
            "Use an activation that lets something through below zero: 'elu', 'selu', or a layer tf.layers.leakyReLU().",
            "Begin with kernelInitializer: 'heNormal' and biases of zero, and scale the inputs to about 0–1.",
          ],
          layer: layer.label,
          op: 'Relu',
        },
      ];
    }),
};

const isRelu = ({ type, activation }: LayerFacts): boolean =>
  type === 'ReLU' || activation === 'relu' || activation === 'relu6';

/** Units are the last dimension: neurons, or feature maps. */
function deadUnits(values: TensorValues | undefined): { readonly dead: number; readonly all: number } | undefined {
  if (!values) return undefined;
  const all = values.shape.at(-1) ?? 0;
  if (values.shape.length < 2 || all === 0) return undefined;
  const alive = new Uint8Array(all);
  for (let index = 0; index < values.data.length; index++) if (values.data[index] !== 0) alive[index % all] = 1;
  return { dead: alive.reduce((count, one) => count + (1 - one), 0), all };
}

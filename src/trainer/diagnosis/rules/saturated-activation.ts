/** Sigmoid and tanh layers at their ends, where their slope and with it the gradient is nearly zero. */
import type { LayerFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { number, percent } from '../words.js';

export const saturatedActivation: Rule = {
  kind: 'step',
  rule: 'saturatedActivation',
  title: 'A sigmoid or tanh layer saturates',
  thresholdOf: 'how near its outputs are to their ends, 0 to 1',
  threshold: 0.95,
  wishes: (facts) =>
    facts.layers
      .filter((layer) => isSquashing(layer, facts.outputs))
      .map(({ label: name }) => ({ of: 'activation', name, numbers: ['norm', 'mean', 'notFinite'] })),
  test: (step, { layers, outputs }, threshold) =>
    layers
      .filter((layer) => isSquashing(layer, outputs))
      .flatMap((layer) => {
        const numbers = ['norm', 'mean', 'notFinite'] as const;
        const seen = step.summary({ of: 'activation', name: layer.label, numbers });
        if (!seen || seen.notFinite > 0 || seen.size === 0) return [];
        const squares = seen.norm ** 2 / seen.size;
        // The mean square of the distance from the middle, in half ranges: 1 where all values are at an end.
        const ends = layer.activation === 'tanh' ? squares : 4 * squares - 4 * seen.mean + 1;
        if (ends < threshold) return [];
        const places = layer.activation === 'tanh' ? '−1 and 1' : '0 and 1';
        return [
          {
            severity: 'warning',
            title: `Layer ${layer.label} is saturated: its outputs are ${percent(Math.sqrt(Math.min(1, ends)))} of the way to their ends.`,
            explanation: `Nearly all of what ${layer.activation} gives lies at ${places}, where it is flat: almost no gradient passes, and neither this layer nor those before it learn. Its weights or its inputs are too large.`,
            advice: [
              'Scale the inputs to about 0–1, or to mean 0 and spread 1.',
              "Begin with smaller weights: kernelInitializer: 'glorotUniform' is made for this activation.",
              `Put batchNormalization before it, or use activation: 'relu'${step.learningRate === undefined ? '' : `; a smaller learning rate than ${number(step.learningRate)} keeps weights from growing so`}.`,
            ],
            layer: layer.label,
            op: layer.activation === 'tanh' ? 'Tanh' : 'Sigmoid',
          },
        ];
      }),
};

/** An output layer that is sure of its answers has every right to be at the ends. */
const isSquashing = ({ label, activation, type }: LayerFacts, outputs: readonly string[]): boolean =>
  (activation === 'sigmoid' || activation === 'tanh') && !outputs.includes(label) && !/LSTM|GRU|RNN|Cell/.test(type);

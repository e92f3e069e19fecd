/** Softmax or sigmoid applied twice: by the model and again by the loss, or by two layers in a row. */
import { layerOf, type LayerFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';

export const softmaxTwice: Rule = {
  kind: 'experiment',
  rule: 'softmaxTwice',
  title: 'Softmax or sigmoid is applied twice',
  test: (facts) => {
    const found: Found[] = [];
    for (const layer of facts.layers) {
      if (squashing(layer) !== 'softmax') continue;
      const before = layer.from
        .map((label) => layerOf(facts, label))
        .find((one) => one && squashing(one) === 'softmax');
      if (before) {
        found.push({
          severity: 'warning',
          title: `Softmax is applied twice: by ${before.label} and again by ${layer.label}.`,
          explanation:
            'The second one makes all classes nearly equally likely, whatever the first has found: with 10 classes none gets more than 23 %.',
          advice: [`Take the softmax out of ${before.label}, or ${layer.label} out of the model.`],
          layer: layer.label,
        });
      }
    }
    const [label] = facts.outputs;
    const last = label === undefined ? undefined : layerOf(facts, label);
    const wanted = { 'scores for softmax': 'softmax', 'scores for sigmoid': 'sigmoid', 'as named': undefined }[
      facts.lossTakes
    ];
    if (last && wanted !== undefined && squashing(last) === wanted) {
      found.push({
        severity: 'warning',
        title: `The loss takes ${wanted} itself, but ${last.label} has applied it already.`,
        explanation: `${wanted === 'softmax' ? 'softmaxCrossEntropy' : 'sigmoidCrossEntropy'} is made for raw scores. Of probabilities between 0 and 1 it takes ${wanted} once more, so that the model can never be sure of anything: the loss stops falling early.`,
        advice: [
          `Take activation: '${wanted}' out of ${last.label}, and apply tf.${wanted} only where you predict.`,
          `Or use the loss by name: '${wanted === 'softmax' ? 'categoricalCrossentropy' : 'binaryCrossentropy'}'.`,
        ],
        layer: last.label,
      });
    }
    return found;
  },
};

const squashing = ({ type, activation }: LayerFacts): string | undefined =>
  type === 'Softmax' ? 'softmax' : activation;

/** What can be seen of a model before it runs: layers that do nothing for each other, or harm. */
import type { ExperimentFacts, LayerFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';
import { listed, percent } from '../words.js';

const linearTypes = /^(Dense|Conv1D|Conv2D|Conv3D|Conv2DTranspose|Conv3DTranspose|SeparableConv2D)$/;
/** Of these the output is the input, in part or in another order; or a mean, which is as linear. */
const passTypes =
  /^(Dropout|SpatialDropout1D|GaussianNoise|GaussianDropout|AlphaDropout|Flatten|Reshape|Permute|RepeatVector|ZeroPadding2D|UpSampling2D|(Global)?AveragePooling[123]D)$/;
const dropoutTypes = /^(Dropout|SpatialDropout1D|GaussianDropout|AlphaDropout)$/;

export const missingNonlinearity: Rule = {
  kind: 'experiment',
  rule: 'missingNonlinearity',
  title: 'Two layers with nothing nonlinear between them',
  test: (facts) =>
    facts.layers.flatMap((layer): Found[] => {
      if (!isLinear(layer)) return [];
      const next = nextWorking(layer, facts);
      if (!next || !linearTypes.test(next.type) || isBottleneck(layer, next)) return [];
      return [
        {
          severity: 'warning',
          title: `Between ${layer.label} and ${next.label} there is nothing nonlinear: the two can do no more than one of them.`,
          explanation: `${layer.label} has no activation, so what ${next.label} computes of it is a sum of sums: a single layer does the same with fewer weights.`,
          advice: [`Give ${layer.label} activation: 'relu'.`, `Or leave one of the two out.`],
          layer: layer.label,
        },
      ];
    }),
};

function isLinear({ type, activation }: LayerFacts): boolean {
  return linearTypes.test(type) && (activation === undefined || activation === 'linear');
}

/** The only layer that takes this one's output, past those that pass it on. */
function nextWorking(layer: LayerFacts, { layers, outputs }: ExperimentFacts): LayerFacts | undefined {
  let at = layer;
  for (;;) {
    const takers = layers.filter(({ from }) => from.includes(at.label));
    const [only] = takers;
    // What is used elsewhere too, or is a sum of several, has its own reasons.
    if (!only || takers.length > 1 || outputs.includes(at.label) || only.from.length > 1) return undefined;
    if (!passTypes.test(only.type)) return only;
    at = only;
  }
}

/** Narrower than what comes before and after: a product of two small matrices in place of a large one, or a code. */
function isBottleneck(layer: LayerFacts, next: LayerFacts): boolean {
  const [before, here, after] = [layer.inputShape.at(-1), layer.outputShape.at(-1), next.outputShape.at(-1)];
  return before != null && here != null && after != null && here < before && here < after;
}

export const dropoutAtOutput: Rule = {
  kind: 'experiment',
  rule: 'dropoutAtOutput',
  title: 'Dropout after the last layer',
  thresholdOf: 'share of values dropped that is too much anywhere',
  threshold: 0.9,
  test: (facts, threshold) => {
    const found: Found[] = [];
    for (const layer of facts.layers) {
      if (!dropoutTypes.test(layer.type)) continue;
      const rate = typeof layer.config['rate'] === 'number' ? layer.config['rate'] : 0;
      if (rate > 0 && leadsOut(layer, facts)) {
        found.push({
          severity: 'warning',
          title: `${layer.label} drops ${percent(rate)} of the model’s own answers.`,
          explanation: `Dropout behind the last layer with weights sets predictions to zero at random while training, so the loss cannot fall below what that costs.`,
          advice: ['Move the dropout before the last layer with weights, or take it out.'],
          layer: layer.label,
        });
      } else if (rate >= threshold) {
        found.push({
          severity: 'warning',
          title: `${layer.label} drops ${percent(rate)} of its input.`,
          explanation: 'Little is left for the layers behind it to learn from, and it is another part each time.',
          advice: [
            'Use a rate between 0.2 and 0.5. In Keras too `rate` is the share that is dropped, not the one that is kept.',
          ],
          layer: layer.label,
        });
      }
    }
    return found;
  },
};

/** Whether nothing with weights comes behind it. */
function leadsOut(layer: LayerFacts, facts: ExperimentFacts): boolean {
  if (facts.outputs.includes(layer.label)) return true;
  const takers = facts.layers.filter(({ from }) => from.includes(layer.label));
  return takers.length > 0 && takers.every((taker) => taker.weights.length === 0 && leadsOut(taker, facts));
}

export const batchNormOfOne: Rule = {
  kind: 'experiment',
  rule: 'batchNormOfOne',
  title: 'Batch normalisation over batches of one example',
  test: ({ layers, batchSize }) => {
    const layer = layers.find(({ type }) => type === 'BatchNormalization');
    // Over the places of an image there is still something to take a mean of.
    if (!layer || batchSize !== 1 || layer.inputShape.length > 1) return [];
    return [
      {
        severity: 'warning',
        title: `${layer.label} normalises batches of a single example: its output is always zero.`,
        explanation:
          'It takes the mean over the batch away, and with one example that is the example itself. Nothing of the input gets through while training, and validation sees another model.',
        advice: [
          'Use a batchSize of 16 or more.',
          'Or use tf.layers.layerNormalization(), which normalises within an example.',
        ],
        layer: layer.label,
      },
    ];
  },
};

export const nothingToTrain: Rule = {
  kind: 'experiment',
  rule: 'nothingToTrain',
  title: 'No weight is trained',
  test: ({ layers }) => {
    const weights = layers.flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })));
    if (weights.length > 0 && weights.every(({ weight }) => !weight.trainable)) {
      const names = [...new Set(weights.map(({ layer }) => layer.label))];
      return [
        {
          severity: 'error',
          title: 'No weight of the model is trained: all are frozen.',
          explanation: `${listed(names)} ${names.length === 1 ? 'has' : 'have'} trainable: false, so there is nothing to take a gradient of.`,
          advice: ['Set trainable: true on the layers that are to learn, at least on the last one.'],
          layer: names.at(-1),
        },
      ];
    }
    if (weights.length > 0) return [];
    return [
      {
        severity: 'warning',
        title: 'The model has no weights: there is nothing to train.',
        explanation: 'None of its layers has any.',
        advice: ['Add a layer that has, for example tf.layers.dense.'],
        part: 'model',
      },
    ];
  },
};

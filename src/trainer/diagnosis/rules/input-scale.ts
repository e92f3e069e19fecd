/** Numbers that are too large, or too nearly equal, for a network to start on. */
import type { BatchTensorFacts, ExperimentFacts, InputFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';
import { number, shapeText } from '../words.js';

/** First layers that are made for raw numbers. */
const takesRaw =
  /^(Embedding|Rescaling|CategoryEncoding|BatchNormalization|LayerNormalization|Masking|Hashing|Normalization)$/;
const NEXT_TO_NOTHING = 1e-3;

export const unnormalisedInput: Rule = {
  kind: 'batch',
  rule: 'unnormalisedInput',
  title: 'The inputs are not scaled',
  thresholdOf: 'mean or spread of the inputs',
  threshold: 10,
  test: (batch, facts, threshold) => {
    if (firstWorking(facts).some(({ type }) => takesRaw.test(type))) return [];
    return batch.inputs.flatMap((input) => scaleOf(input, threshold));
  },
};

function firstWorking({ layers }: ExperimentFacts): ExperimentFacts['layers'] {
  const inputs = layers.filter(({ type }) => type === 'InputLayer').map(({ label }) => label);
  const takers = layers.filter(({ from, type }) => type !== 'InputLayer' && from.some((name) => inputs.includes(name)));
  return takers.length > 0 ? takers : layers.filter(({ type }) => type !== 'InputLayer').slice(0, 1);
}

function scaleOf({ name, shape, summary, columns }: InputFacts, threshold: number): Found[] {
  const { min, max, mean, spread, zeros } = summary;
  if (summary.notFinite > 0 || zeros === 1) return [];
  const image = shape.length === 4 && min >= 0 && max > 16 && max <= 255;
  if (image) {
    return [
      {
        severity: 'warning',
        title: `The images hold values from ${number(min)} to ${number(max)}, not from 0 to 1.`,
        explanation: `Inputs of this size make the first layer’s outputs, and with them the gradients, hundreds of times larger than its initial weights are made for: the loss starts high, jumps, or becomes NaN.`,
        advice: [
          'Divide by 255 where the data is made: image.toFloat().div(255).',
          'datasets.imageFolder does so by itself.',
        ],
        part: 'data',
      },
    ];
  }
  const wide = columns?.filter((column) => Math.abs(column.mean) >= threshold || column.spread >= threshold) ?? [];
  const worst = wide.reduce<(typeof wide)[number] | undefined>(
    (most, one) => (most === undefined || reach(one) > reach(most) ? one : most),
    undefined,
  );
  if (worst || Math.abs(mean) >= threshold || spread >= threshold) {
    const what = worst ? `column ${worst.name}` : `the input ${name} (${shapeText(shape.slice(1))})`;
    const seen = worst ?? { mean, spread };
    return [
      {
        severity: 'warning',
        title: `The inputs are not scaled: ${what} has mean ${number(seen.mean)} and spread ${number(seen.spread)}.`,
        explanation: `A network starts best on numbers around 0 with a spread near 1: its initial weights are made for that. Of much larger ones${wide.length > 1 ? `, as in ${wide.length} columns here,` : ''} the gradients are as much larger, and columns on different scales pull the weights at different speeds.`,
        advice: [
          columns
            ? 'Standardise the columns: datasets.csv(…, { standardize: true }), or take the mean away and divide by the spread.'
            : 'Take the mean away and divide by the spread, or divide by the largest value.',
          'Or begin the model with tf.layers.batchNormalization().',
        ],
        part: 'data',
      },
    ];
  }
  if (spread > 0 && Math.max(Math.abs(min), Math.abs(max)) < NEXT_TO_NOTHING) {
    return [
      {
        severity: 'warning',
        title: `The inputs are next to nothing: all of ${name} lies between ${number(min)} and ${number(max)}.`,
        explanation:
          'The first layer’s outputs are as small, and its gradients with them: it learns very slowly. Images scaled twice look so.',
        advice: ['Scale the inputs to about 0–1, or to mean 0 and spread 1; divide by 255 only once.'],
        part: 'data',
      },
    ];
  }
  return [];
}

const reach = ({ mean, spread }: { readonly mean: number; readonly spread: number }): number =>
  Math.max(Math.abs(mean), spread);

export const largeTargets: Rule = {
  kind: 'batch',
  rule: 'largeTargets',
  title: 'The targets of a regression are large numbers',
  thresholdOf: 'mean or spread of the targets',
  threshold: 100,
  test: (batch, { losses }, threshold) => {
    const target: BatchTensorFacts | undefined = batch.targets.find(
      ({ summary }, index) =>
        /^meanSquared|^meanAbsoluteError$|^logcosh$/.test(losses[index] ?? '') &&
        (Math.abs(summary.mean) >= threshold || summary.spread >= threshold),
    );
    if (!target) return [];
    const { mean, spread } = target.summary;
    return [
      {
        severity: 'info',
        title: `The targets are large: mean ${number(mean)}, spread ${number(spread)}.`,
        explanation:
          'A squared error of such numbers is huge, and so are its gradients: a learning rate that is right for numbers around 1 makes the loss jump here, or it takes long until the outputs get there.',
        advice: [
          'Take the mean of the targets away and divide by their spread; undo it on predictions.',
          'For amounts over several sizes learn the logarithm.',
        ],
        part: 'data',
      },
    ];
  },
};

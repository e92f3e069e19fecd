/** Targets that the loss, or the model's last activation, cannot make sense of. */
import { layerOf, type TargetFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';
import { number } from '../words.js';

export const labelsFitLoss: Rule = {
  kind: 'batch',
  rule: 'labelsFitLoss',
  title: 'The labels do not fit the loss',
  test: (batch, facts) =>
    batch.targets.flatMap((target, index) => {
      const label = facts.outputs[index];
      const layer = label === undefined ? undefined : layerOf(facts, label);
      const units = layer?.outputShape.at(-1) ?? undefined;
      return misfit(target, facts.losses[index], units);
    }),
};

function misfit(target: TargetFacts, loss: string | undefined, units: number | undefined): Found[] {
  const { min, max, notFinite } = target.summary;
  if (notFinite > 0 || loss === undefined) return [];
  const labels = (title: string, explanation: string, ...advice: string[]): Found[] => [
    { severity: 'warning', title, explanation, advice, part: 'data' },
  ];
  switch (loss) {
    case 'sparseCategoricalCrossentropy':
      if (units !== undefined && (max >= units || min < 0)) {
        return labels(
          `The labels go from ${number(min)} to ${number(max)}, but the model tells ${units} classes apart: 0 to ${units - 1}.`,
          `${loss} takes the label as the place of the right class in the model’s output; at a place that is not there it reads nothing, or something else.`,
          min >= 1 && max === units
            ? 'Take 1 away from the labels, so that they count from 0.'
            : `End the model in ${max + 1} units, or check the labels.`,
        );
      }
      if (!target.integers) {
        return labels(
          'The labels are not whole numbers.',
          `${loss} needs the number of the right class, from 0.`,
          "If they are probabilities, one for each class, use loss: 'categoricalCrossentropy'.",
        );
      }
      return [];
    case 'categoricalCrossentropy':
    case 'kullbackLeiblerDivergence':
      if (target.shape.length < 2 || target.sumsToOne) return [];
      return labels(
        'The targets’ rows do not sum to 1.',
        `${loss} compares two distributions over the classes: each row should be one-hot, or probabilities that sum to 1. Here they go from ${number(min)} to ${number(max)}.`,
        "If several classes can be right at once, use a sigmoid with loss: 'binaryCrossentropy'.",
        'Otherwise make the rows with tf.oneHot(labels, classes).',
      );
    case 'binaryCrossentropy':
      if (min >= 0 && max <= 1) return [];
      return labels(
        `The targets go from ${number(min)} to ${number(max)}; binaryCrossentropy needs 0 to 1.`,
        'It compares probabilities. With other targets its minimum is nowhere, and the loss can become negative.',
        min === -1 && max === 1
          ? "Use 0 and 1 in place of −1 and 1, or loss: 'hinge' with activation: 'tanh'."
          : 'Use 0 for no and 1 for yes.',
      );
    case 'hinge':
    case 'squaredHinge':
      if (min >= 0 && max > 0)
        return labels(
          `The targets go from ${number(min)} to ${number(max)}; ${loss} needs −1 and 1.`,
          'With 0 in place of −1 such examples weigh nothing.',
          'Multiply the targets by 2 and take 1 away.',
        );
      return [];
    case 'poisson':
    case 'meanSquaredLogarithmicError':
      if (min >= 0) return [];
      return labels(
        `There are negative targets (down to ${number(min)}), of which ${loss} knows nothing.`,
        'It is made for counts and amounts, 0 and above.',
        "Use loss: 'meanSquaredError'.",
      );
    default:
      return [];
  }
}

/** What an activation can give: lowest and highest. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Infinity],
  relu6: [0, 6],
  softplus: [0, Infinity],
};

export const unreachableTargets: Rule = {
  kind: 'batch',
  rule: 'unreachableTargets',
  title: 'The last activation cannot reach the targets',
  test: (batch, facts) =>
    batch.targets.flatMap(({ summary, shape }, index): Found[] => {
      const label = facts.outputs[index];
      const layer = label === undefined ? undefined : layerOf(facts, label);
      const { activation } = layer ?? {};
      const range = activation === undefined ? undefined : ranges[activation];
      // Losses of classes have their own word on it; numbers of classes are not meant to be reached.
      if (!layer || !range || !/^meanSquaredError$|^meanAbsolute|^logcosh$/.test(facts.losses[index] ?? '')) return [];
      if (shape.length < 2 && activation === 'softmax') return [];
      const { min, max, notFinite } = summary;
      if (notFinite > 0 || (min >= range[0] - 1e-6 && max <= range[1] + 1e-6)) return [];
      return [
        {
          severity: 'warning',
          title: `The targets go from ${number(min)} to ${number(max)}, but ${layer.label} ends in ${activation}, which gives ${range[1] === Infinity ? `${number(range[0])} and more` : `${number(range[0])} to ${number(range[1])}`}.`,
          explanation:
            'What lies outside can never be predicted: the loss stays up, and the weights grow without end in trying.',
          advice: [
            `Take the activation out of ${layer.label}: numbers are predicted without one.`,
            'Or scale the targets into its range.',
          ],
          layer: layer.label,
        },
      ];
    }),
};

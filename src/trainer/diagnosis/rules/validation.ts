/** What validation says beside training: that the data is learned by heart, or that it says nothing. */
import type { EpochCourse } from '../course.js';
import type { Rule } from '../rule.js';
import { number, percent } from '../words.js';

/**
 * Validation losses that are so many times the lowest, or so much less accuracy, are more than a remark. While as many
 * answers are right as before, a few wrong ones that grow surer double a small loss.
 */
const GRAVE_RISE = 2;
const GRAVE_RISE_OF_SURENESS = 4;
const LOST_ACCURACY = 0.05;
/** Epochs that the lowest validation loss lies back. */
const EPOCHS_BACK = 3;

export const overfitting: Rule = {
  kind: 'course',
  rule: 'overfitting',
  title: 'The validation loss rises while training’s falls',
  thresholdOf: 'rise of the validation loss, as a share of its lowest',
  threshold: 0.25,
  test: ({ epochs, bestEpoch: best }, _facts, threshold) => {
    const last = epochs.at(-1);
    const lowest = best?.validationLoss;
    if (last?.validationLoss === undefined || !best || epochs.length <= EPOCHS_BACK) return [];
    if (lowest === undefined || lowest <= 0 || last.epoch - best.epoch < EPOCHS_BACK) return [];
    // One bad epoch is an accident.
    const since = epochs.slice(-EPOCHS_BACK);
    if (!since.every(({ validationLoss = 0 }) => validationLoss >= lowest * (1 + threshold))) return [];
    if (!(last.loss < best.loss)) return [];
    return [
      {
        severity: isGrave(best, last) ? 'warning' : 'info',
        title: `The model overfits: the validation loss was lowest after epoch ${best.epoch} (${number(lowest)}) and is ${number(last.validationLoss)} now.`,
        explanation: `Meanwhile the training loss has fallen from ${number(best.loss)} to ${number(last.loss)}. It goes on learning the training examples by heart, ${percent(last.validationLoss / lowest - 1)} at the cost of new ones.`,
        advice: [
          `Stop after epoch ${best.epoch}: set epochs: ${best.epoch}.`,
          'Show more or more varied examples: augment for images.',
          "Add tf.layers.dropout({ rate: 0.5 }) before the last dense layer, or kernelRegularizer: 'l2'.",
          'Use fewer units or filters.',
        ],
        part: 'epochs',
      },
    ];
  },
};

/** Answers that hold while only the sureness of wrong ones grows are no reason to ring a bell. */
function isGrave(best: EpochCourse, last: EpochCourse): boolean {
  const [before, now] = [best.validationAccuracy, last.validationAccuracy];
  const isKnown = before !== undefined && now !== undefined;
  if (isKnown && now < before - LOST_ACCURACY) return true;
  return (last.validationLoss ?? 0) >= (isKnown ? GRAVE_RISE_OF_SURENESS : GRAVE_RISE) * (best.validationLoss ?? 0);
}

export const validationIdentical: Rule = {
  kind: 'experiment',
  rule: 'validationIdentical',
  title: 'Validation uses the training data',
  test: ({ validatesOnTraining }) =>
    validatesOnTraining
      ? [
          {
            severity: 'warning',
            title: 'The validation data is the training data.',
            explanation:
              'Validation is to show how the model does on examples that it has not learned from. On the same ones it is good whatever it has learned by heart.',
            advice: [
              'Name another folder or file for validation.',
              'Or give training’s data a validationSplit: 0.2, which keeps every fifth example out.',
            ],
            part: 'data',
          },
        ]
      : [],
};

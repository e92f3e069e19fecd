/** A loss that does not fall, or that rises far above where it began. Judged against its own noise. */
import type { Course } from '../course.js';
import type { ExperimentFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';
import { lowerRate, number } from '../words.js';

/** Less than this share of the first loss is no fall. */
const SMALLEST_FALL = 0.01;
/** A fall that is no accident is so many times the uncertainty of the means compared. */
const CERTAIN = 2;
/** A loss that is this many times the first ones has risen, whatever it has been between. */
const FAR_ABOVE_START = 1.5;
/** The loss of a single batch of so many says something. */
const LARGE_BATCH = 8;

export const lossDoesNotFall: Rule = {
  kind: 'course',
  rule: 'lossDoesNotFall',
  title: 'The loss does not fall',
  thresholdOf: 'steps to wait for it',
  threshold: 200,
  test: (course, facts, threshold) => {
    const part = Math.max(course.window, Math.floor(threshold / 4));
    // Judged once in a while: a mean over many losses does not change much with one more.
    if (!isComparable(course, facts) || course.steps < threshold || (course.steps - threshold) % part !== 0) return [];
    const now = course.latest(part);
    const first = course.latest(part, course.steps - part);
    const { startLoss, window } = course;
    // Once it has been told nothing, a long training is past that.
    if (!now || !first || startLoss < 1e-6) return [];
    const least = SMALLEST_FALL * startLoss;
    for (let back = 0; back <= course.steps - 2 * part; back += part) {
      const later = course.latest(part, back);
      if (!later) continue;
      if (!Number.isFinite(later.mean)) return [];
      const noise = Math.hypot(first.spread, later.spread);
      if (first.mean - later.mean > Math.max(least, (CERTAIN * noise) / Math.sqrt(part))) return [];
      // All of the fall may have been in the first few steps.
      if (startLoss - later.mean > Math.max(least, (CERTAIN * noise) / Math.sqrt(window))) return [];
    }
    const rate = course.lastStep?.learningRate;
    return [
      {
        severity: 'warning',
        title: `The loss does not fall: ${number(now.mean)} after ${course.steps} steps, ${number(startLoss)} at the start.`,
        explanation: `Over ${course.steps} steps its mean has not come down by more than its own noise (±${number(now.spread)}). The model does not learn: its gradient does not reach the weights, the learning rate does not fit, or the targets have nothing to do with the inputs.`,
        advice: [
          rate === undefined
            ? 'Try a learning rate ten times higher, and one ten times lower.'
            : `Try another learning rate than ${number(rate)}: ${number(rate * 10)} where the curve is flat, ${number(rate / 10)} where it jumps.`,
          'Train on a single batch over and over: a model that cannot learn that has a fault in itself.',
          'Look at batches with their labels: are they the right ones?',
          'Pause and look at the gradients: a layer that gets none is where it is cut off.',
        ],
        part: 'optimizer',
      },
    ];
  },
};

export const lossDiverges: Rule = {
  kind: 'course',
  rule: 'lossDiverges',
  title: 'The loss rises far above where it began',
  thresholdOf: 'loss over its lowest mean so far',
  threshold: 4,
  test: (course, facts, threshold): Found[] => {
    if (!isComparable(course, facts)) return [];
    const now = course.latest(course.window);
    const { lowestLoss, lastStep } = course;
    const began = startOf(course, facts);
    if (!now || began === undefined || !Number.isFinite(now.mean)) return [];
    const lowest = Math.min(lowestLoss, began);
    if (now.mean < threshold * lowest) return [];
    // A single spike comes down again.
    for (let back = 0; back < course.window / 2; back++) {
      if ((course.lossBefore(back) ?? 0) < FAR_ABOVE_START * began) return [];
    }
    const rate = lastStep?.learningRate;
    return [
      {
        severity: 'warning',
        title: `The loss rises: ${number(now.mean)} at step ${lastStep?.step}, and it has been ${number(lowest)}.`,
        explanation: `Each update overshoots, the loss it lands on is steeper, and the next update is larger still. A learning rate${rate === undefined ? '' : ` (${number(rate)})`} that is too high is nearly always the reason; inputs that are not scaled make the same.`,
        advice: [
          rate === undefined ? 'Use a smaller learning rate.' : `Try a learning rate of ${number(lowerRate(rate))}.`,
          'Scale inputs and targets to about 0–1.',
          'Let the learning rate grow over the first hundred steps.',
        ],
        part: 'optimizer',
      },
    ];
  },
};

/** The first few losses; the very first one alone while a training that begins by jumping would spoil their mean. */
function startOf(course: Course, { batchSize }: ExperimentFacts): number | undefined {
  const early = course.steps <= 2 * course.window;
  return early && batchSize !== undefined && batchSize >= LARGE_BATCH
    ? course.lossBefore(course.steps - 1)
    : course.startLoss;
}

/** Losses below zero, and those of games between models, are not meant to fall. */
function isComparable(course: Course, { continued }: ExperimentFacts): boolean {
  return !continued && course.lowestLoss > 0 && course.startLoss > 0 && Number.isFinite(course.startLoss);
}

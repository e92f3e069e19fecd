/** How often each class comes up in the batches: too rarely, or only in rows. */
import type { Rule } from '../rule.js';
import { listed, number, percent } from '../words.js';

const FEWEST_EXAMPLES = 200;
const FEWEST_BATCHES = 4;

export const classImbalance: Rule = {
  kind: 'course',
  rule: 'classImbalance',
  title: 'Classes are far from equally frequent',
  thresholdOf: 'most frequent class over the least frequent one',
  threshold: 10,
  test: (course, { classNames, losses }, threshold) => {
    if (course.examplesClassified < FEWEST_EXAMPLES || !losses.some(isOfClasses)) return [];
    const counts = [...course.classCounts].sort(([, one], [, other]) => one - other);
    const [rarest, commonest] = [counts[0], counts.at(-1)];
    // Thousands of classes, as in texts, are never equally frequent.
    if (!rarest || !commonest || counts.length < 2 || counts.length > 100) return [];
    const ratio = commonest[1] / rarest[1];
    if (ratio < threshold) return [];
    const share = commonest[1] / course.examplesClassified;
    const name = (index: number): string => classNames?.[index] ?? `class ${index}`;
    return [
      {
        severity: share > 0.9 ? 'warning' : 'info',
        title: `Examples of ${name(commonest[0])} come up ${number(ratio)} times as often as those of ${name(rarest[0])}.`,
        explanation: `Of the first ${course.examplesClassified} examples ${percent(share)} are ${name(commonest[0])}. A model that always says so is right that often: judge it by more than its accuracy. Rare ones here: ${listed(counts.slice(0, 3).map(([index, count]) => `${name(index)} (${count})`))}.`,
        advice: [
          'Weigh the classes in the loss: classWeight in the experiment, the larger the rarer.',
          'Show rare classes more often, or gather more of them.',
          'Look at precision and recall beside the accuracy.',
        ],
        part: 'data',
      },
    ];
  },
};

export const unshuffledClasses: Rule = {
  kind: 'course',
  rule: 'unshuffledClasses',
  title: 'Batches hold one class at a time',
  thresholdOf: 'share of batches that are all of one class',
  threshold: 0.8,
  test: (course, { classNames }, threshold) => {
    const { batchesClassified: batches, batchesOfOneClass: uniform } = course;
    if (batches < FEWEST_BATCHES || course.classCounts.size < 2 || uniform / batches < threshold) return [];
    const seen = [...course.classCounts.keys()].map((index) => classNames?.[index] ?? `class ${index}`);
    return [
      {
        severity: 'warning',
        title: `${uniform} of the first ${batches} batches hold examples of one class alone.`,
        explanation: `The data comes in the order of its classes (${listed(seen)}). Each batch then teaches the model to answer always the same, and the next class makes it forget: the loss saws up and down.`,
        advice: [
          'Shuffle the examples before they are made into batches: dataset.shuffle(1000).batch(32), or tf.util.shuffleCombo on arrays.',
        ],
        part: 'data',
      },
    ];
  },
};

const isOfClasses = (loss: string | undefined): boolean => loss !== undefined && /crossentropy|hinge/i.test(loss);

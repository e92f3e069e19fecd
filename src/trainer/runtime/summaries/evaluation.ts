/**
 * What predictions on examples with known classes come to: who is taken for whom, and precision against
 * recall of each class. Knows arrays only.
 */

/** One-hot rows or class numbers as targets; a score for each class, or one for the second of two. */
export interface Judged {
  readonly examples: number;
  readonly targets: Float32Array;
  readonly scores: Float32Array;
  /** Values of an example. */
  readonly targetWidth: number;
  readonly scoreWidth: number;
}

/** As many as TensorBoard's own. */
export const THRESHOLDS = 201;
/** Of more classes a matrix is no picture, and curves are a page each. */
const MOST_CLASSES = 50;

export function classCount({ scoreWidth }: Pick<Judged, 'scoreWidth'>): number {
  return scoreWidth === 1 ? 2 : scoreWidth;
}

/** Whether examples have one class each and predictions a score for each class. */
export function canBeJudged({ targetWidth, scoreWidth }: Pick<Judged, 'targetWidth' | 'scoreWidth'>): boolean {
  return classCount({ scoreWidth }) <= MOST_CLASSES && (targetWidth === 1 || targetWidth === scoreWidth);
}

/** Counts, a row a true class, a column a predicted one. */
export function confusionOf(judged: Judged): Float32Array {
  const classes = classCount(judged);
  const counts = new Float32Array(classes * classes);
  for (let example = 0; example < judged.examples; example++) {
    const truth = trueClass(judged, example);
    if (truth >= 0 && truth < classes) counts[truth * classes + predictedClass(judged, example)]!++;
  }
  return counts;
}

/**
 * Rows of true and false positives, true and false negatives, precision and recall, over thresholds from 0 to
 * 1, as TensorBoard's `pr_curve` counts them. `undefined` where scores are no probabilities.
 */
export function prCurveOf(judged: Judged, ofClass: number): Float32Array | undefined {
  const positives = new Float64Array(THRESHOLDS);
  const negatives = new Float64Array(THRESHOLDS);
  let examples = 0;
  for (let example = 0; example < judged.examples; example++) {
    const score = scoreOf(judged, example, ofClass);
    if (!(score >= -0.001 && score <= 1.001)) return undefined;
    const bucket = Math.min(THRESHOLDS - 1, Math.max(0, Math.floor(score * (THRESHOLDS - 1))));
    (isOfClass(judged, example, ofClass) ? positives : negatives)[bucket]!++;
    examples++;
  }
  const curve = new Float32Array(6 * THRESHOLDS);
  const allPositives = positives.reduce((sum, count) => sum + count, 0);
  let truePositives = 0;
  let falsePositives = 0;
  for (let at = THRESHOLDS - 1; at >= 0; at--) {
    truePositives += positives[at]!;
    falsePositives += negatives[at]!;
    const falseNegatives = allPositives - truePositives;
    const row = (index: number, value: number): void => void (curve[index * THRESHOLDS + at] = value);
    row(0, truePositives);
    row(1, falsePositives);
    row(2, examples - allPositives - falsePositives);
    row(3, falseNegatives);
    row(4, truePositives / Math.max(LEAST, truePositives + falsePositives));
    row(5, truePositives / Math.max(LEAST, allPositives));
  }
  return curve;
}

/** Instead of a division by zero, as TensorBoard has it. */
const LEAST = 1e-7;

function trueClass({ targets, targetWidth }: Judged, example: number): number {
  if (targetWidth === 1) return Math.round(targets[example]!);
  return largestOf(targets, example * targetWidth, targetWidth);
}

function predictedClass({ scores, scoreWidth }: Judged, example: number): number {
  if (scoreWidth === 1) return scores[example]! > 0.5 ? 1 : 0;
  return largestOf(scores, example * scoreWidth, scoreWidth);
}

function scoreOf({ scores, scoreWidth }: Judged, example: number, ofClass: number): number {
  if (scoreWidth > 1) return scores[example * scoreWidth + ofClass]!;
  return ofClass === 1 ? scores[example]! : 1 - scores[example]!;
}

/** Where examples may have several classes, each is asked for by itself. */
function isOfClass(judged: Judged, example: number, ofClass: number): boolean {
  const { targets, targetWidth } = judged;
  return targetWidth === 1 ? trueClass(judged, example) === ofClass : targets[example * targetWidth + ofClass]! > 0.5;
}

function largestOf(values: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) if (values[from + index]! > values[from + best]!) best = index;
  return best;
}

/**
 * From values to records of an event file: what takes time of summing up, done away from the training. A job
 * is values with what they are; its answer is bytes. Knows no threads and no tensors.
 */
import {
  encodeSummary,
  histogramValue,
  imageValue,
  prCurveValue,
  scalarValue,
  tensorValue,
  type SummaryValue,
} from '../../../shared/events/summary-encoders.js';
import { lookAtBatch, type BatchFacts, type LookedAtBatch } from '../look-batch.js';
import { classCount, confusionOf, prCurveOf, type Judged } from './evaluation.js';
import { distanceOf, distributionOf, normOf, type Distribution } from './histogram.js';
import { confusionPicture, filterTiles, mapTiles, predictionSheet, tileSheet } from './pictures.js';

export interface WeightValues {
  /** `conv2d_1/kernel`. */
  readonly name: string;
  readonly layer: string;
  readonly after: Float32Array;
  readonly before?: Float32Array;
  readonly gradient?: Float32Array;
}

interface At {
  readonly step: number;
  readonly wallTimeMs: number;
}

export type SummaryJob =
  /** Weights, their gradients and what an update made of them. */
  | ({
      readonly kind: 'weights';
      readonly weights: readonly WeightValues[];
      readonly histograms: { readonly weights: boolean; readonly gradients: boolean };
      readonly norms: boolean;
    } & At)
  /** What the model makes of a few examples that stay the same over the run. */
  | ({
      readonly kind: 'look';
      readonly activations: readonly { readonly layer: string; readonly values: Float32Array }[];
      readonly filters?: Drawn;
      /** Of the first example. */
      readonly featureMaps?: Drawn;
      /** With the examples' pictures, made once; the first time they are shown by themselves, too. */
      readonly predictions?: {
        readonly batch: BatchFacts;
        readonly images: LookedAtBatch['images'];
        readonly isFirst: boolean;
      };
    } & At)
  /** What the model makes of the validation data. */
  | ({ readonly kind: 'evaluation'; readonly judged: Judged; readonly classNames?: readonly string[] } & At);

interface Drawn {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The record of a job. Nothing of it depends on when or where the job was done, once its letters are there. */
export function recordOf(job: SummaryJob): Uint8Array {
  return encodeSummary(job.step, job.wallTimeMs / 1000, valuesOf(job));
}

function valuesOf(job: SummaryJob): SummaryValue[] {
  switch (job.kind) {
    case 'weights':
      return weightValues(job);
    case 'look':
      return lookValues(job);
    case 'evaluation':
      return evaluationValues(job);
  }
}

function weightValues(job: Extract<SummaryJob, { kind: 'weights' }>): SummaryValue[] {
  const values: SummaryValue[] = [];
  const norms = new Norms();
  for (const { name, layer, after, before, gradient } of job.weights) {
    const weights = job.histograms.weights ? distributionOf(after) : undefined;
    if (weights) values.push(...histogramsOf('weights', name, weights));
    const gradients = gradient && job.histograms.gradients ? distributionOf(gradient) : undefined;
    if (gradients) values.push(...histogramsOf('gradients', name, gradients));
    if (!job.norms) continue;
    norms.add('weight_norm', layer, weights?.norm ?? normOf(after));
    if (gradient) norms.add('gradient_norm', layer, gradients?.norm ?? normOf(gradient));
    if (before) norms.add('update_norm', layer, distanceOf(before, after));
  }
  return [...values, ...norms.values()];
}

/** Over all weights under the name alone, and by layer below it. */
export class Norms {
  private readonly squares = new Map<string, number>();

  add(name: string, layer: string, norm: number): void {
    for (const tag of [name, `${name}/${layer}`]) this.squares.set(tag, (this.squares.get(tag) ?? 0) + norm * norm);
  }

  entries(): [tag: string, norm: number][] {
    return [...this.squares].map(([tag, sum]) => [tag, Math.sqrt(sum)]);
  }

  values(): SummaryValue[] {
    return this.entries().map(([tag, norm]) => scalarValue(tag, norm));
  }
}

/** What is not finite is in no bin, so it is counted beside them. */
function histogramsOf(what: string, name: string, { bins, notFinite }: Distribution): SummaryValue[] {
  const values: SummaryValue[] = [];
  if (bins.length > 0) values.push(histogramValue(`${what}/${name}`, bins));
  if (notFinite > 0) values.push(scalarValue(`not_finite/${what}/${name}`, notFinite));
  return values;
}

function lookValues(job: Extract<SummaryJob, { kind: 'look' }>): SummaryValue[] {
  const values = job.activations.flatMap(({ layer, values: activation }) =>
    histogramsOf('activations', layer, distributionOf(activation)),
  );
  const { filters, featureMaps, predictions } = job;
  const filterSheet = filters && filterTiles(filters.shape, filters.values);
  if (filterSheet) values.push(imageValue(`filters/${filters.layer}`, [tileSheet(filterSheet)]));
  const maps = featureMaps && mapTiles(featureMaps.shape, featureMaps.values);
  if (maps) values.push(imageValue(`feature_maps/${featureMaps.layer}`, [tileSheet(maps)]));
  if (!predictions) return values;
  const { batch, images, isFirst } = predictions;
  const sheets = { predictions: batch, ...(isFirst && { inputs: { ...batch, predictions: undefined } }) };
  for (const [tag, shown] of Object.entries(sheets)) {
    const sheet = predictionSheet({ ...lookAtBatch(shown), images });
    if (sheet) values.push(imageValue(tag, [sheet]));
  }
  return values;
}

function evaluationValues({ judged, classNames }: Extract<SummaryJob, { kind: 'evaluation' }>): SummaryValue[] {
  const classes = classCount(judged);
  const names = Array.from({ length: classes }, (_, index) => classNames?.[index] ?? String(index));
  const counts = confusionOf(judged);
  const values = [
    tensorValue(
      'confusion_matrix/counts',
      { name: 'confusion_matrix', content: { classNames: names } },
      [classes, classes],
      counts,
    ),
    imageValue('confusion_matrix', [confusionPicture(counts, names)]),
  ];
  // Of two classes the second's curve says it all.
  for (let ofClass = classes === 2 ? 1 : 0; ofClass < classes; ofClass++) {
    const curve = prCurveOf(judged, ofClass);
    const name = names[ofClass]!;
    if (curve) values.push(prCurveValue(`pr_curve/${name.replaceAll('/', '_')}`, curve, name));
  }
  return values;
}

/** What is written into its pictures, beside numbers and our own words. */
export function wordsOf(job: SummaryJob): string {
  const names = job.kind === 'evaluation' ? job.classNames : job.kind === 'look' && job.predictions?.batch.classNames;
  return (names || []).join('');
}

/** Whose memory goes along with a job. Each buffer once. */
export function buffersOf(job: SummaryJob): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (values: ArrayLike<number> | undefined): void => {
    if (values instanceof Float32Array) buffers.add(values.buffer as ArrayBuffer);
  };
  switch (job.kind) {
    case 'weights':
      for (const { after, before, gradient } of job.weights)
        for (const values of [after, before, gradient]) add(values);
      break;
    case 'look':
      for (const { values } of job.activations) add(values);
      for (const drawn of [job.filters, job.featureMaps]) add(drawn?.values);
      break;
    case 'evaluation':
      add(job.judged.scores);
      add(job.judged.targets);
      break;
  }
  return [...buffers];
}

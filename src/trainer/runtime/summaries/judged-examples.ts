/**
 * Gathers what the model predicts in a validation pass, and what would have been right, as the pass computes
 * them anyway: nothing is predicted twice. Only where examples have classes. Knows no files.
 */
import type * as tf from '@tensorflow/tfjs';
import type { StepCapture } from '../step-capture.js';
import { canBeJudged, type Judged } from './evaluation.js';
import { copyOf } from './look-pass.js';

/** Beyond it the rest of the pass is left out. */
const MOST_VALUES = 4_000_000;

export class JudgedExamples {
  private readonly scores: Float32Array[] = [];
  private readonly targets: Float32Array[] = [];
  private widths: { readonly targetWidth: number; readonly scoreWidth: number } | undefined;
  private predicted: Float32Array | undefined;
  private examples = 0;
  private values = 0;
  private ended = false;
  private spentMs = 0;
  private readonly unwatch: () => void;

  constructor(capture: StepCapture) {
    this.unwatch = capture.watchOutputs((layer, output) => {
      if (layer === capture.predictor) this.timed(() => this.seePredictions(output));
    });
  }

  /** Time that gathering took. */
  get ms(): number {
    return this.spentMs;
  }

  seeTargets(targets: readonly tf.Tensor[]): void {
    this.timed(() => this.add(targets));
  }

  /** Ends it. `undefined` where there is nothing to judge by. */
  end(): Judged | undefined {
    this.unwatch();
    if (!this.widths || this.examples === 0) return undefined;
    const { examples, widths, scores, targets } = this;
    return { examples, ...widths, scores: joined(scores), targets: joined(targets) };
  }

  private seePredictions(output: tf.Tensor): void {
    if (!this.ended && output.rank === 2 && output.dtype === 'float32') this.predicted = copyOf(output);
  }

  private add(targets: readonly tf.Tensor[]): void {
    const [target] = targets;
    const { predicted } = this;
    this.predicted = undefined;
    if (this.ended || !predicted || !target || target.rank > 2 || target.dtype === 'string') return;
    const count = target.shape[0] ?? 0;
    if (count === 0) return;
    const widths = { targetWidth: target.size / count, scoreWidth: predicted.length / count };
    this.widths ??= widths;
    const same = widths.scoreWidth === this.widths.scoreWidth && widths.targetWidth === this.widths.targetWidth;
    if (!same || !canBeJudged(widths)) {
      this.ended = true;
      this.widths = undefined;
      return;
    }
    this.scores.push(predicted);
    this.targets.push(copyOf(target));
    this.examples += count;
    this.values += predicted.length;
    if (this.values >= MOST_VALUES) this.ended = true;
  }

  private timed(work: () => void): void {
    const began = performance.now();
    work();
    this.spentMs += performance.now() - began;
  }
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

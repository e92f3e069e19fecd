/**
 * Runs steps at the best speed that the backend has, and what is to be looked at of them. Eager, a
 * step's outputs and gradients are kept as it computes them. Compiled, the result is one graph's;
 * to look at it, the step is walked through eagerly from the state before it, and the compiled state
 * is put back: looking never changes a run. Knows neither epochs nor host.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainingEvent } from '../../shared/protocol/training.js';
import { makeStepKey, withStepKey } from './backend/tensorflow/step-random.js';
import { BlowUpWatch } from './blow-up-watch.js';
import type { CompiledModel } from './compiled-model.js';
import {
  NO_GRADIENT,
  type CompiledStep,
  type StateBefore,
  type StepResult,
  type StepWants,
} from './compiled/compiled-step.js';
import type { Batch } from './data/batch-stream.js';
import { failureOf, during } from './failure.js';
import type { LabelledWeight } from './layer-labels.js';
import { learningRateOf } from './optimizer-state.js';
import { replaying } from './aside.js';
import { reseed } from './random.js';
import { sumOfSquaresOf, summarizeTensor } from './summarize-tensor.js';
import { summaryKey, type SummaryWish, type TensorSummary } from './step-summaries.js';
import { StepCapture } from './step-capture.js';
import { StepGraphs, type CompileStep, type StepGraph } from './step-graphs.js';
import { RepeatableSteps } from './repeatable-steps.js';
import { StepTrail, wayBackToVariables, type TrodStep, type WayBack } from './step-trail.js';
import type { MadeInStep } from './training-host.js';
import type { StepInputs, StepValues, TrainingStep } from './training-step.js';

export type Speed = 'eager' | 'compiled';

/** What the backend offers beside running op by op. */
export type SpeedChoice =
  | { readonly kind: 'eager alone' }
  /** The step could be compiled, and is not. */
  | { readonly kind: 'stays eager'; readonly reason: string }
  | { readonly kind: 'compile'; readonly compileStep: CompileStep };

export interface RunnerParts {
  readonly model: CompiledModel;
  readonly step: TrainingStep;
  /** Whether the step is the person's own. */
  readonly ownStep: boolean;
  readonly seed: number;
  readonly speeds: SpeedChoice;
  emit(event: TrainingEvent): void;
}

/** What is wanted of a step beside its values. */
export interface Keep {
  /** That `prepareLook` can be called after it. */
  readonly look: boolean;
  /** That it can then be walked through, also where it ran op by op and `canBeRepeated`. */
  readonly walk?: boolean;
  readonly gradientNorms: boolean;
  /** That `gradientValues` gives them after it. */
  readonly gradients?: boolean;
  /** What `summary` is to know; the same array for as long as it stays the same. */
  readonly summaries?: readonly SummaryWish[];
}

interface WishedOfStep {
  readonly wishes: readonly SummaryWish[];
  readonly byValue: ReadonlyMap<string, SummaryWish>;
}

function wishedOf(wishes: readonly SummaryWish[]): WishedOfStep {
  return { wishes, byValue: new Map(wishes.map((wish) => [summaryKey(wish), wish])) };
}

export class StepRunner {
  readonly capture: StepCapture;
  private readonly graphs: StepGraphs | undefined;
  private readonly repeatable: RepeatableSteps | undefined;
  /** The graph that holds the state while the variables are behind it. */
  private ahead: CompiledStep | undefined;
  /** Of compiled steps that may be looked at. */
  private trail: StepTrail | undefined;
  private hasCapture = false;
  /** What the graph gave at the last step; of an eager one, and of one that a person changed, the capture has all there is. */
  private ofGraph: StepResult | undefined;
  /** Of the last step. */
  private wished: WishedOfStep | undefined;
  private readonly layerByLabel: ReadonlyMap<string, tf.layers.Layer>;
  private readonly trainable: readonly LabelledWeight[];
  private lastSpeed: Speed | undefined;
  private hasTriedToCompile = false;
  /** The values of all weights before the eager step under way; `graph` for a compiled one. */
  private underWay: readonly object[] | 'graph' | undefined;
  private updatesBefore = 0;
  private walks = false;
  private readonly losses = new BlowUpWatch();

  constructor(private readonly parts: RunnerParts) {
    const { model, speeds } = parts;
    this.trainable = model.weights.filter(({ trainable }) => trainable);
    this.layerByLabel = new Map([...model.labels].map(([layer, label]) => [label, layer]));
    this.capture = new StepCapture();
    this.capture.watchModel(model.model, model.labels, model.weights);
    this.capture.watchOptimizer(model.optimizer);
    if (speeds.kind === 'eager alone') this.repeatable = new RepeatableSteps({ ...parts, optimizer: model.optimizer });
    if (speeds.kind !== 'compile') return;
    const { trainable, capture } = this;
    this.graphs = new StepGraphs({ ...parts, compileStep: speeds.compileStep, trainable, capture });
  }

  /** As they are after the last step. */
  get weights(): readonly LabelledWeight[] {
    this.settle();
    return this.parts.model.weights;
  }

  /** Whether keeping for a look costs next to nothing in the steps to come. */
  get keepingIsFree(): boolean {
    if (this.parts.speeds.kind !== 'compile' || this.lastSpeed === undefined) return true;
    // After the first step, which always is, it has not been tried yet.
    return this.lastSpeed === 'eager' && this.hasTriedToCompile;
  }

  /** Whether the step to come can be walked through after it, though it runs op by op. */
  canBeRepeated(number: number): boolean {
    return this.repeatable?.includes(number) === true;
  }

  /** How the last step ran, on backends with more than one speed. */
  get speed(): Speed | undefined {
    return this.parts.speeds.kind === 'eager alone' ? undefined : this.lastSpeed;
  }

  /** Time that keeping took within the last step. */
  get hookMs(): number {
    return this.lastSpeed === 'compiled' ? 0 : this.capture.hookMs;
  }

  /**
   * Runs step `number`, counted from 1 over the whole run. The batch stays the caller's, and alive until
   * the next step where a look was asked for.
   */
  run(batch: Batch, number: number, keep: Keep): StepValues | Promise<StepValues> {
    this.release();
    if (!this.keepsTrail(keep)) this.endTrail();
    if (keep.summaries !== this.wished?.wishes) this.wished = keep.summaries && wishedOf(keep.summaries);
    reseed(this.parts.seed, 'step', number - 1);
    // The first update makes the optimizer's slots, so it is eager in every run.
    const { graphs } = this;
    if (!graphs || number === 1) return this.runEagerly(batch, number, keep);
    const prepared = this.attempt(() => this.parts.step.prepare(batch));
    return prepared instanceof Promise
      ? prepared.then((inputs) => this.runPrepared(graphs, inputs, batch, number, keep))
      : this.runPrepared(graphs, prepared, batch, number, keep);
  }

  /** In the middle of an eager step: keeps it from there on, as if a look had been asked for. */
  keepRest(made: MadeInStep): void {
    if (this.underWay === undefined || this.underWay === 'graph' || this.hasCapture) return;
    this.capture.keepRest(made);
    this.hasCapture = true;
  }

  /** Brings weights, slots and counters up to the last step; to be called before any of them is read. */
  settle(): void {
    const { ahead } = this;
    this.ahead = undefined;
    ahead?.pull();
  }

  /** Whether a step is computed, for the first time or once more; what runs otherwise is beside it. */
  get isAtWork(): boolean {
    return this.underWay !== undefined || this.walks;
  }

  /** Beside a step: as `settle`. */
  bringUpToDate(): void {
    if (!this.isAtWork) this.settle();
  }

  /** Beside a step somebody looks at the state, and may change it: the way back does not lead over this moment. */
  standsOutside(): void {
    if (this.isAtWork) return;
    this.settle();
    this.trail?.close();
  }

  /** Whether the last step's outputs and gradients are there, or can be had by `prepareLook`. */
  get canLook(): boolean {
    return this.hasCapture || this.trail !== undefined;
  }

  /**
   * Makes outputs and gradients of the last step ready in `capture`, where `canLook`. The state stays as
   * it is, unless a person has `changed` something while the step was walked through.
   */
  prepareLook(changed: () => boolean = () => false): void {
    this.settle();
    const { trail } = this;
    if (!trail) return;
    // Whatever a person changes from here on is not on it.
    this.trail = undefined;
    try {
      this.walk(trail, changed);
    } finally {
      trail.dispose();
    }
    this.hasCapture = true;
  }

  /** Makes them ready, too, but unseen by whoever follows steps: the step can still be walked through. */
  lookUnseen(): void {
    const { trail } = this;
    if (!trail || this.hasCapture) return;
    this.settle();
    replaying(() => this.walk(trail, () => false));
    this.hasCapture = true;
  }

  /**
   * Of a tensor of the last step, where it was wished for or is kept. Where its graph could not tell, the step
   * is computed once more, for which `look` does not have to have been asked for.
   */
  summary(wish: SummaryWish): TensorSummary | undefined {
    const asked = this.wished?.byValue.get(summaryKey(wish));
    // Fused ops can hide from an activation what its layer's weights, or its gradients, show.
    const known = asked && this.ofGraph?.finite ? this.ofGraph.summaries?.get(asked) : undefined;
    if (known) return known;
    const numbers = wish.numbers ?? asked?.numbers;
    if (wish.of === 'weight') {
      const weight = this.weights.find(({ name }) => name === wish.name);
      return weight && summarizeTensor(weight.variable, numbers);
    }
    if (asked && this.ofGraph) this.lookUnseen();
    const tensor = this.keptOf(wish);
    return tensor && summarizeTensor(tensor, numbers);
  }

  /** Euclidean norm over all gradients of the last step, or over one layer's; `undefined` where they were not wanted. */
  gradNorm(layer?: string): number | undefined {
    const norms = this.ofGraph?.gradientNorms;
    if (!norms) return this.capture.gradNorm(layer);
    let sum: number | undefined;
    this.trainable.forEach((weight, index) => {
      const norm = norms[index]!;
      if (norm === NO_GRADIENT) return;
      if (layer === undefined || weight.layer === layer) sum = (sum ?? 0) + norm * norm;
    });
    return sum === undefined ? undefined : Math.sqrt(sum);
  }

  /** Norms of the last step's gradients, one a weight that has one, where they were wanted. */
  gradientNormsByWeight(): [weight: LabelledWeight, norm: number][] {
    const norms = this.ofGraph?.gradientNorms;
    return this.trainable.flatMap((weight, index): [LabelledWeight, number][] => {
      if (norms) return norms[index] === NO_GRADIENT ? [] : [[weight, norms[index]!]];
      const gradient = this.capture.gradientOf(weight.variable);
      return gradient ? [[weight, Math.sqrt(sumOfSquaresOf(gradient))]] : [];
    });
  }

  /** A copy of the last step's gradient of a weight, where gradients were wanted; the caller's. */
  gradientValues(weight: LabelledWeight): Float32Array | undefined {
    const known = this.ofGraph?.gradients?.get(this.trainable.indexOf(weight));
    const values = known ?? this.capture.gradientOf(weight.variable)?.dataSync();
    return values && new Float32Array(values);
  }

  /** Euclidean norm over all weights, or over one layer's; `undefined` where it has none. */
  weightNorm(layer?: string): number | undefined {
    this.settle();
    const weights = this.parts.model.weights.filter((weight) => layer === undefined || weight.layer === layer);
    if (weights.length === 0) return undefined;
    return Math.sqrt(weights.reduce((sum, { variable }) => sum + sumOfSquaresOf(variable), 0));
  }

  /** Whether loss, gradients and weights of the last step are finite, where its graph has looked; they are to be read otherwise. */
  get finite(): boolean | undefined {
    return this.ofGraph?.finite;
  }

  /** Whether the state is that of a whole number of steps: not after a failure that has begun to change it. */
  get intact(): boolean {
    const { underWay } = this;
    if (underWay === undefined) return true;
    if (underWay === 'graph') return false;
    return (
      this.capture.updates === this.updatesBefore &&
      this.parts.model.weights.every(
        ({ variable }, index) => !variable.isDisposed && variable.dataId === underWay[index],
      )
    );
  }

  /** Gives back graphs, hooks, and whatever is kept of the last step. */
  dispose(): void {
    this.release();
    this.endTrail();
    this.capture.dispose();
    this.graphs?.dispose();
  }

  private keptOf({ of, name }: SummaryWish): tf.Tensor | undefined {
    if (of === 'activation') {
      const layer = this.layerByLabel.get(name);
      return layer && this.capture.outputOf(layer);
    }
    const weight = this.parts.model.weights.find((one) => one.name === name);
    return weight && this.capture.gradientOf(weight.variable);
  }

  /** The way back is for whoever looks, for what a graph cannot tell of a wish, and for the layer that numbers end in. */
  private keepsTrail({ look, walk, summaries }: Keep): boolean {
    if (this.parts.speeds.kind === 'eager alone') return walk === true;
    return look || this.losses.isSuspicious || (summaries !== undefined && summaries.length > 0);
  }

  /** What is to be kept of an eager step. */
  private keptFor({ look, gradientNorms, gradients: all, summaries = [] }: Keep): Parameters<StepCapture['begin']>[0] {
    if (look) return { outputs: 'all', gradients: 'all' };
    const outputs = new Set<tf.layers.Layer>();
    const gradients = new Set<string>();
    for (const { of, name } of summaries) {
      const layer = of === 'activation' ? this.layerByLabel.get(name) : undefined;
      if (layer) outputs.add(layer);
      const weight = of === 'gradient' ? this.trainable.find((one) => one.name === name) : undefined;
      if (weight) gradients.add(weight.variable.name);
    }
    return { outputs, gradients: gradientNorms || all ? 'all' : gradients };
  }

  private runEagerly(batch: Batch, number: number, keep: Keep): StepValues | Promise<StepValues> {
    this.settle();
    const repeatable = keep.walk && this.canBeRepeated(number) ? this.repeatable : undefined;
    if (!repeatable) this.endTrail();
    const { capture } = this;
    capture.begin(this.keptFor(keep));
    this.hasCapture = keep.look;
    this.underWay = this.parts.model.weights.map(({ variable }) => variable.dataId);
    this.updatesBefore = capture.updates;
    const finish = (values: StepValues): StepValues => {
      capture.end();
      this.underWay = undefined;
      this.lastSpeed = 'eager';
      if (this.graphs) this.losses.sees(values[0]!, true);
      return values;
    };
    const values = this.attempt(() =>
      repeatable
        ? this.runRepeatably(repeatable, batch, number)
        : this.withKey(number, () => this.parts.step.run(batch)),
    );
    return values instanceof Promise ? values.then(finish) : finish(values);
  }

  private runRepeatably(repeatable: RepeatableSteps, batch: Batch, number: number): StepValues {
    if (!this.trail || !repeatable.goesOn(this.trail, number)) {
      this.endTrail();
      this.trail = repeatable.newTrail();
    }
    return repeatable.run(batch, number, this.trail);
  }

  /** On backends whose randomness comes out of the graph, it follows from the step's key. */
  private withKey<T>(number: number, work: () => T | Promise<T>): T | Promise<T> {
    if (this.parts.speeds.kind === 'eager alone') return work();
    const key = makeStepKey(this.parts.seed, number - 1);
    let pending = false;
    try {
      const result = withStepKey(key, work);
      if (!(result instanceof Promise)) return result;
      pending = true;
      return result.finally(() => key.dispose());
    } finally {
      if (!pending) key.dispose();
    }
  }

  private runPrepared(
    graphs: StepGraphs,
    inputs: StepInputs,
    batch: Batch,
    number: number,
    keep: Keep,
  ): StepValues | Promise<StepValues> {
    const feeds = [...inputs.feeds, makeStepKey(this.parts.seed, number - 1)];
    try {
      let verdict = graphs.of(feeds);
      if (!verdict) {
        this.settle();
        // The trail is another graph's.
        this.endTrail();
        verdict = graphs.make(inputs, feeds, this.wants(keep));
        this.hasTriedToCompile = true;
      }
      // Which is known only now: to keep such a step costs next to nothing.
      if (verdict.kind === 'eager') return this.runEagerly(batch, number, { ...keep, look: true });
      return this.runCompiled(verdict, inputs, feeds, number, keep);
    } finally {
      inputs.dispose();
      // The step's key, which is ours.
      feeds.at(-1)?.dispose();
    }
  }

  private runCompiled(
    { step: graph, first }: StepGraph,
    inputs: StepInputs,
    feeds: readonly tf.Tensor[],
    number: number,
    keep: Keep,
  ): StepValues {
    const learningRate = learningRateOf(this.parts.model.optimizer);
    if (!this.trail?.goesOn(graph, number, learningRate)) this.endTrail();
    // Another graph's state comes over by way of the variables.
    if (this.ahead !== graph && !first) this.settle();
    this.underWay = 'graph';
    if (!first) graph.push();
    this.ahead = graph;
    const began = performance.now();
    const result = first?.result ?? graph.run(feeds, this.wants(keep));
    const runMs = first?.runMs ?? performance.now() - began;
    this.underWay = undefined;
    this.lastSpeed = 'compiled';
    this.ofGraph = result;
    this.losses.sees(result.values[0]!, result.finite);
    const before = this.wayBackBefore(graph, result.before, first !== undefined);
    if (before) this.trail = new StepTrail(graph, (steps) => runOnGraph(graph, steps), before, learningRate);
    const compute = (given: readonly tf.Tensor[]): tf.Tensor[] =>
      withStepKey(given.at(-1) as tf.Tensor1D, () => inputs.compute(given.slice(0, -1)));
    this.trail?.add({ number, feeds, compute });
    this.trail?.took(runMs);
    return result.values;
  }

  /** A graph's very first step leaves the variables behind it: they still are what it began with. */
  private wayBackBefore(graph: CompiledStep, before: StateBefore | undefined, isFirst: boolean): WayBack | undefined {
    if (before) return { restore: () => graph.restoreBefore(before), dispose: () => before.dispose() };
    if (!isFirst || !this.losses.isSuspicious || this.trail) return undefined;
    return wayBackToVariables(this.parts.model.optimizer);
  }

  private wants(keep: Keep): StepWants {
    const { gradientNorms, gradients, summaries } = keep;
    return { before: this.keepsTrail(keep) && !this.trail, gradientNorms, gradients, summaries };
  }

  /** The last step once more, eagerly, from the state before it; then everything is put where it was, unless it was changed. */
  private walk(trail: StepTrail, changed: () => boolean): void {
    const { capture } = this;
    const { number, feeds, compute } = trail.last!;
    const now = wayBackToVariables(this.parts.model.optimizer);
    let walked = false;
    this.walks = true;
    try {
      trail.goBack();
      reseed(this.parts.seed, 'step', number - 1);
      capture.begin({ outputs: 'all', gradients: 'all' });
      tf.dispose(compute(feeds));
      walked = true;
    } finally {
      this.walks = false;
      capture.end();
      reseed(this.parts.seed, 'user', number);
      if (walked && changed()) this.tellChanged(number);
      else now.restore();
      now.dispose();
    }
  }

  private tellChanged(number: number): void {
    this.lastSpeed = 'eager';
    this.ofGraph = undefined;
    const message = `Step ${number} stands as you changed it. Its loss and metrics are those that it had without the change.`;
    this.parts.emit({ kind: 'notice', severity: 'info', message });
  }

  /** Lets go of what is kept of the last step. */
  private release(): void {
    this.hasCapture = false;
    this.ofGraph = undefined;
    this.capture.release();
  }

  private endTrail(): void {
    this.trail?.dispose();
    this.trail = undefined;
  }

  /** What fails in a step is the person's model's, or their own step's. Awaits only what has to be awaited. */
  private attempt<T>(work: () => T | Promise<T>): T | Promise<T> {
    const part = this.parts.ownStep ? 'trainStep' : 'model';
    try {
      const result = work();
      return result instanceof Promise ? during(part, () => result) : result;
    } catch (error) {
      throw failureOf(error, part);
    }
  }
}

function runOnGraph(graph: CompiledStep, steps: readonly TrodStep[]): void {
  graph.push();
  for (const { feeds } of steps) graph.run(feeds, { before: false, gradientNorms: false });
  graph.pull();
}

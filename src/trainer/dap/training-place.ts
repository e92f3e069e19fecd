/**
 * Where training is, by its own count, and what of it there is to be looked at there: between two steps, before or
 * after an op or a layer, or while it runs. Knows neither breakpoints nor how training is made to stand.
 */
import type * as tf from '@tensorflow/tfjs';
import type { OpStatistics } from '../../shared/graph/op-statistics.js';
import type { StepEvent, TrainingEvent } from '../../shared/protocol/training.js';
import type { Standing } from '../diagnosis/run-diagnosis.js';
import { isAside } from '../runtime/aside.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import type { PausedTraining, StepTensors } from '../runtime/paused-training.js';
import type { TrainingHost } from '../runtime/training-host.js';
import type { StepFacts } from './place-scope.js';
import { sourceValues } from './source-values.js';
import type { OpPlace, StepHooks } from './step-hooks.js';
import type { Whereabouts } from './thread-messages.js';
import type { TrainingParts } from './training-scopes.js';

export type StepUnderWay = Parameters<TrainingHost['mayStopAfter']>[0];

interface TrainingPlaceOptions {
  readonly hooks: StepHooks;
  readonly scope: () => { readonly model?: tf.LayersModel; readonly optimizer?: tf.Optimizer };
  /** What runs is no step, but a recording of one. */
  readonly isRecording: () => boolean;
}

export class TrainingPlace {
  lastStep: StepEvent | undefined;
  /** None between two steps, and where what runs is no step. */
  underWay: StepUnderWay | undefined;
  /** Set while training stands between two steps. */
  between: PausedTraining | undefined;
  /** Set while it stands in the middle of one. */
  standsAt: OpPlace | undefined;
  /** Whether a person has changed something in the middle of the step under way. */
  changedInStep = false;
  /** It, or the one before; what prepares batches runs at any time. */
  lastBegun: StepUnderWay | undefined;
  /** Before the step under way. */
  private stepBefore: StepEvent | undefined;
  /** Where it has stood last. */
  private position = { epoch: 0, step: 0, stepInEpoch: 0 };
  private classNames: readonly string[] | undefined;

  constructor(private readonly options: TrainingPlaceOptions) {}

  runStarts({ data, startEpoch, startStep }: Extract<TrainingEvent, { kind: 'start' }>): void {
    this.classNames = data.classNames;
    this.position = { epoch: startEpoch, step: startStep, stepInEpoch: 0 };
  }

  stepBegins(next: StepUnderWay): void {
    this.underWay = next;
    this.lastBegun = next;
    this.stepBefore = this.lastStep;
  }

  stepEnds({ epoch, step, stepInEpoch }: StepEvent): void {
    this.underWay = undefined;
    this.position = { epoch, step, stepInEpoch };
  }

  get here(): { readonly epoch: number; readonly step: number; readonly stepInEpoch: number } {
    const { epoch, step, stepInEpoch } = this.underWay ?? this.position;
    return { epoch, step, stepInEpoch };
  }

  get tensors(): StepTensors | undefined {
    if (this.between) return this.between.tensors;
    if (!this.underWay) return undefined;
    const { batch, kept } = this.underWay;
    const own = this.options.hooks.tensors(batch);
    return {
      batch,
      outputOf: (layer) => alive(own.outputOf(layer)) ?? kept?.outputOf(layer),
      gradientOf: (variable) => alive(own.gradientOf(variable)) ?? kept?.gradientOf(variable),
    };
  }

  /** For the scopes of a stop. */
  get parts(): TrainingParts {
    const { tensors, here } = this;
    const { model, optimizer } = this.options.scope();
    // Asked at each line with a condition. Written out: new names behind a spread take V8 a microsecond each.
    return {
      epoch: here.epoch,
      step: here.step,
      stepInEpoch: here.stepInEpoch,
      model,
      optimizer,
      ownWeights: this.options.hooks.ownWeights,
      batch: tensors?.batch,
      lastStep: this.lastStep,
      classNames: this.classNames,
      op: this.standsAt,
      outputOf: (layer) => tensors?.outputOf(layer),
      gradientOf: (variable) => tensors?.gradientOf(variable),
      changed: () => {
        if (this.between) this.between.changed();
        else this.changedInStep = true;
      },
    };
  }

  get whereabouts(): Whereabouts {
    const { here, lastStep } = this;
    const { hooks, isRecording } = this.options;
    const path = here.epoch > 0 ? [`epoch ${here.epoch}`] : [];
    if (here.step > 0) path.push(`step ${here.step}`);
    if (this.underWay && this.underWay.isAtWork?.() !== false) path.push(...hooks.path);
    return { ...here, path, lastStep, learningRate: lastStep?.learningRate, recording: isRecording() || isAside() };
  }

  /** What conditions at places within a step are about. */
  get facts(): StepFacts {
    const { hooks, scope } = this.options;
    const { optimizer } = scope();
    return {
      here: this.here,
      before: this.stepBefore,
      learningRate: optimizer && learningRateOf(optimizer),
      tensors: hooks,
      weights: hooks.weights,
    };
  }

  /** What rules judge. */
  get standing(): Standing {
    const { tensors } = this;
    const { step } = this.here;
    return this.between ? { step, loss: this.lastStep?.loss, tensors } : { step, tensors };
  }

  /** Of the ops of the step under way, or of the last one. */
  opStatistics(from: number, mostMs: number): OpStatistics {
    const { epoch, step } = this.here;
    const { values, ops, weights } = this.options.hooks;
    if (!this.between) values.measureRest();
    const sources = from === 0 ? sourceValues(weights, this.tensors?.batch) : undefined;
    return { epoch, step, ...values.read(ops, from, mostMs), ...(sources ? { sources } : {}) };
  }
}

/** What has been given back has no values any more. */
function alive(tensor: tf.Tensor | undefined): tf.Tensor | undefined {
  return tensor?.isDisposed ? undefined : tensor;
}

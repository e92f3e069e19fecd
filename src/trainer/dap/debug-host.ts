/**
 * Hosts a training that can be debugged: tells the debug thread what happens, and stands still at
 * its wish. Standing still is V8's own pause, taken by a `debugger` statement that is reached only
 * to stop; all answers come through the inspector meanwhile. Knows no Debug Adapter Protocol.
 */
import type * as tf from '@tensorflow/tfjs';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { StepEvent, StopPoint, TrainingEvent } from '../../shared/protocol/training.js';
import * as experimentTf from '../loader/experiment-tfjs.js';
import type { SourcePlace } from '../loader/stack-frames.js';
import { warmUpLooks } from '../runtime/look-warm-up.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import type { TrainingHost } from '../runtime/training-host.js';
import { BreakpointSet } from './breakpoint-set.js';
import { pausedService } from './paused-service.js';
import type { SharedFlags } from './shared-flags.js';
import type { ControlMessage, FromTraining } from './thread-messages.js';

const BATCH_MS = 16;

/** What a person may name in an expression while training stands between two steps. */
export interface PausedScope {
  readonly model?: tf.LayersModel;
  readonly optimizer?: tf.Optimizer;
}

export interface DebugHostOptions {
  readonly flags: SharedFlags;
  readonly control: MessagePort;
  readonly post: (message: FromTraining) => void;
  readonly scope: () => PausedScope;
  readonly source: () => SourcePlace | undefined;
}

export class DebugHost implements TrainingHost {
  private breakpoints = new BreakpointSet();
  private controlSeen = 0;
  private lastStep: StepEvent | undefined;

  private looksAreQuick = false;
  private waiting: TrainingEvent[] = [];
  private lastPost = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DebugHostOptions) {}

  emit(event: TrainingEvent): void {
    this.waiting.push(event);
    // Steps can come thousands a second: they travel together. Everything else is rare and goes at once.
    const wait = event.kind === 'step' ? this.lastPost + BATCH_MS - performance.now() : 0;
    if (wait <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), wait);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastPost = performance.now();
    if (this.waiting.length === 0) return;
    this.options.post({ kind: 'events', events: this.waiting });
    this.waiting = [];
  }

  mayStopAfter({ step, lastInEpoch, keepingIsFree }: Parameters<TrainingHost['mayStopAfter']>[0]): boolean {
    if (keepingIsFree) return true;
    this.readControl();
    const { flags } = this.options;
    return (
      flags.stopAfterStep !== 'none' ||
      this.breakpoints.mayHitAfter(step) ||
      (lastInEpoch && (flags.stopAtEpochEnd || this.breakpoints.mayHitAtEpochEnd))
    );
  }

  get wantsGradientNorms(): boolean {
    this.readControl();
    return this.breakpoints.wantsGradientNorms;
  }

  afterStep(step: StepEvent, paused: PausedTraining): void {
    this.lastStep = step;
    this.readControl();
    if (this.options.flags.terminate) return;
    const hits = this.breakpoints.hitsAfter(step, {
      gradNorm: (layer) => paused.gradNorm(layer),
      weightNorm: (layer) => paused.weightNorm(layer),
      notFinite: () => paused.notFinite(),
    });
    const wish = this.options.flags.stopAfterStep;
    // A wish that came during a compiled step is met after the next one, of which everything can be looked at.
    if (!hits && (wish === 'none' || !paused.canLook)) return;
    this.stop(
      {
        reason: hits ? 'breakpoint' : wish === 'step' ? 'step' : 'pause',
        description: hits?.description ?? `step ${step.step}`,
        breakpointIds: [...(hits?.ids ?? [])],
        epoch: step.epoch,
        step: step.step,
        stepInEpoch: step.stepInEpoch,
      },
      paused,
    );
  }

  afterEpoch(
    point: { readonly epoch: number; readonly step: number; readonly stepInEpoch: number },
    paused: PausedTraining,
  ): void {
    this.readControl();
    const { flags } = this.options;
    if (flags.terminate) return;
    const hits = this.breakpoints.hitsAtEndOf(point.epoch);
    // Asked for during validation: this is the next moment to stand still.
    const pauseWished = flags.stopAfterStep === 'pause';
    if (!hits && !flags.stopAtEpochEnd && !pauseWished) return;
    this.stop(
      {
        reason: hits ? 'breakpoint' : flags.stopAtEpochEnd ? 'epochEnd' : 'pause',
        description: `end of epoch ${point.epoch}`,
        breakpointIds: [...(hits?.ids ?? [])],
        ...point,
      },
      paused,
    );
  }

  get stopRequested(): boolean {
    return this.options.flags.terminate;
  }

  private readControl(): void {
    const version = this.options.flags.controlVersion;
    if (version === this.controlSeen) return;
    this.controlSeen = version;
    for (
      let received = receiveMessageOnPort(this.options.control);
      received;
      received = receiveMessageOnPort(this.options.control)
    ) {
      this.breakpoints = new BreakpointSet((received.message as ControlMessage).breakpoints);
    }
  }

  private stop(at: StopPoint, paused: PausedTraining): void {
    const { flags } = this.options;
    flags.stopAfterStep = 'none';
    flags.stopAtEpochEnd = false;
    this.flush();
    if (!this.looksAreQuick) warmUpLooks();
    this.looksAreQuick = true;
    paused.prepareLook();
    const facts = { at, lastStep: this.lastStep, learningRate: paused.learningRate, source: this.options.source() };
    flags.stopReady = false;
    this.options.post({ kind: 'stopping', facts });
    flags.waitUntilStopReady();
    pausedService.training = { paused, at };
    try {
      standBetweenSteps(experimentTf, this.options.scope(), at, this.lastStep, paused);
    } finally {
      pausedService.training = undefined;
    }
  }
}

/** Its parameters and constants are the names that an expression can use while training stands here. */
function standBetweenSteps(
  tf: typeof experimentTf,
  scope: PausedScope,
  at: StopPoint,
  lastStep: StepEvent | undefined,
  paused: PausedTraining,
): unknown {
  const { model, optimizer } = scope;
  const { epoch, step } = at;
  const { loss, metrics } = lastStep ?? {};
  // eslint-disable-next-line prefer-const -- changed from outside, when the person changes it
  let learningRate = paused.learningRate;
  debugger;
  // Used only by name, from outside: this keeps the optimizer of the code from dropping them.
  return [tf, model, optimizer, epoch, step, loss, metrics, learningRate];
}

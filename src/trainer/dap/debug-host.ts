/**
 * Hosts a training that can be debugged: tells the debug thread what happens, and stands still at
 * its wish. Standing still is V8's own pause, taken by a `debugger` statement that is reached only
 * to stop; all answers come through the inspector meanwhile. Knows no Debug Adapter Protocol.
 */
import type * as tf from '@tensorflow/tfjs';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { StepEvent, StopPoint, TrainingEvent } from '../../shared/protocol/training.js';
import { placeOfLayer } from '../analysis/layer-origins.js';
import * as experimentTf from '../loader/experiment-tfjs.js';
import type { SourcePlace } from '../loader/stack-frames.js';
import { warmUpLooks } from '../runtime/look-warm-up.js';
import type { PausedTraining, StepTensors } from '../runtime/paused-training.js';
import type { TrainingHost } from '../runtime/training-host.js';
import { BreakpointSet } from './breakpoint-set.js';
import { PausedService } from './paused-service.js';
import type { SharedFlags } from './shared-flags.js';
import { StepHooks, type OpPlace } from './step-hooks.js';
import { standBetweenSteps, standInStep, type PausedScope } from './stopping-place.js';
import type { ControlMessage, FromTraining, Whereabouts } from './thread-messages.js';
import type { TrainingParts } from './training-scopes.js';

const BATCH_MS = 16;

export interface DebugHostOptions {
  readonly flags: SharedFlags;
  readonly control: MessagePort;
  readonly post: (message: FromTraining) => void;
  readonly scope: () => { readonly model?: tf.LayersModel; readonly optimizer?: tf.Optimizer };
  readonly source: () => SourcePlace | undefined;
}

type StepUnderWay = Parameters<TrainingHost['mayStopAfter']>[0];

export class DebugHost implements TrainingHost {
  private breakpoints = new BreakpointSet();
  private controlSeen = 0;
  private lastStep: StepEvent | undefined;
  private underWay: StepUnderWay | undefined;
  /** Where training stands, or has stood last, by its own count. */
  private position = { epoch: 0, step: 0, stepInEpoch: 0 };
  private between: PausedTraining | undefined;
  private standsAt: OpPlace | undefined;
  private compiling = false;
  /** Whether a person has changed something in the middle of the step under way. */
  private changedInStep = false;

  private readonly hooks: StepHooks;
  private readonly service: PausedService;
  private readonly opNumbers = new Map<string, number>();

  private looksAreQuick = false;
  private waiting: TrainingEvent[] = [];
  private lastPost = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DebugHostOptions) {
    const { flags } = options;
    this.service = new PausedService({
      parts: () => this.parts(),
      whereabouts: () => this.whereabouts(),
      flush: () => this.flush(),
    });
    const numbers: number[] = [];
    this.hooks = new StepHooks({
      get wish() {
        return flags.stopInStep;
      },
      opBegins: (name) => {
        const number = this.opNumbers.get(name) ?? this.numberOf(name);
        numbers.push(number);
        flags.opUnderWay = number;
      },
      opEnds: () => {
        numbers.pop();
        flags.opUnderWay = numbers.at(-1) ?? 0;
      },
      stopAt: (place) => this.stopInStep(place),
    });
  }

  emit(event: TrainingEvent): void {
    if (event.kind === 'activity') this.compiling = event.message === 'Compiling the training step';
    if (event.kind === 'start') {
      this.position = { epoch: event.startEpoch, step: event.startStep, stepInEpoch: 0 };
      const { model, optimizer } = this.options.scope();
      if (model) this.hooks.watch(model, optimizer);
    }
    this.waiting.push(event);
    // Steps can come thousands a second: they travel together. Everything else is rare and goes at once.
    const wait = event.kind === 'step' ? this.lastPost + BATCH_MS - performance.now() : 0;
    if (wait <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), wait);
  }

  joins({ model, labels, optimizer }: Parameters<NonNullable<TrainingHost['joins']>>[0]): void {
    this.hooks.watch(model, optimizer, labels);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastPost = performance.now();
    if (this.waiting.length === 0) return;
    this.options.post({ kind: 'events', events: this.waiting });
    this.waiting = [];
  }

  mayStopAfter(next: StepUnderWay): boolean {
    this.underWay = next;
    this.hooks.begin();
    if (next.keepingIsFree) return true;
    this.readControl();
    const { flags } = this.options;
    return (
      flags.stopAfterStep !== 'none' ||
      flags.walksThroughSteps ||
      this.breakpoints.mayHitAfter(next.step) ||
      (next.lastInEpoch && (flags.stopAtEpochEnd || this.breakpoints.mayHitAtEpochEnd))
    );
  }

  get wantsGradientNorms(): boolean {
    this.readControl();
    return this.breakpoints.wantsGradientNorms;
  }

  afterStep(step: StepEvent, paused: PausedTraining): void {
    this.lastStep = step;
    this.readControl();
    const { flags } = this.options;
    if (flags.terminate) return;
    // Of a compiled step nothing ran that could have stopped: it is walked through, which changes nothing.
    this.changedInStep = false;
    if (flags.walksThroughSteps && paused.canLook) paused.prepareLook(() => this.changedInStep);
    this.underWay = undefined;
    this.position = { epoch: step.epoch, step: step.step, stepInEpoch: step.stepInEpoch };
    const hits = this.breakpoints.hitsAfter(step, {
      gradNorm: (layer) => paused.gradNorm(layer),
      weightNorm: (layer) => paused.weightNorm(layer),
      notFinite: () => paused.notFinite(),
    });
    const wish = flags.stopAfterStep;
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

  /** Beside what the person's own code has in reach. */
  namesInReach(): Readonly<Record<string, unknown>> {
    return this.service.names();
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
    this.options.flags.clearWishes();
    paused.prepareLook();
    this.announceStop(at, paused.learningRate);
    this.between = paused;
    this.service.training = { paused, at };
    try {
      standBetweenSteps(experimentTf, this.scope(), at, this.lastStep, paused.learningRate);
    } finally {
      this.service.training = undefined;
      this.between = undefined;
      this.service.release();
    }
  }

  private stopInStep(place: OpPlace): void {
    const { flags } = this.options;
    // What is being recorded must not be read in the middle; nor is there a way on from here at the end.
    if (this.compiling || flags.terminate) return;
    const { epoch, step, stepInEpoch, path } = this.whereabouts();
    const at: StopPoint = {
      reason: flags.stopAfterStep === 'pause' ? 'pause' : 'step',
      description: (place.stands === 'op' ? place.op : place.layerName) ?? 'step',
      breakpointIds: [],
      epoch,
      step,
      stepInEpoch,
      stands: place.stands,
      path: [...path],
    };
    flags.clearWishes();
    this.announceStop(at, undefined, place.layer && placeOfLayer(place.layer));
    this.standsAt = place;
    try {
      standInStep(experimentTf, this.scope(), at, place.layer, place.op, place.inputs, place.attributes);
    } finally {
      this.standsAt = undefined;
      this.service.release();
    }
  }

  /** Returns when the debugger is attached and waits for the stop. Its name is known: see `announcingFunction`. */
  private announceStop(at: StopPoint, learningRate: number | undefined, source = this.options.source()): void {
    const { flags } = this.options;
    this.flush();
    if (!this.looksAreQuick) warmUpLooks();
    this.looksAreQuick = true;
    flags.stopReady = false;
    const facts = { at, lastStep: this.lastStep, learningRate, source };
    this.options.post({ kind: 'stopping', facts });
    flags.waitUntilStopReady();
  }

  private scope(): PausedScope {
    return { ...this.options.scope(), batch: this.tensors()?.batch };
  }

  private parts(): TrainingParts {
    const { model, optimizer } = this.options.scope();
    const tensors = this.tensors();
    return {
      ...this.here(),
      model,
      optimizer,
      batch: tensors?.batch,
      lastStep: this.lastStep,
      op: this.standsAt,
      outputOf: (layer) => tensors?.outputOf(layer),
      gradientOf: (variable) => tensors?.gradientOf(variable),
      changed: () => {
        if (this.between) this.between.changed();
        else this.changedInStep = true;
      },
    };
  }

  private tensors(): StepTensors | undefined {
    if (this.between) return this.between.tensors;
    return this.underWay && this.hooks.tensors(this.underWay.batch);
  }

  private here(): { readonly epoch: number; readonly step: number; readonly stepInEpoch: number } {
    const { epoch, step, stepInEpoch } = this.underWay ?? this.position;
    return { epoch, step, stepInEpoch };
  }

  private whereabouts(): Whereabouts {
    const here = this.here();
    const path = here.epoch > 0 ? [`epoch ${here.epoch}`] : [];
    if (here.step > 0) path.push(`step ${here.step}`);
    if (this.underWay) path.push(...this.hooks.path);
    return { ...here, path, lastStep: this.lastStep, learningRate: this.lastStep?.learningRate };
  }

  private numberOf(op: string): number {
    const number = this.opNumbers.size + 1;
    this.opNumbers.set(op, number);
    this.options.post({ kind: 'opName', op: number, name: op });
    return number;
  }
}

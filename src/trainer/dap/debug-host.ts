/**
 * Hosts a training that can be debugged: tells the debug thread what happens, and stands still at
 * its wish. Standing still is V8's own pause, taken by a `debugger` statement that is reached only
 * to stop; all answers come through the inspector meanwhile. Knows no Debug Adapter Protocol.
 */
import type * as tf from '@tensorflow/tfjs';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { StepEvent, StopPoint, TrainingEvent } from '../../shared/protocol/training.js';
import { placeOfLayer } from '../analysis/layer-origins.js';
import type { RunDiagnosis } from '../diagnosis/run-diagnosis.js';
import { EventBatcher } from '../event-batcher.js';
import * as experimentTf from '../loader/experiment-tfjs.js';
import type { SourcePlace } from '../loader/stack-frames.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import type { SummaryWish } from '../runtime/step-summaries.js';
import type { TrainingHost } from '../runtime/training-host.js';
import type { ArmedBreakpoint, BreakpointListener } from './armed-breakpoint.js';
import { BreakpointSet, type Hits, type RuleTest } from './breakpoint-set.js';
import { PausedService } from './paused-service.js';
import { QuickLooks } from './quick-looks.js';
import type { SharedFlags } from './shared-flags.js';
import { StepBreakpoints, type StepBreakpointsHost } from './step-breakpoints.js';
import { StepHooks, type OpPlace } from './step-hooks.js';
import { standBetweenSteps, standInStep, type PausedScope } from './stopping-place.js';
import type { ControlMessage, FromTraining } from './thread-messages.js';
import { TrainingPlace, type StepUnderWay } from './training-place.js';
import { WishList, type RunNames } from './wishes.js';

/** Handing something to another thread takes a tenth of a millisecond; nobody sees more pictures a second than these. */
const BATCH_MS = 40;

export interface DebugHostOptions {
  readonly flags: SharedFlags;
  readonly control: MessagePort;
  readonly post: (message: FromTraining) => void;
  readonly scope: () => { readonly model?: tf.LayersModel; readonly optimizer?: tf.Optimizer };
  readonly source: () => SourcePlace | undefined;
  /** Tests rules that are armed as breakpoints, and says at a stop what is wrong. */
  readonly diagnosis?: RuleTest & Pick<RunDiagnosis, 'explain'>;
}

export class DebugHost implements TrainingHost {
  private breakpoints = new BreakpointSet();
  private controlSeen = 0;
  /** Where a log message is written. */
  private logsAt: OpPlace | undefined;
  private compiling = false;

  private readonly hooks: StepHooks;
  private readonly place: TrainingPlace;
  private readonly inStep: StepBreakpoints;
  private names: RunNames = { layers: [], weights: [], trained: [] };
  private mayCompile = false;
  private hasCompiled = false;
  private wishes: readonly SummaryWish[] | undefined;
  private readonly failedOnce = new Set<string>();
  private shownStep = false;
  mayWalkAfter = false;
  private readonly service: PausedService;
  private readonly opNumbers = new Map<string, number>();

  private readonly quickLooks = new QuickLooks();
  private readonly batcher = new EventBatcher((events) => this.options.post({ kind: 'events', events }), BATCH_MS);

  constructor(private readonly options: DebugHostOptions) {
    const { flags } = options;
    this.service = new PausedService({
      parts: () => this.place.parts,
      whereabouts: () => {
        this.place.lastBegun?.standsOutside?.();
        return this.place.whereabouts;
      },
      flush: () => this.flush(),
      post: (message) => options.post(message),
      explain: (failure) => options.diagnosis?.explain(this.place.standing, failure) ?? [],
      opStatistics: (from, mostMs) => this.place.opStatistics(from, mostMs),
    });
    this.hooks = new StepHooks({
      get attention() {
        return flags.attention;
      },
      wish: () => {
        this.readControl();
        return flags.stopInStep;
      },
      opBegins: (name) => (flags.opUnderWay = this.opNumbers.get(name) ?? this.numberOf(name)),
      opEnds: (outer) => (flags.opUnderWay = outer === undefined ? 0 : this.opNumbers.get(outer)!),
      reached: (place, armed, wished) => this.reached(place, armed, wished),
    });
    const { hooks } = this;
    this.place = new TrainingPlace({ hooks, scope: options.scope, isRecording: () => this.compiling });
    this.inStep = new StepBreakpoints(this.stepBreakpointsHost());
  }

  emit(event: TrainingEvent): void {
    if (event.kind === 'activity') this.compiles(event.message === 'Compiling the training step');
    if (event.kind === 'speed') {
      this.hasCompiled = event.speed === 'compiled';
      this.mayBeCompiled(this.hasCompiled);
    }
    if (event.kind === 'start') {
      this.place.runStarts(event);
      // Until it turns out that it cannot.
      this.mayBeCompiled(event.backend === 'tensorflow' && !event.speedReason);
      const { model, optimizer } = this.options.scope();
      if (model) this.hooks.watch(model, optimizer);
      this.learnNames();
    }
    if (event.kind === 'start' || event.kind === 'step') this.quickLooks.refresh();
    this.batcher.tell(event);
  }

  joins({ model, labels, optimizer, weights }: Parameters<NonNullable<TrainingHost['joins']>>[0]): void {
    this.hooks.watch(model, optimizer, labels);
    if (weights) this.hooks.watchWeights(weights);
    this.learnNames();
  }

  updatesByHand(): void {
    this.hooks.updatesByHand();
  }

  flush(): void {
    this.batcher.flush();
  }

  mayStopAfter(next: StepUnderWay): boolean {
    this.place.stepBegins(next);
    this.readControl();
    const { flags } = this.options;
    const isStoppedAfter = flags.stopAfterStep !== 'none';
    // What is quick is rather made once more where something hits than followed each time.
    const mayRepeat =
      next.isQuick === true && next.canBeRepeated === true && !isStoppedAfter && !flags.walksThroughSteps;
    const looksInStep = this.inStep.begin(this.mayCompile ? 'compiled' : mayRepeat ? 'repeated' : 'followed');
    const mayStopInStep =
      (this.inStep.any && !this.inStep.isFoundOutAfter) || isStoppedAfter || flags.walksThroughSteps;
    this.hooks.begin(!next.isQuick || !this.shownStep || mayStopInStep);
    this.hooks.values.beginStep({ isStoppedAfter, mayBeRecorded: this.mayCompile && !this.hasCompiled });
    this.mayWalkAfter = this.inStep.isFoundOutAfter || (mayRepeat && !this.hooks.isFollowing && this.mayHitAfter(next));
    if (next.keepingIsFree) return true;
    return looksInStep || isStoppedAfter || flags.walksThroughSteps || this.mayHitAfter(next);
  }

  /** Whether training may stand still between the step and the next. */
  private mayHitAfter(next: StepUnderWay): boolean {
    if (this.breakpoints.mayHitAfter(next)) return true;
    return next.lastInEpoch && (this.options.flags.stopAtEpochEnd || this.breakpoints.mayHitAtEpochEnd);
  }

  get stoodMs(): number {
    return this.options.flags.stoodMs;
  }

  get wantsGradientNorms(): boolean {
    this.readControl();
    return this.breakpoints.wantsGradientNorms;
  }

  get wantedSummaries(): readonly SummaryWish[] {
    this.readControl();
    return (this.wishes ??= this.wishList());
  }

  afterStep(step: StepEvent, paused: PausedTraining): void {
    try {
      this.stepEnds(step, paused);
    } finally {
      this.hooks.values.ends();
    }
  }

  private stepEnds(step: StepEvent, paused: PausedTraining): void {
    this.place.lastStep = step;
    // What has been set while it ran may ask for what was not kept of it.
    if (paused.canLook) this.readControl();
    const { flags } = this.options;
    if (flags.terminate) return;
    const missed = this.walkedThrough(step, paused);
    this.tellShownStep(step);
    this.place.stepEnds(step);
    const hits = allHits(missed, this.breakpoints.hitsAfter(step, paused, this.testedWith()));
    const wish = flags.stopAfterStep;
    // A wish that came during a compiled step is met after the next one, of which everything can be looked at.
    if (!hits && (wish === 'none' || !paused.canLook)) return;
    // So is one that came during a step that was too quick to be followed: after it, not at the first op of the next.
    if (!hits && !this.hooks.isFollowing) {
      flags.stopInStep = 'none';
      return;
    }
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
    const hits = this.breakpoints.hitsAtEndOf(point.epoch, this.place.lastStep, paused, this.testedWith());
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
    this.place.lastBegun?.bringUpToDate?.();
    return this.service.names();
  }

  /** What runs is no step, but a recording of one: nothing of it is to be read. */
  get isRecording(): boolean {
    return this.compiling;
  }

  private readControl(): void {
    const { flags, control } = this.options;
    const version = flags.controlVersion;
    if (version === this.controlSeen) return;
    this.controlSeen = version;
    flags.heardControl();
    for (let received = receiveMessageOnPort(control); received; received = receiveMessageOnPort(control)) {
      this.breakpoints = new BreakpointSet((received.message as ControlMessage).breakpoints, this.breakpoints);
    }
    this.wishes = undefined;
    this.failedOnce.clear();
    this.inStep.set(this.breakpoints.inStep);
  }

  /** In a compiled step, or one that was not followed, nothing could stop: where it may, it is walked through, which changes nothing. */
  private walkedThrough(step: StepEvent, paused: PausedTraining): Hits | undefined {
    this.place.changedInStep = false;
    const walk = (): void => {
      this.hooks.begin();
      this.hooks.values.beginWalk(this.options.flags.stopAfterStep !== 'none');
      paused.prepareLook(() => this.place.changedInStep);
    };
    if (step.speed === 'compiled' || this.inStep.isFoundOutAfter)
      return this.inStep.findOut(paused, walk, this.options.flags.walksThroughSteps);
    this.inStep.pause();
    // The first step of a run is made op by op in any case; a later one tells, where nothing else has.
    if (this.mayCompile && !this.hasCompiled && step.step > 1) this.mayBeCompiled(false);
    return undefined;
  }

  /** What is computed meanwhile is recorded, and is no step. */
  private compiles(compiling: boolean): void {
    if (compiling === this.compiling) return;
    this.compiling = compiling;
    if (compiling) {
      this.inStep.pause();
      this.hooks.values.leave();
    } else if (this.place.underWay) {
      this.hooks.begin();
      this.inStep.resume();
    }
  }

  private mayBeCompiled(mayBe: boolean): void {
    this.mayCompile = mayBe;
    this.wishes = undefined;
  }

  private learnNames(): void {
    this.wishes = undefined;
    const { layers, weights } = this.hooks;
    this.names = {
      layers,
      weights: weights.map(({ name }) => name),
      trained: weights.filter(({ trainable }) => trainable).map(({ name }) => name),
    };
    this.options.post({ kind: 'runNames', names: { weights: this.names.weights } });
  }

  private wishList(): readonly SummaryWish[] {
    const list = new WishList();
    this.breakpoints.addWishes(list, this.names);
    // A step that runs op by op meets the others on its way.
    if (this.mayCompile) this.inStep.addWishes(list);
    return [...list.wishes, ...(this.options.diagnosis?.wishes(this.breakpoints.rules) ?? [])];
  }

  private testedWith() {
    return { listener: this.listener, names: this.names, rules: this.options.diagnosis };
  }

  private readonly listener: BreakpointListener = {
    failed: ({ id }, message) => {
      if (this.failedOnce.has(id)) return;
      this.failedOnce.add(id);
      this.options.post({ kind: 'placeProblem', id, message });
    },
    log: (_, text) => {
      const place = (this.logsAt?.layer && placeOfLayer(this.logsAt.layer)) ?? this.options.source();
      this.emit({ kind: 'log', level: 'log', text, file: place?.file, line: place?.line, wallTime: Date.now() });
    },
  };

  private stepBreakpointsHost(): StepBreakpointsHost {
    const host = this as DebugHost;
    const { listener } = this;
    return {
      listener,
      get names() {
        return host.names;
      },
      get facts() {
        return host.place.facts;
      },
      get weights() {
        return host.hooks.weights;
      },
      arm: (places) => this.hooks.arm(places),
      emit: (event) => this.emit(event),
    };
  }

  /** Names that only a step shows, told once. */
  private tellShownStep(step: StepEvent): void {
    if (this.shownStep || step.speed === 'compiled') return;
    this.shownStep = true;
    const metrics = Object.keys(step.metrics);
    this.options.post({ kind: 'runNames', names: { ops: [...this.hooks.opKinds], metrics } });
  }

  private reached(place: OpPlace, armed: readonly ArmedBreakpoint[], wished: boolean): void {
    // What is being recorded must not be read in the middle; nor is there a way on from here at the end.
    if (this.compiling || this.options.flags.terminate) return;
    this.logsAt = place;
    const hits = armed.length > 0 ? this.inStep.hitsAt(place, armed) : undefined;
    this.logsAt = undefined;
    if (hits || wished) this.stopInStep(place, hits);
  }

  private stop(at: StopPoint, paused: PausedTraining): void {
    this.options.flags.clearWishes();
    // What was too quick to be followed is walked through for whoever looks, where there is a way back into it.
    if (!this.hooks.isFollowing) this.hooks.begin();
    this.hooks.values.beginWalk(true);
    paused.prepareLook();
    this.announceStop(at, paused.learningRate);
    this.place.between = paused;
    this.service.training = { paused, at };
    try {
      standBetweenSteps(experimentTf, this.scope(), at, this.place.lastStep, paused.learningRate);
    } finally {
      this.service.training = undefined;
      this.place.between = undefined;
      this.service.release();
    }
  }

  private stopInStep(place: OpPlace, hits: Hits | undefined): void {
    const { flags } = this.options;
    const { epoch, step, stepInEpoch, path } = this.place.whereabouts;
    const { stands, when, phase, op, layerName: layer } = place;
    const at: StopPoint = {
      reason: hits ? 'breakpoint' : flags.stopAfterStep === 'pause' ? 'pause' : 'step',
      description: hits?.description ?? (stands === 'op' ? op : layer) ?? 'step',
      breakpointIds: [...(hits?.ids ?? [])],
      epoch,
      step,
      stepInEpoch,
      stands,
      when,
      place: {
        phase,
        ...(layer === undefined ? {} : { layer }),
        ...(op === undefined ? {} : { op, occurrence: this.hooks.occurrence }),
      },
      path: [...path],
    };
    flags.clearWishes();
    this.announceStop(at, undefined, place.layer && placeOfLayer(place.layer));
    this.place.standsAt = place;
    // Whoever stands in it may go on to its end, to look at all of it.
    this.place.underWay?.keepRest?.(this.hooks);
    try {
      const { inputs, outputs, attributes } = place;
      standInStep(experimentTf, this.scope(), at, place.layer, op, inputs, outputs, attributes);
    } finally {
      this.place.standsAt = undefined;
      this.service.release();
    }
    // Breakpoints that were set meanwhile act from here on.
    this.readControl();
  }

  /** Returns when the debugger is attached and waits for the stop. Its name is known: see `announcingFunction`. */
  private announceStop(at: StopPoint, learningRate: number | undefined, source = this.options.source()): void {
    const { flags } = this.options;
    this.flush();
    this.quickLooks.refresh();
    this.hooks.values.stops();
    flags.stopReady = false;
    const facts = { at, lastStep: this.place.lastStep, learningRate, source };
    this.options.post({ kind: 'stopping', facts });
    flags.waitUntilStopReady();
  }

  private scope(): PausedScope {
    return { ...this.options.scope(), batch: this.place.tensors?.batch };
  }

  private numberOf(op: string): number {
    const number = this.opNumbers.size + 1;
    this.opNumbers.set(op, number);
    this.options.post({ kind: 'opName', op: number, name: op });
    return number;
  }
}

function allHits(...hits: readonly (Hits | undefined)[]): Hits | undefined {
  const found = hits.filter((one) => one !== undefined);
  if (found.length < 2) return found[0];
  return { ids: found.flatMap(({ ids }) => ids), description: found.map(({ description }) => description).join(', ') };
}

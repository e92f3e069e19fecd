/**
 * The training thread as a session sees it: runs or stands still, is paused, looked at and stepped on.
 * Decides what V8's pauses come to and when its debugger is attached. Knows no pipe and no tensor; of
 * the protocol only the events of stopping and going on.
 */
import type { Debugger } from 'node:inspector';
import path from 'node:path';
import type { StepGranularity } from '../../shared/protocol/dap.js';
import type { BackendName, TrainingEvent } from '../../shared/protocol/training.js';
import type { ExceptionStops, ThrownException } from './exception-stops.js';
import type { InspectorClient } from './inspector-client.js';
import type { KnownBreakpoints } from './known-breakpoints.js';
import type { LibrarySources } from './library-sources.js';
import type { LineBreakpoints } from './line-breakpoints.js';
import { PausedView } from './paused-view.js';
import type { SharedFlags } from './shared-flags.js';
import { planStep, type StepCommand } from './step-plan.js';
import { StopReader } from './stop-reader.js';
import type { ThreadDebugger } from './thread-debugger.js';
import { pausedExpression, type StopFacts } from './thread-messages.js';

export interface TrainingThreadOptions {
  readonly inspector: InspectorClient;
  readonly flags: SharedFlags;
  readonly lines: LineBreakpoints;
  readonly exceptions: ExceptionStops;
  readonly library: LibrarySources;
  readonly threadDebugger: ThreadDebugger;
  readonly trainingBreakpoints: KnownBreakpoints;
  /** URL of the trainer's only script that V8's debugger may stop in. */
  readonly stoppingPlace: string;
  /** Takes in everything that the training thread has said until now. */
  readonly catchUp: () => void;
  readonly event: (name: string, body?: unknown) => void;
  readonly say: (event: TrainingEvent) => void;
  /** Sends what has been said: before a stop is told. */
  readonly flush: () => void;
  /** Takes what went wrong where no request waits for an answer. */
  readonly failed: (error: unknown) => void;
}

type Phase = 'idle' | 'running' | 'paused' | 'ended';

/** A line of the person's, or an op, comes within this time in nearly all code: otherwise any place will do. */
const NEXT_LINE_MS = 300;
/** A pause that has not come by then either is waited for with a word. */
const PAUSE_SILENCE_MS = 1_700;

export class TrainingThread {
  private phase: Phase = 'idle';
  private backend: BackendName | undefined;
  private readonly opNames = new Map<number, string>();
  /** What the training thread has said of the stop that it is about to make. */
  private pausedAt = 0;
  private announced: StopFacts | undefined;
  /** The training has announced this stop, and cleans up after it by itself. */
  private cleansUp = false;
  /** A step to the next op or layer was asked for: it is near, and attaching again would take longer than it. */
  private stopIsNear = false;
  private view: PausedView | undefined;
  private exception: ThrownException | undefined;
  private stepsByLines: 'no' | 'over the library' | 'into the library' = 'no';
  /** The stop is in the library's own code, where steps by lines stay. */
  private standsInLibrary = false;
  /** To be stepped into when it is reached. */
  private call: Debugger.Location | undefined;
  private entering = false;
  private pausing = false;
  private pauseTimer: NodeJS.Timeout | undefined;
  private saidSlower = false;
  private references = 0;
  private readonly stops: StopReader;

  constructor(private readonly options: TrainingThreadOptions) {
    const { inspector, lines, exceptions, stoppingPlace } = options;
    this.stops = new StopReader(inspector, lines, exceptions, stoppingPlace);
  }

  get hasStarted(): boolean {
    return this.phase !== 'idle';
  }
  get isRunning(): boolean {
    return this.phase === 'running';
  }
  get hasEnded(): boolean {
    return this.phase === 'ended';
  }

  /** What is to be seen at the stop. @throws Error that says why there is none */
  get standing(): PausedView {
    if (this.phase === 'paused' && this.view) return this.view;
    throw new Error(
      {
        idle: 'Training has not started yet.',
        running: 'Training is running: pause it first.',
        paused: 'Training is going on.',
        ended: 'Training has ended.',
      }[this.phase],
    );
  }

  /** @throws Error as `standing` does */
  requireStanding(): void {
    void this.standing;
  }

  /** What the stop is at. @throws Error as `standing` does */
  get thrown(): ThrownException | undefined {
    this.requireStanding();
    return this.exception;
  }

  begins(): void {
    this.phase = 'running';
    this.options.event('thread', { reason: 'started', threadId: 1 });
  }

  /** Before the first layer of the first step. */
  stopOnEntry(): void {
    this.entering = true;
    this.options.flags.stopInStep = 'layer';
  }

  ends(): void {
    if (this.hasStarted && !this.hasEnded) this.options.event('thread', { reason: 'exited', threadId: 1 });
    this.phase = 'ended';
    clearTimeout(this.pauseTimer);
  }

  /** The training waits, until the debugger is attached, to make this stop. */
  announce(facts: StopFacts): void {
    this.announced = facts;
    const { threadDebugger, flags, failed } = this.options;
    threadDebugger.attach().then(() => (flags.stopReady = true), failed);
  }

  nameOp(op: number, name: string): void {
    this.opNames.set(op, name);
  }

  /** From here on the training loop runs, as fast as it can unless a line may stop it. */
  trainingStarts(backend: BackendName): void {
    const { threadDebugger, lines, failed } = this.options;
    this.backend = backend;
    lines.everythingIsLoaded();
    threadDebugger
      .lookForStatements()
      .then(() => this.armsChanged())
      .catch(failed);
  }

  /** The training thread stands still, for whatever reason. */
  async paused(pause: Debugger.PausedEventDataType): Promise<void> {
    const { flags, catchUp, threadDebugger, failed } = this.options;
    // What was said before the stop comes before it.
    catchUp();
    if (flags.terminate) return this.letGo();
    const { announced, stepsByLines, pausing, call } = this;
    this.call = undefined;
    if (call && isSamePlace(pause.callFrames[0]!.location, call)) {
      await threadDebugger.step('into', { intoLibrary: stepsByLines === 'into the library' });
      return;
    }
    const meaning = await this.stops.read(pause, { announced, stepsByLines, pausing });
    catchUp();
    if (meaning.kind === 'goOn' || flags.terminate) {
      await this.letGo();
      return;
    }
    if (meaning.kind === 'stepOn') return threadDebugger.stepToAnyLine();

    this.cleansUp = announced !== undefined && meaning.facts === announced;
    this.announced = undefined;
    this.stopIsNear = false;
    const steppedIn = stepsByLines === 'into the library';
    this.standsInLibrary = meaning.inLibrary === true || (steppedIn && meaning.facts.at.reason === 'step');
    this.stepsByLines = 'no';
    this.pausing = false;
    clearTimeout(this.pauseTimer);
    threadDebugger.stopped().catch(failed);
    flags.clearWishes();
    const { facts, thrown, hit } = meaning;
    this.exception = thrown;
    this.view = new PausedView({
      inspector: this.options.inspector,
      library: this.options.library,
      frames: pause.callFrames,
      facts,
      justMyCode: threadDebugger.justMyCode && !steppedIn && !this.standsInLibrary,
      fileOf: (file) => this.options.lines.fileOf(file),
      nextReference: () => ++this.references,
    });
    this.phase = 'paused';
    this.pausedAt = performance.now();
    const { entering } = this;
    this.entering = false;
    this.options.flush();
    const { at } = facts;
    const set = this.options.trainingBreakpoints.inProtocol(at.breakpointIds);
    const numbers = [...hit, ...set.numbers];
    this.options.event('stopped', {
      reason:
        entering && at.reason === 'step' ? 'entry' : (set.reason ?? (at.reason === 'epochEnd' ? 'step' : at.reason)),
      description: at.description,
      ...(thrown ? { text: thrown.text } : {}),
      threadId: 1,
      allThreadsStopped: true,
      ...(numbers.length > 0 ? { hitBreakpointIds: numbers } : {}),
      backstep: at,
    });
  }

  resumed(): void {
    if (this.phase === 'paused') this.phase = 'running';
    this.view = undefined;
  }

  /** @throws Error where it is not running */
  pause(granularity: StepGranularity | undefined): void {
    if (this.phase !== 'running')
      throw new Error(this.phase === 'paused' ? 'Training is paused already.' : 'No training is running.');
    const { flags, threadDebugger, failed } = this.options;
    flags.stopAfterStep = 'pause';
    this.awaitPause();
    if (granularity === 'step') return;
    this.pausing = true;
    flags.stopInStep = 'op';
    threadDebugger.pause().catch(failed);
  }

  /** @returns what takes the step, once the request for it has been answered @throws Error as `standing` does */
  step(command: StepCommand, granularity: StepGranularity | undefined): () => void {
    const { at } = this.standing.facts;
    const { flags, threadDebugger } = this.options;
    const plan = planStep(command, at.stands ?? 'step', granularity);
    flags.stopInStep = plan.inStep;
    this.stopIsNear = plan.inStep !== 'none';
    if (plan.afterStep) flags.stopAfterStep = 'step';
    flags.stopAtEpochEnd = plan.atEpochEnd;
    const { line } = plan;
    if (!line) return () => this.goOn();
    const intoLibrary = line.intoLibrary || this.standsInLibrary || !threadDebugger.justMyCode;
    return () => {
      this.stepsByLines = intoLibrary ? 'into the library' : 'over the library';
      if (at.stands === 'op' && line.intoLibrary) {
        this.goOn(() => threadDebugger.stepIntoFunction(`${pausedExpression}.kernel()`));
        return;
      }
      const anyLine = line.how === 'any' && !intoLibrary;
      this.goOn(() =>
        anyLine
          ? threadDebugger.stepToAnyLine()
          : threadDebugger.step(line.how === 'any' ? 'into' : line.how, { intoLibrary }),
      );
    };
  }

  /** On a line: into one of its calls. @returns as `step` does */
  stepIntoCall(call: Debugger.Location): () => void {
    const { frames } = this.standing;
    const { threadDebugger } = this.options;
    const { location } = frames[0]!;
    this.options.flags.stopAfterStep = 'step';
    return () => {
      const intoLibrary = this.standsInLibrary || !threadDebugger.justMyCode;
      this.stepsByLines = intoLibrary ? 'into the library' : 'over the library';
      if (isSamePlace(location, call)) this.goOn(() => threadDebugger.step('into', { intoLibrary }));
      else {
        this.call = call;
        this.goOn(() => threadDebugger.runToCall(call));
      }
    };
  }

  /** From a stop, where there is one. */
  goOn(how: () => Promise<void> = () => this.options.threadDebugger.resume()): void {
    if (this.phase !== 'paused') return;
    // Before it goes on: the step may be over sooner than a message about it is read.
    this.options.flags.addStop(performance.now() - this.pausedAt);
    this.phase = 'running';
    this.view = undefined;
    this.exception = undefined;
    this.options.event('continued', { threadId: 1, allThreadsContinued: true });
    // What expressions made ends with the stop.
    const goOn = async (): Promise<void> => {
      const released = this.cleansUp ? undefined : this.options.inspector.run(`${pausedExpression}.release()`);
      await Promise.all([released, how()]);
    };
    this.letGo(goOn).catch((error: unknown) =>
      this.options.event('output', { category: 'important', output: `Could not go on: ${String(error)}\n` }),
    );
  }

  showJustMyCode(enabled: boolean): void {
    this.options.threadDebugger.justMyCode = enabled;
    this.view?.showJustMyCode(enabled);
  }

  /** What can stop training has changed, or training goes on. */
  async armsChanged(): Promise<void> {
    const { flags, threadDebugger } = this.options;
    flags.walksThroughSteps = threadDebugger.stopsOnLines;
    this.sayIfSlower();
    // Announced stops need it, and detaching forgets what the paused thread shows.
    if (this.phase !== 'running' || this.announced || !this.backend) return;
    if (this.stopIsNear || flags.stopInStep !== 'none') return;
    await threadDebugger.detachUnlessArmed();
  }

  private async letGo(how: () => Promise<void> = () => this.options.threadDebugger.resume()): Promise<void> {
    // One after the other in the training thread, which a step does not have to be waited for in between.
    await Promise.all([this.options.inspector.releasePauseObjects(), how()]);
    await this.armsChanged();
  }

  private sayIfSlower(): void {
    if (this.saidSlower || this.backend !== 'wasm' || this.stepsByLines !== 'no' || this.pausing) return;
    if (!this.options.threadDebugger.stopsOnLines) return;
    this.saidSlower = true;
    this.options.say({
      kind: 'notice',
      severity: 'info',
      message:
        'Steps take about 2.5 times as long while breakpoints on lines or exceptions are set: WebAssembly runs unoptimized under the debugger.',
      hint: 'Remove or disable them to train at full speed; breakpoints on steps, epochs and values cost nothing.',
    });
  }

  /** An op can hold training for as long as it likes: then that is said. */
  private awaitPause(): void {
    clearTimeout(this.pauseTimer);
    const { flags, threadDebugger, failed } = this.options;
    const tellWhy = (): void => {
      if (this.phase !== 'running') return;
      const message = `Training is ${this.whatHoldsIt()}. It pauses as soon as that comes to an end.`;
      this.options.say({ kind: 'notice', severity: 'info', message });
    };
    this.pauseTimer = setTimeout(() => {
      // A loop without a line to stop at, for example.
      if (this.phase === 'running' && this.pausing && flags.opUnderWay === 0)
        threadDebugger.pauseAnywhere().catch(failed);
      this.pauseTimer = setTimeout(tellWhy, PAUSE_SILENCE_MS);
    }, NEXT_LINE_MS);
  }

  /** What training is busy with where it does not do what it was asked for: completes "it is …". */
  whatHoldsIt(): string {
    const { flags, lines } = this.options;
    const line = lines.placeOf(flags.lineUnderTest);
    if (line)
      return `testing the breakpoint on ${path.basename(line.file)}:${line.line}, whose condition or message takes long`;
    const op = this.opNames.get(flags.opUnderWay);
    return op === undefined
      ? 'waiting for data, or in code that cannot be interrupted'
      : `inside of one op (${op}) that takes long`;
  }

  /** From here on nothing stops training, and it runs as fast as it can. */
  async runFree(): Promise<void> {
    const { lines, exceptions, threadDebugger, flags, trainingBreakpoints } = this.options;
    flags.clearWishes();
    this.stopIsNear = false;
    trainingBreakpoints.clear();
    exceptions.set([]);
    await threadDebugger.setExceptionStops(false);
    await lines.clear();
    this.goOn();
    await this.armsChanged();
  }
}

function isSamePlace(a: Debugger.Location, b: Debugger.Location): boolean {
  return a.scriptId === b.scriptId && a.lineNumber === b.lineNumber && (a.columnNumber ?? 0) === (b.columnNumber ?? 0);
}

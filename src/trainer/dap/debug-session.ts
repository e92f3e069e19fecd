/**
 * One debugging session in the Debug Adapter Protocol: translates requests into wishes of the
 * training thread and its debugger, and what they say into events. Knows neither pipes nor tensors.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from 'node:inspector';
import path from 'node:path';
import type { KnownNames } from '../../shared/conditions/condition.js';
import {
  runOptions,
  type RunOptions,
  type TrainingBreakpoint,
  type TrainingEvent,
} from '../../shared/protocol/training.js';
import { verifyBreakpoint } from './breakpoint-set.js';
import { capabilities } from './capabilities.js';
import { EventBatcher } from '../event-batcher.js';
import { ExceptionStops, type ThrownException } from './exception-stops.js';
import type { InspectorClient } from './inspector-client.js';
import { LibrarySources } from './library-sources.js';
import { LineBreakpoints } from './line-breakpoints.js';
import { outputOf } from './log-output.js';
import { PausedView } from './paused-view.js';
import { checkedArguments, wantedStep } from './request-arguments.js';
import { RequestTable, type Handler } from './request-table.js';
import type { SharedFlags } from './shared-flags.js';
import { planStep, type StepCommand } from './step-plan.js';
import { StopReader } from './stop-reader.js';
import { ThreadDebugger } from './thread-debugger.js';
import { pausedExpression, type ControlMessage, type FromTraining, type StopFacts } from './thread-messages.js';

export interface SessionOptions {
  readonly send: (message: DebugProtocol.ProtocolMessage) => void;
  readonly inspector: InspectorClient;
  readonly flags: SharedFlags;
  /** URL of the trainer's only script that V8's debugger may stop in. */
  readonly stoppingPlace: string;
  readonly control: (message: ControlMessage) => void;
  readonly start: (options: RunOptions) => void;
  /** Takes in, by `fromTraining`, everything that the training thread has said until now. */
  readonly catchUp: () => void;
  /** Ends the process, once what was sent has left; the session is over. */
  readonly exit: (exitCode: number) => void;
  /** Ends the process at once: the training thread does not answer. */
  readonly kill: () => void;
}

type Phase = 'idle' | 'running' | 'paused' | 'ended';

/** A front end that has been told of the end says goodbye within this time, or the process ends without. */
const GOODBYE_MS = 1_000;
/** Saving and a long step must fit; after that the training counts as hung. */
const END_GRACE_MS = 30_000;
/** A pause that has not come by then is waited for with a word. */
const PAUSE_SILENCE_MS = 2_000;

export class DebugSession {
  private phase: Phase = 'idle';
  private launchOptions: RunOptions | undefined;
  private readsTrainingEvents = false;
  private breakpoints: readonly TrainingBreakpoint[] = [];
  private known: KnownNames = {};
  private backend: string | undefined;
  private readonly opNames = new Map<number, string>();
  /** What the training thread has said of the stop that it is about to make. */
  private announced: StopFacts | undefined;
  private view: PausedView | undefined;
  private thrown: ThrownException | undefined;
  private stepsByLines: 'no' | 'over the library' | 'into the library' = 'no';
  /** The stop is in the library's own code, where steps by lines stay. */
  private standsInLibrary = false;
  private pausing = false;
  private pauseTimer: NodeJS.Timeout | undefined;
  private saidSlower = false;
  private exitCode = 0;
  private leaving = false;
  private readonly library = new LibrarySources();
  private readonly lines: LineBreakpoints;
  private readonly exceptions: ExceptionStops;
  private readonly stops: StopReader;
  private readonly threadDebugger: ThreadDebugger;
  private readonly table: RequestTable;
  private readonly batcher = new EventBatcher((events) => this.tell(events));

  constructor(private readonly options: SessionOptions) {
    const { inspector, stoppingPlace } = options;
    this.lines = new LineBreakpoints(inspector, (breakpoint) =>
      this.table.event('breakpoint', { reason: 'changed', breakpoint }),
    );
    this.exceptions = new ExceptionStops(inspector);
    this.stops = new StopReader(inspector, this.lines, this.exceptions, stoppingPlace);
    this.threadDebugger = new ThreadDebugger(inspector, this.lines, stoppingPlace);
    this.table = new RequestTable(options.send, this.handlers, urgent);
  }

  /** Once, before anything is handled. */
  connect(): Promise<void> {
    this.options.inspector.connect({
      onPaused: (pause) => void this.paused(pause).catch(this.failed),
      onResumed: () => this.resumed(),
      onBreakpointResolved: (resolved) => this.lines.resolved(resolved),
    });
    return this.threadDebugger.attach();
  }

  /** Takes one message of the front end; every request gets exactly one response. */
  handle(message: unknown): void {
    this.table.handle(message);
  }

  /** The front end is gone: what was trained is saved, and the process ends. */
  disconnected(): void {
    this.leave();
  }

  fromTraining(message: FromTraining): void {
    if (this.phase === 'ended') return;
    switch (message.kind) {
      case 'events':
        this.batcher.add(message.events);
        for (const event of message.events) if (event.kind === 'start') this.trainingStarts(event);
        break;
      case 'stopping':
        this.announced = message.facts;
        this.threadDebugger.attach().then(() => (this.options.flags.stopReady = true), this.failed);
        break;
      case 'lineProblem': {
        const place = this.lines.failed(message.id, message.message);
        const what = 'The condition or the message of a breakpoint failed, which counts as not met';
        this.batcher.add([{ kind: 'notice', severity: 'warning', message: `${what}: ${message.message}`, ...place }]);
        break;
      }
      case 'opName':
        this.opNames.set(message.op, message.name);
        break;
      case 'finished':
        this.exitCode = message.exitCode;
        this.phase = 'ended';
        clearTimeout(this.pauseTimer);
        this.batcher.flush();
        this.table.event('terminated');
        this.table.event('exited', { exitCode: message.exitCode });
        if (this.leaving) this.options.exit(this.exitCode);
        else setTimeout(() => this.options.exit(this.exitCode), GOODBYE_MS);
    }
  }

  /** The training thread stands still, for whatever reason. */
  private async paused(pause: Debugger.PausedEventDataType): Promise<void> {
    const { flags } = this.options;
    // What was said before the stop comes before it.
    this.options.catchUp();
    if (flags.terminate) return this.letGo();
    const { announced, stepsByLines, pausing } = this;
    const meaning = await this.stops.read(pause, { announced, stepsByLines, pausing });
    this.options.catchUp();
    if (meaning.kind === 'goOn' || flags.terminate) {
      await this.letGo();
      return;
    }
    if (meaning.kind === 'stepOn') return this.threadDebugger.stepToAnyLine();

    this.announced = undefined;
    this.standsInLibrary = stepsByLines === 'into the library' && meaning.facts.at.reason === 'step';
    this.stepsByLines = 'no';
    this.pausing = false;
    clearTimeout(this.pauseTimer);
    this.threadDebugger.stopped().catch(this.failed);
    flags.clearWishes();
    const { facts, thrown, hit } = meaning;
    this.thrown = thrown;
    this.view = new PausedView({
      inspector: this.options.inspector,
      library: this.library,
      frames: pause.callFrames,
      facts,
      justMyCode: this.threadDebugger.justMyCode && stepsByLines !== 'into the library',
      fileOf: (file) => this.lines.fileOf(file),
    });
    this.phase = 'paused';
    this.batcher.flush();
    const { at } = facts;
    this.table.event('stopped', {
      reason: at.reason === 'epochEnd' ? 'step' : at.reason,
      description: at.description,
      ...(thrown ? { text: thrown.text } : {}),
      threadId: 1,
      allThreadsStopped: true,
      ...(hit.length > 0 ? { hitBreakpointIds: hit } : {}),
      backstep: at,
    });
  }

  private resumed(): void {
    if (this.phase === 'paused') this.phase = 'running';
    this.view = undefined;
  }

  private readonly handlers: Readonly<Record<string, Handler | undefined>> = {
    initialize: ({ clientID }: Partial<DebugProtocol.InitializeRequestArguments>) => {
      this.readsTrainingEvents = clientID === undefined || clientID === 'backstep';
      return { body: capabilities, after: () => this.table.event('initialized') };
    },

    launch: (args: unknown) => {
      if (this.launchOptions)
        throw new Error('This trainer has been launched already; start another one for another run.');
      const parsed = runOptions.safeParse(args);
      if (!parsed.success) {
        const issue = parsed.error.issues[0]!;
        throw new Error(
          `The launch arguments are not right: ${issue.path.join('.') || 'arguments'}: ${issue.message}.`,
        );
      }
      if (!path.isAbsolute(parsed.data.experiment))
        throw new Error('`experiment` must be the absolute path of the experiment’s file.');
      this.launchOptions = parsed.data;
      return {};
    },

    configurationDone: () => {
      const { launchOptions } = this;
      if (!launchOptions) throw new Error('Nothing has been launched yet: send `launch` first.');
      if (this.phase !== 'idle') throw new Error('The training has been started already.');
      this.phase = 'running';
      return { after: () => this.options.start(launchOptions) };
    },

    setBreakpoints: async ({ source, breakpoints, lines }: DebugProtocol.SetBreakpointsArguments) => {
      if (!source?.path || !path.isAbsolute(source.path))
        throw new Error('Breakpoints need the absolute path of a file.');
      const wishes = breakpoints ?? (lines ?? []).map((line) => ({ line }));
      if (!wishes.every(({ line }) => Number.isInteger(line) && line > 0))
        throw new Error('Lines of breakpoints count from 1.');
      if (this.phase !== 'ended' && wishes.length > 0) await this.threadDebugger.attach();
      const set = await this.lines.set(source.path, wishes, this.threadDebugger.attached);
      await this.armsChanged();
      return { body: { breakpoints: set } };
    },
    setExceptionBreakpoints: async ({ filters, filterOptions }: DebugProtocol.SetExceptionBreakpointsArguments) => {
      this.exceptions.set([...(filters ?? []), ...(filterOptions ?? []).map(({ filterId }) => filterId)]);
      if (this.exceptions.any && this.phase !== 'ended') await this.threadDebugger.attach();
      await this.threadDebugger.setExceptionStops(this.exceptions.any);
      await this.armsChanged();
      return {};
    },
    exceptionInfo: () => {
      this.pausedView();
      if (!this.thrown) throw new Error('Training has not stopped at an exception.');
      const { className, text, caught } = this.thrown;
      const breakMode = caught ? 'always' : 'unhandled';
      return { body: { exceptionId: className, description: text, breakMode, details: { stackTrace: text } } };
    },

    threads: () => ({ body: { threads: [{ id: 1, name: 'training' }] } }),
    stackTrace: (args: DebugProtocol.StackTraceArguments) => ({ body: this.pausedView().stackTrace(args) }),
    scopes: async ({ frameId }: DebugProtocol.ScopesArguments) => ({
      body: { scopes: await this.pausedView().scopes(frameId) },
    }),
    variables: async ({ variablesReference, filter, start, count }: DebugProtocol.VariablesArguments) => ({
      body: { variables: await this.pausedView().variables(variablesReference, { filter, start, count }) },
    }),
    setVariable: async ({ variablesReference, name, value }: DebugProtocol.SetVariableArguments) => ({
      body: await this.pausedView().setVariable(variablesReference, name, value),
    }),
    evaluate: async ({ expression, frameId, context }: DebugProtocol.EvaluateArguments) => ({
      body: await this.pausedView().evaluate(expression, frameId, context),
    }),
    completions: async ({ text, column, line, frameId }: DebugProtocol.CompletionsArguments) => {
      const upTo = (text.split('\n')[(line ?? 1) - 1] ?? '').slice(0, column - 1);
      const targets = await this.pausedView().completions(upTo, frameId);
      return { body: { targets: targets.map(({ name, kind }) => ({ label: name, type: kind })) } };
    },
    source: ({ source, sourceReference }: DebugProtocol.SourceArguments) => ({
      body: {
        content: this.library.textOf(source?.sourceReference ?? sourceReference),
        mimeType: 'text/typescript',
      },
    }),

    pause: (args: unknown) => {
      if (this.phase !== 'running')
        throw new Error(this.phase === 'paused' ? 'Training is paused already.' : 'No training is running.');
      const { granularity } = wantedStep(args);
      const { flags } = this.options;
      flags.stopAfterStep = 'pause';
      this.awaitPause();
      if (granularity === 'step') return {};
      this.pausing = true;
      flags.stopInStep = 'op';
      this.threadDebugger.pause().catch(this.failed);
      return {};
    },
    continue: () => {
      this.pausedView();
      return { body: { allThreadsContinued: true }, after: () => this.goOn() };
    },
    next: (args: unknown) => this.step('next', args),
    stepIn: (args: unknown) => this.step('stepIn', args),
    stepOut: (args: unknown) => this.step('stepOut', args),

    terminate: () => {
      if (this.phase === 'ended') return {};
      if (this.phase === 'idle') return { after: () => this.fromTraining({ kind: 'finished', exitCode: 0 }) };
      this.options.flags.terminate = true;
      return { after: () => this.goOn() };
    },
    disconnect: () => ({ after: () => this.leave() }),

    'backstep/setTrainingBreakpoints': (args: unknown) => {
      const { breakpoints } = checkedArguments('backstep/setTrainingBreakpoints', args);
      this.breakpoints = breakpoints;
      this.options.control({ breakpoints });
      return { body: { breakpoints: breakpoints.map((breakpoint) => verifyBreakpoint(breakpoint, this.known)) } };
    },
    'backstep/look': async () => ({ body: await this.ask('look') }),
    'backstep/setLearningRate': async (args: unknown) => {
      const { learningRate } = checkedArguments('backstep/setLearningRate', args);
      this.pausedView();
      const set = await this.options.inspector.ask<{ readonly learningRate: number }>('setLearningRate', learningRate);
      await this.view?.noteLearningRate(set.learningRate);
      return { body: set };
    },
    'backstep/runToEpochEnd': () => {
      this.pausedView();
      this.options.flags.stopAtEpochEnd = true;
      return { body: {}, after: () => this.goOn() };
    },
    'backstep/setJustMyCode': (args: unknown) => {
      this.threadDebugger.justMyCode = checkedArguments('backstep/setJustMyCode', args).enabled;
      this.view?.showJustMyCode(this.threadDebugger.justMyCode);
      return { body: {} };
    },
    'backstep/stateHash': async () => ({ body: await this.ask('stateHash') }),
  };

  private pausedView(): PausedView {
    if (this.phase !== 'paused' || !this.view) {
      throw new Error(
        {
          idle: 'Training has not started yet.',
          running: 'Training is running: pause it first.',
          paused: '',
          ended: 'Training has ended.',
        }[this.phase],
      );
    }
    return this.view;
  }

  private ask(method: 'look' | 'stateHash'): Promise<unknown> {
    this.pausedView();
    return this.options.inspector.ask(method);
  }

  private step(command: StepCommand, args: unknown): { readonly after: () => void } {
    const { at } = this.pausedView().facts;
    const { flags } = this.options;
    const plan = planStep(command, at.stands ?? 'step', wantedStep(args).granularity);
    flags.stopInStep = plan.inStep;
    if (plan.afterStep) flags.stopAfterStep = 'step';
    flags.stopAtEpochEnd = plan.atEpochEnd;
    const { line } = plan;
    if (!line) return { after: () => this.goOn() };
    const intoLibrary = line.intoLibrary || this.standsInLibrary || !this.threadDebugger.justMyCode;
    return {
      after: () => {
        this.stepsByLines = intoLibrary ? 'into the library' : 'over the library';
        if (at.stands === 'op' && line.intoLibrary) {
          this.goOn(() => this.threadDebugger.stepIntoFunction(`${pausedExpression}.kernel()`));
          return;
        }
        const anyLine = line.how === 'any' && !intoLibrary;
        this.goOn(() =>
          anyLine
            ? this.threadDebugger.stepToAnyLine()
            : this.threadDebugger.step(line.how === 'any' ? 'into' : line.how, { intoLibrary }),
        );
      },
    };
  }

  private goOn(how: () => Promise<void> = () => this.threadDebugger.resume()): void {
    if (this.phase !== 'paused') return;
    this.phase = 'running';
    this.view = undefined;
    this.thrown = undefined;
    this.table.event('continued', { threadId: 1, allThreadsContinued: true });
    const goOn = async (): Promise<void> => {
      // What expressions made ends with the stop.
      await this.options.inspector.run(`${pausedExpression}.release()`);
      await how();
    };
    this.letGo(goOn).catch((error: unknown) =>
      this.table.event('output', { category: 'important', output: `Could not go on: ${String(error)}\n` }),
    );
  }

  private async letGo(how: () => Promise<void> = () => this.threadDebugger.resume()): Promise<void> {
    await this.options.inspector.releasePauseObjects();
    await how();
    await this.armsChanged();
  }

  /** What can stop training has changed, or training goes on. */
  private async armsChanged(): Promise<void> {
    const { flags } = this.options;
    flags.walksThroughSteps = this.threadDebugger.stopsOnLines;
    this.sayIfSlower();
    // Announced stops need it, and detaching forgets what the paused thread shows.
    if (this.phase !== 'running' || this.announced || !this.backend) return;
    // The next op or layer is near: attaching again would take longer than it.
    if (flags.stopInStep !== 'none') return;
    await this.threadDebugger.detachUnlessArmed();
  }

  /** From here on the training loop runs, as fast as it can unless a line may stop it. */
  private trainingStarts(event: Extract<TrainingEvent, { kind: 'start' }>): void {
    this.learnNames(
      event.metricNames,
      event.layers.map(({ layer }) => layer),
    );
    this.backend = event.backend;
    this.lines.everythingIsLoaded();
    this.threadDebugger
      .lookForStatements()
      .then(() => this.armsChanged())
      .catch(this.failed);
  }

  private sayIfSlower(): void {
    if (this.saidSlower || this.backend !== 'wasm' || !this.threadDebugger.stopsOnLines || this.stepsByLines !== 'no')
      return;
    if (this.pausing) return;
    this.saidSlower = true;
    this.batcher.add([
      {
        kind: 'notice',
        severity: 'info',
        message:
          'Steps take about 2.5 times as long while breakpoints on lines or exceptions are set: WebAssembly runs unoptimized under the debugger.',
        hint: 'Remove or disable them to train at full speed; breakpoints on steps, epochs and values cost nothing.',
      },
    ]);
  }

  /** An op can hold training for as long as it likes: then that is said. */
  private awaitPause(): void {
    clearTimeout(this.pauseTimer);
    this.pauseTimer = setTimeout(() => {
      if (this.phase !== 'running') return;
      const op = this.opNames.get(this.options.flags.opUnderWay);
      const message = op
        ? `Training is inside of one op (${op}) that has not ended yet. It pauses as soon as it does.`
        : 'Training waits for data, or runs code that cannot be interrupted. It pauses as soon as it goes on.';
      this.batcher.add([{ kind: 'notice', severity: 'info', message }]);
    }, PAUSE_SILENCE_MS);
  }

  private tell(events: readonly TrainingEvent[]): void {
    this.table.event('backstep/training', { events });
    if (this.readsTrainingEvents) return;
    for (const event of events) {
      const output = outputOf(event);
      if (output) this.table.event('output', output);
    }
  }

  private readonly failed = (error: unknown): void => {
    this.table.event('output', { category: 'important', output: `The debugger failed: ${String(error)}\n` });
  };

  private leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    if (this.phase === 'idle' || this.phase === 'ended') {
      this.options.exit(this.exitCode);
      return;
    }
    this.options.flags.terminate = true;
    this.goOn();
    setTimeout(() => this.options.kill(), END_GRACE_MS);
  }

  private learnNames(metrics: readonly string[], layers: readonly string[]): void {
    this.known = { metrics, layers };
    for (const breakpoint of this.breakpoints) {
      if (!breakpoint.enabled || breakpoint.at.kind !== 'condition') continue;
      const { verified, message } = verifyBreakpoint(breakpoint, this.known);
      if (verified || !verifyBreakpoint(breakpoint).verified) continue;
      this.batcher.add([
        {
          kind: 'notice',
          severity: 'warning',
          message: `The breakpoint ${JSON.stringify(breakpoint.at.condition)} cannot be hit: ${message}`,
        },
      ]);
    }
  }
}

const urgent = new Set(['pause', 'terminate', 'disconnect', 'threads', 'backstep/setTrainingBreakpoints']);

/**
 * One debugging session in the Debug Adapter Protocol: translates requests into wishes of the
 * training thread and the inspector, and what they say into events. Knows neither pipes nor tensors.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from 'node:inspector';
import path from 'node:path';
import type { KnownNames } from '../../shared/conditions/condition.js';
import { parseMessage } from '../../shared/base/message-json.js';
import { dapRequests } from '../../shared/protocol/dap.js';
import {
  runOptions,
  type RunOptions,
  type StepEvent,
  type StopPoint,
  type TrainingBreakpoint,
} from '../../shared/protocol/training.js';
import { verifyBreakpoint } from './breakpoint-set.js';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import { EventBatcher } from './event-batcher.js';
import type { InspectorClient } from './inspector-client.js';
import { PausedView } from './paused-view.js';
import type { Answer } from './paused-service.js';
import type { SharedFlags } from './shared-flags.js';
import { pausedExpression, type ControlMessage, type FromTraining, type StopFacts } from './thread-messages.js';

export interface SessionOptions {
  readonly send: (message: DebugProtocol.ProtocolMessage) => void;
  readonly inspector: InspectorClient;
  readonly flags: SharedFlags;
  readonly control: (message: ControlMessage) => void;
  readonly start: (options: RunOptions) => void;
  /** Ends the process, once what was sent has left; the session is over. */
  readonly exit: (exitCode: number) => void;
  /** Ends the process at once: the training thread does not answer. */
  readonly kill: () => void;
}

type Phase = 'idle' | 'running' | 'paused' | 'ended';

/** What a handler gives back; `after` runs when the response has been sent. */
interface Outcome {
  readonly body?: unknown;
  readonly after?: () => void;
}
type Handler = (args: never) => Outcome | Promise<Outcome>;

/** A front end that has been told of the end says goodbye within this time, or the process ends without. */
const GOODBYE_MS = 1_000;
/** Saving and a long step must fit; after that the training counts as hung. */
const END_GRACE_MS = 30_000;

export class DebugSession {
  private phase: Phase = 'idle';
  private sequence = 1;
  private launchOptions: RunOptions | undefined;
  private breakpoints: readonly TrainingBreakpoint[] = [];
  private known: KnownNames = {};
  private stopping: StopFacts | undefined;
  private view: PausedView | undefined;
  private lastStep: StepEvent | undefined;
  private position = { epoch: 0, step: 0, stepInEpoch: 0 };
  private exitCode = 0;
  /** Whether the debugger is attached only for stops between steps. */
  private runsDetached = false;
  private leaving = false;
  /** Requests that look at the stopped thread come one after the other. */
  private queue: Promise<unknown> = Promise.resolve();
  private readonly batcher = new EventBatcher((events) => this.sendEvent('backstep/training', { events }));

  constructor(private readonly options: SessionOptions) {}

  /** Takes one message of the front end; every request gets exactly one response. */
  handle(message: unknown): void {
    const request = message as DebugProtocol.Request;
    if (request.type !== 'request') return;
    const handler = this.handlers[request.command];
    const work = async (): Promise<void> => {
      let outcome: Outcome;
      try {
        if (!handler) throw new Error(`There is no request ${JSON.stringify(request.command)}.`);
        outcome = await handler((request.arguments ?? {}) as never);
      } catch (error) {
        this.respond(request, false, { message: error instanceof Error ? error.message : String(error) });
        return;
      }
      this.respond(request, true, { body: outcome.body });
      outcome.after?.();
    };
    if (urgent.has(request.command)) void work();
    else this.queue = this.queue.then(work);
  }

  /** The front end is gone: what was trained is saved, and the process ends. */
  disconnected(): void {
    this.leave();
  }

  fromTraining(message: FromTraining): void {
    if (this.phase === 'ended') return;
    switch (message.kind) {
      case 'events':
        for (const event of message.events) {
          if (event.kind === 'start')
            this.learnNames(
              event.metricNames,
              event.layers.map(({ layer }) => layer),
            );
          if (event.kind === 'start')
            this.position = { epoch: event.startEpoch, step: event.startStep, stepInEpoch: 0 };
          if (event.kind === 'step') {
            this.lastStep = event;
            this.position = { epoch: event.epoch, step: event.step, stepInEpoch: event.stepInEpoch };
          }
        }
        this.batcher.add(message.events);
        if (message.events.some((event) => event.kind === 'start')) this.whenLoaded();
        break;
      case 'stopping':
        this.stopping = message.facts;
        this.options.inspector.attachDebugger().then(() => (this.options.flags.stopReady = true), this.failed);
        break;
      case 'finished':
        this.exitCode = message.exitCode;
        this.phase = 'ended';
        this.batcher.flush();
        this.sendEvent('terminated');
        this.sendEvent('exited', { exitCode: message.exitCode });
        if (this.leaving) this.options.exit(this.exitCode);
        else setTimeout(() => this.options.exit(this.exitCode), GOODBYE_MS);
    }
  }

  /** The training thread stands still. All that it said before has been taken in. */
  paused(pause: Debugger.PausedEventDataType): void {
    const frames = pause.callFrames;
    const facts = this.stopping ?? this.factsOfDebuggerStatement(frames[0]);
    this.stopping = undefined;
    if (this.options.flags.terminate) {
      this.letGo();
      return;
    }
    this.view = new PausedView(this.options.inspector, frames, facts);
    this.phase = 'paused';
    const { at } = facts;
    this.batcher.flush();
    this.sendEvent('stopped', {
      reason: at.reason === 'epochEnd' ? 'step' : at.reason,
      description: at.description,
      threadId: 1,
      allThreadsStopped: true,
      backstep: at,
    });
  }

  resumed(): void {
    if (this.phase === 'paused') this.phase = 'running';
    this.view = undefined;
  }

  private readonly handlers: Readonly<Record<string, Handler | undefined>> = {
    initialize: () => ({
      body: {
        supportsConfigurationDoneRequest: true,
        supportsTerminateRequest: true,
        supportsEvaluateForHovers: true,
        supportsSetVariable: true,
      } satisfies DebugProtocol.Capabilities,
      after: () => this.sendEvent('initialized'),
    }),

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

    threads: () => ({ body: { threads: [{ id: 1, name: 'training' }] } }),
    stackTrace: () => ({ body: this.pausedView().stackTrace() }),
    scopes: ({ frameId }: DebugProtocol.ScopesArguments) => ({ body: { scopes: this.pausedView().scopes(frameId) } }),
    variables: async ({ variablesReference }: DebugProtocol.VariablesArguments) => ({
      body: { variables: await this.pausedView().variables(variablesReference) },
    }),

    setVariable: async ({ name, value }: DebugProtocol.SetVariableArguments) => {
      this.pausedView();
      if (name !== 'learningRate') throw new Error(`${name} cannot be changed here; the learning rate can.`);
      const { learningRate } = await this.setLearningRate(Number(value));
      return { body: { value: String(learningRate), type: 'number', variablesReference: 0 } };
    },

    evaluate: async ({ expression, frameId, context }: DebugProtocol.EvaluateArguments) => {
      const result = await this.pausedView().evaluate(expression, frameId, { sideEffects: context !== 'hover' });
      return { body: { result: result.value, type: result.type, variablesReference: result.variablesReference } };
    },

    pause: () => {
      if (this.phase !== 'running')
        throw new Error(this.phase === 'paused' ? 'Training is paused already.' : 'No training is running.');
      this.options.flags.stopAfterStep = 'pause';
      return {};
    },
    continue: () => {
      this.pausedView();
      return { body: { allThreadsContinued: true }, after: () => this.resume() };
    },
    next: () => {
      this.pausedView();
      this.options.flags.stopAfterStep = 'step';
      return { after: () => this.resume() };
    },

    terminate: () => {
      if (this.phase === 'ended') return {};
      if (this.phase === 'idle') return { after: () => this.fromTraining({ kind: 'finished', exitCode: 0 }) };
      this.options.flags.terminate = true;
      return { after: () => this.resume() };
    },
    disconnect: () => ({ after: () => this.leave() }),

    'backstep/setTrainingBreakpoints': (args: unknown) => {
      const { breakpoints } = checkedArguments('backstep/setTrainingBreakpoints', args);
      this.breakpoints = breakpoints;
      this.options.control({ breakpoints });
      return { body: { breakpoints: breakpoints.map((breakpoint) => verifyBreakpoint(breakpoint, this.known)) } };
    },
    'backstep/look': async () => ({ body: await this.ask('look()') }),
    'backstep/setLearningRate': async (args: unknown) => {
      const { learningRate } = checkedArguments('backstep/setLearningRate', args);
      return { body: await this.setLearningRate(learningRate) };
    },
    'backstep/runToEpochEnd': () => {
      this.pausedView();
      this.options.flags.stopAtEpochEnd = true;
      return { body: {}, after: () => this.resume() };
    },
    'backstep/stateHash': async () => ({ body: await this.ask('stateHash()') }),
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

  private async setLearningRate(learningRate: number): Promise<{ readonly learningRate: number }> {
    const answer = (await this.ask(`setLearningRate(${String(Number(learningRate))})`)) as {
      readonly learningRate: number;
    };
    await this.view?.noteLearningRate(answer.learningRate);
    return answer;
  }

  /** Calls the service on the stopped training thread. */
  private async ask(call: string): Promise<unknown> {
    this.pausedView();
    const answer = parseMessage(
      (await this.options.inspector.evaluate(`${pausedExpression}.${call}`)) as string,
    ) as Answer<unknown>;
    if (answer.kind === 'failure') throw new Error(answer.message);
    return answer.value;
  }

  /** From here on the training loop runs, as fast as it can unless a `debugger` statement may stop it. */
  private whenLoaded(): void {
    this.options.inspector
      .hasDebuggerStatement((script) => {
        const file = pathOf(script);
        return file !== undefined && isPersons(file);
      })
      .then((found) => {
        this.runsDetached = !found;
        this.detachWhileRunning();
      }, this.failed);
  }

  private detachWhileRunning(): void {
    if (!this.runsDetached || this.phase !== 'running' || this.stopping) return;
    this.options.inspector.detachDebugger().catch(this.failed);
  }

  private readonly failed = (error: unknown): void => {
    this.sendEvent('output', { category: 'important', output: `The debugger failed: ${String(error)}\n` });
  };

  private resume(): void {
    if (this.phase !== 'paused') return;
    this.phase = 'running';
    this.view = undefined;
    this.sendEvent('continued', { threadId: 1, allThreadsContinued: true });
    this.letGo();
  }

  private letGo(): void {
    this.options.inspector
      .releasePauseObjects()
      .then(() => {
        const resumed = this.options.inspector.resume();
        this.detachWhileRunning();
        return resumed;
      })
      .catch((error: unknown) =>
        this.sendEvent('output', { category: 'important', output: `Could not go on: ${String(error)}\n` }),
      );
  }

  private leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    if (this.phase === 'idle' || this.phase === 'ended') {
      this.options.exit(this.exitCode);
      return;
    }
    this.options.flags.terminate = true;
    this.resume();
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

  private factsOfDebuggerStatement(frame: Debugger.CallFrame | undefined): StopFacts {
    const file = frame && pathOf(this.options.inspector.scriptOf(frame));
    const where = file === undefined ? 'the code' : `${path.basename(file)}:${frame!.location.lineNumber + 1}`;
    const at: StopPoint = {
      reason: 'pause',
      description: `debugger statement at ${where}`,
      breakpointIds: [],
      ...this.position,
    };
    return { at, lastStep: this.lastStep, learningRate: this.lastStep?.learningRate };
  }

  private sendEvent(event: string, body?: unknown): void {
    const message: DebugProtocol.Event = {
      seq: this.sequence++,
      type: 'event',
      event,
      ...(body === undefined ? {} : { body }),
    };
    this.options.send(message);
  }

  private respond(
    request: DebugProtocol.Request,
    success: boolean,
    rest: { readonly body?: unknown; readonly message?: string },
  ): void {
    const message: DebugProtocol.Response = {
      seq: this.sequence++,
      type: 'response',
      request_seq: request.seq,
      command: request.command,
      success,
      ...rest,
    };
    this.options.send(message);
  }
}

/** Answered even while a look at the stopped thread takes its time. */
const urgent = new Set(['pause', 'terminate', 'disconnect', 'threads', 'backstep/setTrainingBreakpoints']);

type CheckedRequests = 'backstep/setTrainingBreakpoints' | 'backstep/setLearningRate';

function checkedArguments<N extends CheckedRequests>(
  name: N,
  args: unknown,
): ReturnType<(typeof dapRequests)[N]['args']['parse']> {
  const parsed = dapRequests[name].args.safeParse(args);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`${issue.path.join('.') || 'The arguments'}: ${issue.message}.`);
  }
  return parsed.data as ReturnType<(typeof dapRequests)[N]['args']['parse']>;
}

/**
 * The inspector of the training thread, as promises. No port is opened: the session lives in this
 * process. While its debugger is attached, V8 runs WebAssembly without optimisation, about three
 * times slower: it is attached only where something can stop.
 */
import inspector, { type Debugger, type Runtime } from 'node:inspector';
import { parseMessage } from '../../shared/base/message-json.js';
import { isSyntax } from './is-syntax.js';
import type { PausedService } from './paused-service.js';
import { pausedExpression, type Answer } from './thread-messages.js';

export interface InspectorEvents {
  /** Called on each pause, with the frames innermost first. */
  onPaused(pause: Debugger.PausedEventDataType): void;
  onResumed(): void;
  onBreakpointResolved(resolved: Debugger.BreakpointResolvedEventDataType): void;
}

/** What is asked of the paused training thread by JSON. */
type ServiceMethod = {
  [K in keyof PausedService]: PausedService[K] extends (...args: never[]) => string ? K : never;
}[keyof PausedService];

export class InspectorClient {
  private readonly session = new inspector.Session();
  private readonly scripts = new Map<string, string>();
  /** Under way now, of those that can be interrupted. */
  private evaluations = 0;

  /** Name of the script that a frame is in: a URL or a path. */
  scriptOf(frame: Debugger.CallFrame): string {
    return this.scripts.get(frame.location.scriptId) ?? frame.url;
  }

  /** Names by number of what is loaded. */
  get loaded(): ReadonlyMap<string, string> {
    return this.scripts;
  }

  connect(events: InspectorEvents): void {
    this.session.connectToMainThread();
    // Frames name their script by number alone.
    this.session.on('Debugger.scriptParsed', ({ params }) => this.scripts.set(params.scriptId, params.url));
    this.session.on('Debugger.paused', ({ params }) => events.onPaused(params));
    this.session.on('Debugger.resumed', () => events.onResumed());
    this.session.on('Debugger.breakpointResolved', ({ params }) => events.onBreakpointResolved(params));
  }

  /** A thread with an inspector would wait for it on its way out. */
  disconnect(): void {
    this.session.disconnect();
  }

  async sourceOf(scriptId: string): Promise<string> {
    return (await this.send<Debugger.GetScriptSourceReturnType>('Debugger.getScriptSource', { scriptId })).scriptSource;
  }

  /** Asks the service of the training thread. @throws Error with its message where it fails */
  async ask<T>(method: ServiceMethod, ...args: readonly Argument[]): Promise<T> {
    const service = await this.send<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: pausedExpression,
      objectGroup: pauseGroup,
    });
    const reply = await this.send<Runtime.CallFunctionOnReturnType>('Runtime.callFunctionOn', {
      objectId: service.result.objectId,
      functionDeclaration: `function (...values) { return this.${method}(...values); }`,
      arguments: args.map((argument) => (argument instanceof Remote ? argument.asArgument : { value: argument })),
      returnByValue: true,
    });
    throwIfFailed(reply.exceptionDetails);
    const answer = parseMessage(String(reply.result.value)) as Answer<T>;
    if (answer.kind === 'failure') throw new Error(answer.message);
    return answer.value;
  }

  /**
   * `sideEffects` false: for a look while pointing at something, which must not change anything; it has
   * little time, while everything else can be interrupted.
   * @throws EvaluationError with the message that the expression threw
   */
  async evaluateOnFrame(
    callFrameId: string,
    expression: string,
    options: { readonly sideEffects: boolean },
  ): Promise<Remote> {
    this.evaluations += options.sideEffects ? 1 : 0;
    const limitMs = options.sideEffects ? EVALUATION_LIMIT_MS : LOOK_LIMIT_MS;
    try {
      const reply = await this.send<Debugger.EvaluateOnCallFrameReturnType>('Debugger.evaluateOnCallFrame', {
        callFrameId,
        expression: options.sideEffects ? interruptible(expression) : expression,
        objectGroup: pauseGroup,
        throwOnSideEffect: !options.sideEffects,
        silent: true,
        timeout: limitMs,
      }).catch((error: unknown) => tooLong(error, limitMs));
      throwIfFailed(reply.exceptionDetails);
      return new Remote(reply.result);
    } finally {
      this.evaluations -= options.sideEffects ? 1 : 0;
    }
  }

  /** Ends an evaluation that is under way; without one it does nothing. */
  interrupt(): void {
    // Inspector messages wait until the evaluation is over: a signal is what reaches the thread in it.
    if (this.evaluations > 0 && process.platform !== 'win32') process.kill(process.pid, 'SIGINT');
  }

  /** Puts a value where expressions find it as `lentExpression(name)`; `undefined` takes it away. */
  async lend(name: string, value: Remote | undefined): Promise<void> {
    const { result } = await this.send<Runtime.EvaluateReturnType>('Runtime.evaluate', { expression: 'globalThis' });
    await this.send('Runtime.callFunctionOn', {
      objectId: result.objectId,
      functionDeclaration: 'function (name, value) { this[Symbol.for(name)] = value; }',
      arguments: [{ value: lentKey(name) }, value?.asArgument ?? { unserializableValue: undefined }],
    });
  }

  async run(expression: string): Promise<void> {
    const reply = await this.send<Runtime.EvaluateReturnType>('Runtime.evaluate', { expression, returnByValue: true });
    throwIfFailed(reply.exceptionDetails);
  }

  async properties(objectId: string): Promise<readonly { readonly name: string; readonly value: Remote }[]> {
    const reply = await this.send<Runtime.GetPropertiesReturnType>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    return reply.result.flatMap(({ name, value, enumerable }) =>
      enumerable && value ? [{ name, value: new Remote(value) }] : [],
    );
  }

  /** What is in a value that the language lets nobody else see: private fields, a promise's result, a proxy's target. */
  async hiddenFields(handle: number): Promise<readonly { readonly name: string; readonly value: Remote }[]> {
    const { result } = await this.send<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: `${pausedExpression}.withHiddenFields(${handle})`,
      objectGroup: pauseGroup,
    });
    if (result.objectId === undefined || result.subtype === 'error') return [];
    const reply = await this.send<HiddenFields>('Runtime.getProperties', {
      objectId: result.objectId,
      ownProperties: true,
    });
    const internal = (reply.internalProperties ?? []).filter(({ name }) => internalShown.has(name));
    return [...(reply.privateProperties ?? []), ...internal].flatMap(({ name, value }) =>
      value ? [{ name, value: new Remote(value) }] : [],
    );
  }

  /** Objects shown during a pause are held by the inspector until then. */
  releasePauseObjects(): Promise<unknown> {
    return this.send('Runtime.releaseObjectGroup', { objectGroup: pauseGroup });
  }

  send<T = unknown>(method: string, params?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      this.session.post(method, params, (error: Error | null, result?: object) =>
        error ? reject(new Error(error.message)) : resolve(result as T),
      );
    });
  }
}

/** A value of the training thread, known here by number, or as itself where it is no object. */
export class Remote {
  constructor(readonly object: Runtime.RemoteObject) {}

  get asArgument(): Runtime.CallArgument {
    const { objectId, unserializableValue, value } = this.object;
    if (objectId !== undefined) return { objectId };
    // `value` is anything that JSON has.
    return unserializableValue === undefined ? { value: value as unknown } : { unserializableValue };
  }
}

export function lentExpression(name: string): string {
  return `globalThis[Symbol.for(${JSON.stringify(lentKey(name))})]`;
}

function lentKey(name: string): string {
  return `backstep.lent.${name}`;
}

/** Private ones are not known to Node's types. `value`: not there for an accessor. */
interface HiddenFields {
  readonly privateProperties?: readonly HiddenField[];
  readonly internalProperties?: readonly HiddenField[];
}
interface HiddenField {
  readonly name: string;
  readonly value?: Runtime.RemoteObject;
}

/** As other front ends of V8 call them. */
const internalShown: ReadonlySet<string> = new Set([
  '[[PromiseState]]',
  '[[PromiseResult]]',
  '[[Target]]',
  '[[Handler]]',
]);

type Argument = Remote | string | number | boolean | object | undefined;

const pauseGroup = 'pause';
/** An expression that does not end would hold the training for good. */
const EVALUATION_LIMIT_MS = 10_000;
/** While somebody points at something. */
const LOOK_LIMIT_MS = 2_000;

/** An expression's own failure. */
class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

function tooLong(error: unknown, limitMs: number): never {
  if (!(error instanceof Error) || !error.message.includes('Execution was terminated')) throw error;
  throw new EvaluationError(`It did not come to an end within ${limitMs / 1000} s.`);
}

/** The same, run so that a signal can end it. */
function interruptible(expression: string): string {
  // On lines of its own, so that a comment at the end does not swallow the bracket.
  const asFunction = `() => (${expression}\n)`;
  const work = isSyntax(asFunction) ? asFunction : `() => eval(${JSON.stringify(expression)})`;
  return `${pausedExpression}.interruptibly(${work})`;
}

function throwIfFailed(details: Runtime.ExceptionDetails | undefined): void {
  if (!details) return;
  const { exception, text } = details;
  const said = (exception?.description ?? String(exception?.value ?? text)).split('\n    at ')[0]!;
  throw new EvaluationError(said.includes('interrupted by `SIGINT`') ? 'It was interrupted.' : said);
}

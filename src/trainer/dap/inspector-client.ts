/**
 * The inspector of the training thread, as promises. No port is opened: the session lives in this
 * process. While its debugger is attached, V8 runs WebAssembly without optimisation, about three
 * times slower: it is attached only where something can stop.
 */
import inspector, { type Debugger, type Runtime } from 'node:inspector';

export class InspectorClient {
  private readonly session = new inspector.Session();
  private readonly scripts = new Map<string, string>();

  /** Name of the script that a frame is in: a URL or a path. */
  scriptOf(frame: Debugger.CallFrame): string {
    return this.scripts.get(frame.location.scriptId) ?? frame.url;
  }

  /** @param onPaused called on each pause, with the frames innermost first */
  async connect(onPaused: (pause: Debugger.PausedEventDataType) => void, onResumed: () => void): Promise<void> {
    this.session.connectToMainThread();
    // Frames name their script by number alone.
    this.session.on('Debugger.scriptParsed', ({ params }) => this.scripts.set(params.scriptId, params.url));
    this.session.on('Debugger.paused', ({ params }) => onPaused(params));
    this.session.on('Debugger.resumed', onResumed);
    await this.attachDebugger();
  }

  async attachDebugger(): Promise<void> {
    await this.post('Debugger.enable');
  }

  /** Everything but pausing goes on working. */
  async detachDebugger(): Promise<void> {
    await this.post('Debugger.disable');
  }

  /** Whether a script has a `debugger` statement, comments and strings counted as if they were one. */
  async hasDebuggerStatement(isOfInterest: (script: string) => boolean): Promise<boolean> {
    for (const [scriptId, name] of this.scripts) {
      if (!isOfInterest(name)) continue;
      const { scriptSource } = (await this.post('Debugger.getScriptSource', {
        scriptId,
      })) as Debugger.GetScriptSourceReturnType;
      if (/\bdebugger\b/.test(scriptSource)) return true;
    }
    return false;
  }

  /** A thread with an inspector would wait for it on its way out. */
  disconnect(): void {
    this.session.disconnect();
  }

  resume(): Promise<void> {
    return this.post('Debugger.resume').then(() => undefined);
  }

  /** The value of an expression, as JSON would carry it. Works on a paused thread; on a running one, when it is next idle. */
  async evaluate(expression: string): Promise<unknown> {
    const reply = (await this.post('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })) as Runtime.EvaluateReturnType;
    throwIfFailed(reply.exceptionDetails);
    return reply.result.value;
  }

  /** @throws EvaluationError with the message that the expression threw */
  async evaluateOnFrame(
    callFrameId: string,
    expression: string,
    options: { readonly sideEffects: boolean },
  ): Promise<Runtime.RemoteObject> {
    const evaluated = this.post('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression,
      objectGroup: pauseGroup,
      throwOnSideEffect: !options.sideEffects,
      timeout: EVALUATION_LIMIT_MS,
    });
    const reply = (await evaluated.catch(tooLong)) as Debugger.EvaluateOnCallFrameReturnType;
    throwIfFailed(reply.exceptionDetails);
    return reply.result;
  }

  /** Text that `functionDeclaration` returns when called with the object as its argument. */
  async callWith(objectId: string, functionDeclaration: string): Promise<unknown> {
    const reply = (await this.post('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration,
      arguments: [{ objectId }],
      returnByValue: true,
    })) as Runtime.CallFunctionOnReturnType;
    throwIfFailed(reply.exceptionDetails);
    return reply.result.value;
  }

  async properties(objectId: string): Promise<readonly Runtime.PropertyDescriptor[]> {
    const reply = (await this.post('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    })) as Runtime.GetPropertiesReturnType;
    return reply.result.filter((property) => property.enumerable && property.value !== undefined);
  }

  /** Objects shown during a pause are held by the inspector until then. */
  releasePauseObjects(): Promise<unknown> {
    return this.post('Runtime.releaseObjectGroup', { objectGroup: pauseGroup });
  }

  private post(method: string, params?: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.session.post(method, params, (error, result) =>
        error ? reject(new Error(error.message)) : resolve(result),
      );
    });
  }
}

const pauseGroup = 'pause';
/** An expression that does not end would hold the training for good. */
const EVALUATION_LIMIT_MS = 10_000;

/** An expression's own failure. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

function tooLong(error: Error): never {
  if (!error.message.includes('Execution was terminated')) throw error;
  throw new EvaluationError(`It did not come to an end within ${EVALUATION_LIMIT_MS / 1000} s.`);
}

function throwIfFailed(details: Runtime.ExceptionDetails | undefined): void {
  if (!details) return;
  const { exception, text } = details;
  throw new EvaluationError((exception?.description ?? String(exception?.value ?? text)).split('\n    at ')[0]);
}

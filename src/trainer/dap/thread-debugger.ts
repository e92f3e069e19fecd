/**
 * V8's debugger of the training thread: attached where something can stop, detached where nothing can,
 * for WebAssembly runs slower under it; what it forgets when it is detached is put in place again.
 * One thing after the other. Knows inspector and files, no protocol and no training.
 */
import type { Debugger, Runtime } from 'node:inspector';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import type { InspectorClient } from './inspector-client.js';
import type { LineBreakpoints } from './line-breakpoints.js';

export type LineStep = 'over' | 'into' | 'out';
const commands = { over: 'Debugger.stepOver', into: 'Debugger.stepInto', out: 'Debugger.stepOut' } as const;

export class ThreadDebugger {
  private isAttached = false;
  private stopsOnExceptions = false;
  private blackboxed = false;
  /** Lines are being stepped through, or a pause has been asked of V8. */
  private busy = false;
  private hasStatements = false;
  /** Breakpoints on all lines of the person's, while any of them is to stop. */
  private readonly anyLine: string[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  justMyCode = true;

  constructor(
    private readonly inspector: InspectorClient,
    private readonly lines: LineBreakpoints,
    private readonly stoppingPlace: string,
  ) {}

  get attached(): boolean {
    return this.isAttached;
  }

  /** Whether something other than a stop between steps can stop training. */
  get armed(): boolean {
    return this.stopsOnLines || this.hasStatements;
  }

  /** Whether lines of the person's have to be run for it. */
  get stopsOnLines(): boolean {
    return this.busy || this.lines.any || this.stopsOnExceptions;
  }

  /** Ready for a stop of any kind. */
  attach(): Promise<void> {
    return this.inTurn(() => this.attachNow());
  }

  /** Training goes on: stays attached only for what can still stop it. */
  detachUnlessArmed(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isAttached || this.armed) return;
      this.isAttached = false;
      this.blackboxed = false;
      this.anyLine.length = 0;
      await this.inspector.send('Debugger.disable');
    });
  }

  /** A `debugger` statement of the person's keeps the debugger attached. */
  async lookForStatements(): Promise<void> {
    for (const [scriptId, name] of this.inspector.loaded) {
      const file = pathOf(name);
      if (file === undefined || !isPersons(file)) continue;
      // Comments and strings count as if they were one: better slow than deaf.
      if (/\bdebugger\b/.test(await this.inspector.sourceOf(scriptId))) this.hasStatements = true;
    }
  }

  setExceptionStops(wanted: boolean): Promise<void> {
    this.stopsOnExceptions = wanted;
    return this.inTurn(() => this.tellExceptions());
  }

  /** Training runs: stops at the next line of the person's that is run. */
  pause(): Promise<void> {
    this.busy = true;
    return this.inTurn(async () => {
      await this.attachNow();
      if (this.busy) await this.stopAtAnyLine();
    });
  }

  /** Training runs: stops wherever it is, as far as V8 can stop there. */
  pauseAnywhere(): Promise<void> {
    return this.inTurn(async () => {
      if (this.busy && this.isAttached) await this.inspector.send('Debugger.pause');
    });
  }

  /** From a stop: on to another line, a pause that is asked for or is not. */
  step(how: LineStep, options: { readonly intoLibrary: boolean }): Promise<void> {
    this.busy = true;
    return this.inTurn(async () => {
      // Exceptions of the library must not pass unseen while a line is stepped over.
      const seeAll = options.intoLibrary || !this.justMyCode || (how === 'over' && this.stopsOnExceptions);
      await this.blackbox(!seeAll);
      await this.inspector.send(commands[how]);
    });
  }

  /** From a stop: on to this call, perhaps later on the line; it is not stepped into yet. */
  runToCall(location: Debugger.Location): Promise<void> {
    this.busy = true;
    return this.inTurn(async () => {
      const { breakpointId } = await this.inspector.send<Debugger.SetBreakpointReturnType>('Debugger.setBreakpoint', {
        location,
      });
      this.anyLine.push(breakpointId);
      await this.inspector.send('Debugger.resume');
    });
  }

  /** From a stop: on to the next line of the person's that is run, wherever that is. */
  stepToAnyLine(): Promise<void> {
    this.busy = true;
    return this.inTurn(async () => {
      await this.stopAtAnyLine();
      await this.inspector.send('Debugger.resume');
    });
  }

  /** From a stop: on to the beginning of the function that `expression` gives, when it is called next. */
  stepIntoFunction(expression: string): Promise<void> {
    this.busy = true;
    return this.inTurn(async () => {
      await this.blackbox(false);
      const { result } = await this.inspector.send<Runtime.EvaluateReturnType>('Runtime.evaluate', { expression });
      if (result.objectId !== undefined) {
        const { breakpointId } = await this.inspector.send<{ readonly breakpointId: string }>(
          'Debugger.setBreakpointOnFunctionCall',
          { objectId: result.objectId },
        );
        this.anyLine.push(breakpointId);
      }
      await this.inspector.send('Debugger.resume');
    });
  }

  resume(): Promise<void> {
    return this.inTurn(async () => {
      await this.blackbox(false);
      await this.inspector.send('Debugger.resume');
    });
  }

  /** Training stands: what was asked of V8 is answered. */
  stopped(): Promise<void> {
    this.busy = false;
    return this.inTurn(async () => {
      const remove = this.anyLine.splice(0);
      if (!this.isAttached) return;
      await Promise.all(
        remove.map((breakpointId) => this.inspector.send('Debugger.removeBreakpoint', { breakpointId })),
      );
    });
  }

  private async attachNow(): Promise<void> {
    if (this.isAttached) return;
    this.isAttached = true;
    await this.inspector.send('Debugger.enable');
    await this.tellExceptions();
    await this.lines.putAll();
  }

  /**
   * V8's own way to the next line, stepping into whatever is called, takes all of Node's code for the
   * person's, which cannot be hidden from it: it would stop there thousands of times.
   */
  private async stopAtAnyLine(): Promise<void> {
    if (this.anyLine.length > 0) return;
    for (const [scriptId, name] of this.inspector.loaded) {
      const file = pathOf(name);
      if (file === undefined || !isPersons(file)) continue;
      const start = { scriptId, lineNumber: 0, columnNumber: 0 };
      const { locations } = await this.inspector.send<Debugger.GetPossibleBreakpointsReturnType>(
        'Debugger.getPossibleBreakpoints',
        { start },
      );
      const set = locations.map(({ lineNumber, columnNumber }) =>
        this.inspector.send<Debugger.SetBreakpointReturnType>('Debugger.setBreakpoint', {
          location: { scriptId, lineNumber, columnNumber },
        }),
      );
      for (const { breakpointId } of await Promise.all(set)) this.anyLine.push(breakpointId);
    }
  }

  private async tellExceptions(): Promise<void> {
    if (!this.isAttached) return;
    await this.inspector.send('Debugger.setPauseOnExceptions', { state: this.stopsOnExceptions ? 'all' : 'none' });
  }

  /** Whether stepping passes by everything but the person's files and the place where training stands still. */
  private async blackbox(wanted: boolean): Promise<void> {
    if (this.blackboxed === wanted || !this.isAttached) return;
    this.blackboxed = wanted;
    await this.inspector.send('Debugger.setBlackboxPatterns', { patterns: wanted ? this.patterns() : [] });
  }

  private patterns(): string[] {
    const own = new URL('.', this.stoppingPlace).href;
    const place = path.basename(fileURLToPath(this.stoppingPlace));
    return ['/node_modules/', '^wasm:', `^${quoted(own)}(?!${quoted(place)}$)`];
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Which exceptions to stop at: caught ones, uncaught ones, both. Uncaught is what the person's code and
 * the library let through. Exceptions that no code of the person's is under way in are left alone.
 */
import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import { isCaughtIn } from './caught-by.js';
import type { InspectorClient } from './inspector-client.js';

export const exceptionFilters: readonly DebugProtocol.ExceptionBreakpointsFilter[] = [
  {
    filter: 'caught',
    label: 'Caught Exceptions',
    description: 'Stop where one is thrown that your code or the library catches.',
    default: false,
  },
  {
    filter: 'uncaught',
    label: 'Uncaught Exceptions',
    description: 'Stop where one is thrown that nothing catches.',
    default: false,
  },
];

export interface ThrownException {
  readonly text: string;
  readonly className: string;
  readonly caught: boolean;
}

export class ExceptionStops {
  private filters = new Set<string>();

  constructor(private readonly inspector: InspectorClient) {}

  get any(): boolean {
    return this.filters.size > 0;
  }

  /** @throws Error for a filter that there is not */
  set(filters: readonly string[]): void {
    const unknown = filters.find((filter) => !exceptionFilters.some((known) => known.filter === filter));
    if (unknown !== undefined) throw new Error(`There is no exception filter ${JSON.stringify(unknown)}.`);
    this.filters = new Set(filters);
  }

  /** What to tell of a pause at an exception; `undefined` where training is to go on. */
  async stopFor(pause: Debugger.PausedEventDataType): Promise<ThrownException | undefined> {
    const frames = pause.callFrames;
    const outermost = frames.findLastIndex((frame) => this.isPersons(frame));
    if (outermost < 0) return undefined;
    const caught = await this.isCaught(frames.slice(0, outermost + 1));
    if (!this.filters.has(caught ? 'caught' : 'uncaught')) return undefined;
    const thrown = (pause.data ?? {}) as Runtime.RemoteObject;
    const text = thrown.description ?? String(thrown.value ?? 'undefined');
    return { text: text.split('\n    at ')[0]!, className: thrown.className ?? thrown.type, caught };
  }

  private isPersons(frame: Debugger.CallFrame): boolean {
    const file = pathOf(this.inspector.scriptOf(frame));
    return file !== undefined && isPersons(file);
  }

  private async isCaught(frames: readonly Debugger.CallFrame[]): Promise<boolean> {
    for (const { location, functionLocation } of frames) {
      if (!functionLocation) continue;
      const source = await this.inspector.sourceOf(location.scriptId);
      const at = { line: location.lineNumber, column: location.columnNumber ?? 0 };
      const functionStart = { line: functionLocation.lineNumber, column: functionLocation.columnNumber ?? 0 };
      if (isCaughtIn({ source, at, functionStart })) return true;
    }
    return false;
  }
}

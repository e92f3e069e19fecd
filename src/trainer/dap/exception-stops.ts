/**
 * Which exceptions to stop at: caught ones, uncaught ones, both. Uncaught is what the person's code and
 * the library let through. Exceptions that no code of the person's is under way in are left alone.
 */
import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf } from '../../shared/base/message-of.js';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import { isCaughtIn } from './caught-by.js';
import { lentExpression, Remote, type InspectorClient } from './inspector-client.js';
import { expressionProblem } from './line-condition.js';
import { pausedExpression } from './thread-messages.js';

const thrownName = 'thrown';

const conditional = {
  supportsCondition: true,
  conditionDescription: 'Stop where it holds, over `error` and the names of your code: error instanceof TypeError',
};

export const exceptionFilters: readonly DebugProtocol.ExceptionBreakpointsFilter[] = [
  {
    filter: 'caught',
    label: 'Caught Exceptions',
    description: 'Stop where one is thrown that your code or the library catches.',
    default: false,
    ...conditional,
  },
  {
    filter: 'uncaught',
    label: 'Uncaught Exceptions',
    description: 'Stop where one is thrown that nothing catches.',
    default: false,
    ...conditional,
  },
];

export interface ExceptionWish {
  readonly filter: string;
  /** In the code's own terms, with `error` for what was thrown. */
  readonly condition?: string;
}

export interface ThrownException {
  readonly text: string;
  readonly className: string;
  readonly caught: boolean;
  /** With the places that it has come through, as V8 writes them. */
  readonly stack: string;
}

export class ExceptionStops {
  private wishes: readonly ExceptionWish[] = [];
  private readonly reported = new Set<string>();

  constructor(
    private readonly inspector: InspectorClient,
    /** Told once of each condition that fails, which counts as not met. */
    private readonly conditionFailed: (condition: string, message: string) => void,
  ) {}

  get any(): boolean {
    return this.wishes.length > 0;
  }

  /** Takes the place of all. @returns what becomes of each @throws Error for a filter that there is not */
  set(wishes: readonly ExceptionWish[]): DebugProtocol.Breakpoint[] {
    const unknown = wishes.find(({ filter }) => !exceptionFilters.some((known) => known.filter === filter));
    if (unknown) throw new Error(`There is no exception filter ${JSON.stringify(unknown.filter)}.`);
    const problems = wishes.map(({ condition }) =>
      condition === undefined ? undefined : expressionProblem(condition),
    );
    this.wishes = wishes.filter((_, index) => problems[index] === undefined);
    return problems.map((message) => (message === undefined ? { verified: true } : { verified: false, message }));
  }

  /** What to tell of a pause at an exception; `undefined` where training is to go on. */
  async stopFor(pause: Debugger.PausedEventDataType): Promise<ThrownException | undefined> {
    const frames = pause.callFrames;
    const outermost = frames.findLastIndex((frame) => this.isPersons(frame));
    if (outermost < 0) return undefined;
    const caught = await this.isCaught(frames.slice(0, outermost + 1));
    const filter = caught ? 'caught' : 'uncaught';
    const wishes = this.wishes.filter((wish) => wish.filter === filter);
    const thrown = (pause.data ?? {}) as Runtime.RemoteObject;
    if (
      !(await this.anyHolds(
        wishes,
        thrown,
        frames.find((frame) => this.isPersons(frame))!,
      ))
    )
      return undefined;
    const text = thrown.description ?? String(thrown.value ?? 'undefined');
    const className = thrown.className ?? thrown.type;
    return { text: text.split('\n    at ')[0]!, className, caught, stack: text };
  }

  private async anyHolds(
    wishes: readonly ExceptionWish[],
    thrown: Runtime.RemoteObject,
    frame: Debugger.CallFrame,
  ): Promise<boolean> {
    if (wishes.some(({ condition }) => condition === undefined)) return true;
    for (const { condition } of wishes) if (await this.holds(condition!, thrown, frame)) return true;
    return false;
  }

  private async holds(
    condition: string,
    thrown: Runtime.RemoteObject,
    { callFrameId }: Debugger.CallFrame,
  ): Promise<boolean> {
    const { inspector } = this;
    await inspector.lend(thrownName, new Remote(thrown));
    await inspector.run(`${pausedExpression}.beginEvaluation()`);
    try {
      const test = `Boolean(((error) => (${condition}\n))(${lentExpression(thrownName)}))`;
      const { object } = await inspector.evaluateOnFrame(callFrameId, test, { sideEffects: true });
      return object.value === true;
    } catch (error) {
      if (!this.reported.has(condition)) this.conditionFailed(condition, messageOf(error));
      this.reported.add(condition);
      return false;
    } finally {
      await inspector.ask('endEvaluation', '');
      await inspector.lend(thrownName, undefined);
    }
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

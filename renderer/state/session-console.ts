/** The console's lines: what the trainer logged and what the person evaluated, in order of time. No React here. */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { LogLine, SessionState } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import { evaluateHere, evaluationFrame, readAgain, readInside } from './stop-view.js';
import { server } from './server.js';
import { ValueTree } from './value-tree.js';

export type ConsoleLine =
  | { readonly kind: 'log'; readonly line: LogLine }
  | {
      readonly kind: 'input' | 'result' | 'failure';
      readonly text: string;
      readonly wallTime: number;
      /** Of a result that can be opened: of this expression. */
      readonly tree?: ValueTree;
      readonly expression?: string;
    };

export interface ConsoleState {
  /** Inputs and their answers; bounded. */
  readonly own: readonly Exclude<ConsoleLine, { kind: 'log' }>[];
  /** Lines up to this wall time were cleared away. */
  readonly clearedAt: number;
  readonly filter: string;
  readonly level: 'all' | 'warnings' | 'errors';
  readonly history: readonly string[];
}

const OWN_LINES_KEPT = 1000;
const HISTORY_KEPT = 100;

export const consoleStore = createStore<ConsoleState>(() => ({
  own: [],
  clearedAt: 0,
  filter: '',
  level: 'all',
  history: [],
}));

export function clearConsole(): void {
  const lastLog = appStore.getState().session?.logs.at(-1)?.wallTime ?? 0;
  consoleStore.setState({ own: [], clearedAt: Math.max(lastLog, 0) });
}

function print(
  kind: 'input' | 'result' | 'failure',
  text: string,
  opened: { readonly tree?: ValueTree; readonly expression?: string } = {},
): void {
  // After everything that is there already, whatever the two clocks say.
  const last = appStore.getState().session?.logs.at(-1)?.wallTime ?? 0;
  const entry = { kind, text, wallTime: Math.max(Date.now(), last), ...opened };
  consoleStore.setState((state) => ({ own: [...state.own.slice(1 - OWN_LINES_KEPT), entry] }));
}

/** Evaluates in the paused training; answer or failure become lines. */
export async function evaluate(expression: string): Promise<void> {
  consoleStore.setState((state) => ({
    history: [...state.history.filter((entry) => entry !== expression).slice(1 - HISTORY_KEPT), expression],
  }));
  print('input', expression);
  try {
    const result = await evaluateHere(expression, 'repl');
    if (result.reference === 0) print('result', result.value);
    else {
      const tree = new ValueTree(readInside);
      await tree.setRoots([{ ...result, name: '' }]);
      print('result', result.value, { tree, expression });
    }
    // It may have changed what is shown elsewhere.
    await readAgain();
  } catch (error) {
    print('failure', messageOf(error));
  }
}

export interface Completion {
  readonly label: string;
  readonly kind: string;
  /** Where in the text it begins, and what it takes the place of, up to the caret. */
  readonly from: number;
}

const MOST_COMPLETIONS = 200;

/** How what was typed up to `caret` could go on, on the selected frame; nothing where there is no name to go on from. */
export async function completionsAt(text: string, caret: number): Promise<readonly Completion[]> {
  const start = /[\w$]*$/.exec(text.slice(0, caret))![0];
  const before = text.slice(0, caret - start.length);
  if ((start === '' && !before.endsWith('.')) || /^\d/.test(start)) return [];
  const body = (await server().dap('completions', { text, column: caret + 1, frameId: evaluationFrame() })) as {
    readonly targets: readonly { readonly label: string; readonly type?: string }[];
  };
  return body.targets
    .filter(({ label }) => label !== start)
    .slice(0, MOST_COMPLETIONS)
    .map(({ label, type }) => ({ label, kind: type ?? 'property', from: before.length }));
}

/** Paused: what is in reach there. Otherwise the names that a frame of the training has wherever it stops. */
export async function offeredExpression(text: string, caret: number): Promise<readonly Completion[]> {
  if (evaluationFrame() !== undefined) return completionsAt(text, caret);
  const start = /(?<![\w$.])[A-Za-z_$][\w$]*$/.exec(text.slice(0, caret))?.[0];
  if (start === undefined) return [];
  return trainingNames
    .filter((label) => label !== start && label.startsWith(start))
    .map((label) => ({ label, kind: 'variable', from: caret - start.length }));
}

const trainingNames = ['model', 'optimizer', 'batch', 'loss', 'metrics', 'epoch', 'step', 'learningRate', 'tf'];

/** In the braces of a log message. */
export async function offeredInLogMessage(text: string, caret: number): Promise<readonly Completion[]> {
  const open = /(?<!\\)\{([^{}]*)$/.exec(text.slice(0, caret));
  if (!open) return [];
  const offers = await offeredExpression(open[1]!, open[1]!.length);
  return offers.map((offer) => ({ ...offer, from: offer.from + open.index + 1 }));
}

/** What is shown, merged by time. Pure. */
export function consoleLines(
  session: SessionState | undefined,
  view: Omit<ConsoleState, 'history'>,
): readonly ConsoleLine[] {
  const wanted = view.filter.trim().toLowerCase();
  const passes = (text: string) => wanted === '' || text.toLowerCase().includes(wanted);
  const lines: ConsoleLine[] = [];
  const own = view.own;
  let next = 0;
  const addOwn = (until: number) => {
    for (; next < own.length && own[next]!.wallTime < until; next++)
      if (passes(own[next]!.text)) lines.push(own[next]!);
  };
  for (const line of session?.logs ?? []) {
    if (line.wallTime <= view.clearedAt) continue;
    if (view.level === 'errors' && line.level !== 'error') continue;
    if (view.level === 'warnings' && line.level !== 'error' && line.level !== 'warn') continue;
    addOwn(line.wallTime);
    if (passes(line.text)) lines.push({ kind: 'log', line });
  }
  addOwn(Infinity);
  return lines;
}

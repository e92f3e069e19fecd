/** The console's lines: what the trainer logged and what the person evaluated, in order of time. No React here. */
import { createStore } from 'zustand/vanilla';
import type { LogLine, SessionState } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import { server } from './server.js';

export type ConsoleLine =
  | { readonly kind: 'log'; readonly line: LogLine }
  | { readonly kind: 'input' | 'result' | 'failure'; readonly text: string; readonly wallTime: number };

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

function print(kind: 'input' | 'result' | 'failure', text: string): void {
  // After everything that is there already, whatever the two clocks say.
  const last = appStore.getState().session?.logs.at(-1)?.wallTime ?? 0;
  const entry = { kind, text, wallTime: Math.max(Date.now(), last) };
  consoleStore.setState((state) => ({ own: [...state.own.slice(1 - OWN_LINES_KEPT), entry] }));
}

/** Evaluates in the paused training; answer or failure become lines. */
export async function evaluate(expression: string): Promise<void> {
  consoleStore.setState((state) => ({
    history: [...state.history.filter((entry) => entry !== expression).slice(1 - HISTORY_KEPT), expression],
  }));
  print('input', expression);
  try {
    const body = (await server().dap('evaluate', { expression, context: 'repl' })) as { readonly result?: string };
    print('result', body.result ?? '');
  } catch (error) {
    print('failure', error instanceof Error ? error.message : String(error));
  }
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

/** The training side's commands, with VS Code's keys. */
import { ask } from './dialogs.js';
import { appStore, notify } from './app-state.js';
import { registerCommands, type Command } from './commands.js';
import type { Connection } from './connection.js';
import { describePlace } from '../../src/shared/breakpoints/describe-place.js';
import type { BreakpointPlace } from '../../src/shared/protocol/training.js';
import { addBreakpoint, knownNames, readPlace, saveBreakpoints, type TypedPlace } from './session-breakpoints.js';
import {
  continueRun,
  killRun,
  pauseRun,
  restartRun,
  runToEpochEnd,
  sessionPhase,
  startRun,
  stepBy,
  stepOnce,
  stopRun,
} from './session-actions.js';
import { setAllLines, startDebugging } from './debugging.js';
import { startStopView } from './stop-view.js';
import { clearConsole } from './session-console.js';
import { startRunsSync } from './runs-sync.js';
import { startSessionSync } from './session-sync.js';

const phase = sessionPhase;

const runCommands: readonly Command[] = [
  {
    id: 'run.start',
    title: 'Run: Start or Continue Training',
    keys: ['F5'],
    enabled: () => phase() === 'paused' || (phase() === 'idle' && appStore.getState().workspace !== undefined),
    run: () => (phase() === 'paused' ? continueRun() : startRun()),
  },
  { id: 'run.pause', title: 'Run: Pause', keys: ['F6'], enabled: () => phase() === 'running', run: pauseRun },
  {
    id: 'run.step',
    title: 'Run: One Training Step',
    keys: ['F7'],
    enabled: () => phase() === 'paused',
    run: stepOnce,
  },
  {
    id: 'run.toEpochEnd',
    title: 'Run: Run to End of Epoch',
    keys: ['Shift+F7'],
    enabled: () => phase() === 'paused',
    run: runToEpochEnd,
  },
  {
    id: 'run.restart',
    title: 'Run: Restart Training',
    keys: ['Ctrl+Shift+F5'],
    enabled: () => phase() === 'running' || phase() === 'paused',
    run: restartRun,
  },
  {
    id: 'run.stop',
    title: 'Run: Stop and Save',
    keys: ['Shift+F5'],
    enabled: () => phase() === 'running' || phase() === 'paused' || phase() === 'starting',
    run: stopRun,
  },
  {
    id: 'run.kill',
    title: 'Run: Kill Trainer Without Saving',
    enabled: () => phase() !== 'idle',
    run: killRun,
  },
];

const stepCommands: readonly Command[] = [
  { id: 'debug.stepOver', title: 'Run: Step Over', keys: ['F10'], enabled: isPaused, run: () => stepBy('next') },
  { id: 'debug.stepInto', title: 'Run: Step Into', keys: ['F11'], enabled: isPaused, run: () => stepBy('stepIn') },
  { id: 'debug.stepOut', title: 'Run: Step Out', keys: ['Shift+F11'], enabled: isPaused, run: () => stepBy('stepOut') },
];

function isPaused(): boolean {
  return phase() === 'paused';
}

const breakpointCommands: readonly Command[] = [
  { id: 'breakpoints.addStep', title: 'Breakpoints: Add Breakpoint at Step…', run: () => askForBreakpoint('step') },
  {
    id: 'breakpoints.addEpochEnd',
    title: 'Breakpoints: Add Breakpoint at End of Epoch…',
    run: () => askForBreakpoint('epochEnd'),
  },
  {
    id: 'breakpoints.addCondition',
    title: 'Breakpoints: Add Conditional Breakpoint…',
    run: () => askForBreakpoint('condition'),
  },
  {
    id: 'breakpoints.toggleAtCursor',
    title: 'Breakpoints: Toggle Breakpoint at Cursor’s Step',
    enabled: () => (appStore.getState().cursor.step ?? 0) > 0,
    run: () => {
      const { breakpoints, cursor } = appStore.getState();
      const at: BreakpointPlace = { kind: 'step', step: cursor.step ?? 1 };
      const there = breakpoints.find((entry) => describePlace(entry.at) === describePlace(at));
      return there ? saveBreakpoints(breakpoints.filter((entry) => entry !== there)) : addBreakpoint(at);
    },
  },
  {
    id: 'breakpoints.enableAll',
    title: 'Breakpoints: Enable All Breakpoints',
    enabled: hasBreakpoints,
    run: () => enableAll(true),
  },
  {
    id: 'breakpoints.disableAll',
    title: 'Breakpoints: Disable All Breakpoints',
    enabled: hasBreakpoints,
    run: () => enableAll(false),
  },
  {
    id: 'breakpoints.removeAll',
    title: 'Breakpoints: Remove All Breakpoints',
    enabled: hasBreakpoints,
    run: async () => {
      await Promise.all([saveBreakpoints([]), setAllLines(() => [])]);
    },
  },
];

function hasBreakpoints(): boolean {
  const { breakpoints, debugging } = appStore.getState();
  return breakpoints.length + debugging.lines.length > 0;
}

async function enableAll(enabled: boolean): Promise<void> {
  await Promise.all([
    saveBreakpoints(appStore.getState().breakpoints.map((entry) => ({ ...entry, enabled }))),
    setAllLines((lines) => lines.map((entry) => ({ ...entry, enabled }))),
  ]);
}

const questions = {
  step: { title: 'Stop after a step', label: 'Step number, counted over the whole run' },
  epochEnd: { title: 'Stop at the end of an epoch', label: 'Epoch number; empty: every epoch' },
  condition: { title: 'Stop when a condition holds', label: 'For example: loss > 2 || isNaN(loss)' },
} as const;

async function askForBreakpoint(kind: TypedPlace): Promise<void> {
  const known = knownNames(appStore.getState().session);
  const text = await ask({
    kind: 'text',
    ...questions[kind],
    confirm: 'Add Breakpoint',
    check: (typed) => {
      const place = readPlace(kind, typed, known);
      return place.kind === 'error' ? place.message : undefined;
    },
  });
  if (text === undefined) return;
  const place = readPlace(kind, text, known);
  if (place.kind === 'ok') await addBreakpoint(place.at);
  else notify({ severity: 'warning', message: place.message });
}

export function registerTrainingCommands(_connection: Connection): void {
  registerCommands(...runCommands, ...stepCommands, ...breakpointCommands, {
    id: 'console.clear',
    title: 'Console: Clear',
    run: clearConsole,
  });
}

/** Called once by main.tsx before the first frame: listens, and registers the commands of the training side. */
export function startSession(connection: Connection): void {
  startDebugging();
  startStopView();
  startSessionSync(connection);
  startRunsSync(connection);
  registerTrainingCommands(connection);
}

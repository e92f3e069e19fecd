/** The training side's commands, with VS Code's keys. */
import { ask } from './dialogs.js';
import { appStore } from './app-state.js';
import { openForm } from './breakpoint-form.js';
import { registerCommands, type Command } from './commands.js';
import type { Connection } from './connection.js';
import type { PlaceKind } from './place-draft.js';
import { saveBreakpoints, togglePlace } from './session-breakpoints.js';
import {
  continueRun,
  killRun,
  pauseRun,
  restartRun,
  runToEpochEnd,
  sessionPhase,
  startRun,
  startToFirstStep,
  stepBy,
  stepInto,
  stepOnce,
  stopRun,
} from './session-actions.js';
import { setAllLines, startDebugging } from './debugging.js';
import { granularities, sessionUi } from './session-ui.js';
import { setJustMyCode, startJustMyCode } from './just-my-code.js';
import { startExplanation } from './explanation.js';
import { startStopView, stopView } from './stop-view.js';
import { clearConsole } from './session-console.js';
import { startCurveData } from './curve-data.js';
import { startDashboards } from './dashboards.js';
import { startLogSync } from './log-sync.js';
import { startRunSettings } from './run-settings.js';
import { startSeriesExtremes } from './series-extremes.js';
import { startRunsSync } from './runs-sync.js';
import { startSessionSync } from './session-sync.js';

const phase = sessionPhase;

const runCommands: readonly Command[] = [
  {
    id: 'run.start',
    title: 'Run: Start or Continue Training',
    keys: ['F5'],
    enabled: () => isPaused() || canStart(),
    run: async () => void (await (phase() === 'paused' ? continueRun() : startRun())),
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
    run: async () => void (await restartRun()),
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
  {
    id: 'debug.stepOver',
    title: 'Run: Step Over',
    keys: ['F10'],
    enabled: () => isPaused() || canStart(),
    run: async () => void (await (isPaused() ? stepBy('next') : startToFirstStep())),
  },
  { id: 'debug.stepInto', title: 'Run: Step Into', keys: ['F11'], enabled: isPaused, run: () => stepBy('stepIn') },
  { id: 'debug.stepOut', title: 'Run: Step Out', keys: ['Shift+F11'], enabled: isPaused, run: () => stepBy('stepOut') },
  {
    id: 'debug.stepIntoTarget',
    title: 'Run: Step Into Target…',
    keys: ['Ctrl+F11'],
    enabled: () => isPaused() && stopView.getState().targets.length > 1,
    run: async () => {
      const { targets } = stopView.getState();
      const choices = targets.map(({ id, label }) => ({ id: String(id), label }));
      const chosen = await ask({ kind: 'choose', title: 'Step into', choices });
      if (chosen !== undefined) await stepInto(Number(chosen));
    },
  },
  {
    id: 'debug.stepLonger',
    title: 'Run: Step Further at a Time (Line, Op, Layer, Step, Epoch)',
    keys: ['Ctrl+F10'],
    run: () => changeGranularity(1),
  },
  {
    id: 'debug.stepShorter',
    title: 'Run: Step Less Far at a Time',
    keys: ['Ctrl+Shift+F10'],
    run: () => changeGranularity(-1),
  },
  {
    id: 'debug.justMyCode',
    title: 'Run: Toggle Just My Code',
    run: () => setJustMyCode(!sessionUi.getState().justMyCode),
  },
];

/** Round and round, from the shortest to the longest. */
function changeGranularity(by: 1 | -1): void {
  const { granularity } = sessionUi.getState();
  const at = granularities.indexOf(granularity);
  sessionUi.setState({ granularity: granularities[(at + by + granularities.length) % granularities.length]! });
}

function isPaused(): boolean {
  return phase() === 'paused';
}

function canStart(): boolean {
  return phase() === 'idle' && appStore.getState().workspace !== undefined;
}

function addCommand(id: string, title: string, kind: PlaceKind): Command {
  return {
    id,
    title,
    enabled: () => appStore.getState().workspace !== undefined,
    run: () => openForm(kind),
  };
}

const breakpointCommands: readonly Command[] = [
  addCommand('breakpoints.addStep', 'Breakpoints: Add Breakpoint at Step…', 'step'),
  addCommand('breakpoints.addEpochEnd', 'Breakpoints: Add Breakpoint at End of Epoch…', 'epochEnd'),
  addCommand('breakpoints.addCondition', 'Breakpoints: Add Conditional Breakpoint…', 'condition'),
  addCommand('breakpoints.addPhase', 'Breakpoints: Add Breakpoint at a Phase of the Step…', 'phase'),
  addCommand('breakpoints.addLayer', 'Breakpoints: Add Breakpoint at a Layer…', 'layer'),
  addCommand('breakpoints.addOp', 'Breakpoints: Add Breakpoint at an Op…', 'op'),
  addCommand('breakpoints.addValue', 'Breakpoints: Add Breakpoint on a Value…', 'data'),
  addCommand('breakpoints.addRule', 'Breakpoints: Add Breakpoint on a Rule…', 'rule'),
  {
    id: 'breakpoints.toggleAtCursor',
    title: 'Breakpoints: Toggle Breakpoint at Cursor’s Step',
    enabled: () => (appStore.getState().cursor.step ?? 0) > 0,
    run: () => {
      const { step } = appStore.getState().cursor;
      return step === undefined ? undefined : togglePlace({ kind: 'step', step });
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
  startExplanation();
  startJustMyCode();
  startSessionSync(connection);
  startLogSync(connection);
  startCurveData(connection);
  startRunsSync(connection);
  startDashboards(connection);
  startRunSettings();
  startSeriesExtremes();
  registerTrainingCommands(connection);
}

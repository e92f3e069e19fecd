/**
 * Shapes and problems of the experiment while it is being written: asks the server a moment after
 * the last key, with the unsaved text, one question at a time.
 */
import { messageOf } from '../../src/shared/base/message-of.js';
import { appStore, type AppState } from './app-state.js';
import { RequestError, type Connection } from './connection.js';

const QUIET_MS = 250;

let connection: Connection | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
let again = false;

export function startAnalysis(to: Connection): void {
  connection = to;
  appStore.subscribe((state, before) => {
    if (
      state.experiment !== before.experiment ||
      state.workspace?.trusted !== before.workspace?.trusted ||
      codeOf(state) !== codeOf(before)
    ) {
      analyzeSoon(state.experiment !== before.experiment ? 0 : QUIET_MS);
    }
  });
  to.onNotification('files/changed', ({ paths }) => {
    if (paths.some((path) => isCode(path) && !path.startsWith('runs/'))) analyzeSoon();
  });
  to.onNotification('data/changed', () => analyzeSoon());
  to.onStatus((status) => status === 'open' && analyzeSoon());
}

export function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

let lastFiles: AppState['openFiles'] | undefined;
let lastCode = '';

/** Changes exactly when the text of an open code file does. */
function codeOf({ openFiles }: AppState): string {
  if (openFiles !== lastFiles) {
    lastFiles = openFiles;
    lastCode = openFiles
      .filter((file) => isCode(file.path) && file.dirty)
      .map((file) => `${file.path}\0${file.text}`)
      .join('\0\0');
  }
  return lastCode;
}

export function analyzeSoon(delayMs = QUIET_MS): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    if (running) again = true;
    else void analyze();
  }, delayMs);
}

async function analyze(): Promise<void> {
  const { experiment, workspace, openFiles } = appStore.getState();
  if (!connection || !experiment || !workspace?.trusted) return;
  running = true;
  appStore.setState({ analyzing: true });
  const code = openFiles.filter((file) => isCode(file.path));
  const texts = Object.fromEntries(code.map((file) => [file.path, file.text]));
  const overlays = Object.fromEntries(code.filter((file) => file.dirty).map((file) => [file.path, file.text]));
  try {
    const analysis = await connection.request('experiment/analyze', { experiment, overlays });
    appStore.setState((state) => {
      if (state.workspace?.path !== workspace.path) return {};
      return {
        analyses: { ...state.analyses, [experiment]: analysis },
        analyzedTexts: { ...state.analyzedTexts, [experiment]: texts },
        ...(analysis.layers.length > 0 || analysis.problems.length === 0
          ? { shapes: { ...state.shapes, [experiment]: analysis } }
          : {}),
      };
    });
  } catch (error) {
    takeFailure(experiment, error);
  } finally {
    running = false;
    appStore.setState({ analyzing: false });
    if (again) {
      again = false;
      void analyze();
    }
  }
}

/** A question that failed as such (a time limit, a lost connection) is a problem of the experiment's file as a whole. */
function takeFailure(experiment: string, error: unknown): void {
  if (
    error instanceof RequestError &&
    (error.tag === 'disconnected' || error.tag === 'not-trusted' || error.tag === 'no-workspace')
  )
    return;
  const message = messageOf(error);
  const hint = error instanceof RequestError ? error.hint : undefined;
  appStore.setState((state) => ({
    analyses: {
      ...state.analyses,
      [experiment]: {
        file: experiment,
        layers: [],
        elapsedMs: 0,
        problems: [{ severity: 'warning', message: `Shapes are not known: ${message}`, hint, file: experiment }],
      },
    },
  }));
}

/** The open folder: opening, trusting, closing it, and keeping the store in step with what the server says. */
import { analyzeSoon, startAnalysis } from './analysis-actions.js';
import { appStore, notify } from './app-state.js';
import { RequestError, type Connection } from './connection.js';
import { takeDebugging } from './debugging.js';
import { ask, confirm } from './dialogs.js';
import { filesChanged, keepAllDrafts, lookAgain, rememberOpenFiles, restoreFiles } from './file-actions.js';
import { announceFilesChanged } from './file-watch.js';
import { server } from './server.js';
import { sessionPhase, stopAndWait } from './session-actions.js';
import { baseName } from './paths.js';
import { revealStop } from './stop-view.js';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { WorkspaceInfo } from '../../src/shared/protocol/rpc.js';

/** Folders for which the person was asked in this window: a "browse only" is not asked again until it is opened anew. */
const askedTrust = new Set<string>();

/** Called once by main.tsx. */
export function startWorkspace(connection: Connection): void {
  connection.onStatus((status) => {
    appStore.setState({ connection: status });
    if (status === 'open') void greet(connection);
  });
  connection.onNotification('workspace/changed', ({ workspace, message }) => {
    const taken = take(workspace);
    // After the change, which takes away what was said of the folder before.
    if (message) notify({ severity: workspace ? 'info' : 'warning', message });
    void taken;
  });
  connection.onNotification('files/changed', ({ paths }) => {
    announceFilesChanged(paths);
    void filesChanged(paths);
  });
  rememberOpenFiles();
  startAnalysis(connection);
  window.addEventListener('pagehide', keepAllDrafts);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') keepAllDrafts();
  });
}

let greeted: Promise<void> = Promise.resolve();

/** Resolves when what the server has open stands in the window, its files included; to be asked once `info` is there. */
export function folderTaken(): Promise<void> {
  return greeted;
}

async function greet(connection: Connection): Promise<void> {
  try {
    const info = await connection.request('app/info', {});
    const again = info.workspace?.path === appStore.getState().workspace?.path;
    appStore.setState({ info });
    await (greeted = take(info.workspace));
    if (again) await Promise.all(appStore.getState().openFiles.map((file) => lookAgain(file.path)));
  } catch (error) {
    if (error instanceof RequestError && error.tag === 'disconnected') return;
    tell('Backstep’s server could not say what it has open', error);
  }
}

/** The server's word on what is open. Another folder than before brings its own files. */
async function take(workspace: WorkspaceInfo | undefined): Promise<void> {
  const before = appStore.getState().workspace;
  if (workspace && workspace.path === before?.path) {
    appStore.setState({ workspace, breakpoints: workspace.breakpoints });
    takeDebugging(workspace, false);
    chooseExperiment();
    return;
  }
  keepAllDrafts();
  appStore.setState((state) => ({
    workspace,
    notices: state.notices.filter((notice) => notice.folder === workspace?.path),
    breakpoints: workspace?.breakpoints ?? [],
    breakpointMessages: {},
    openFiles: [],
    activeFile: undefined,
    otherFile: undefined,
    activePane: 0,
    experiment: undefined,
    analyses: {},
    shapes: {},
    analyzedTexts: {},
    editorProblems: {},
    runs: [],
    selectedRuns: [],
    cursor: {},
  }));
  takeDebugging(workspace, true);
  document.title = workspace ? `${workspace.name} – Backstep` : 'Backstep';
  if (!workspace) return;
  await restoreFiles(workspace.path, workspace.experiments);
  // A page that is loaded while training stands somewhere shows that place, not the file that was in front.
  revealStop();
  chooseExperiment();
  if (!workspace.trusted && !workspace.isRestricted && !askedTrust.has(workspace.path)) void askTrust();
}

/** What Run trains: the active file where it is an experiment, else the one chosen before, else the first. */
function chooseExperiment(): void {
  const { workspace, activeFile, experiment } = appStore.getState();
  const known = workspace?.experiments ?? [];
  const next =
    activeFile && known.includes(activeFile)
      ? activeFile
      : experiment && known.includes(experiment)
        ? experiment
        : known[0];
  if (next !== experiment) appStore.setState({ experiment: next });
}

appStore.subscribe((state, before) => {
  if (state.activeFile !== before.activeFile) chooseExperiment();
});

/**
 * The open folder is left only when nothing in it trains: asks, and stops the training.
 * @returns whether the folder may be left
 */
async function mayLeave(doing: string): Promise<boolean> {
  const { session } = appStore.getState();
  if (!session || sessionPhase() === 'idle') return true;
  const stopping = await confirm(
    `Stop the training of ${baseName(session.experiment)}?`,
    'It ends after the step under way, as with Stop and Save.',
    `Stop, Then ${doing}`,
  );
  return stopping && stopAndWait();
}

export async function openFolder(path: string): Promise<void> {
  askedTrust.delete(path);
  try {
    if (path !== appStore.getState().workspace?.path && !(await mayLeave('Open Folder'))) return;
    await take(await server().request('workspace/open', { path }));
    void refreshInfo();
  } catch (error) {
    tell('The folder was not opened', error);
  }
}

export async function openSample(id: string): Promise<void> {
  try {
    if (!(await mayLeave('Open Sample'))) return;
    await take(await server().request('sample/open', { id }));
    void refreshInfo();
  } catch (error) {
    tell('The sample was not opened', error);
  }
}

export async function closeWorkspace(): Promise<void> {
  try {
    if (!(await mayLeave('Close Folder'))) return;
    await server().request('workspace/close', {});
    await take(undefined);
    void refreshInfo();
  } catch (error) {
    tell('The folder was not closed', error);
  }
}

export async function forgetRecent(path: string): Promise<void> {
  try {
    await server().request('app/forgetRecent', { path });
    await refreshInfo();
  } catch (error) {
    tell('The folder was not taken off the list', error);
  }
}

async function refreshInfo(): Promise<void> {
  try {
    appStore.setState({ info: await server().request('app/info', {}) });
  } catch (error) {
    console.warn('the list of recent folders could not be read', error);
  }
}

/** While the server is told of an answer: nobody is asked again meanwhile. */
let trusting: Promise<void> = Promise.resolve();

export async function askTrust(): Promise<void> {
  await trusting;
  const { workspace } = appStore.getState();
  if (!workspace || workspace.trusted) return;
  askedTrust.add(workspace.path);
  const answer = await ask({ kind: 'trust', name: workspace.name, path: workspace.path });
  if (answer === undefined) return;
  trusting = setTrust(answer === 'trust');
  await trusting;
}

export async function setTrust(trusted: boolean): Promise<void> {
  try {
    await take(await server().request('workspace/trust', { trusted }));
    analyzeSoon();
  } catch (error) {
    tell(trusted ? 'The folder could not be trusted' : 'The folder could not be restricted', error);
  }
}

/** A failure as a notice, with what the server suggests. */
export function tell(what: string, error: unknown): void {
  const hint = error instanceof RequestError ? error.hint : undefined;
  notify({
    severity: 'error',
    message: `${what}: ${messageOf(error)}`,
    detail: hint,
  });
}

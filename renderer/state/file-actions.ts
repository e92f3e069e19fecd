/**
 * Files in the editor: open, edit, save, close; kept in step with the disk and with the drafts that
 * survive a crash. The transitions themselves are in open-file.ts.
 */
import { isLibraryPath } from '../../src/shared/base/library-path.js';
import { isModelFile } from '../../src/shared/models/model-file-names.js';
import { appStore, notify, type OpenFile } from './app-state.js';
import { RequestError } from './connection.js';
import { ask } from './dialogs.js';
import { draftsOf, dropDraft, keepDraft } from './drafts.js';
import { readEditorMemory, writeEditorMemory } from './editor-memory.js';
import { splitEditor, withoutFile } from './editor-panes.js';
import { diskChanged, edited, opened, saved, tookTheirs, type DiskText } from './open-file.js';
import { baseName, concerns, joinPath, relativePath } from './paths.js';
import { openModelFile } from './opened-model.js';
import { reveal } from './reveal.js';
import { server } from './server.js';

const DRAFT_AFTER_MS = 150;

/** Writes in flight: what the disk says meanwhile is looked at when they are done. */
const saving = new Map<string, Promise<boolean>>();
const draftTimers = new Map<string, ReturnType<typeof setTimeout>>();
let warnedOfDrafts = false;
/** Drafts that this window kept or took up: those of another window are its own. */
const ownDrafts = new Set<string>();

export function findOpen(path: string): OpenFile | undefined {
  return appStore.getState().openFiles.find((file) => file.path === path);
}

function update(path: string, change: (file: OpenFile) => OpenFile): void {
  const { openFiles } = appStore.getState();
  const next = openFiles.map((file) => (file.path === path ? change(file) : file));
  if (next.some((file, index) => file !== openFiles[index])) appStore.setState({ openFiles: next });
}

async function readDisk(path: string): Promise<DiskText | undefined> {
  try {
    return await server().request('file/read', { path });
  } catch (error) {
    if (error instanceof RequestError && error.tag === 'not-found') return undefined;
    throw error;
  }
}

/** Brings a file to the front, opening it where it is not; a model file shows its graph. Why it cannot, a notice says. */
export async function openFile(
  path: string,
  place: { line?: number; column?: number; focus?: boolean } = {},
): Promise<void> {
  if (isModelFile(baseName(path))) {
    await openModelFile(path);
    return;
  }
  if (!findOpen(path)) {
    let disk: DiskText | undefined;
    try {
      disk = await readDisk(path);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.tag !== 'disconnected') notify({ severity: 'warning', message: error.message, detail: error.hint });
      return;
    }
    if (!disk) {
      notify({ severity: 'warning', message: `${baseName(path)} is not there any more.`, detail: path });
      return;
    }
    if (!findOpen(path))
      appStore.setState((state) => ({ openFiles: [...state.openFiles, opened(path, disk, undefined)] }));
  }
  appStore.setState({ activeFile: path });
  reveal({ path, line: place.line, column: place.column, focus: place.focus ?? true });
}

/** Files that are being opened because something else than typing edited them. */
const openingEdited = new Map<string, Promise<void>>();

/** A file that is not open was edited from another, as by a renamed symbol: opens it behind the others, not saved. */
export function openEdited(path: string, text: () => string): Promise<void> {
  const open = async () => {
    const disk = await readDisk(path);
    if (disk && !findOpen(path)) {
      const file = edited(opened(path, disk, undefined), text());
      appStore.setState((state) => ({ openFiles: [...state.openFiles, file] }));
    }
    editFile(path, text());
  };
  const opening = openingEdited.get(path) ?? open().finally(() => openingEdited.delete(path));
  openingEdited.set(path, opening);
  return opening;
}

/** Opens a file in the pane at the right, splitting the editor where it is not. */
export async function openToTheRight(path: string): Promise<void> {
  const { activeFile } = appStore.getState();
  await openFile(path, { focus: false });
  if (!findOpen(path) || activeFile === undefined) return;
  appStore.setState({ activeFile });
  splitEditor(path);
}

/** The editor's text is now this. */
export function editFile(path: string, text: string): void {
  update(path, (file) => edited(file, text));
  const { workspace } = appStore.getState();
  if (!workspace) return;
  clearTimeout(draftTimers.get(path));
  draftTimers.set(
    path,
    setTimeout(() => keep(workspace.path, path), DRAFT_AFTER_MS),
  );
}

function keep(workspace: string, path: string): void {
  clearTimeout(draftTimers.get(path));
  draftTimers.delete(path);
  const file = findOpen(path);
  if (!file?.dirty) {
    drop(workspace, path);
    return;
  }
  ownDrafts.add(path);
  if (!keepDraft(workspace, path, { text: file.text, version: file.version }) && !warnedOfDrafts) {
    warnedOfDrafts = true;
    notify({
      severity: 'warning',
      message: 'Unsaved edits cannot be kept safe here: the browser’s storage is full or switched off.',
      detail: 'Save often (Ctrl+S): a reload of this window would lose what is not saved.',
    });
  }
}

function drop(workspace: string, path: string): void {
  if (ownDrafts.delete(path)) dropDraft(workspace, path);
}

/** Writes every draft that still waits: the page may go away. */
export function keepAllDrafts(): void {
  const { workspace } = appStore.getState();
  if (workspace) for (const path of [...draftTimers.keys()]) keep(workspace.path, path);
}

/** @returns whether the text is on disk now. */
export function saveFile(path: string, { overwrite = false } = {}): Promise<boolean> {
  const running = saving.get(path);
  const done = (running ? running.then(() => write(path, overwrite)) : write(path, overwrite)).finally(() => {
    if (saving.get(path) === done) saving.delete(path);
  });
  saving.set(path, done);
  return done;
}

async function write(path: string, overwrite: boolean): Promise<boolean> {
  const file = findOpen(path);
  const { workspace } = appStore.getState();
  if (!file || !workspace) return false;
  if (!file.dirty && !file.missing) return true;
  const text = file.text;
  try {
    const baseVersion = file.missing ? undefined : overwrite ? (file.conflict?.version ?? file.version) : file.version;
    const result = await server().request('file/write', { path, text, baseVersion });
    if (result.kind === 'conflict') {
      update(path, (now) => ({ ...now, conflict: { text: result.text, version: result.version } }));
      return false;
    }
    update(path, (now) => saved(now, text, result.version));
    if (findOpen(path)?.dirty) keep(workspace.path, path);
    else drop(workspace.path, path);
    return true;
  } catch (error) {
    const failure = error instanceof RequestError ? error : undefined;
    notify({
      severity: 'error',
      message: `${baseName(path)} was not saved: ${failure?.message ?? String(error)}`,
      detail: [failure?.hint, 'Your edit is kept in this window.'].filter(Boolean).join(' '),
      actions: [{ label: 'Try again', run: () => void saveFile(path) }],
    });
    return false;
  }
}

export async function saveAll(): Promise<boolean> {
  const dirty = appStore.getState().openFiles.filter((file) => file.dirty);
  const results = await Promise.all(dirty.map((file) => saveFile(file.path)));
  return results.every(Boolean);
}

export function takeTheirs(path: string): void {
  update(path, tookTheirs);
  forgetDraft(path);
}

/** Back to the disk's text; the editor's undo still knows the edit. */
export async function revertFile(path: string): Promise<void> {
  const disk = await readDisk(path);
  if (!disk) return;
  update(path, (file) => ({
    ...file,
    ...disk,
    savedText: disk.text,
    dirty: false,
    conflict: undefined,
    missing: undefined,
  }));
  forgetDraft(path);
}

function forgetDraft(path: string): void {
  clearTimeout(draftTimers.get(path));
  draftTimers.delete(path);
  const { workspace } = appStore.getState();
  if (workspace) drop(workspace.path, path);
}

/** Closes a file, asking first where something is not saved. @returns whether it is closed. */
export async function closeFile(path: string): Promise<boolean> {
  const file = findOpen(path);
  if (!file) return true;
  if (file.dirty) {
    const answer = await ask({
      kind: 'choose',
      title: `Save the changes to ${baseName(path)}?`,
      message: 'What is not saved is lost when the file is closed.',
      choices: [
        { id: 'save', label: 'Save', kind: 'primary' },
        { id: 'discard', label: 'Don’t Save', kind: 'danger' },
      ],
    });
    if (answer === undefined) return false;
    if (answer === 'save' && !(await saveFile(path))) return false;
  }
  forgetDraft(path);
  appStore.setState((state) => {
    const at = state.openFiles.findIndex((candidate) => candidate.path === path);
    const openFiles = state.openFiles.filter((candidate) => candidate.path !== path);
    const neighbour = openFiles[Math.min(at, openFiles.length - 1)]?.path;
    return { openFiles, ...withoutFile(state, path, neighbour) };
  });
  return true;
}

export async function closeAllFiles(): Promise<boolean> {
  for (const file of appStore.getState().openFiles) if (!(await closeFile(file.path))) return false;
  return true;
}

/** Paths, relative to the workspace, that changed on disk. */
export async function filesChanged(paths: readonly string[]): Promise<void> {
  const { workspace, openFiles } = appStore.getState();
  if (!workspace) return;
  const touched = openFiles.filter((file) => {
    const relative = relativePath(workspace.path, file.path);
    return relative !== undefined && paths.some((changed) => concerns(changed, relative));
  });
  await Promise.all(touched.map((file) => lookAgain(file.path)));
}

export async function lookAgain(path: string): Promise<void> {
  await saving.get(path);
  let disk: DiskText | undefined;
  try {
    disk = await readDisk(path);
  } catch (error) {
    // Unreadable for now (no rights, no connection): what is shown stays, saving will say why.
    console.warn('a changed file could not be read', path, error);
    return;
  }
  // A save that began meanwhile knows better; its own change will be looked at next.
  if (saving.has(path)) return;
  const before = findOpen(path);
  update(path, (file) => diskChanged(file, disk));
  if (before?.dirty && !findOpen(path)?.dirty) forgetDraft(path);
}

/** A file or folder has a new name: what is open of it moves along, unsaved edits included. */
export function pathRenamed(from: string, to: string): void {
  const moved = (path: string) => {
    const relative = relativePath(from, path);
    return relative === undefined ? path : joinPath(to, relative);
  };
  const { openFiles, activeFile, otherFile, workspace } = appStore.getState();
  for (const file of openFiles) if (moved(file.path) !== file.path) forgetDraft(file.path);
  appStore.setState({
    openFiles: openFiles.map((file) => ({ ...file, path: moved(file.path) })),
    activeFile: activeFile && moved(activeFile),
    otherFile: otherFile && moved(otherFile),
  });
  if (workspace) for (const file of appStore.getState().openFiles) if (file.dirty) keep(workspace.path, file.path);
}

/** Opens what was open in this workspace, drafts over the disk's text; a workspace seen first opens its experiment. */
export async function restoreFiles(workspace: string, experiments: readonly string[]): Promise<void> {
  const memory = readEditorMemory(workspace);
  const drafts = draftsOf(workspace);
  const wanted = [...new Set([...memory.open, ...drafts.keys(), ...(memory.fresh ? experiments.slice(0, 1) : [])])];
  const files = await Promise.all(
    wanted.map(async (path): Promise<OpenFile | undefined> => {
      const draft = drafts.get(path);
      try {
        const disk = await readDisk(path);
        return disk || draft ? opened(path, disk, draft) : undefined;
      } catch (error) {
        console.warn('a file that was open cannot be read', path, error);
        return draft ? opened(path, undefined, draft) : undefined;
      }
    }),
  );
  if (appStore.getState().workspace?.path !== workspace) return;
  const openFiles = files.filter((file) => file !== undefined);
  for (const path of drafts.keys()) ownDrafts.add(path);
  for (const file of openFiles) if (!file.dirty) drop(workspace, file.path);
  const active = openFiles.find((file) => file.path === memory.active) ?? openFiles[0];
  const other = active && openFiles.find((file) => file.path === memory.other?.path);
  appStore.setState({
    openFiles,
    activeFile: active?.path,
    otherFile: other?.path,
    activePane: other && memory.other?.side === 'left' ? 1 : 0,
  });
  const kept = openFiles.filter((file) => file.dirty);
  if (kept.length > 0 && memory.fresh) {
    notify({
      severity: 'info',
      message: `Unsaved edits were kept: ${kept.map((file) => baseName(file.path)).join(', ')}.`,
    });
  }
}

/** Remembers which files are open whenever that changes. */
export function rememberOpenFiles(): void {
  appStore.subscribe((state, before) => {
    if (!state.workspace || state.workspace.path !== before.workspace?.path) return;
    // A library's source is the training's: it is not there to be opened again.
    const open = state.openFiles.map((file) => file.path).filter((path) => !isLibraryPath(path));
    const same =
      state.openFiles.length === before.openFiles.length &&
      state.openFiles.every(({ path }, index) => path === before.openFiles[index]?.path);
    if (same && state.activeFile === before.activeFile && state.otherFile === before.otherFile) return;
    if (state.activeFile !== undefined && isLibraryPath(state.activeFile)) return;
    const other =
      state.otherFile === undefined
        ? undefined
        : ({ path: state.otherFile, side: state.activePane === 1 ? 'left' : 'right' } as const);
    writeEditorMemory(state.workspace.path, { open, active: state.activeFile, other });
  });
}

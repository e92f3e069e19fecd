/**
 * Monaco's texts, in step with the store: one for every open file, and one for every other code file
 * of the workspace, so that imports are checked. The store is right; what is typed goes to it.
 */
import { appStore, type OpenFile } from '../../../state/app-state.js';
import { isCode } from '../../../state/analysis-actions.js';
import { editFile, openEdited } from '../../../state/file-actions.js';
import { onFilesChanged } from '../../../state/file-watch.js';
import { isLibraryPath } from '../../../../src/shared/base/library-path.js';
import { concerns, joinPath, relativePath } from '../../../state/paths.js';
import { server } from '../../../state/server.js';
import { workspaceFiles } from '../../../state/workspace-files.js';
import { monaco } from './api.js';
import { LOOKED_AT_CODE } from './looked-at-code.js';
import { checkAgain } from './setup.js';

type Model = monaco.editor.ITextModel;

/** More than an experiment has; a big repository must not be sent to the checker whole. */
const MOST_BACKGROUND_FILES = 150;
const LARGEST_BACKGROUND_FILE = 300_000;

export function uriOf(path: string): monaco.Uri {
  return monaco.Uri.file(path);
}

const pathOfUri = new Map<string, string>();

/** The path under which the store knows a model's file. */
export function pathOf(uri: monaco.Uri): string {
  return pathOfUri.get(uri.toString()) ?? uri.fsPath;
}

/** Whether a text changed since the files that import it were last checked. */
let uncheckedChange = false;

/** True while the store's text is put into a model: that is nobody's typing. */
let applying = false;

function languageOf(path: string): string | undefined {
  // Coloured, and not checked: what it imports is not here.
  if (isLibraryPath(path)) return LOOKED_AT_CODE;
  return /\.[cm]ts$/.test(path) ? 'typescript' : undefined;
}

export function modelOf(path: string, text: string): Model {
  const uri = uriOf(path);
  const known = monaco.editor.getModel(uri);
  if (known) return known;
  pathOfUri.set(uri.toString(), path);
  const model = monaco.editor.createModel(text, languageOf(path), uri);
  model.onDidChangeContent(() => {
    uncheckedChange = true;
    // A byte order mark is part of the file.
    const text = () => model.getValue(monaco.editor.EndOfLinePreference.TextDefined, true);
    if (applying) return;
    if (isOpen(path)) editFile(path, text());
    else openEdited(path, text).catch(failed);
  });
  return model;
}

/** Whether a model shows this text; line ends and a byte order mark, which Monaco keeps apart, aside. */
export function shows(model: Model, text: string): boolean {
  const plain = (value: string) => value.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  return plain(model.getValue()) === plain(text);
}

/** Puts a text into a model as an edit, so that undo can take it back and marks stay where they are. */
function setText(model: Model, text: string): void {
  if (shows(model, text)) return;
  applying = true;
  try {
    // The line ends of the file as it is on disk are kept.
    model.setEOL(text.includes('\r\n') ? monaco.editor.EndOfLineSequence.CRLF : monaco.editor.EndOfLineSequence.LF);
    if (!shows(model, text)) {
      model.pushStackElement();
      model.pushEditOperations([], [smallestEdit(model, text)], () => null);
      model.pushStackElement();
    }
  } finally {
    applying = false;
  }
}

function smallestEdit(model: Model, text: string): monaco.editor.IIdentifiedSingleEditOperation {
  const before = model.getValue();
  let start = 0;
  const shorter = Math.min(before.length, text.length);
  while (start < shorter && before[start] === text[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === text[text.length - 1 - end]) end++;
  const from = model.getPositionAt(start);
  const to = model.getPositionAt(before.length - end);
  return {
    range: monaco.Range.fromPositions(from, to),
    text: text.slice(start, text.length - end),
    forceMoveMarkers: true,
  };
}

function syncOpen(files: readonly OpenFile[], before: readonly OpenFile[]): void {
  for (const file of files) {
    const old = before.find((candidate) => candidate.path === file.path);
    if (old?.text !== file.text || old === undefined) setText(modelOf(file.path, file.text), file.text);
  }
  for (const old of before) {
    if (!files.some((file) => file.path === old.path)) void closed(old.path);
  }
}

/** A closed code file goes on being checked, as it is on disk; another is let go. */
async function closed(path: string): Promise<void> {
  const model = monaco.editor.getModel(uriOf(path));
  const { workspace } = appStore.getState();
  if (!model) return;
  if (workspace && isCode(path) && relativePath(workspace.path, path) !== undefined) await readInto(path);
  else model.dispose();
}

const isOpen = (path: string) => appStore.getState().openFiles.some((file) => file.path === path);

async function readInto(path: string): Promise<void> {
  try {
    const { text } = await server().request('file/read', { path });
    if (isOpen(path)) return;
    if (text.length > LARGEST_BACKGROUND_FILE) monaco.editor.getModel(uriOf(path))?.dispose();
    else setText(modelOf(path, text), text);
  } catch (error) {
    // Deleted or unreadable: an import of it is then rightly an error.
    console.info('not checked by the editor', path, error);
    if (!isOpen(path)) monaco.editor.getModel(uriOf(path))?.dispose();
  }
}

async function loadBackground(workspace: string): Promise<void> {
  const files = (await workspaceFiles()).filter((path) => isCode(path)).slice(0, MOST_BACKGROUND_FILES);
  for (const relative of files) {
    const path = joinPath(workspace, relative);
    if (appStore.getState().workspace?.path !== workspace) return;
    if (!isOpen(path) && !monaco.editor.getModel(uriOf(path))) await readInto(path);
  }
}

async function backgroundChanged(workspace: string, paths: readonly string[]): Promise<void> {
  for (const model of monaco.editor.getModels()) {
    const path = pathOf(model.uri);
    const relative = relativePath(workspace, path);
    if (relative !== undefined && !isOpen(path) && paths.some((changed) => concerns(changed, relative)))
      await readInto(path);
  }
  await loadBackground(workspace);
  checkImports();
}

/** Monaco checks the file that is typed in; those that import it are checked when the person gets to them. */
function checkImports(): void {
  if (!uncheckedChange) return;
  uncheckedChange = false;
  checkAgain();
}

function dropAll(): void {
  for (const model of monaco.editor.getModels()) {
    if (pathOfUri.has(model.uri.toString())) model.dispose();
  }
  pathOfUri.clear();
}

function failed(error: unknown): void {
  console.warn('the workspace’s other code files are not checked', error);
}

/** Resolves when the first workspace's files are there. */
export function startModels(): Promise<void> {
  const { openFiles, workspace } = appStore.getState();
  syncOpen(openFiles, []);
  const ready = workspace ? loadBackground(workspace.path).catch(failed) : Promise.resolve();
  appStore.subscribe((state, before) => {
    if (state.workspace?.path !== before.workspace?.path) {
      dropAll();
      syncOpen(state.openFiles, []);
      if (state.workspace) loadBackground(state.workspace.path).then(checkAgain, failed);
    } else if (state.openFiles !== before.openFiles) syncOpen(state.openFiles, before.openFiles);
    if (state.activeFile !== before.activeFile) checkImports();
  });
  onFilesChanged((paths) => {
    const path = appStore.getState().workspace?.path;
    const code = paths.filter((changed) => !/(^|\/)(runs|node_modules)\//.test(changed));
    if (path && code.length > 0) backgroundChanged(path, code).catch(failed);
  });
  return ready.then(() => {
    uncheckedChange = false;
  });
}

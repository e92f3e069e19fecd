/** Every file of the workspace, listed once and again after it changed: for going to a file and for the checker's imports. */
import { appStore } from './app-state.js';
import { onFilesChanged } from './file-watch.js';
import { server } from './server.js';

/** Far more than an experiment has; a home folder opened by mistake must not be walked to its end. */
const MOST_FILES = 4000;
const DEEPEST = 24;

/** Folders whose files nobody goes to by name. */
export function isBulk(path: string): boolean {
  return /(^|\/)(node_modules|\.git|\.backstep|runs|__pycache__|\.venv)$/.test(path);
}

let cached: { readonly workspace: string; readonly files: Promise<readonly string[]> } | undefined;

onFilesChanged(() => (cached = undefined));

/** Relative paths, folders first come first. */
export function workspaceFiles(): Promise<readonly string[]> {
  const workspace = appStore.getState().workspace?.path;
  if (!workspace) return Promise.resolve([]);
  if (cached?.workspace !== workspace) {
    const files = walk();
    cached = { workspace, files };
    files.catch(() => (cached = undefined));
  }
  return cached.files;
}

async function walk(): Promise<readonly string[]> {
  const files: string[] = [];
  let level = [''];
  for (let depth = 0; level.length > 0 && depth < DEEPEST && files.length < MOST_FILES; depth++) {
    const lists = await Promise.all(level.slice(0, 200).map((path) => server().request('file/list', { path })));
    level = [];
    for (const entry of lists.flat()) {
      if (entry.kind === 'file') files.push(entry.path);
      else if (!isBulk(entry.path)) level.push(entry.path);
    }
  }
  return files.slice(0, MOST_FILES);
}

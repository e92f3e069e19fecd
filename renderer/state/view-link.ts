/**
 * Links that restore a view: `#view=graph&folder=…`, in the address of the page, without its token. Written by
 * whoever shows the view, restored by the same; what all have in common, the folder, is here. A link is text by
 * anybody: it names things to look at, and runs nothing that the person has not trusted.
 */
import { appStore, notify } from './app-state.js';
import { confirm } from './dialogs.js';
import { baseName } from './paths.js';
import { folderTaken, openFolder } from './workspace-actions.js';

export interface ViewLink {
  readonly view: string;
  /** Absolute. */
  readonly folder: string;
  /** What else the view says of itself; a name can come several times. */
  readonly parts: URLSearchParams;
}

/** Restores a view in the folder that is open then. What makes no sense any more is left out, and said. */
type Restore = (parts: URLSearchParams) => void | Promise<void>;

const views = new Map<string, Restore>();

/** Once a view, when its panel is loaded. */
export function registerView(view: string, restore: Restore): void {
  views.set(view, restore);
}

/** Longer ones are of nobody's making. */
const LONGEST = 200_000;
const LONGEST_PATH = 4096;

/** For the clipboard; with the page's address, so that a browser opens it. `parts` without value are left out. */
export function linkText(
  page: { readonly origin: string; readonly pathname: string },
  { view, folder }: Pick<ViewLink, 'view' | 'folder'>,
  parts: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const all = new URLSearchParams({ view, folder });
  for (const [name, value] of parts) if (value !== undefined) all.append(name, value);
  return `${page.origin}${page.pathname}#${readable(all)}`;
}

/** As people read them: what a hash may hold stands as it is. */
function readable(parts: URLSearchParams): string {
  return parts.toString().replace(/%2F|%3A|%2C|%40/g, decodeURIComponent);
}

/** Of a whole link, or of its part behind `#`. */
export function readLink(text: string): ViewLink | { readonly problem: string } {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return { problem: 'This is too long for a link.' };
  const parts = new URLSearchParams(trimmed.slice(trimmed.indexOf('#') + 1));
  const [view, folder] = [parts.get('view'), parts.get('folder')];
  if (view === null || folder === null) {
    return { problem: 'This is no link to a view: it has no #view=…&folder=…. “Copy Link” makes one.' };
  }
  if (!isWholePath(folder)) return { problem: `The link’s folder is no whole path: ${folder.slice(0, 100)}` };
  return { view, folder, parts };
}

function isWholePath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- no path that a person means has one
  return path.length <= LONGEST_PATH && /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path) && !/[\u0000-\u001f]/.test(path);
}

/** Opens what the link is of; asks before another folder takes the place of the open one. */
export async function openLink(text: string): Promise<void> {
  const link = readLink(text);
  if ('problem' in link) return problem(link.problem);
  const restore = views.get(link.view);
  if (!restore) return problem(`This Backstep has no view “${link.view.slice(0, 40)}”.`);
  const open = appStore.getState().workspace?.path;
  if (open !== link.folder) {
    const question = `The link is of a view in ${link.folder}. Nothing of that folder runs unless you trust it.`;
    if (open !== undefined && !(await confirm(`Open “${baseName(link.folder)}”?`, question, 'Open Folder'))) return;
    await openFolder(link.folder);
    const opened = appStore.getState().workspace?.path;
    // Not opened: that has been said.
    if (opened === undefined || opened === open) return;
  }
  await restore(link.parts);
}

function problem(message: string): void {
  notify({ severity: 'error', message: 'The link was not opened.', detail: message });
}

/** The links that the page is opened with, or that are put into its address later; they leave it when they are taken. */
export function startLinks(page: Window): void {
  const take = (): void => {
    if (!page.location.hash.startsWith('#view=')) return;
    const text = page.location.hash;
    page.history.replaceState(page.history.state, '', page.location.pathname + page.location.search);
    void whenReady()
      .then(folderTaken)
      .then(() => openLink(text));
  };
  page.addEventListener('hashchange', take);
  take();
}

/** When the server has said what it has open. */
function whenReady(): Promise<void> {
  return new Promise((resolve) => {
    if (appStore.getState().info) resolve();
    else {
      const end = appStore.subscribe(({ info }) => {
        if (!info) return;
        end();
        resolve();
      });
    }
  });
}

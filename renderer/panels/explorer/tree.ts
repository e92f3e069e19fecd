/** The file tree as rows: which folders are open, in the order in which they stand. Pure. */
import type { FileEntry } from '../../../src/shared/protocol/rpc.js';

export interface Row {
  readonly entry: FileEntry;
  readonly depth: number;
  readonly expanded: boolean;
}

/** Entries of the folders that were listed, by relative path; '' is the workspace. */
export type Listings = ReadonlyMap<string, readonly FileEntry[]>;

export function rowsOf(listings: Listings, expanded: ReadonlySet<string>, folder = '', depth = 0): Row[] {
  const rows: Row[] = [];
  for (const entry of listings.get(folder) ?? []) {
    const open = entry.kind === 'folder' && expanded.has(entry.path);
    rows.push({ entry, depth, expanded: open });
    if (open) rows.push(...rowsOf(listings, expanded, entry.path, depth + 1));
  }
  return rows;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Listed folders that a change of `paths` may have altered: those that hold one, and those below a changed folder. */
export function alteredFolders(listings: Listings, paths: readonly string[]): readonly string[] {
  return [...listings.keys()].filter((folder) =>
    paths.some(
      (path) =>
        parentOf(path) === folder || path === folder || (path !== '' && folder.startsWith(`${path}/`)) || path === '',
    ),
  );
}

/** The index that an arrow, a letter or an end key leads to. Undefined where the key means something else. */
export function keyTarget(key: string, rows: readonly Row[], selected: number, pageRows: number): number | undefined {
  const last = rows.length - 1;
  if (last < 0) return undefined;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, selected + 1);
    case 'ArrowUp':
      return Math.max(0, selected - 1);
    case 'PageDown':
      return Math.min(last, selected + pageRows);
    case 'PageUp':
      return Math.max(0, selected - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default: {
      if (key.length !== 1 || key === ' ') return undefined;
      const letter = key.toLowerCase();
      const order = rows.map((_, index) => (selected + 1 + index) % rows.length);
      return order.find((index) => rows[index]?.entry.name.toLowerCase().startsWith(letter));
    }
  }
}

const icons: Readonly<Record<string, string>> = {
  ts: 'file-code',
  tsx: 'file-code',
  mts: 'file-code',
  js: 'file-code',
  mjs: 'file-code',
  cjs: 'file-code',
  py: 'file-code',
  json: 'json',
  md: 'markdown',
  csv: 'table',
  tsv: 'table',
  png: 'file-media',
  jpg: 'file-media',
  jpeg: 'file-media',
  webp: 'file-media',
  bmp: 'file-media',
  gif: 'file-media',
  zip: 'file-zip',
  gz: 'file-zip',
  safetensors: 'file-binary',
};

export function iconOf({ entry, expanded }: Row, isExperiment: boolean): string {
  if (isExperiment) return 'beaker';
  if (entry.kind === 'folder') return entry.path === 'runs' ? 'history' : expanded ? 'folder-opened' : 'folder';
  return icons[entry.name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'file';
}

/**
 * The scalars of one run's event files, read on from where the last look ended. One object a run, kept
 * between looks; knows the file system but neither run.json nor windows.
 */
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { crc32c as nativeCrc32c } from '@node-rs/crc32';
import type { Series } from '../../shared/protocol/rpc.js';
import { EventDecoder } from '../../shared/events/event-reader.js';
import { errorCode } from '../failure.js';

const CHUNK_BYTES = 2 ** 20;

interface Column {
  steps: number[];
  wallTimes: number[];
  values: number[];
  ascending: boolean;
}

interface EventFile {
  readonly decoder: EventDecoder;
  readonly columns: Map<string, Column>;
  readonly problems: string[];
  readonly inode: number;
  position: number;
}

export interface EventFolderSummary {
  /** Last value by series name. */
  readonly last: Record<string, number>;
  /** The furthest step that any series has. */
  readonly step: number | undefined;
  readonly firstWallTimeMs: number | undefined;
  readonly lastWallTimeMs: number | undefined;
  /** For a person; undefined where all records could be read. */
  readonly warning: string | undefined;
}

export function isEventFile(name: string): boolean {
  return name.includes('.tfevents.') && !name.endsWith('.profile-empty');
}

export class EventFolder {
  private readonly files = new Map<string, EventFile>();

  /** `folder` is the run's; event files lie in it, or in its sub-folders. */
  constructor(private readonly folder: string) {}

  /** Reads what was appended since the last time. Calls must not overlap. */
  async refresh(): Promise<void> {
    const found = await findEventFiles(this.folder);
    for (const known of this.files.keys()) if (!found.includes(known)) this.files.delete(known);
    for (const file of found) await this.readOn(file);
  }

  summary(): EventFolderSummary {
    const last: Record<string, number> = {};
    let step: number | undefined;
    let first: number | undefined;
    let latest: number | undefined;
    for (const { name, steps, wallTimes, values } of this.series()) {
      const end = values.length - 1;
      if (end < 0) continue;
      last[name] = values[end]!;
      step = Math.max(step ?? 0, steps[end]!);
      first = Math.min(first ?? Infinity, wallTimes[0]!);
      latest = Math.max(latest ?? 0, wallTimes[end]!);
    }
    return { last, step, firstWallTimeMs: first, lastWallTimeMs: latest, warning: this.warning() };
  }

  /** Steps ascending; where a step was written twice, its last value. Wall times in milliseconds. */
  series(): Series[] {
    const columns = new Map<string, Column>();
    for (const [file, { columns: own }] of [...this.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const family = path.relative(this.folder, path.dirname(file)).split(path.sep).join('/');
      for (const [tag, column] of own) {
        const name = family ? `${family}/${tag}` : tag;
        const before = columns.get(name);
        columns.set(name, before ? joined(before, column) : column);
      }
    }
    return [...columns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, column]) => ({ name, ...inOrder(column) }));
  }

  private warning(): string | undefined {
    const problems = [...this.files].flatMap(([file, { problems: own }]) =>
      own.map((problem) => `${path.relative(this.folder, file)}: ${problem}`),
    );
    if (problems.length === 0) return undefined;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    return `Some of the curves’ records are damaged and left out. ${problems[0]}${more}`;
  }

  private async readOn(file: string): Promise<void> {
    let handle;
    try {
      const info = await stat(file);
      const known = this.files.get(file);
      if (known && known.inode === info.ino && info.size === known.position) return;
      handle = await open(file);
      const state = known && known.inode === info.ino && info.size > known.position ? known : newFile(info.ino);
      this.files.set(file, state);
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, info.size - state.position)));
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, state.position);
        if (bytesRead === 0) break;
        state.position += bytesRead;
        take(state, chunk.subarray(0, bytesRead));
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      const state = this.files.get(file) ?? newFile(0);
      this.files.set(file, state);
      if (state.problems.length === 0) state.problems.push(`cannot be read: ${(error as Error).message}`);
    } finally {
      await handle?.close();
    }
  }
}

/** In the folder itself and below it, except in what other tools put there. */
export async function findEventFiles(folder: string, depth = 2): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const full = path.join(folder, entry.name);
    if (entry.isFile() && isEventFile(entry.name)) found.push(full);
    else if (entry.isDirectory() && depth > 0 && entry.name !== 'experiment' && entry.name !== 'plugins') {
      found.push(...(await findEventFiles(full, depth - 1)));
    }
  }
  return found;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}

function newFile(inode: number): EventFile {
  return {
    decoder: new EventDecoder((bytes) => nativeCrc32c(bytes)),
    columns: new Map(),
    problems: [],
    inode,
    position: 0,
  };
}

function take(file: EventFile, chunk: Uint8Array): void {
  for (const item of file.decoder.push(chunk)) {
    if (item.kind !== 'event') {
      file.problems.push(item.message);
      continue;
    }
    for (const { tag, step, wallTimeSeconds, value } of file.decoder.scalarsOf(item.event)) {
      let column = file.columns.get(tag);
      if (!column) file.columns.set(tag, (column = { steps: [], wallTimes: [], values: [], ascending: true }));
      if (column.steps.length > 0 && step <= column.steps[column.steps.length - 1]!) column.ascending = false;
      column.steps.push(step);
      column.wallTimes.push(wallTimeSeconds * 1000);
      column.values.push(value);
    }
  }
}

function joined(a: Column, b: Column): Column {
  return {
    steps: a.steps.concat(b.steps),
    wallTimes: a.wallTimes.concat(b.wallTimes),
    values: a.values.concat(b.values),
    ascending: a.ascending && b.ascending && (a.steps.at(-1) ?? -Infinity) < (b.steps[0] ?? Infinity),
  };
}

function inOrder({ steps, wallTimes, values, ascending }: Column): Omit<Series, 'name'> {
  if (ascending) return { steps, wallTimes, values };
  const order = steps.map((_, index) => index).sort((a, b) => steps[a]! - steps[b]! || a - b);
  const kept = order.filter((index, place) => steps[order[place + 1] ?? -1] !== steps[index]);
  const pick = (column: readonly number[]) => kept.map((index) => column[index]!);
  return { steps: pick(steps), wallTimes: pick(wallTimes), values: pick(values) };
}

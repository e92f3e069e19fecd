/**
 * Notices that logs grew or came, within milliseconds where the system tells it, within seconds where it does not (a
 * network drive, too many folders). Knows names and times, not what is in a file.
 */
import { watch, statSync, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { isEventFile } from '../runs/find-runs.js';

const MOST_WATCHED = 2048;
const HOT_MS = 100;
const COLD_MS = 2000;
const RESCAN_MS = 20_000;
const RESCAN_SOON_MS = 60;

export interface LogWatcherListener {
  /** A file may have grown. */
  grown(file: string): void;
  /** Those that grew lately may have grown again. */
  lookAtHot(): void;
  /** Any file may have grown. */
  lookAtAll(): void;
  /** Files or folders may have come or gone. */
  rescan(): void;
}

export class LogWatcher {
  private readonly watched = new Map<string, FSWatcher>();
  private readonly timers: NodeJS.Timeout[];
  private soon: NodeJS.Timeout | undefined;

  constructor(private readonly listener: LogWatcherListener) {
    this.timers = [
      setInterval(() => listener.lookAtHot(), HOT_MS),
      setInterval(() => listener.lookAtAll(), COLD_MS),
      setInterval(() => listener.rescan(), RESCAN_MS),
    ];
    for (const timer of this.timers) timer.unref();
  }

  /** From now on those folders, the more important ones first. */
  follow(folders: readonly string[]): void {
    const wanted = new Set(folders.slice(0, MOST_WATCHED));
    for (const [folder, watcher] of this.watched) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.watched.delete(folder);
    }
    for (const folder of wanted) if (!this.watched.has(folder)) this.watch(folder);
  }

  dispose(): void {
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.soon);
    for (const watcher of this.watched.values()) watcher.close();
    this.watched.clear();
  }

  private watch(folder: string): void {
    let watcher: FSWatcher;
    try {
      watcher = watch(folder, { persistent: false }, (event, name) => this.told(folder, event, name));
    } catch {
      // Gone meanwhile, or the system watches no more folders: the timers see to it.
      return;
    }
    watcher.on('error', () => {
      watcher.close();
      if (this.watched.get(folder) === watcher) this.watched.delete(folder);
      this.rescanSoon();
    });
    this.watched.set(folder, watcher);
  }

  private told(folder: string, event: string, name: string | null): void {
    if (event === 'rename' && !isFolder(folder)) {
      // Gone, or under another name: one of this name that comes later is another one.
      this.watched.get(folder)?.close();
      this.watched.delete(folder);
      this.rescanSoon();
      return;
    }
    if (name === null) {
      this.rescanSoon();
      return;
    }
    const full = path.join(folder, name);
    if (isEventFile(name)) {
      if (event === 'change') this.listener.grown(full);
      else this.rescanSoon();
    } else if (event === 'rename' && (this.watched.has(full) || isFolder(full))) this.rescanSoon();
  }

  private rescanSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.listener.rescan();
    }, RESCAN_SOON_MS);
  }
}

function isFolder(full: string): boolean {
  try {
    return statSync(full).isDirectory();
  } catch {
    // Gone already.
    return false;
  }
}

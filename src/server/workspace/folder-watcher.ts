/**
 * Tells what changes below a folder, in batches of relative paths. Uses the operating system's own
 * notifications; says so where there are none left to have. Knows nothing of what the files mean.
 */
import { watch } from 'node:fs';
import type { Event } from '@parcel/watcher';
import { TEMPORARY_FILE } from '../atomic-file.js';
import { log } from '../log.js';
import { relativeTo } from './workspace-paths.js';

const BATCH_MS = 60;

export interface FolderWatcherOptions {
  /** Real path. */
  readonly root: string;
  onChange(relativePaths: readonly string[]): void;
  /** Changes are no longer told; `message` is for a person. */
  onFailure(message: string): void;
}

export interface FolderWatcher {
  close(): Promise<void>;
}

/** Names below which nothing is told: large, and nobody's to edit. */
const IGNORED = ['**/node_modules/**', '**/.git/**', '**/.backstep/**', '**/__pycache__/**', '**/.venv/**'];
const IGNORED_PART = /(?:^|\/)(?:node_modules|\.git|\.backstep|__pycache__|\.venv)(?:\/|$)/;

export async function watchFolder(options: FolderWatcherOptions): Promise<FolderWatcher> {
  const batch = new Batch(options.onChange);
  const tell = (full: string): void => {
    const relative = relativeTo(options.root, full);
    const name = relative.slice(relative.lastIndexOf('/') + 1);
    if (relative && !relative.startsWith('..') && !IGNORED_PART.test(relative) && !TEMPORARY_FILE.test(name))
      batch.add(relative);
  };
  const fail = (error: unknown): void => {
    log('watcher', 'failed', error);
    options.onFailure(
      'Changes that other programs make in this folder are no longer noticed: the system has no more watches to give. Reload a file to see its text on disk.',
    );
  };
  try {
    const { subscribe } = await import('@parcel/watcher');
    const subscription = await subscribe(
      options.root,
      (error, events: Event[]) => (error ? fail(error) : events.forEach((event) => tell(event.path))),
      { ignore: IGNORED },
    );
    return {
      close: async () => {
        batch.close();
        // Where the folder itself is gone, there is nothing left to unsubscribe from.
        await subscription.unsubscribe().catch((error: unknown) => log('watcher', 'unsubscribe', error));
      },
    };
  } catch (error) {
    log('watcher', 'the native watcher does not work here; Node’s own takes its place', error);
    return watchWithNode(options.root, tell, fail, batch);
  }
}

function watchWithNode(
  root: string,
  tell: (full: string) => void,
  fail: (error: unknown) => void,
  batch: Batch,
): FolderWatcher {
  try {
    const watcher = watch(root, { recursive: true }, (_event, name) => {
      if (name) tell(`${root}/${name}`);
    });
    watcher.on('error', fail);
    return {
      close: async () => {
        batch.close();
        watcher.close();
      },
    };
  } catch (error) {
    fail(error);
    return { close: async () => batch.close() };
  }
}

/** Collects paths until nothing came for a moment, so that one save is one notification. */
class Batch {
  private readonly paths = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly done: (paths: readonly string[]) => void) {}

  add(path: string): void {
    this.paths.add(path);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const paths = [...this.paths];
      this.paths.clear();
      this.done(paths);
    }, BATCH_MS);
  }

  close(): void {
    clearTimeout(this.timer);
    this.paths.clear();
  }
}

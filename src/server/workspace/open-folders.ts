/**
 * Which Backstep has which folder open: one small file a server in the person's Backstep folder. It
 * warns, it does not lock: two windows may look at one folder.
 */
import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { homePlaces } from '../../shared/base/places.js';
import { readJson, writeFileAtomically } from '../atomic-file.js';
import { log } from '../log.js';
import { isAlive } from '../process-alive.js';

const openFolder = z.object({ pid: z.number(), folder: z.string(), port: z.number() });

export class OpenFolders {
  private readonly folder: string;
  private readonly own: string;
  private watcher: FSWatcher | undefined;

  constructor(
    home: string,
    private readonly port: () => number,
    /** Somebody opened or closed a folder. */
    private readonly onChange: () => void,
  ) {
    this.folder = path.join(home, homePlaces.openFolders);
    // Two servers of one process are possible in tests, so the port is in the name too.
    this.own = `${process.pid}-${Math.random().toString(36).slice(2, 8)}.json`;
  }

  async setOwn(folder: string | undefined): Promise<void> {
    const file = path.join(this.folder, this.own);
    if (folder === undefined) {
      await rm(file, { force: true });
      return;
    }
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomically(file, JSON.stringify({ pid: process.pid, folder, port: this.port() }));
    this.watch();
  }

  /** For a person; undefined where this is the only one. Files of servers that are gone are removed. */
  async otherWith(folder: string): Promise<string | undefined> {
    for (const name of await this.names()) {
      const file = path.join(this.folder, name);
      const parsed = openFolder.safeParse(
        await readJson(file).catch((error: unknown) => log('workspace', file, error)),
      );
      if (!parsed.success) continue;
      if (!isAlive(parsed.data.pid)) await rm(file, { force: true });
      else if (parsed.data.folder === folder)
        return `another Backstep (port ${parsed.data.port}, process ${parsed.data.pid})`;
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.watcher?.close();
    this.watcher = undefined;
    await this.setOwn(undefined);
  }

  private async names(): Promise<readonly string[]> {
    try {
      return (await readdir(this.folder)).filter(
        (name) => name.endsWith('.json') && name !== this.own && !name.startsWith('.'),
      );
    } catch (error) {
      log('workspace', 'no list of open folders', error);
      return [];
    }
  }

  private watch(): void {
    if (this.watcher) return;
    try {
      this.watcher = watch(this.folder, (_event, name) => {
        if (name !== this.own && !String(name).startsWith('.')) this.onChange();
      });
      this.watcher.on('error', (error) => log('workspace', 'other servers are not watched', error));
    } catch (error) {
      // Only how soon the warning appears depends on it.
      log('workspace', 'other servers are not watched', error);
    }
  }
}

/**
 * What Backstep remembers of a person: recent folders, trusted folders, what is set for debugging by folder. One JSON
 * file in their Backstep folder, read anew before each change, for several servers may share it.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { homePlaces } from '../shared/base/places.js';
import { debugging } from '../shared/protocol/debugging.js';
import { trainingBreakpoint } from '../shared/protocol/training.js';
import { readJson, writeFileAtomically } from './atomic-file.js';
import { log } from './log.js';
import { Serial } from './serial.js';

const RECENT_FOLDERS_KEPT = 20;

const settingsFile = z.looseObject({
  recentFolders: z.array(z.string()).catch([]),
  trustedFolders: z.array(z.string()).catch([]),
  /** Whose code is not to run, and for which that is not asked again. */
  restrictedFolders: z.array(z.string()).catch([]),
  breakpoints: z.record(z.string(), z.array(trainingBreakpoint).catch([])).catch({}),
  debugging: z.record(z.string(), debugging.optional().catch(undefined)).catch({}),
  /** Folders of logs that were added, by the open folder; those that were added without one under "". */
  logFolders: z.record(z.string(), z.array(z.string()).catch([])).catch({}),
});
type SettingsFile = z.infer<typeof settingsFile>;

export class Settings {
  private readonly file: string;
  private readonly serial = new Serial();

  constructor(private readonly home: string) {
    this.file = path.join(home, homePlaces.settings);
  }

  /** A missing or damaged file counts as empty: nothing in it is worth not starting for. */
  async read(): Promise<SettingsFile> {
    let found: unknown;
    try {
      found = await readJson(this.file);
    } catch (error) {
      log('settings', `${this.file} cannot be read and counts as empty`, error);
    }
    const parsed = settingsFile.safeParse(found ?? {});
    return parsed.success
      ? parsed.data
      : {
          recentFolders: [],
          trustedFolders: [],
          restrictedFolders: [],
          breakpoints: {},
          debugging: {},
          logFolders: {},
        };
  }

  async addRecent(folder: string): Promise<void> {
    await this.change((settings) => {
      settings.recentFolders = [folder, ...settings.recentFolders.filter((other) => other !== folder)].slice(
        0,
        RECENT_FOLDERS_KEPT,
      );
    });
  }

  async forgetRecent(folder: string): Promise<void> {
    await this.change((settings) => {
      settings.recentFolders = settings.recentFolders.filter((other) => other !== folder);
    });
  }

  async addLogFolder(workspace: string, folder: string): Promise<void> {
    await this.change(({ logFolders }) => {
      logFolders[workspace] = [...(logFolders[workspace] ?? []).filter((other) => other !== folder), folder];
    });
  }

  async forgetLogFolder(workspace: string, folder: string): Promise<void> {
    await this.change(({ logFolders }) => {
      logFolders[workspace] = (logFolders[workspace] ?? []).filter((other) => other !== folder);
      if (logFolders[workspace].length === 0) delete logFolders[workspace];
    });
  }

  async isTrusted(folder: string): Promise<boolean> {
    return (await this.read()).trustedFolders.includes(folder);
  }

  async setTrusted(folder: string, trusted: boolean): Promise<void> {
    await this.change((settings) => {
      const without = (folders: readonly string[]): string[] => folders.filter((other) => other !== folder);
      settings.trustedFolders = without(settings.trustedFolders);
      settings.restrictedFolders = without(settings.restrictedFolders);
      (trusted ? settings.trustedFolders : settings.restrictedFolders).push(folder);
    });
  }

  async setBreakpoints(folder: string, breakpoints: SettingsFile['breakpoints'][string]): Promise<void> {
    await this.change((settings) => {
      if (breakpoints.length > 0) settings.breakpoints[folder] = breakpoints;
      else delete settings.breakpoints[folder];
    });
  }

  async setDebugging(folder: string, set: NonNullable<SettingsFile['debugging'][string]>): Promise<void> {
    await this.change((settings) => {
      if (set.lines.length + set.exceptions.length + set.watches.length > 0) settings.debugging[folder] = set;
      else delete settings.debugging[folder];
    });
  }

  private change(edit: (settings: SettingsFile) => void): Promise<void> {
    return this.serial.run('settings', async () => {
      const settings = await this.read();
      edit(settings);
      await mkdir(this.home, { recursive: true });
      await writeFileAtomically(this.file, `${JSON.stringify(settings, undefined, 2)}\n`);
    });
  }
}

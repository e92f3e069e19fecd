/**
 * The open folder: at most one a server, shared by its windows. Opens, trusts, watches and closes it,
 * and notices when it is gone. Knows neither sockets nor trainings.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { workspacePlaces } from '../../shared/base/places.js';
import type { NotificationBody, WorkspaceInfo } from '../../shared/protocol/rpc.js';
import { noDebugging, type Debugging } from '../../shared/protocol/debugging.js';
import type { TrainingBreakpoint } from '../../shared/protocol/training.js';
import { about, errorCode, Failure } from '../failure.js';
import { log } from '../log.js';
import type { Settings } from '../settings.js';
import { findExperiments, mayHoldExperiment } from './find-experiments.js';
import { watchFolder, type FolderWatcher } from './folder-watcher.js';
import type { OpenFolders } from './open-folders.js';

const EXISTENCE_CHECK_MS = 1500;

export interface WorkspaceListener {
  workspaceChanged(body: NotificationBody<'workspace/changed'>): void;
  filesChanged(relativePaths: readonly string[]): void;
  runsChanged(): void;
  /** Called before a folder is left on request. @throws Failure `busy` where it must stay */
  checkMayLeave(): void;
}

interface Open {
  /** Real path. */
  readonly root: string;
  /** Tells this folder from another one that takes its place. */
  readonly inode: number;
  experiments: readonly string[];
  watcher: FolderWatcher | undefined;
  readonly existence: NodeJS.Timeout;
}

export class Workspace {
  private opened: Open | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly openFolders: OpenFolders,
    private readonly listener: WorkspaceListener,
  ) {}

  /** Real path of the open folder. @throws Failure `no-workspace` */
  get root(): string {
    if (!this.opened) throw new Failure('no-workspace', 'No folder is open.', 'Open a folder or a sample first.');
    return this.opened.root;
  }

  get rootIfOpen(): string | undefined {
    return this.opened?.root;
  }

  get experiments(): readonly string[] {
    return this.opened?.experiments ?? [];
  }

  async open(folder: string, { trust = false } = {}): Promise<WorkspaceInfo> {
    if (!path.isAbsolute(folder))
      throw new Failure('invalid-params', `“${folder}” is not a whole path.`, 'Name the folder from the root on.');
    const { root, inode } = await about(folder, async () => {
      const real = await realpath(folder);
      const info = await stat(real);
      if (!info.isDirectory())
        throw new Failure('not-a-folder', `“${folder}” is not a folder.`, 'Open the folder that holds the file.');
      await readdir(real);
      return { root: real, inode: info.ino };
    });
    if (trust) await this.settings.setTrusted(root, true);
    if (this.opened?.root !== root) {
      if (this.opened) this.listener.checkMayLeave();
      await this.leave();
      await this.enter(root, inode);
    }
    await this.settings.addRecent(root);
    const info = await this.info();
    this.listener.workspaceChanged({ workspace: info });
    return info!;
  }

  async close(): Promise<void> {
    if (!this.opened) return;
    this.listener.checkMayLeave();
    await this.leave();
    this.listener.workspaceChanged({});
  }

  /** At the server's end: tells nobody. */
  async dispose(): Promise<void> {
    await this.leave();
  }

  async info(): Promise<WorkspaceInfo | undefined> {
    const open = this.opened;
    if (!open) return undefined;
    const settings = await this.settings.read();
    return {
      path: open.root,
      name: path.basename(open.root) || open.root,
      trusted: settings.trustedFolders.includes(open.root),
      ...(settings.restrictedFolders.includes(open.root) && { isRestricted: true }),
      experiments: [...open.experiments],
      alsoOpenIn: await this.openFolders.otherWith(open.root),
      breakpoints: settings.breakpoints[open.root] ?? [],
      debugging: settings.debugging[open.root],
    };
  }

  async trust(trusted: boolean): Promise<WorkspaceInfo> {
    await this.settings.setTrusted(this.root, trusted);
    return this.announce();
  }

  /** @throws Failure `not-trusted` */
  async checkTrusted(): Promise<void> {
    if (await this.settings.isTrusted(this.root)) return;
    throw new Failure(
      'not-trusted',
      'Code of this folder does not run before you trust it.',
      'Trust the folder if you know whose code it holds.',
    );
  }

  async setBreakpoints(breakpoints: TrainingBreakpoint[]): Promise<void> {
    await this.settings.setBreakpoints(this.root, breakpoints);
    await this.announce();
  }

  async setDebugging(debugging: Debugging): Promise<void> {
    await this.settings.setDebugging(this.root, debugging);
    await this.announce();
  }

  /** What a training of this folder starts with. */
  async debugging(): Promise<Debugging> {
    return (await this.settings.read()).debugging[this.root] ?? noDebugging;
  }

  /** Somebody else opened or closed a folder. */
  async othersChanged(): Promise<void> {
    if (this.opened) await this.announce();
  }

  private async announce(): Promise<WorkspaceInfo> {
    const info = await this.info();
    if (!info) throw new Failure('no-workspace', 'The folder was closed meanwhile.');
    this.listener.workspaceChanged({ workspace: info });
    return info;
  }

  private async enter(root: string, inode: number): Promise<void> {
    const existence = setInterval(() => void this.checkExists(), EXISTENCE_CHECK_MS);
    existence.unref();
    const open: Open = { root, inode, experiments: [], watcher: undefined, existence };
    this.opened = open;
    const [experiments] = await Promise.all([findExperiments(root), this.openFolders.setOwn(root)]);
    open.experiments = experiments;
    // Set up in the background: with many folders it takes a while, and nothing waits for it.
    void this.startWatching(open);
  }

  private async startWatching(open: Open): Promise<void> {
    const watcher = await watchFolder({
      root: open.root,
      onChange: (paths) => void this.takeChanges(open, paths),
      onFailure: (message) => void this.tellOfWatcher(open, message),
    });
    if (this.opened === open) open.watcher = watcher;
    else await watcher.close();
  }

  private async tellOfWatcher(open: Open, message: string): Promise<void> {
    const info = await this.info();
    if (this.opened === open) this.listener.workspaceChanged({ workspace: info, message });
  }

  private async leave(): Promise<void> {
    const open = this.opened;
    this.opened = undefined;
    if (!open) return;
    clearInterval(open.existence);
    await open.watcher?.close();
    await this.openFolders.setOwn(undefined);
  }

  private async takeChanges(open: Open, paths: readonly string[]): Promise<void> {
    if (this.opened !== open) return;
    const ofRuns = (relative: string) => relative.split('/').includes(workspacePlaces.runs);
    if (paths.some((relative) => ofRuns(relative) || relative.includes('tfevents'))) this.listener.runsChanged();
    const files = paths.filter((relative) => !ofRuns(relative) || relative === workspacePlaces.runs);
    if (files.length > 0) this.listener.filesChanged(files);
    // A folder that comes or goes takes its experiments along.
    if (!files.some((relative) => mayHoldExperiment(relative) || !path.basename(relative).includes('.'))) return;
    try {
      const experiments = await findExperiments(open.root);
      if (this.opened !== open || same(experiments, open.experiments)) return;
      open.experiments = experiments;
      await this.announce();
    } catch (error) {
      log('workspace', 'its experiments cannot be listed anew', error);
    }
  }

  private async checkExists(): Promise<void> {
    const open = this.opened;
    if (!open) return;
    try {
      const info = await stat(open.root);
      if (info.ino === open.inode || process.platform === 'win32') return;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') return;
    }
    if (this.opened !== open) return;
    await this.leave();
    this.listener.workspaceChanged({
      message: `The folder “${open.root}” was deleted, moved or replaced. What was not saved is kept, and is there again once a folder of this path is opened.`,
    });
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

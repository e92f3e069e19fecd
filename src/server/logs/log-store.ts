/**
 * All logs that are open: folders, the runs found in them, their files read bit by bit so that questions are answered in
 * between. Lives on a thread of its own. Knows neither requests nor windows.
 */
import path from 'node:path';
import type { LogFolder } from '../../shared/protocol/summaries.js';
import { asFailure } from '../failure.js';
import { log } from '../log.js';
import { lookForRuns, type FoundRun, type FoundRuns } from '../runs/find-runs.js';
import { Serial } from '../serial.js';
import type { LogFile, LogClock, PointBudget } from './log-file.js';
import type { LogsChanged } from './log-reading.js';
import { LogRun } from './log-run.js';
import { LogWatcher } from './log-watcher.js';

/** Of points; at 16 bytes each, with some room to grow, this is about a gigabyte. */
const MOST_POINTS = 45_000_000;
const SLICE_BYTES = 2 ** 21;
/** Between two looks at whether somebody asks something. */
const SLICE_MS = 12;
const TELL_EVERY_MS = 50;
const HOT_FOR_MS = 30_000;
const MOST_HOT = 64;
/** Steps and last values of runs that grow, in the list; those of the workspace are told with its files. */
const TELL_GROWN_EVERY_MS = 1000;
/** While much is read, the list would change with every file. */
const TELL_READING_EVERY_MS = 500;

interface OpenFolder {
  readonly path: string;
  readonly kind: LogFolder['kind'];
  readonly runs: Map<string, LogRun>;
  watched: readonly string[];
  problem: string | undefined;
}

export interface LogStoreOptions {
  readonly onChange: (changed: LogsChanged) => void;
  /** Whether to notice by itself what grows; without, whoever asks calls `rescan`. */
  readonly watch: boolean;
  readonly mostPoints?: number;
}

export class LogStore {
  readonly clock: LogClock = { now: 1 };
  private readonly budget: PointBudget;
  private readonly folders = new Map<string, OpenFolder>();
  /** To be read, in turns; the run that a file is of. */
  private readonly pending = new Map<LogFile, LogRun>();
  private readonly runOfFile = new Map<string, LogRun>();
  private readonly fileByPath = new Map<string, LogFile>();
  /** When it last grew. */
  private readonly hot = new Map<LogFile, number>();
  /** All that was there when they were found has been read. */
  private readonly caughtUp = new WeakSet<LogFile>();
  private readonly scans = new Serial();
  private readonly watcher: LogWatcher | undefined;
  private working: Promise<void> | undefined;
  private readonly changedRuns = new Set<string>();
  /** Runs that went, and when; see `LogClock`. */
  private readonly goneAt = new Map<string, number>();
  private listChanged = false;
  private readFurther = false;
  private toldReadingAt = -Infinity;
  private telling: NodeJS.Timeout | undefined;
  private tellingGrown: NodeJS.Timeout | undefined;
  private toldAt = -Infinity;
  private disposed = false;

  constructor(private readonly options: LogStoreOptions) {
    this.budget = { left: options.mostPoints ?? MOST_POINTS };
    if (!options.watch) return;
    this.watcher = new LogWatcher({
      grown: (file) => this.lookAt(file),
      lookAtHot: () => this.lookAtHot(),
      lookAtAll: () => {
        // One that was gone may be back.
        if ([...this.folders.values()].some(({ problem }) => problem !== undefined)) void this.rescan();
        else this.lookAtAll();
      },
      rescan: () => void this.rescan(),
    });
  }

  /** Looks for runs in `folder` from now on, and reads them. Resolves when they were found, not when they were read. */
  async open(folder: string, kind: LogFolder['kind']): Promise<void> {
    if (!this.folders.has(folder)) {
      this.folders.set(folder, { path: folder, kind, runs: new Map(), watched: [], problem: undefined });
    }
    await this.scan(folder);
  }

  /** Leaves any other workspace; `undefined`: there is none now. */
  async openWorkspace(root: string | undefined): Promise<void> {
    for (const { path: folder, kind } of this.folders.values()) {
      if (kind === 'workspace' && folder !== root) this.close(folder);
    }
    if (root === undefined) return;
    const added = this.folders.get(root);
    if (added?.kind === 'added') this.close(root);
    await this.open(root, 'workspace');
  }

  close(folder: string): void {
    const open = this.folders.get(folder);
    if (!open) return;
    this.folders.delete(folder);
    for (const run of open.runs.values()) this.forget(run);
    this.listHasChanged();
    this.follow();
  }

  has(folder: string): boolean {
    return this.folders.has(folder);
  }

  /** In the order of the folders. */
  *runs(folder?: string): Generator<LogRun> {
    for (const open of this.folders.values()) {
      if (folder === undefined || open.path === folder) yield* open.runs.values();
    }
  }

  run(id: string): LogRun | undefined {
    for (const { runs } of this.folders.values()) {
      const found = runs.get(id);
      if (found) return found;
    }
    return undefined;
  }

  /** Runs that went after revision `since` and have not come again. */
  goneSince(since: number): string[] {
    return [...this.goneAt].flatMap(([id, at]) => (at > since && !this.run(id) ? [id] : []));
  }

  folderFacts(): LogFolder[] {
    return [...this.folders.values()].map((folder) => {
      let bytes = 0;
      let totalBytes = 0;
      for (const [file, run] of this.pending) {
        if (run.source !== folder.path) continue;
        bytes += file.bytesRead;
        totalBytes += file.totalBytes;
      }
      return {
        path: folder.path,
        name: path.basename(folder.path) || folder.path,
        kind: folder.kind,
        runs: folder.runs.size,
        ...(totalBytes > 0 ? { reading: { bytes, totalBytes } } : {}),
        ...(folder.problem === undefined ? {} : { problem: folder.problem }),
      };
    });
  }

  /** Runs of which not all that is there has been read. */
  get runsInReading(): ReadonlySet<LogRun> {
    return new Set(this.pending.values());
  }

  /** Sees what came, went and grew. */
  async rescan(): Promise<void> {
    await Promise.all([...this.folders.keys()].map((folder) => this.scan(folder)));
    this.lookAtAll();
  }

  /** When everything that is there was read, or the time is up. */
  async settled(mostMs = Infinity): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      if (mostMs !== Infinity) timer = setTimeout(resolve, mostMs);
    });
    await Promise.race([this.working ?? Promise.resolve(), late]);
    clearTimeout(timer);
  }

  dispose(): void {
    this.disposed = true;
    this.watcher?.dispose();
    clearTimeout(this.telling);
    clearTimeout(this.tellingGrown);
    for (const run of this.runs()) run.dispose();
    this.folders.clear();
    this.pending.clear();
  }

  private scan(folder: string): Promise<void> {
    return this.scans.run(folder, async () => {
      const open = this.folders.get(folder);
      if (!open) return;
      let found: FoundRuns;
      try {
        found = await lookForRuns(folder, { rootIsRun: open.kind === 'added' });
      } catch (error) {
        // What was read stays until the folder is there again or is closed.
        this.setProblem(open, asFailure(error, folder).message);
        return;
      }
      if (this.folders.get(folder) !== open || this.disposed) return;
      this.setProblem(open, found.problem);
      this.takeRuns(open, found);
      open.watched = found.folders;
      this.follow();
    });
  }

  private takeRuns(open: OpenFolder, found: FoundRuns): void {
    const now = new Map(found.runs.map((run) => [open.kind === 'workspace' ? run.id : run.folder, run] as const));
    this.shareOut(open, now);
    for (const [id, run] of open.runs) {
      if (now.has(id)) continue;
      open.runs.delete(id);
      this.forget(run);
      this.listHasChanged();
    }
    for (const [id, { folder, files, hasRunFile }] of now) {
      let run = open.runs.get(id);
      if (!run) {
        open.runs.set(id, (run = new LogRun(id, open.path, folder, this.clock, this.budget)));
        this.listHasChanged();
      }
      run.hasRunFile = hasRunFile;
      const before = new Set(run.allFiles());
      const added = run.takeFiles(files);
      const after = new Set(run.allFiles());
      for (const file of before) if (!after.has(file)) this.forgetFile(file);
      for (const file of added) {
        this.runOfFile.set(file.path, run);
        this.fileByPath.set(file.path, file);
        this.lookAt(file.path);
      }
      if (added.length > 0 || after.size < before.size + added.length) this.runHasChanged(run);
    }
  }

  /** A run that is in two open folders is the workspace's, else of the one that was opened first. */
  private shareOut(open: OpenFolder, found: Map<string, FoundRun>): void {
    const mine = new Map([...found].map(([id, { folder }]) => [folder, id]));
    for (const other of this.folders.values()) {
      if (other === open) continue;
      for (const [id, run] of other.runs) {
        const own = mine.get(run.folder);
        if (own === undefined) continue;
        if (open.kind === 'workspace') {
          other.runs.delete(id);
          this.forget(run);
          this.listHasChanged();
        } else found.delete(own);
      }
    }
  }

  private setProblem(open: OpenFolder, problem: string | undefined): void {
    if (open.problem === problem) return;
    open.problem = problem;
    this.listHasChanged();
  }

  private forget(run: LogRun): void {
    for (const file of run.allFiles()) this.forgetFile(file);
    run.dispose();
    this.goneAt.set(run.id, ++this.clock.now);
    this.changedRuns.add(run.id);
  }

  private forgetFile(file: LogFile): void {
    this.pending.delete(file);
    this.hot.delete(file);
    if (this.fileByPath.get(file.path) === file) {
      this.fileByPath.delete(file.path);
      this.runOfFile.delete(file.path);
    }
  }

  private follow(): void {
    this.watcher?.follow([...this.folders.values()].flatMap(({ watched }) => watched));
  }

  private lookAt(path: string): void {
    const file = this.fileByPath.get(path);
    const run = this.runOfFile.get(path);
    if (!file || !run) return;
    const generation = file.generation;
    if (file.look()) this.enqueue(file, run);
    if (file.generation !== generation) this.runHasChanged(run);
  }

  private lookAtHot(): void {
    const now = Date.now();
    for (const [file, grownAt] of this.hot) {
      if (now - grownAt > HOT_FOR_MS) this.hot.delete(file);
      else this.lookAt(file.path);
    }
  }

  /** Sees whether files that are known grew. */
  lookAtAll(): void {
    for (const file of this.fileByPath.keys()) this.lookAt(file);
  }

  private enqueue(file: LogFile, run: LogRun): void {
    if (!this.pending.has(file)) this.pending.set(file, run);
    this.working ??= this.work();
  }

  /** Until nothing is pending. Files take turns, so that a large one holds up no small ones. */
  private async work(): Promise<void> {
    while (this.pending.size > 0 && !this.disposed) {
      const until = performance.now() + SLICE_MS;
      while (performance.now() < until) {
        const next = this.pending.entries().next();
        if (next.done) break;
        this.readSlice(...next.value);
      }
      this.tellSoon();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    // In the same breath as the last look at what is pending: nothing can be added in between.
    this.working = undefined;
  }

  private readSlice(file: LogFile, run: LogRun): void {
    this.pending.delete(file);
    let grew = this.caughtUp.has(file);
    const { problemCount } = file;
    const { now } = this.clock;
    try {
      if (file.readOn(SLICE_BYTES)) this.pending.set(file, run);
      else if (!this.caughtUp.has(file)) {
        this.caughtUp.add(file);
        this.readFurther = true;
        grew = false;
      }
    } catch (error) {
      // A bug in the reading of one file is not to cost the others.
      log('logs', `${file.path} is left as it is`, error);
    }
    if (grew && (this.hot.size < MOST_HOT || this.hot.has(file))) this.hot.set(file, Date.now());
    if (this.clock.now === now && file.problemCount === problemCount) return;
    this.changedRuns.add(run.id);
    if (grew && this.folders.get(run.source)?.kind === 'added') this.listGrownSoon();
  }

  private listGrownSoon(): void {
    this.tellingGrown ??= setTimeout(() => {
      this.tellingGrown = undefined;
      this.listHasChanged();
    }, TELL_GROWN_EVERY_MS);
  }

  private runHasChanged(run: LogRun): void {
    this.changedRuns.add(run.id);
    this.listHasChanged();
  }

  private listHasChanged(): void {
    this.listChanged = true;
    this.tellSoon();
  }

  private tellSoon(): void {
    if (this.telling || (this.changedRuns.size === 0 && !this.listChanged && !this.readFurther)) return;
    const wait = this.toldAt + TELL_EVERY_MS - performance.now();
    this.telling = setTimeout(() => this.tell(), Math.max(0, wait));
  }

  private tell(): void {
    this.telling = undefined;
    this.toldAt = performance.now();
    if (this.readFurther && (this.pending.size === 0 || this.toldAt - this.toldReadingAt > TELL_READING_EVERY_MS)) {
      this.readFurther = false;
      this.toldReadingAt = this.toldAt;
      this.listChanged = true;
    }
    const changed: LogsChanged = { runs: [...this.changedRuns], list: this.listChanged };
    this.changedRuns.clear();
    this.listChanged = false;
    this.options.onChange(changed);
  }
}

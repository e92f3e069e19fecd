/**
 * A run's folder: made before training starts, kept readable all along. Trouble with the disk in
 * mid-run is said once and training goes on; at the end it is an error. Knows no tensors.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runPlaces, workspacePlaces } from '../../shared/base/places.js';
import type { RunFile } from '../../shared/protocol/run-file.js';
import { stringifyMessage } from '../../shared/base/message-json.js';
import type { Problem } from '../../shared/protocol/training.js';
import { diskTrouble, makeFolder, type Disk } from './disk.js';
import { commonFolder, experimentFiles } from './experiment-files.js';
import { TrainingFailure } from './failure.js';
import { ScalarLog } from './scalar-log.js';

const FLUSH_MS = 1000;

/** Event files of a run: of training, of validation, and of the run as a whole. */
export type EventLogName = 'train' | 'validation' | 'run';

export interface RunFolderOptions {
  /** Absolute path of the experiment's file. */
  readonly experiment: string;
  readonly name: string;
  /** The folder to use, where the person named one. */
  readonly runDir?: string;
  readonly disk: Disk;
  readonly createdAt: Date;
}

/** Makes the folder with a first `run.json` and the experiment's copy. @throws TrainingFailure that says why it cannot be */
export function createRunFolder(
  options: RunFolderOptions,
  first: Omit<RunFile, 'experiment'>,
  notify: (problem: Problem) => void,
): RunFolder {
  const folder = options.runDir === undefined ? newFolder(options) : namedFolder(options.runDir);
  const holder = path.dirname(path.dirname(folder));
  const fromHolder = path.relative(holder, options.experiment);
  const below = !fromHolder.startsWith('..') && !path.isAbsolute(fromHolder);
  const file: RunFile = {
    ...first,
    experiment: below ? fromHolder.split(path.sep).join('/') : options.experiment,
  } as RunFile;
  const made = new RunFolder(folder, options.disk, file, notify, options.createdAt.getTime());
  try {
    return attempt(folder, () => {
      made.begin();
      copyExperiment(options.experiment, path.join(folder, runPlaces.experiment));
      return made;
    });
  } catch (error) {
    made.close();
    // A folder that nobody else knows yet; one that the person named is theirs.
    if (options.runDir === undefined) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export class RunFolder {
  private readonly train: ScalarLog;
  private readonly validation: ScalarLog;
  private readonly whole: ScalarLog;
  /** Those that have more than their beginning to write. */
  private readonly used = new Set<EventLogName>(['train']);
  private lastFlush = performance.now();
  private trouble: unknown;

  constructor(
    /** Absolute. */
    readonly folder: string,
    private readonly disk: Disk,
    private summary: RunFile,
    private readonly notify: (problem: Problem) => void,
    createdAt: number,
  ) {
    this.train = new ScalarLog(path.join(folder, runPlaces.train), disk, createdAt);
    this.validation = new ScalarLog(path.join(folder, runPlaces.validation), disk, createdAt);
    this.whole = new ScalarLog(folder, disk, createdAt);
  }

  /** @throws what the disk says */
  begin(): void {
    this.writeSummary();
    this.train.flush();
  }

  addTrain(step: number, wallTime: number, scalars: readonly (readonly [tag: string, value: number])[]): void {
    this.train.add(step, wallTime, scalars);
  }

  addValidation(step: number, wallTime: number, scalars: readonly (readonly [tag: string, value: number])[]): void {
    this.used.add('validation');
    this.validation.add(step, wallTime, scalars);
  }

  /** A framed record of an event file, handed over. */
  addRecord(log: EventLogName, record: Uint8Array): void {
    this.used.add(log);
    this.logs[log].addRecord(record);
  }

  /** What the disk said last, where the last write failed. */
  get lastTrouble(): unknown {
    return this.trouble;
  }

  /** Writes what has gathered for a second, with the summary as it is now. */
  flushIfDue(changes: () => Partial<RunFile>): void {
    if (performance.now() - this.lastFlush >= FLUSH_MS) this.flush(changes());
  }

  flush(changes: Partial<RunFile> = {}): void {
    this.lastFlush = performance.now();
    this.summary = { ...this.summary, ...changes, updatedAt: Date.now() };
    this.tolerating('What this run records', () => this.writeAll());
  }

  /** A file that readers see whole or not at all. @returns whether it was written */
  replace(name: string, pieces: readonly Uint8Array[]): boolean {
    return this.tolerating('The state of this run', () =>
      this.disk.replace(path.join(this.folder, name), pieces, true),
    );
  }

  /** The last write. @throws TrainingFailure where something is still not written */
  finish(changes: Partial<RunFile>): void {
    this.summary = { ...this.summary, ...changes, updatedAt: Date.now() };
    try {
      this.writeAll();
    } catch (error) {
      throw notSaved('What this run recorded', this.folder, error);
    } finally {
      this.close();
    }
  }

  close(): void {
    for (const log of Object.values(this.logs)) log.close();
  }

  private get logs(): Readonly<Record<EventLogName, ScalarLog>> {
    return { train: this.train, validation: this.validation, run: this.whole };
  }

  private writeAll(): void {
    for (const log of this.used) this.logs[log].flush();
    this.writeSummary();
  }

  private writeSummary(): void {
    this.disk.replace(
      path.join(this.folder, runPlaces.summary),
      [new TextEncoder().encode(`${stringifyMessage(this.summary)}\n`)],
      false,
    );
  }

  /** Trouble is said once until it is over. */
  private tolerating(what: string, write: () => void): boolean {
    try {
      write();
    } catch (error) {
      const { reason, hint } = diskTrouble(error);
      if (this.trouble === undefined) {
        this.notify({
          severity: 'warning',
          message: `${what} could not be written to ${this.folder}: ${reason}.`,
          hint: `${hint} Training goes on; what is missing is kept and written as soon as that is possible.`,
        });
      }
      this.trouble = error;
      return false;
    }
    this.trouble = undefined;
    return true;
  }
}

export function notSaved(what: string, folder: string, error: unknown): TrainingFailure {
  const { reason, hint } = diskTrouble(error);
  const failure = new TrainingFailure(`${what} could not be saved to ${folder}: ${reason}.`, { hint, cause: error });
  failure.runDir = folder;
  return failure;
}

function newFolder({ experiment, name, createdAt }: RunFolderOptions): string {
  const runs = path.join(path.dirname(experiment), workspacePlaces.runs);
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = [createdAt.getFullYear(), two(createdAt.getMonth() + 1), two(createdAt.getDate())].join('-');
  const time = [createdAt.getHours(), createdAt.getMinutes(), createdAt.getSeconds()].map(two).join('-');
  const stem = `${date}_${time}-${fileNameOf(name)}`;
  return attempt(runs, () => {
    makeFolder(runs);
    for (let count = 1; ; count++) {
      const folder = path.join(runs, count === 1 ? stem : `${stem}-${count}`);
      if (makeOnlyHere(folder)) return folder;
    }
  });
}

/** False where there is one already, made by somebody else in the same second perhaps. */
function makeOnlyHere(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function namedFolder(runDir: string): string {
  const folder = path.resolve(runDir);
  return attempt(folder, () => {
    makeFolder(folder);
    if (existsSync(path.join(folder, runPlaces.summary))) {
      throw new TrainingFailure(`${folder} holds another run already.`, {
        hint: 'Name a folder that is empty or not there yet.',
      });
    }
    readdirSync(folder);
    return folder;
  });
}

/** Letters, digits and the like: names of folders travel between systems. */
export function fileNameOf(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return safe.slice(0, 60) || 'run';
}

function copyExperiment(experiment: string, to: string): void {
  const files = experimentFiles(experiment);
  if (files.length === 0) return;
  const from = commonFolder(files);
  for (const file of files) {
    const target = path.join(to, path.relative(from, file));
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}

function attempt<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TrainingFailure) throw error;
    const { reason, hint } = diskTrouble(error);
    throw new TrainingFailure(`The run’s folder cannot be made at ${folder}: ${reason}.`, { hint, cause: error });
  }
}

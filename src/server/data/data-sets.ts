/**
 * Where the data of each named data set comes from, and its download: which archives, how far, unpacked
 * and checked. One download at a time a data set, shared by all windows. Reading data is the trainer's.
 */
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { homePlaces } from '../../shared/base/places.js';
import { cachedFolders, GENERATED_FOLDER, type NamedDataSet } from '../../shared/data/named-data-sets.js';
import type { DataSourceStatus } from '../../shared/protocol/rpc.js';
import type { DataInfo } from '../../shared/protocol/training.js';
import { readJson, writeFileAtomically } from '../atomic-file.js';
import { asFailure, errorCode, Failure } from '../failure.js';
import { isFolder } from '../list-folders.js';
import { log } from '../log.js';
import { isAlive } from '../process-alive.js';
import { Throttle } from '../throttle.js';
import { checkDataFolder, DataFolders } from './data-folders.js';
import { download, receivedBytes } from './download.js';
import { unzip } from './unzip.js';

export interface DataSetsOptions {
  readonly home: string;
  readonly known: readonly NamedDataSet[];
  /** Takes the place of the archives' own origin: a mirror, or a test's server. */
  readonly origin?: string;
  onChange(status: DataSourceStatus): void;
}

interface Running {
  readonly abort: AbortController;
  receivedBytes: number;
  message?: string;
  readonly done: Promise<void>;
}

/** In a downloaded data set's folder: what it was made of, checked before it is used again. */
const RECORD = 'download.json';
const downloadRecord = z.object({
  completedAt: z.number(),
  archives: z.array(
    z.object({
      url: z.string(),
      bytes: z.number(),
      sha256: z.string(),
      into: z.string(),
      files: z.number(),
      unpackedBytes: z.number(),
    }),
  ),
});
type DownloadRecord = z.infer<typeof downloadRecord>;

const PROGRESS_MS = 250;
/** Unpacked images take about as much room as their archive; half as much again is left free. */
const ROOM_FACTOR = 2.5;

export class DataSets {
  private readonly folders: DataFolders;
  private readonly cache: string;
  private readonly running = new Map<string, Running>();
  private readonly failed = new Map<string, string>();
  /** Data sets whose files were counted by this server. */
  private readonly counted = new Map<string, DownloadRecord>();

  constructor(private readonly options: DataSetsOptions) {
    this.folders = new DataFolders(options.home);
    this.cache = path.join(options.home, homePlaces.dataCache);
  }

  async status(name: string): Promise<DataSourceStatus> {
    const dataSet = this.find(name);
    const named = await this.folders.find(name);
    const folder = named === GENERATED_FOLDER ? undefined : named;
    const record = dataSet && (await this.readyRecord(dataSet));
    return {
      name,
      folder,
      current: await this.current(name, dataSet, folder, named === GENERATED_FOLDER ? undefined : record),
      download: dataSet && dataSet.downloads.length > 0 ? await this.downloadStatus(dataSet, record) : undefined,
      hasGenerator: dataSet?.hasGenerator ?? false,
    };
  }

  async setFolder(name: string, folder: string | undefined): Promise<DataSourceStatus> {
    if (folder !== undefined) await checkDataFolder(folder, this.find(name));
    await this.folders.set(name, folder);
    return this.announce(name);
  }

  /** From now on what Backstep generates, whatever else there is. */
  async useGenerated(name: string): Promise<DataSourceStatus> {
    if (!this.find(name)?.hasGenerator)
      throw new Failure('not-found', `Backstep cannot generate “${name}”.`, 'Name a folder that holds the data.');
    await this.folders.set(name, GENERATED_FOLDER);
    return this.announce(name);
  }

  /** Begins, or goes on; answers at once. How it goes is announced. */
  async download(name: string): Promise<DataSourceStatus> {
    const dataSet = this.find(name);
    if (!dataSet || dataSet.downloads.length === 0)
      throw new Failure(
        'not-found',
        `There is nothing to download for “${name}”.`,
        'Name a folder that holds the data.',
      );
    if (!this.running.has(name) && !(await this.readyRecord(dataSet))) {
      const abort = new AbortController();
      const running: Running = { abort, receivedBytes: 0, done: Promise.resolve() };
      this.running.set(name, running);
      this.failed.delete(name);
      Object.assign(running, { done: this.fetchAll(dataSet, running) });
    }
    return this.announce(name);
  }

  /** What was received stays, to go on from later. */
  async cancelDownload(name: string): Promise<DataSourceStatus> {
    const running = this.running.get(name);
    running?.abort.abort(new DOMException('cancelled', 'AbortError'));
    await running?.done;
    return this.announce(name);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.running.keys()].map((name) => this.cancelDownload(name)));
  }

  private find(name: string): NamedDataSet | undefined {
    return this.options.known.find((dataSet) => dataSet.name === name);
  }

  private async announce(name: string): Promise<DataSourceStatus> {
    const status = await this.status(name);
    this.options.onChange(status);
    return status;
  }

  private async current(
    name: string,
    dataSet: NamedDataSet | undefined,
    folder: string | undefined,
    record: DownloadRecord | undefined,
  ): Promise<DataInfo | undefined> {
    const none = { name, skipped: [], skippedCount: 0 };
    const classNames = dataSet && { classNames: [...dataSet.classNames] };
    if (folder !== undefined) {
      return (await isFolder(folder)) ? { ...none, source: 'folder', description: folder, path: folder } : undefined;
    }
    if (dataSet && record) {
      const count = (into: string) =>
        record.archives.filter((archive) => archive.into === into).reduce((sum, archive) => sum + archive.files, 0);
      return {
        ...none,
        ...classNames,
        source: 'download',
        description: `${dataSet.title}, ${dataSet.licence.attribution}`,
        path: this.folderOf(dataSet),
        trainExamples: count('train'),
        validationExamples: count('test'),
      };
    }
    if (dataSet?.hasGenerator)
      return { ...none, ...classNames, source: 'generated', description: `${dataSet.title}, generated by Backstep` };
    return undefined;
  }

  private async downloadStatus(
    dataSet: NamedDataSet,
    record: DownloadRecord | undefined,
  ): Promise<DataSourceStatus['download']> {
    const common = { urls: dataSet.downloads.map(({ url }) => url), totalBytes: totalBytes(dataSet) };
    const running = this.running.get(dataSet.name);
    if (running) return { ...common, state: 'running', receivedBytes: running.receivedBytes, message: running.message };
    if (record) return { ...common, state: 'ready', receivedBytes: common.totalBytes };
    const received = await this.received(dataSet);
    const message = this.failed.get(dataSet.name);
    return {
      ...common,
      state: message ? 'failed' : received > 0 ? 'paused' : 'absent',
      receivedBytes: received,
      message,
    };
  }

  private async fetchAll(dataSet: NamedDataSet, running: Running): Promise<void> {
    const { name } = dataSet;
    const { signal } = running.abort;
    const progress = new Throttle(
      () => void this.announce(name).catch((error: unknown) => log('data', 'progress cannot be told', error)),
      PROGRESS_MS,
    );
    const tell = () => progress.call();
    try {
      await this.withLock(dataSet, async () => {
        await this.checkRoom(dataSet);
        let before = 0;
        for (const archive of dataSet.downloads) {
          await download({
            ...archive,
            url: this.urlOf(archive.url),
            target: this.archiveFile(dataSet, archive.url),
            signal,
            onProgress: (received) => {
              running.receivedBytes = before + received;
              tell();
            },
          });
          before += archive.bytes;
          running.receivedBytes = before;
        }
        await this.unpack(dataSet, signal, (message) => {
          running.message = message;
          tell();
        });
      });
    } catch (error) {
      if (!signal.aborted) {
        const { message, hint } = asFailure(error, this.cache);
        log('data', `the download of ${name} failed`, error);
        this.failed.set(name, hint ? `${message} ${hint}` : message);
      }
    } finally {
      progress.dispose();
      this.running.delete(name);
      await this.announce(name).catch((error: unknown) => log('data', 'its end cannot be told', error));
    }
  }

  /** Into a folder of another name first: whoever finds the data set's own folder finds it whole. */
  private async unpack(dataSet: NamedDataSet, signal: AbortSignal, say: (message: string) => void): Promise<void> {
    const temporary = path.join(this.cache, `.unpacking-${dataSet.name}`);
    await rm(temporary, { recursive: true, force: true });
    try {
      const archives: DownloadRecord['archives'] = [];
      for (const { url, bytes, sha256, archiveFolder, into } of dataSet.downloads) {
        const { files, bytes: unpackedBytes } = await unzip({
          file: this.archiveFile(dataSet, url),
          archiveFolder,
          target: path.join(temporary, into),
          signal,
          onProgress: (done, of) => say(`Unpacking ${into}: ${done} of about ${of} files`),
        });
        archives.push({ url, bytes, sha256, into, files, unpackedBytes });
      }
      for (const folder of cachedFolders(dataSet)) {
        if (!(await isFolder(path.join(temporary, folder))))
          throw new Failure(
            'not-found',
            `The archives hold no folder “${folder}”.`,
            'They are not what Backstep expects; nothing of them is used.',
          );
      }
      await writeFileAtomically(
        path.join(temporary, RECORD),
        JSON.stringify({ completedAt: Date.now(), archives } satisfies DownloadRecord, undefined, 2),
      );
      const target = this.folderOf(dataSet);
      if (await isFolder(target)) await rename(target, `${target}.before-${Date.now()}`);
      await rename(temporary, target);
      await rm(this.archivesFolder(dataSet), { recursive: true, force: true });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /** Undefined unless the data set is there, whole: as many files and bytes as were unpacked. */
  private async readyRecord(dataSet: NamedDataSet): Promise<DownloadRecord | undefined> {
    const folder = this.folderOf(dataSet);
    const counted = this.counted.get(dataSet.name);
    if (counted && (await isFolder(folder))) return counted;
    this.counted.delete(dataSet.name);
    const record = downloadRecord.safeParse(
      await readJson(path.join(folder, RECORD)).catch((error: unknown) => log('data', 'record', error)),
    );
    if (!record.success) return undefined;
    for (const { into, files, unpackedBytes } of record.data.archives) {
      const found = await countFiles(path.join(folder, into));
      if (found.files === files && found.bytes === unpackedBytes) continue;
      this.failed.set(
        dataSet.name,
        `The downloaded data in ${folder} has changed: ${found.files} of ${files} files, ${found.bytes} of ${unpackedBytes} bytes. Download it again.`,
      );
      return undefined;
    }
    this.counted.set(dataSet.name, record.data);
    return record.data;
  }

  private async checkRoom(dataSet: NamedDataSet): Promise<void> {
    await mkdir(this.cache, { recursive: true });
    const { bavail, bsize } = await statfs(this.cache);
    const needed = totalBytes(dataSet) * ROOM_FACTOR - (await this.received(dataSet));
    if (bavail * bsize >= needed) return;
    throw new Failure(
      'disk-full',
      `${megabytes(needed)} are needed in ${this.cache}; ${megabytes(bavail * bsize)} are free.`,
      'Free some space, then try again.',
    );
  }

  /** Another Backstep may be at the same download. */
  private async withLock(dataSet: NamedDataSet, work: () => Promise<void>): Promise<void> {
    const file = path.join(this.archivesFolder(dataSet), 'lock.json');
    await mkdir(path.dirname(file), { recursive: true });
    const holder = z
      .object({ pid: z.number() })
      .safeParse(await readJson(file).catch((error: unknown) => log('data', 'lock', error)));
    if (holder.success && holder.data.pid !== process.pid && isAlive(holder.data.pid)) {
      throw new Failure('busy', 'Another Backstep is downloading this already.', 'Wait for it, then look again.');
    }
    await writeFileAtomically(file, JSON.stringify({ pid: process.pid }));
    try {
      await work();
    } finally {
      await rm(file, { force: true });
    }
  }

  private async received(dataSet: NamedDataSet): Promise<number> {
    const parts = await Promise.all(dataSet.downloads.map(({ url }) => receivedBytes(this.archiveFile(dataSet, url))));
    return parts.reduce((sum, part) => sum + part, 0);
  }

  private urlOf(url: string): string {
    return this.options.origin
      ? new URL(path.posix.basename(new URL(url).pathname), ensureSlash(this.options.origin)).href
      : url;
  }

  private folderOf(dataSet: NamedDataSet): string {
    return path.join(this.cache, dataSet.name);
  }

  private archivesFolder(dataSet: NamedDataSet): string {
    return path.join(this.cache, '.downloads', dataSet.name);
  }

  private archiveFile(dataSet: NamedDataSet, url: string): string {
    return path.join(this.archivesFolder(dataSet), path.posix.basename(new URL(url).pathname));
  }
}

function totalBytes(dataSet: NamedDataSet): number {
  return dataSet.downloads.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function countFiles(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
  let entries;
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { files: 0, bytes: 0 };
    throw error;
  }
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size),
  );
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MB`;
}

function ensureSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

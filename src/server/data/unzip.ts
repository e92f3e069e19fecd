/** Unpacks one folder of a ZIP file. Trusts no name and no size in it. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';
import { messageOf } from '../../shared/base/message-of.js';
import { Failure } from '../failure.js';

export interface UnzipOptions {
  readonly file: string;
  /** Entries below this folder are unpacked, without it; others are left out. */
  readonly archiveFolder: string;
  readonly target: string;
  readonly signal: AbortSignal;
  /** More than this is no data set but an attack on the disk. */
  readonly mostBytes?: number;
  readonly mostFiles?: number;
  onProgress?(files: number, of: number): void;
}

export interface Unzipped {
  readonly files: number;
  readonly bytes: number;
}

const MOST_BYTES = 20 * 2 ** 30;
const MOST_FILES = 500_000;
/** In the upper half of an entry's external attributes: the Unix file type. */
const TYPE_BITS = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

export async function unzip(options: UnzipOptions): Promise<Unzipped> {
  const { mostBytes = MOST_BYTES, mostFiles = MOST_FILES } = options;
  const zip = await openZip(options.file);
  let files = 0;
  let bytes = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      options.signal.throwIfAborted();
      const relative = insideArchiveFolder(entry.fileName, options.archiveFolder);
      if (relative === undefined || relative === '' || entry.fileName.endsWith('/') || isLitter(relative)) continue;
      const type = (entry.externalFileAttributes >>> 16) & TYPE_BITS;
      if (type !== 0 && type !== REGULAR && type !== FOLDER) continue;
      const target = path.resolve(options.target, relative);
      if (!target.startsWith(path.resolve(options.target) + path.sep)) {
        throw new Failure(
          'outside-workspace',
          `The archive holds a name that leads out of its folder: ${entry.fileName}`,
          'It is not used.',
        );
      }
      if (++files > mostFiles) throw tooMuch(`more than ${mostFiles} files`);
      await mkdir(path.dirname(target), { recursive: true });
      const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          done(bytes > mostBytes ? tooMuch(`more than ${Math.round(mostBytes / 2 ** 20)} MB`) : undefined, chunk);
        },
      });
      const source = await zip.openReadStreamPromise(entry);
      await pipeline(source, count, createWriteStream(target, { flags: 'wx' }), { signal: options.signal });
      options.onProgress?.(files, zip.entryCount);
    }
  } finally {
    zip.close();
  }
  return { files, bytes };
}

async function openZip(file: string): Promise<yauzl.ZipFile> {
  try {
    return await yauzl.openPromise(file, { autoClose: false });
  } catch (error) {
    throw new Failure('internal', `The archive cannot be opened: ${messageOf(error)}`, 'Download it again.');
  }
}

function insideArchiveFolder(name: string, folder: string): string | undefined {
  const prefix = `${folder}/`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

/** What macOS and Windows leave in archives. */
function isLitter(relative: string): boolean {
  return relative
    .split('/')
    .some((part) => part === '.DS_Store' || part === 'Thumbs.db' || part === '__MACOSX' || part.startsWith('._'));
}

function tooMuch(what: string): Failure {
  return new Failure('disk-full', `The archive unpacks to ${what}.`, 'It is not used.');
}

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unzip, type UnzipOptions } from '../../../../src/server/data/unzip.js';
import { zipFile, type ZipEntry } from './zip-file.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'backstep-unzip-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function unpack(entries: readonly ZipEntry[], options: Partial<UnzipOptions> = {}) {
  const file = path.join(folder, 'archive.zip');
  writeFileSync(file, zipFile(entries));
  return unzip({
    file,
    archiveFolder: 'rps',
    target: path.join(folder, 'out'),
    signal: new AbortController().signal,
    ...options,
  });
}
const unpacked = () => readdirSync(path.join(folder, 'out'), { recursive: true }).map(String).sort();

test('unpacks the folder that is asked for, without links and litter', async () => {
  const result = await unpack([
    { name: 'rps/' },
    { name: 'rps/rock/1.png', data: 'one' },
    { name: 'rps/paper/2.png', data: 'two2' },
    { name: 'rps/rock/link.png', data: '/etc/passwd', mode: 0o120777 },
    { name: 'rps/.DS_Store', data: 'x' },
    { name: '__MACOSX/rps/._1.png', data: 'x' },
    { name: 'other/3.png', data: 'x' },
  ]);
  expect(result).toEqual({ files: 2, bytes: 7 });
  expect(unpacked()).toEqual(['paper', 'paper/2.png', 'rock', 'rock/1.png']);
  expect(readFileSync(path.join(folder, 'out/rock/1.png'), 'utf8')).toBe('one');
});

test.each(['rps/../../evil.txt', '../evil.txt', '/evil.txt', 'rps/..\\..\\evil.txt', 'C:/evil.txt'])(
  '%s gets nowhere',
  async (name) => {
    await expect(
      unpack([
        { name: 'rps/good.txt', data: 'x' },
        { name, data: 'x' },
      ]),
    ).rejects.toThrow();
    expect(existsSync(path.join(folder, 'evil.txt'))).toBe(false);
    expect(existsSync(path.join(path.dirname(folder), 'evil.txt'))).toBe(false);
  },
);

test('an archive that unpacks to too much is given up', async () => {
  const entries = Array.from({ length: 10 }, (_, index) => ({ name: `rps/${index}`, data: 'x'.repeat(1000) }));
  await expect(unpack(entries, { mostBytes: 5000 })).rejects.toMatchObject({ name: 'Failure', tag: 'disk-full' });
  rmSync(path.join(folder, 'out'), { recursive: true });
  await expect(unpack(entries, { mostFiles: 5 })).rejects.toMatchObject({ name: 'Failure', tag: 'disk-full' });
});

test('two entries of one name are not written over each other', async () => {
  await expect(
    unpack([
      { name: 'rps/a', data: '1' },
      { name: 'rps/a', data: '2' },
    ]),
  ).rejects.toMatchObject({ code: 'EEXIST' });
});

test('what is no archive says so; a cancelled one stops', async () => {
  const file = path.join(folder, 'no.zip');
  writeFileSync(file, 'not a zip file at all, although it is long enough to be one');
  const options = {
    file,
    archiveFolder: 'rps',
    target: path.join(folder, 'out'),
    signal: new AbortController().signal,
  };
  await expect(unzip(options)).rejects.toThrow('The archive cannot be opened');
  await expect(unpack([{ name: 'rps/a', data: '1' }], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
});

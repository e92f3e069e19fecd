import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataSets } from '../../../../src/server/data/data-sets.js';
import type { NamedDataSet } from '../../../../src/shared/data/named-data-sets.js';
import type { DataSourceStatus } from '../../../../src/shared/protocol/rpc.js';
import { zipFile } from './zip-file.js';

const image = Buffer.alloc(300_000, 7);
const archives = {
  'rps.zip': zipFile(
    ['paper', 'rock', 'scissors'].flatMap((name) => [1, 2].map((n) => ({ name: `rps/${name}/${n}.png`, data: image }))),
  ),
  'test.zip': zipFile(['paper', 'rock', 'scissors'].map((name) => ({ name: `rps-test/${name}/1.png`, data: image }))),
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const dataSet: NamedDataSet = {
  name: 'rps',
  title: 'Hands',
  kind: 'images',
  downloads: [
    { name: 'rps.zip', archiveFolder: 'rps', into: 'train' as const },
    { name: 'test.zip', archiveFolder: 'rps-test', into: 'test' as const },
  ].map(({ name, ...rest }) => {
    const bytes = archives[name as keyof typeof archives];
    return { ...rest, url: `https://origin.example/data/${name}`, bytes: bytes.length, sha256: sha256(bytes) };
  }),
  hasGenerator: true,
  licence: { name: 'CC-BY-2.0', url: 'https://example.org', attribution: 'Somebody' },
  classNames: ['paper', 'rock', 'scissors'],
};
const total = archives['rps.zip'].length + archives['test.zip'].length;

let home: string;
let origin: string;
let asked: { readonly url: string; readonly range?: string }[];
let serveWith: (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void;
const open: DataSets[] = [];
const server = createServer((request, response) => {
  asked.push({ url: request.url!, range: request.headers.range });
  const bytes = archives[request.url!.slice(1) as keyof typeof archives];
  if (bytes) serveWith(request, response, bytes);
  else response.writeHead(404).end();
});

function serveRanges(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
  response.end(bytes.subarray(from));
}

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'backstep-data-'));
  asked = [];
  serveWith = serveRanges;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const sets of open.splice(0)) await sets.dispose();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

function create(options: { readonly origin?: string } = {}) {
  const told: DataSourceStatus[] = [];
  const sets = new DataSets({ home, known: [dataSet], origin, onChange: (status) => told.push(status), ...options });
  open.push(sets);
  const settled = () =>
    expect
      .poll(async () => (await sets.status('rps')).download!.state, { timeout: 10_000 })
      .not.toBe('running')
      .then(() => sets.status('rps'));
  return { sets, told, settled };
}

describe('a download', () => {
  test('ends in a data set that is whole, with what it was made of', async () => {
    const { sets, told, settled } = create();
    expect(await sets.status('rps')).toEqual({
      name: 'rps',
      folder: undefined,
      current: expect.objectContaining({ source: 'generated' }) as unknown,
      download: {
        urls: dataSet.downloads.map(({ url }) => url),
        state: 'absent',
        receivedBytes: 0,
        totalBytes: total,
        message: undefined,
      },
      hasGenerator: true,
    });
    expect((await sets.download('rps')).download!.state).toBe('running');
    const { current, download } = await settled();
    expect(download).toMatchObject({ state: 'ready', receivedBytes: total });
    expect(current).toMatchObject({
      source: 'download',
      path: path.join(home, 'data/rps'),
      trainExamples: 6,
      validationExamples: 3,
    });
    expect(readFileSync(path.join(home, 'data/rps/test/rock/1.png'))).toEqual(image);
    await expect.poll(() => told.at(-1)!.download!.state).toBe('ready');
    // What is generated can be had all the same, and the original again.
    expect(await sets.useGenerated('rps')).toMatchObject({
      folder: undefined,
      current: { source: 'generated' },
      download: { state: 'ready' },
    });
    expect((await create().sets.status('rps')).current!.source).toBe('generated');
    expect((await sets.setFolder('rps', undefined)).current!.source).toBe('download');
    // The archives have done their duty.
    expect(readdirSync(path.join(home, 'data')).sort()).toEqual(['.downloads', 'rps']);
    expect(readdirSync(path.join(home, 'data/.downloads'))).toEqual([]);
    const before = asked.length;
    expect((await sets.download('rps')).download!.state).toBe('ready');
    expect((await create().sets.status('rps')).download!.state).toBe('ready');
    expect(asked.length).toBe(before);
  });

  test('goes on where it was cancelled, after a restart too', async () => {
    serveWith = (_request, response, bytes) => void response.write(bytes.subarray(0, 500_000));
    const first = create();
    await first.sets.download('rps');
    await expect.poll(async () => (await first.sets.status('rps')).download!.receivedBytes).toBe(500_000);
    expect((await first.sets.cancelDownload('rps')).download).toMatchObject({
      state: 'paused',
      receivedBytes: 500_000,
    });
    serveWith = serveRanges;
    const second = create();
    expect((await second.sets.status('rps')).download).toMatchObject({ state: 'paused', receivedBytes: 500_000 });
    await second.sets.download('rps');
    expect((await second.settled()).download!.state).toBe('ready');
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=500000-', undefined]);
  });

  test('begins anew where the origin cannot go on', async () => {
    serveWith = (_request, response, bytes) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 400_000));
      setTimeout(() => response.destroy(), 50);
    };
    const { sets, settled } = create();
    await sets.download('rps');
    const failed = (await settled()).download!;
    expect(failed.state).toBe('failed');
    expect(failed.message).toMatch(/is kept/);
    serveWith = (_request, response, bytes) => void response.end(bytes);
    await sets.download('rps');
    expect((await settled()).download!.state).toBe('ready');
  });

  test('of something else than is expected is not used', async () => {
    serveWith = (_request, response, bytes) => void response.end(Buffer.alloc(bytes.length));
    const { sets, settled } = create();
    await sets.download('rps');
    expect((await settled()).download).toMatchObject({
      state: 'failed',
      receivedBytes: 0,
      message: expect.stringContaining('SHA-256') as string,
    });
    expect(existsSync(path.join(home, 'data/rps'))).toBe(false);
    serveWith = (_request, response, bytes) => void response.end(Buffer.concat([bytes, bytes]));
    await sets.download('rps');
    expect((await settled()).download!.message).toContain('larger than');
  });

  test('that cannot be had says why, and what to do', async () => {
    const offline = create({ origin: 'http://127.0.0.1:9' });
    await offline.sets.download('rps');
    const { message, state } = (await offline.settled()).download!;
    expect(state).toBe('failed');
    expect(message).toMatch(/127\.0\.0\.1:9 cannot be reached .*Check the connection.*name its folder here/);
    serveWith = (_request, response) => void response.writeHead(503).end();
    const refused = create();
    await refused.sets.download('rps');
    expect((await refused.settled()).download!.message).toContain('503');
    await expect(refused.sets.download('other')).rejects.toMatchObject({ tag: 'not-found' });
  });

  test('whose files were damaged since is not taken for whole', async () => {
    const first = create();
    await first.sets.download('rps');
    await first.settled();
    rmSync(path.join(home, 'data/rps/train/rock/1.png'));
    const { sets, settled } = create();
    const { download, current } = await sets.status('rps');
    expect(download).toMatchObject({ state: 'failed', message: expect.stringContaining('5 of 6 files') as string });
    expect(current!.source).toBe('generated');
    await sets.download('rps');
    expect((await settled()).download!.state).toBe('ready');
  });

  test('is left to another Backstep that is at it', async () => {
    mkdirSync(path.join(home, 'data/.downloads/rps'), { recursive: true });
    writeFileSync(path.join(home, 'data/.downloads/rps/lock.json'), JSON.stringify({ pid: process.ppid }));
    const { sets, settled } = create();
    await sets.download('rps');
    expect((await settled()).download!.message).toContain('Another Backstep');
    writeFileSync(path.join(home, 'data/.downloads/rps/lock.json'), JSON.stringify({ pid: 2 ** 22 + 1 }));
    await sets.download('rps');
    expect((await settled()).download!.state).toBe('ready');
  });
});

describe('a folder', () => {
  const withImages = (...files: string[]) => {
    const folder = mkdtempSync(path.join(home, 'images-'));
    for (const file of files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), 'x');
    }
    return folder;
  };

  test('is used from then on, by everybody, until it is forgotten', async () => {
    const { sets } = create();
    const folder = withImages('rock/1.jpg', 'paper/2.PNG');
    expect(await sets.setFolder('rps', folder)).toMatchObject({ folder, current: { source: 'folder', path: folder } });
    expect(JSON.parse(readFileSync(path.join(home, 'data-folders.json'), 'utf8'))).toEqual({ rps: folder });
    expect((await create().sets.status('rps')).folder).toBe(folder);
    expect((await sets.setFolder('rps', undefined)).current!.source).toBe('generated');
    expect(JSON.parse(readFileSync(path.join(home, 'data-folders.json'), 'utf8'))).toEqual({});
  });

  test('of train and test folders is right too; others are refused with what is missing', async () => {
    const { sets } = create();
    await sets.setFolder('rps', withImages('train/rock/1.jpg', 'test/rock/1.jpg'));
    for (const folder of [withImages(), withImages('1.jpg'), withImages('rock/readme.txt')]) {
      await expect(sets.setFolder('rps', folder)).rejects.toMatchObject({
        tag: 'not-found',
        hint: expect.stringContaining('one sub-folder a class') as string,
      });
    }
    const file = path.join(withImages('a.txt'), 'a.txt');
    await expect(sets.setFolder('rps', file)).rejects.toMatchObject({ tag: 'not-a-folder' });
    await expect(sets.setFolder('rps', '/no/such')).rejects.toMatchObject({ tag: 'not-found' });
    await expect(sets.setFolder('rps', 'relative')).rejects.toMatchObject({ tag: 'invalid-params' });
  });

  test('of a data set of the person’s own needs to hold something', async () => {
    const { sets } = create();
    await expect(sets.setFolder('mine', withImages())).rejects.toMatchObject({ tag: 'not-found' });
    expect(await sets.setFolder('mine', withImages('a.bin'))).toMatchObject({
      name: 'mine',
      hasGenerator: false,
      download: undefined,
    });
    expect(await sets.setFolder('__proto__', withImages('a.bin'))).toMatchObject({ name: '__proto__' });
  });

  test('that is gone is told as named, and not as in use', async () => {
    const { sets } = create();
    const folder = withImages('rock/1.jpg');
    await sets.setFolder('rps', folder);
    rmSync(folder, { recursive: true });
    expect(await sets.status('rps')).toMatchObject({ folder, current: undefined });
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { EngineFailure, EngineObstacles } from '../../../src/engine/engine-failure.js';
import { installEngine } from '../../../src/engine/jobs/install.js';
import { removeEngine } from '../../../src/engine/jobs/remove.js';
import { engineStatusNow } from '../../../src/engine/jobs/status.js';
import {
  FakeIndex,
  libraries,
  temporaryFolder,
  tensorflowWheel,
  testContext,
  tinyWheel,
  wheelName,
} from './support.js';
import type { TestContext } from './support.js';

const wish = { force: false };

function offered(content: Buffer = tensorflowWheel(), sha256?: string) {
  return { 'tensorflow-cpu': [{ name: wheelName, content, sha256 }] };
}

async function failureOf(work: Promise<unknown>): Promise<EngineFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineFailure);
  return error as EngineFailure;
}

async function obstaclesOf(work: Promise<unknown>): Promise<EngineObstacles['obstacles']> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineObstacles);
  return (error as EngineObstacles).obstacles;
}

function entries({ places }: TestContext): string[] {
  return existsSync(places.engines) ? readdirSync(places.engines).sort() : [];
}

/** Nothing that a trainer would pick up, and no half of one. */
function expectNoEngine(context: TestContext): void {
  expect(entries(context).filter((name) => name !== 'downloads')).toEqual([]);
}

/** Where the last download went on; what had not reached the disk when it ended comes again. */
function resumedAt(index: FakeIndex): number {
  return Number(/^bytes=(\d+)-$/.exec(index.downloads.at(-1)?.range ?? '')?.[1]);
}

describe('installing', () => {
  test.each([
    ['an index in JSON', {}],
    ['an index in HTML', { html: true }],
    ['a server without ranges', { ranges: false }],
    ['an index with a password', { credentials: 'me:s%40cret' }],
  ])('from %s: library and addon, nothing else, and switched to', async (_name, options) => {
    const index = await FakeIndex.start(offered(), {
      ...options,
      ...('credentials' in options ? { credentials: 'me:secret' } : {}),
    });
    const context = testContext(index.url);
    const status = await installEngine(context, wish);
    expect(status.installed).toMatchObject({ version: '2.21.0', flavor: 'cpu', trouble: undefined });
    expect(entries(context)).toEqual(['current.json', 'tensorflow-2.21.0-cpu']);
    const folder = status.installed!.folder;
    expect(readdirSync(folder).sort()).toEqual(['addon', 'engine.json', 'lib']);
    for (const [name, content] of Object.entries(libraries)) {
      expect(readFileSync(path.join(folder, 'lib', path.basename(name))).equals(content)).toBe(true);
    }
    expect(readFileSync(path.join(folder, 'addon/tfjs_binding.node'), 'utf8')).toBe('the addon');
    const phases = context.said.flatMap((message) => (message.kind === 'progress' ? [message.progress.phase] : []));
    expect([...new Set(phases)]).toEqual([
      ...['checking', 'downloading', 'verifying', 'unpacking', 'building', 'proving', 'switching'],
    ]);
  });

  test('what is there already is not fetched again, but anew when asked', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url);
    await installEngine(context, wish);
    expect(index.downloads).toHaveLength(1);
    await installEngine(context, wish);
    expect(index.downloads).toHaveLength(1);
    const again = await installEngine(context, { force: true });
    expect(index.downloads).toHaveLength(2);
    expect(entries(context)).toEqual(['current.json', path.basename(again.installed!.folder)]);
  });

  test('an engine whose addon is an older product’s is told of, and made anew', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url);
    const { installed } = await installEngine(context, wish);
    expect(installed!.outdated).toBe(false);
    const manifest = path.join(installed!.folder, 'engine.json');
    const written = JSON.parse(readFileSync(manifest, 'utf8'));
    writeFileSync(manifest, JSON.stringify({ ...written, addonInputs: undefined }));
    expect((await engineStatusNow(context, false)).installed).toMatchObject({ outdated: true, trouble: undefined });
    expect((await installEngine(context, wish)).installed!.outdated).toBe(false);
    expect(index.downloads).toHaveLength(2);
    writeFileSync(context.places.addonPreface, '// Another one');
    expect((await engineStatusNow(context, false)).installed).toMatchObject({ outdated: true, trouble: undefined });
  });

  test('an addon that comes with the product needs no compiler', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, { environment: { CXX: '/nowhere/g++', PATH: '' } });
    const folder = path.join(context.places.prebuilds, 'linux-x64/napi-v8');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'tfjs_binding.node'), 'prebuilt');
    const { installed } = await installEngine(context, wish);
    expect(readFileSync(path.join(installed!.folder, 'addon/tfjs_binding.node'), 'utf8')).toBe('prebuilt');
  });

  test('a folder of wheels serves without any index', async () => {
    const wheels = temporaryFolder();
    writeFileSync(path.join(wheels, wheelName), tensorflowWheel());
    const context = testContext('http://127.0.0.1:9/simple', {
      environment: { PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels },
    });
    expect((await installEngine(context, wish)).installed?.version).toBe('2.21.0');
  });
});

describe('said before anything is downloaded', () => {
  test('everything at once: compiler, processor, folder, index', async () => {
    const context = testContext('http://127.0.0.1:9/simple', {
      environment: { CXX: '', PATH: '' },
      machine: { avx: false },
    });
    const obstacles = await obstaclesOf(installEngine(context, wish));
    expect(obstacles.map(({ kind }) => kind)).toEqual(['processor', 'compiler', 'network']);
    expect(obstacles.every(({ hint }) => hint !== undefined)).toBe(true);
    expect(obstacles[2]!.message).toContain('127.0.0.1:9');
    expectNoEngine(context);
  });

  test.each([
    ['win32-x64', /hold no library/],
    ['darwin-x64', /Intel/],
    ['linux-riscv64', /no packages for linux-riscv64/],
  ])('a platform without a library: %s', async (platform, message) => {
    const [obstacle] = await obstaclesOf(
      installEngine(testContext('http://127.0.0.1:9/', { machine: { platform } }), wish),
    );
    expect(obstacle).toMatchObject({ kind: 'platform', message: expect.stringMatching(message) as string });
    expect(obstacle!.hint).toContain('webgpu');
  });

  test('a system that is too old for the wheels, and one with another C library', async () => {
    const index = await FakeIndex.start(offered());
    const old = testContext(index.url, { machine: { glibc: '2.17' } });
    expect((await obstaclesOf(installEngine(old, wish)))[0]!.message).toContain(
      'glibc 2.27 or newer; this system has 2.17',
    );
    const musl = testContext(index.url, { machine: { glibc: undefined } });
    expect((await obstaclesOf(installEngine(musl, wish)))[0]!.message).toContain('another C library');
    expect(index.downloads).toEqual([]);
  });

  test('a version that the index does not have: those that it has', async () => {
    const index = await FakeIndex.start(offered());
    const [obstacle] = await obstaclesOf(installEngine(testContext(index.url), { ...wish, version: '2.99.0' }));
    expect(obstacle).toMatchObject({ kind: 'index', hint: 'It has 2.21.0: choose one with --version.' });
  });

  test('an index that refuses: its address, never the password', async () => {
    const index = await FakeIndex.start(offered(), { credentials: 'me:right' });
    const context = testContext(index.url.replace('right', 'wrong-secret'));
    const [obstacle] = await obstaclesOf(installEngine(context, wish));
    expect(obstacle).toMatchObject({ kind: 'index' });
    expect(obstacle!.message).toContain(`127.0.0.1:${index.port}/simple/tensorflow-cpu/ answered 401`);
    expect(JSON.stringify([obstacle, context.said])).not.toContain('secret');
  });

  test('a wheel that is broken, or holds no library', async () => {
    const truncated = await FakeIndex.start(offered(tensorflowWheel().subarray(0, -30)));
    const [first] = await obstaclesOf(installEngine(testContext(truncated.url), wish));
    expect(first!.message).toMatch(/cannot be looked into: The wheel is broken/);
    const empty = await FakeIndex.start(offered(tinyWheel({ 'tensorflow/ops.py': '' })));
    const [second] = await obstaclesOf(installEngine(testContext(empty.url), wish));
    expect(second).toMatchObject({ kind: 'platform' });
    expect(second!.message).toContain('holds no tensorflow/libtensorflow_cc.so.2');
    expect([...truncated.downloads, ...empty.downloads]).toEqual([]);
  });

  test('a folder that cannot be written', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url);
    // A file where a folder should be: also root cannot write there.
    writeFileSync(path.join(context.home, 'engines'), '');
    const blocked = {
      ...context,
      places: { ...context.places, engines: path.join(context.home, 'engines', 'deeper') },
    };
    const obstacles = await obstaclesOf(installEngine(blocked, wish));
    expect(obstacles[0]).toMatchObject({ kind: 'permission' });
  });

  test('an installation under way; a lock whose process is gone does not count', async () => {
    const index = await FakeIndex.start(offered());
    let second: ReturnType<typeof obstaclesOf> | undefined;
    const first: TestContext = testContext(index.url, {
      onSay: (message) => {
        if (message.kind === 'plan')
          second = obstaclesOf(installEngine(testContext(index.url, { home: first.home }), wish));
      },
    });
    mkdirSync(first.places.engines);
    writeFileSync(path.join(first.places.engines, 'lock.json'), JSON.stringify({ pid: 2 ** 22 + 1 }));
    await installEngine(first, wish);
    expect(await second).toMatchObject([{ kind: 'busy' }]);
    expect(entries(first)).not.toContain('lock.json');
    writeFileSync(
      path.join(first.places.engines, 'lock.json'),
      JSON.stringify({ pid: process.pid, started: 'before' }),
    );
    expect((await engineStatusNow(first, false)).obstacles).toEqual([]);
  });
});

describe('going wrong', () => {
  test('a wrong checksum: told, not kept, nothing switched', async () => {
    const index = await FakeIndex.start(offered(tensorflowWheel(), 'ab'.repeat(32)));
    const context = testContext(index.url);
    expect((await failureOf(installEngine(context, wish))).message).toMatch(/SHA-256 is another one/);
    expectNoEngine(context);
    expect(readdirSync(path.join(context.places.engines, 'downloads'))).toEqual([]);
  });

  test('a broken wheel behind a server without ranges: told after the download, not kept', async () => {
    const wheel = tensorflowWheel();
    // In the middle of the packed library.
    wheel.fill(0, 100_000, 100_400);
    const index = await FakeIndex.start(offered(wheel), { ranges: false });
    const context = testContext(index.url);
    expect((await failureOf(installEngine(context, wish))).message).toMatch(/^The wheel is broken: /);
    expectNoEngine(context);
    expect(readdirSync(path.join(context.places.engines, 'downloads'))).toEqual([]);
  });

  test('a disk that is full in the middle of unpacking: what was there stays in use, the download is kept', async () => {
    const index = await FakeIndex.start(offered());
    const before = testContext(index.url);
    const { installed } = await installEngine(before, wish);
    const full = testContext(index.url, {
      home: before.home,
      openFile: () =>
        new Writable({
          write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
        }),
    });
    const failure = await failureOf(installEngine(full, { force: true }));
    expect(failure.message).toMatch(/no room left on the disk/);
    expect(entries(full)).toEqual(['current.json', 'downloads', path.basename(installed!.folder)]);
    expect((await engineStatusNow(full, false)).installed).toEqual(installed);
    // Again, with room: nothing is downloaded a second time.
    const downloads = index.downloads.length;
    await installEngine(testContext(index.url, { home: before.home }), { force: true });
    expect(index.downloads).toHaveLength(downloads);
  });

  test('a build error: its log, shortened to what matters', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, {
      compiler: `for (let i = 0; i < 500; i++) console.error('note ' + i);
        console.error("binding.cc:12:3: error: 'TFE_Nothing' was not declared");
        for (let i = 0; i < 500; i++) console.error('note ' + i);
        process.exitCode = 1;`,
    });
    const failure = await failureOf(installEngine(context, wish));
    expect(failure.message).toBe('Compiling the addon failed (exit code 1): test compiler 1.0.');
    expect(failure.log).toContain("error: 'TFE_Nothing' was not declared");
    expect(failure.log!.split('\n').length).toBeLessThan(25);
    expectNoEngine(context);
  });

  test.each([
    [
      'says a wrong result',
      "process.send({ kind: 'failed', message: 'a training step gave [1]' }, () => process.exit(0));",
      /a training step gave \[1\]/,
    ],
    ['crashes', "process.kill(process.pid, 'SIGSEGV');", /its process crashed \(SIGSEGV\)/],
    [
      'meets a processor without its instructions',
      "process.kill(process.pid, 'SIGILL');",
      /this processor does not have/,
    ],
    [
      'is another version',
      "process.send({ kind: 'proven', version: '2.9.1', gpu: false }, () => process.exit(0));",
      /says it is TensorFlow 2\.9\.1/,
    ],
    [
      'is an addon for another processor',
      "process.send({ kind: 'failed', message: 'x.node: wrong ELF class: ELFCLASS32' }, () => process.exit(0));",
      /wrong ELF class/,
    ],
  ])('a proof that %s: nothing switched', async (_name, proof, message) => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, { proof });
    const failure = await failureOf(installEngine(context, wish));
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/Nothing was switched/);
    expect(failure.hint).toBeDefined();
    expectNoEngine(context);
  });

  test('a trainer that cannot use it: nothing switched', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, {
      trainer: `if (!process.env.BACKSTEP_ENGINE.includes('.new-')) throw new Error('not the candidate');
        process.send(JSON.stringify({ statuses: [{ backend: 'tensorflow', works: false, reason: 'a kernel is missing' }] }), () => process.exit(0));`,
    });
    expect((await failureOf(installEngine(context, wish))).message).toMatch(/a kernel is missing/);
    expectNoEngine(context);
  });
});

describe('interrupted', () => {
  test('a connection that is cut goes on where it was', async () => {
    const index = await FakeIndex.start(offered());
    index.cutAfter = 200_000;
    const context = testContext(index.url);
    await installEngine(context, wish);
    expect(index.downloads).toHaveLength(2);
    expect(resumedAt(index)).toBeGreaterThan(0);
    expect(resumedAt(index)).toBeLessThanOrEqual(200_000);
  });

  test('a download that was stopped goes on the next time', async () => {
    const index = await FakeIndex.start(offered());
    index.stallAfter = 150_000;
    const context = testContext(index.url);
    index.onStall = () => context.abort();
    await expect(installEngine(context, wish)).rejects.toThrow(/abort/i);
    expectNoEngine(context);
    index.stallAfter = undefined;
    const { installed } = await installEngine(testContext(index.url, { home: context.home }), wish);
    expect(installed?.version).toBe('2.21.0');
    expect(resumedAt(index)).toBeGreaterThan(0);
    expect(resumedAt(index)).toBeLessThanOrEqual(150_000);
  });

  test('unpacking that was stopped leaves nothing, and what a killed one left is swept', async () => {
    const index = await FakeIndex.start(offered());
    const context: TestContext = testContext(index.url, {
      onSay: (message) => {
        if (message.kind === 'progress' && message.progress.phase === 'unpacking') context.abort();
      },
    });
    await expect(installEngine(context, wish)).rejects.toThrow(/abort/i);
    expectNoEngine(context);
    mkdirSync(path.join(context.places.engines, '.new-1-abcdef', 'lib'), { recursive: true });
    writeFileSync(path.join(context.places.engines, '.new-1-abcdef', 'engine.json'), '{}');
    const next = testContext(index.url, { home: context.home });
    expect((await engineStatusNow(next, false)).installed).toBeUndefined();
    await installEngine(next, wish);
    expect(entries(next)).toEqual(['current.json', 'tensorflow-2.21.0-cpu']);
  });

  test('a build that was stopped ends its compiler', async () => {
    const index = await FakeIndex.start(offered());
    const context: TestContext = testContext(index.url, {
      compiler: 'setInterval(() => {}, 1000);',
      onSay: (message) => {
        if (message.kind === 'progress' && message.progress.phase === 'building')
          setTimeout(() => context.abort(), 200);
      },
    });
    await expect(installEngine(context, wish)).rejects.toThrow(/abort/i);
    expectNoEngine(context);
  });
});

describe('removing and looking', () => {
  test('everything goes, downloads too; twice is no fault', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url);
    await installEngine(context, wish);
    mkdirSync(path.join(context.places.engines, 'downloads'));
    expect((await removeEngine(context)).installed).toBeUndefined();
    expect(entries(context)).toEqual([]);
    expect((await removeEngine(context)).installed).toBeUndefined();
  });

  test('what makes an engine unusable is said', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url);
    const { installed } = await installEngine(context, wish);
    const elsewhere = { ...context, machine: { ...context.machine, platform: 'linux-arm64' } };
    expect((await engineStatusNow(elsewhere, false)).installed?.trouble).toMatch(
      /built for linux-x64; this is Node.js for linux-arm64/,
    );
    writeFileSync(path.join(installed!.folder, 'engine.json'), '{"format":');
    expect((await engineStatusNow(context, false)).installed?.trouble).toMatch(/engine\.json in .* is damaged/);
    writeFileSync(path.join(context.places.engines, 'current.json'), '');
    expect((await engineStatusNow(context, false)).installed?.trouble).toMatch(/current\.json in .* is damaged/);
    // And is mended by installing.
    expect((await installEngine(context, wish)).installed?.trouble).toBeUndefined();
  });

  test('a plan: files, sizes, and why', async () => {
    const index = await FakeIndex.start(offered());
    const { plan, obstacles } = await engineStatusNow(testContext(index.url), true);
    expect(obstacles).toEqual([]);
    expect(plan).toMatchObject({
      version: '2.21.0',
      flavor: 'cpu',
      because: 'there is no NVIDIA driver',
      addon: 'compiled here',
    });
    expect(plan!.packages).toEqual([{ name: 'tensorflow-cpu', file: wheelName, bytes: tensorflowWheel().length }]);
    expect(plan!.installedBytes).toBe(450_000 + '// a header\n'.length);
    expect(index.downloads).toEqual([]);
  });
});

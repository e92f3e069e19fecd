/** `backstep engine …` and the installer's real process, against a package index of the test's own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../../scripts/build.mjs';
import type { EngineMessage, EngineStatus } from '../../../src/shared/protocol/engine.js';
import { FakeIndex, temporaryFolder, tensorflowWheel, wheelName } from '../../unit/engine/support.js';
import { until } from '../cli/command.js';
import { cliEntry, tinyExperiment, trainerEntry } from '../trainer/built.js';

const engineEntry = path.resolve('dist/engine/main.js');
const proofEntry = path.resolve('dist/engine/proof.js');
const supported = process.platform === 'linux' && process.arch === 'x64';
const testEngine = process.env['BACKSTEP_TEST_ENGINE'];

beforeAll(() => build({ only: ['trainer', 'loops', 'cli', 'engine'] }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly process: ChildProcess;
  stderr(): string;
  readonly ended: Promise<Ended>;
}

/** Without the pip settings of the machine that tests run on. */
function backstep(args: readonly string[], home: string, environment: NodeJS.ProcessEnv = {}): Started {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PIP_|BACKSTEP_|https?_proxy|all_proxy)/i.test(name)),
  );
  const child = spawn(process.execPath, [cliEntry, 'engine', ...args], {
    env: { ...own, PIP_CONFIG_FILE: '/dev/null', BACKSTEP_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return {
    process: child,
    stderr: () => stderr,
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))),
  };
}

function offered() {
  return { 'tensorflow-cpu': [{ name: wheelName, content: tensorflowWheel() }] };
}

function fakeCompiler(): string {
  const file = path.join(temporaryFolder(), 'g++');
  writeFileSync(
    file,
    `#!/bin/sh\n[ "$1" = --version ] && { echo g++ 12; exit; }\nfor last; do :; done\necho no addon > "$last"\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

describe('without any engine', () => {
  test('status says so, as text and as JSON; removing is no fault', async () => {
    const home = temporaryFolder();
    const text = await backstep(['status'], home).ended;
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/not installed\. `backstep engine install` sets it up/);
    const json = JSON.parse((await backstep(['status', '--json'], home).ended).stdout) as EngineStatus;
    expect(json.installed).toBeUndefined();
    expect(Array.isArray(json.obstacles)).toBe(true);
    expect((await backstep(['remove', '--json'], home).ended).code).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });

  test('wrong words are wrong usage', async () => {
    const home = temporaryFolder();
    expect((await backstep(['install', '--version', 'newest'], home).ended).code).toBe(2);
    expect((await backstep(['install', '--flavor', 'rocm'], home).ended).code).toBe(2);
    expect((await backstep(['reinstall'], home).ended).code).toBe(2);
  });
});

describe.skipIf(!supported)(
  `installing${supported ? '' : ' (skipped: the wheels of the test are for Linux on x64)'}`,
  () => {
    test('no index to be reached: exit code 1, said before anything is made; training goes on with wasm', async () => {
      const home = temporaryFolder();
      const environment = { PIP_INDEX_URL: 'http://me:secret@127.0.0.1:9/simple', CXX: fakeCompiler() };
      const { code, stdout, stderr } = await backstep(['install', '--flavor', 'cpu'], home, environment).ended;
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/cannot be set up here yet: one thing stands in the way/);
      expect(stderr).toMatch(/127\.0\.0\.1:9 cannot be reached: nothing answers there/);
      expect(stderr).not.toContain('secret');
      expect(existsSync(path.join(home, 'engines/current.json'))).toBe(false);

      const experiment = path.join(home, 'experiment.ts');
      writeFileSync(experiment, tinyExperiment);
      const run = await promisify(execFile)(process.execPath, [cliEntry, 'run', experiment, '--steps', '2', '--json'], {
        env: { ...process.env, BACKSTEP_HOME: home, BACKSTEP_ENGINE: '' },
      });
      expect(JSON.parse(run.stdout.split('\n')[0]!)).toMatchObject({ kind: 'start', backend: 'wasm' });
    });

    test('a library that does not load: exit code 1, its words, nothing switched; JSON lines tell all', async () => {
      const home = temporaryFolder();
      const index = await FakeIndex.start(offered());
      const environment = { PIP_INDEX_URL: index.url, CXX: fakeCompiler() };
      const { code, stdout } = await backstep(['install', '--flavor', 'cpu', '--json'], home, environment).ended;
      expect(code).toBe(1);
      const messages = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as EngineMessage);
      expect(new Set(messages.map(({ kind }) => kind))).toEqual(new Set(['progress', 'plan', 'failed']));
      expect(messages.at(-1)).toMatchObject({
        kind: 'failed',
        failure: { message: expect.stringMatching(/does not train here: .*(ELF|file too short)/) as string },
      });
      expect(readdirSync(path.join(home, 'engines'))).toEqual(['downloads']);
    });

    test('Ctrl+C stops it with 130, kill -9 of the command ends the installer; the download goes on each time', async () => {
      const home = temporaryFolder();
      const index = await FakeIndex.start(offered());
      const environment = { PIP_INDEX_URL: index.url, CXX: fakeCompiler() };
      const stalled = async (after: number): Promise<Started> => {
        index.stallAfter = after;
        let isStalled = false;
        index.onStall = () => (isStalled = true);
        const started = backstep(['install', '--flavor', 'cpu'], home, environment);
        await until(() => isStalled, 'stalled download');
        return started;
      };
      const first = await stalled(100_000);
      const second = await backstep(['install', '--flavor', 'cpu'], home, environment).ended;
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(/Another Backstep is setting up/);
      first.process.kill('SIGINT');
      const interrupted = await first.ended;
      expect(interrupted.code).toBe(130);
      expect(interrupted.stderr).toMatch(/what was downloaded is kept/);
      expect(readdirSync(path.join(home, 'engines'))).toEqual(['downloads']);

      const killed = await stalled(100_000);
      expect(index.downloads.at(-1)!.range).toMatch(/^bytes=\d+-$/);
      const lock = JSON.parse(readFileSync(path.join(home, 'engines/lock.json'), 'utf8')) as { pid: number };
      killed.process.kill('SIGKILL');
      await until(() => !isThere(lock.pid), 'end of the installer');

      index.stallAfter = undefined;
      await backstep(['install', '--flavor', 'cpu'], home, environment).ended;
      expect(Number(/^bytes=(\d+)-$/.exec(index.downloads.at(-1)!.range ?? '')?.[1])).toBeGreaterThan(100_000);
    });
  },
);

describe.skipIf(!testEngine)(`a real engine${testEngine ? '' : ' (skipped: BACKSTEP_TEST_ENGINE names none)'}`, () => {
  test('its addon proves itself in a fresh process', async () => {
    const message = await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [proofEntry, testEngine!], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      child.on('message', resolve);
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`ended with ${code} and without a word`)));
    });
    expect(message).toMatchObject({ kind: 'proven', version: expect.stringMatching(/^2\.\d+\.\d+$/) as string });
  });

  test('status knows it', async () => {
    const home = temporaryFolder();
    const environment = { BACKSTEP_ENGINE: testEngine! };
    const status = JSON.parse((await backstep(['status', '--json'], home, environment).ended).stdout) as EngineStatus;
    expect(status.installed).toMatchObject({ folder: testEngine });
    expect(status.installed?.trouble).toBeUndefined();
  });
});

test('the installer started by hand says what it is', async () => {
  const child = spawn(process.execPath, [engineEntry, 'nonsense'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(2);
  expect(said).toMatch(/started by Backstep/);
  expect(existsSync(trainerEntry)).toBe(true);
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended and was not waited for yet is no longer there either.
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

/** The trainer on native TensorFlow, where one is there to test with. */
import { build } from 'esbuild';
import { execFile, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tfjsNative } from '../../../scripts/tfjs-native.mjs';
import { engineEnvironment } from '../../../src/shared/engine/find-engine.js';
import { findEngine } from '../../../src/trainer/runtime/backend/tensorflow/find-engine.js';
import { builtBundles, cliEntry, tinyExperiment, trainerEntry, workspace, type Workspace } from './built.js';
import { DapClient } from './dap-client.js';

const engine = process.env['BACKSTEP_TEST_ENGINE'];
if (!engine) {
  console.warn(
    'No test of native TensorFlow: BACKSTEP_TEST_ENGINE names no engine’s folder (`backstep engine install` makes one).',
  );
}

let place: Workspace;
let bundle: string;

/** What the command line gives a trainer. */
function environment(): NodeJS.ProcessEnv {
  const named = { ...process.env, BACKSTEP_HOME: place.home, BACKSTEP_ENGINE: engine };
  const found = findEngine({ environment: named });
  if (found.kind !== 'found') throw new Error(found.reason);
  return {
    ...named,
    ...engineEnvironment({ folder: engine!, manifest: found.engine.manifest }, named, process.platform),
  };
}

describe.skipIf(!engine)('native TensorFlow', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    await builtBundles();
    place = workspace({ 'experiment.ts': tinyExperiment });
    bundle = mkdtempSync(path.join(tmpdir(), 'backstep-checks-'));
    await build({
      entryPoints: ['tests/integration/trainer/tensorflow-checks.ts'],
      outfile: path.join(bundle, 'checks.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      mainFields: ['module', 'main'],
      external: ['sharp', '@swc/wasm-typescript', '@node-rs/crc32', 'webgpu'],
      plugins: [tfjsNative()],
      banner: {
        js: `import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(${JSON.stringify(path.resolve('package.json'))});`,
      },
      logLevel: 'error',
    });
  });
  afterAll(async () => {
    await place?.remove();
    if (bundle) rmSync(bundle, { recursive: true, force: true });
  });

  it('holds to what training asks of a backend', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(bundle, 'checks.mjs')], {
      env: environment(),
    });
    const results = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { name: string; error?: string });
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(results.length).toBeGreaterThan(12);
  });

  it('trains the whole zoo of layers, losses and optimizers as the cpu backend does', async () => {
    const vitest = path.resolve('node_modules/vitest/vitest.mjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [vitest, 'run', 'tests/unit/trainer/backend/zoo.test.ts', '--reporter=json'],
      { env: { ...environment(), BACKSTEP_TEST_BACKEND: 'tensorflow' }, maxBuffer: 2 ** 26 },
    );
    const report = JSON.parse(stdout.slice(stdout.indexOf('{"num'))) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    expect(report.numFailedTests).toBe(0);
    expect(report.numPassedTests).toBeGreaterThan(70);
  });

  it('is the backend that is chosen, and says on what it computes', async () => {
    const child = fork(trainerEntry, ['backends'], { env: environment(), silent: true });
    const message = await new Promise<string>((resolve) => child.once('message', (text) => resolve(String(text))));
    const { statuses } = JSON.parse(message) as { statuses: { backend: string; works: boolean; device?: string }[] };
    expect(statuses[0]).toMatchObject({ backend: 'tensorflow', works: true });
    expect(statuses[0]!.device).toMatch(/^(CPU.*\d+ threads?|.*GB) · TensorFlow \d+\.\d+/);
  });

  it('gives the same hashes in each process, and nothing of the library’s chatter', async () => {
    const run = async (name: string): Promise<{ hashes: string[]; stderr: string; backend?: string }> => {
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [
          ...[cliEntry, 'run', place.file('experiment.ts'), '--json', '--hash-every', '1'],
          ...['--eager', '--run-dir', path.join(place.folder, name)],
        ],
        { env: environment() },
      );
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { kind: string; backend?: string; stateHash?: string });
      return {
        hashes: events.flatMap(({ stateHash }) => stateHash ?? []),
        backend: events.find(({ kind }) => kind === 'start')?.backend,
        stderr,
      };
    };
    const first = await run('first');
    expect(first).toMatchObject({ backend: 'tensorflow', stderr: '' });
    expect(first.hashes.length).toBeGreaterThan(12);
    expect(new Set(first.hashes).size).toBeGreaterThan(10);
    expect(await run('second')).toEqual(first);
  });

  it('ends a run that was stopped and looked at with the hash of one that was not', async () => {
    const hashOf = async (stops: readonly number[]): Promise<string | undefined> => {
      const client = new DapClient(environment());
      try {
        await client.start(
          { experiment: place.file('experiment.ts'), backend: 'tensorflow', eager: true },
          stops.map((step) => ({ id: `step-${step}`, enabled: true, at: { kind: 'step', step } })),
        );
        for (const _ of stops) {
          await client.stopped();
          await client.request('backstep/look', {});
          await client.request('evaluate', { expression: 'tf.randomNormal([3, 3])', context: 'repl' });
          await client.request('continue', { threadId: 1 });
        }
        await client.event('terminated');
        return client.eventsOf('end')[0]?.stateHash;
      } finally {
        await client.end();
      }
    };
    const plain = await hashOf([]);
    expect(plain).toMatch(/^[0-9a-f]{16,}$/);
    expect(await hashOf([2, 5, 6])).toBe(plain);
  });
});

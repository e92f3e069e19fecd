/**
 * Compiled and eager steps agree, on native TensorFlow: each job of the harness runs in a process of its
 * own. Needs an engine: BACKSTEP_TEST_ENGINE names its folder; BACKSTEP_TEST_PYTHON a Python with TensorFlow.
 */
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tfjsNative } from '../../../scripts/tfjs-native.mjs';
import { engineManifest } from '../../../src/shared/protocol/engine.js';
import type { Agreement } from './compiled/harness.js';
import type { StateChecks } from './compiled/state-checks.js';
import type { SummaryCheck } from './compiled/summary-checks.js';
import type { WishChecks } from './compiled/wish-checks.js';

const root = path.resolve(import.meta.dirname, '../../..');
const engine = process.env['BACKSTEP_TEST_ENGINE'];
/** With TensorFlow in it. */
const python = process.env['BACKSTEP_TEST_PYTHON'];
if (!engine) console.log('compiled steps are not tested: BACKSTEP_TEST_ENGINE names no native TensorFlow');
else if (!python)
  console.log('SavedModels are not read by Python: BACKSTEP_TEST_PYTHON names no Python with TensorFlow');

describe.skipIf(!engine)('a compiled step', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-compiled-'));
  const harness = path.join(folder, 'harness.mjs');

  beforeAll(async () => {
    const banner = [
      "import { createRequire as $createRequire } from 'node:module';",
      'const require = $createRequire(import.meta.url);',
      "const $filename = require('node:url').fileURLToPath(import.meta.url), $dirname = require('node:path').dirname($filename);",
    ].join(' ');
    await build({
      entryPoints: [path.join(root, 'tests/integration/trainer/compiled/harness.ts')],
      outfile: harness,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'linked',
      logLevel: 'warning',
      mainFields: ['module', 'main'],
      absWorkingDir: root,
      banner: { js: banner },
      define: { __dirname: '$dirname', __filename: '$filename' },
      plugins: [tfjsNative({ complete: false })],
    });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run<T>(...words: string[]): Promise<T> {
    const { environment } = engineManifest.parse(JSON.parse(readFileSync(path.join(engine!, 'engine.json'), 'utf8')));
    for (const [name, value] of Object.entries(environment)) environment[name] = value.replaceAll('{engine}', engine!);
    const { stdout } = await promisify(execFile)(process.execPath, ['--enable-source-maps', harness, ...words], {
      env: { ...process.env, ...environment, BACKSTEP_ENGINE: engine },
      maxBuffer: 2 ** 24,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
  }

  it('agrees with the eager one, for layers, optimizers, losses and metrics', { timeout: 120_000 }, async () => {
    const agreements = await run<Agreement[]>('zoo');
    expect(agreements.length).toBeGreaterThan(30);
    expect(agreements.filter(({ reason }) => reason !== undefined)).toEqual([]);
    // Such a bias has no gradient but rounding, which optimizers make steps of; nothing depends on it.
    const isFree = (name: string): boolean => name.startsWith('batch normalization behind a bias');
    expect(agreements.filter(({ values }) => !(values! <= 1e-4))).toEqual([]);
    expect(agreements.filter(({ name, variables }) => !(variables! <= 1e-4) && !isFree(name))).toEqual([]);
    expect(agreements.filter(({ sameNumbers }) => !sameNumbers)).toEqual([]);
    expect(agreements.filter(({ leftBehind }) => leftBehind !== 0)).toEqual([]);
  });

  it(
    'sums up activations, gradients and weights as the eager one, and computes the same bits whether it is asked to',
    { timeout: 120_000 },
    async () => {
      const checks = await run<SummaryCheck[]>('summaries');
      expect(checks.length).toBeGreaterThan(30);
      expect(checks.filter(({ reason }) => reason !== undefined)).toEqual([]);
      // Its gradient is rounding alone, which optimizers make steps of.
      const isFree = (text: string): boolean => /^weight (conv2d|dense)_1\/bias/.test(text);
      const different = checks.flatMap(({ name, different: found = [] }) =>
        found.filter((text) => !(name.startsWith('batch normalization behind a bias') && isFree(text))),
      );
      expect(different).toEqual([]);
      expect(checks.filter(({ sameBits, leftBehind }) => !sameBits || leftBehind !== 0)).toEqual([]);
      expect(checks.reduce((sum, { compared = 0 }) => sum + compared, 0)).toBeGreaterThan(1000);
      // What another use would keep TensorFlow from fusing, and what no step changes, is left to others.
      const untold = checks.flatMap(({ name, untold: found = [] }) => found.map((text) => `${name}: ${text}`));
      expect(untold.length).toBeLessThan(12);
      expect(untold).toContain('noise layers, hinge loss: activation dense_1');
      expect(untold).toContain('a frozen layer: weight dense_1/kernel');
    },
  );

  it('tells what is wished of it from the graph, else by computing it once more unseen; a hidden NaN too', async () => {
    const checks = await run<WishChecks>('wishes');
    expect(checks.speeds).toEqual(['eager', 'compiled', 'compiled', 'compiled']);
    for (const told of [checks.eager, checks.compiled]) {
      expect(told.map((summary) => summary?.notFinite)).toEqual([0, 0, 0, 0]);
      expect(told.map((summary) => summary?.size)).toEqual([864, 30, 15, 720]);
      expect(told.every((summary) => summary!.norm > 0)).toBe(true);
    }
    expect(checks).toMatchObject({ notWished: true, unwished: true, again: true });
    // Once, for the layer whose output is inside of a fused op.
    expect(checks.calls).toEqual({ seen: 0, unseen: 1 });
    expect(new Set(checks.held).size).toBe(1);
    // One of four filters; all that comes of it; a weight that nothing changes; its gradient.
    expect(checks.poison).toEqual([0.25, 1, 0, 1]);
    for (const { kernels, values, alone } of checks.largeOnes) {
      expect(alone).toBe(values.notFinite);
      expect(kernels.notFinite).toBe(values.notFinite);
      for (const number of ['norm', 'min', 'max', 'mean', 'spread', 'zeros'] as const) {
        expect(Math.abs(kernels[number] - values[number])).toBeLessThanOrEqual(1e-5 * Math.abs(values.max));
      }
    }
    expect(checks.leftBehind).toBe(0);
  });

  it('is not made of a step that a graph cannot be, and says why and where', async () => {
    interface Refused {
      readonly name: string;
      readonly reason?: string;
      readonly untouched: boolean;
      readonly leftBehind: number;
    }
    const refused = await run<Refused[]>('refusals');
    const own = 'the step computes with a number of JavaScript that is another one each time';
    expect(Object.fromEntries(refused.map(({ name, reason }) => [name, reason?.replace(/:\d+\)/, ':…)')]))).toEqual({
      'reads the loss': 'the step reads a value while it runs (refusals.ts:…)',
      'reads inside the gradient': 'the step reads a value while it runs (refusals.ts:…)',
      'reads and swallows the refusal': 'the step reads a value while it runs (refusals.ts:…)',
      'counts in JavaScript': `${own} (refusals.ts:…)`,
      'does something else every second time':
        'the step is not the same each time: it uses a constant of shape 2 where one of a single number was (refusals.ts:…)',
      'draws in JavaScript': 'the step draws random numbers in JavaScript (refusals.ts:…)',
      'makes noise from a generator of its own': `${own} (refusals.ts:…)`,
      'makes a variable': expect.stringMatching(/^the step makes a variable \(/),
      'is asynchronous': 'the step is asynchronous',
      'writes to the console': 'the step writes to the console (refusals.ts:…)',
      'keeps an average instead of the last one': 'the step keeps a tensor for later',
      'uses a second optimizer': 'the step uses a second optimizer (refusals.ts:…)',
      'keeps a tensor': 'the step keeps a tensor for later',
      'computes with the learning rate squared':
        'the step computes with a number that follows from the learning rate in its own way (refusals.ts:…)',
      'swaps a table from outside':
        'the step is not the same each time: it uses another tensor from outside than before (refusals.ts:…)',
      'gives more than a number': 'the step gives a tensor that is not a single number',
      fails: 'it could not be compiled (the person’s own mistake)',
    });
    expect(refused.filter(({ untouched }) => !untouched)).toEqual([]);
    // What the step itself keeps is its own: the variable, the tensor.
    expect(refused.filter(({ leftBehind }) => leftBehind > 0).map(({ name }) => name)).toEqual([
      'makes a variable',
      'keeps a tensor',
    ]);
  });

  it('keeps the state apart and brings it back exactly', async () => {
    const checks = await run<StateChecks>('state');
    for (const difference of Object.values(checks.schedules)) expect(difference).toBeLessThan(1e-5);
    expect(checks.anchored).toBeLessThan(1e-5);
    expect(checks.comingAndGoing).toMatchObject({
      startUntouched: 0,
      pulledUntouched: 0,
      restored: 0,
      iterations: [1, 5, 1],
    });
    expect(checks.comingAndGoing.changedByHand).toBeLessThan(1e-5);
    expect(checks.comingAndGoing.norms).toHaveLength(checks.comingAndGoing.weights);
    expect(Math.min(...checks.comingAndGoing.norms)).toBeGreaterThan(0);
    expect(checks.norms).toBeLessThan(1e-5);
    expect(checks.notFinite).toEqual({ fine: true, infinite: false, afterwards: false });
    expect(checks.twoSizes.fits).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(checks.twoSizes.difference).toBeLessThan(1e-5);
    expect(checks.twoSizes.iterations).toBe(7);
    expect(checks.leftoverFolders).toBe(0);
    expect(checks.written.files).toEqual(['saved_model.pb']);
    expect(checks.written.graphBytes).toBeGreaterThan(1000);
  });

  it('computes the same bits in another process', async () => {
    const job = ['hash', 'small network, adam', '20'];
    const [one, two] = [await run<string>(...job), await run<string>(...job)];
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toBe(one);
    expect(await run<string>('hash', 'small network, adam', '21')).not.toBe(one);
  });

  it.skipIf(!python)('is written as a SavedModel that Python loads and trains to the same losses', async () => {
    const losses = await run<number[]>('write', folder, '4');
    const script = path.join(import.meta.dirname, 'compiled/train_saved_model.py');
    const { stdout } = await promisify(execFile)(python!, [script, folder]);
    const trained = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
      losses: number[];
      ops: number;
      signatures: string[];
    };
    expect(trained.losses).toHaveLength(4);
    trained.losses.forEach((loss, index) => expect(loss).toBeCloseTo(losses[index]!, 5));
    expect(new Set(losses).size).toBe(4);
    expect(trained.signatures).toContain('train');
    expect(trained.ops).toBeGreaterThan(100);
  });

  it('does not grow over 2,000 steps', async () => {
    const thirds = await run<{ tensors: number; handles: number; megabytes: number }[]>('growth', '2001');
    const [first, second, last] = thirds as [(typeof thirds)[0], (typeof thirds)[0], (typeof thirds)[0]];
    expect(second.tensors).toBe(first.tensors);
    expect(last.tensors).toBe(first.tensors);
    expect(last.handles).toBe(first.handles);
    expect(last.megabytes - second.megabytes).toBeLessThan(30);
  });
});

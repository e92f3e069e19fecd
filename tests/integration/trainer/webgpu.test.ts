/** The webgpu backend on a Vulkan driver that computes on the CPU: trains, stops and looks as any other, with equal bits. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stepLook, type StepEvent } from '../../../src/shared/protocol/training.js';
import { builtBundles, cliEntry, workspace, type Workspace } from './built.js';
import { DapClient } from './dap-client.js';

/** The driver's description; its libraries may lie beside it, outside of the system. */
const driver = process.env['BACKSTEP_TEST_VULKAN_ICD'];
if (!driver) console.log('webgpu is not tried: BACKSTEP_TEST_VULKAN_ICD names no Vulkan driver (.ci/run gets one)');

function vulkanEnvironment(file: string): Record<string, string> {
  const libraries = path.resolve(path.dirname(file), '../../../lib');
  const folders = existsSync(libraries) ? readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu')) : [];
  const places = folders.map((name) => path.join(libraries, name));
  const before = process.env['LD_LIBRARY_PATH'];
  return {
    VK_ICD_FILENAMES: file,
    LD_LIBRARY_PATH: [...places, ...(before ? [before] : [])].join(':'),
  };
}

const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const examples = 24;
const pixels = Array.from({ length: examples * 64 }, (_, index) => Math.sin(index * index) + (Math.floor(index / 64) % 3));
const labels = Array.from({ length: examples }, (_, row) => [0, 1, 2].map((one) => (one === row % 3 ? 1 : 0)));

export default defineExperiment({
  seed: 7,
  data: () => datasets.tensors({ xs: tf.tensor4d(pixels, [examples, 8, 8, 1]), ys: tf.tensor2d(labels), batchSize: 4 }),
  model: () => tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.25 }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
  epochs: 2,
});
`;

describe.skipIf(!driver)('webgpu', () => {
  const run = promisify(execFile);
  const environment = driver ? vulkanEnvironment(driver) : {};
  let place: Workspace;
  let client: DapClient | undefined;

  beforeAll(async () => {
    await builtBundles();
    place = workspace({ 'experiment.ts': experiment });
  });
  afterEach(async () => {
    await client?.end();
    client = undefined;
  });
  afterAll(() => place?.remove());

  async function train(backend: string): Promise<readonly StepEvent[]> {
    const { stdout } = await run(
      process.execPath,
      [cliEntry, 'run', place.file('experiment.ts'), '--backend', backend, '--json', '--hash-every', '1'],
      { env: { ...process.env, ...environment, BACKSTEP_HOME: place.home }, timeout: 60_000 },
    );
    const events = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { readonly kind: string });
    return events.filter((event): event is StepEvent => event.kind === 'step');
  }

  test('trains to the same bits in every process, stopped and looked at or not, and as cpu does', async () => {
    const alone = await train('webgpu');
    const hashes = alone.map(({ stateHash }) => stateHash);
    expect(alone).toHaveLength(12);
    expect(new Set(hashes).size).toBe(12);

    client = new DapClient({ BACKSTEP_HOME: place.home, ...environment });
    await client.start({ experiment: place.file('experiment.ts'), backend: 'webgpu', hashEvery: 1 }, [
      { id: 'step', enabled: true, at: { kind: 'step', step: 3 } },
    ]);
    expect(await client.stopped()).toMatchObject({ step: 3 });
    const look = stepLook.parse(await client.request('backstep/look', {}));
    expect(look.stateHash).toBe(hashes[2]);
    expect(look.gradNorm).toBeGreaterThan(0);
    for (const { output } of look.layers) expect(output!.spread).toBeGreaterThan(0);
    await client.request('continue', { threadId: 1 });
    await client.event('terminated');
    expect(client.eventsOf('start')[0]).toMatchObject({ backend: 'webgpu', device: expect.stringContaining('WebGPU') });
    expect(client.eventsOf('step').map(({ stateHash }) => stateHash)).toEqual(hashes);

    const reference = await train('cpu');
    for (const [index, { loss }] of alone.entries()) expect(loss).toBeCloseTo(reference[index]!.loss, 3);
  });

  test('is left aside by “auto”, for a CPU that plays a GPU is no gain', async () => {
    const { stdout } = await run(process.execPath, [cliEntry, 'doctor', '--json'], {
      env: { ...process.env, ...environment, BACKSTEP_HOME: place.home, BACKSTEP_WEBGPU: '' },
    });
    const { backends } = JSON.parse(stdout) as {
      readonly backends: { readonly name: string; readonly state: string }[];
    };
    expect(backends.find(({ name }) => name === 'webgpu')).toMatchObject({ state: 'limited' });
  });

  test('layers and optimizers train as on cpu', async () => {
    const chosen =
      'layers (conv2d|depthwiseConv2d|conv2dTranspose|maxPooling2d|batchNormalization|lstm|gru|dropout|embedding)$|optimizers';
    const { stdout } = await run(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        'tests/unit/trainer/backend/zoo.test.ts',
        '-t',
        chosen,
        '--reporter',
        'json',
      ],
      {
        env: { ...process.env, ...environment, BACKSTEP_TEST_BACKEND: 'webgpu' },
        timeout: 120_000,
        maxBuffer: 2 ** 26,
      },
    ).catch((error: { readonly stdout: string; readonly stderr: string }) => {
      if (!error.stdout) throw error;
      return { stdout: error.stdout };
    });
    const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
      readonly testResults: {
        readonly assertionResults: {
          readonly fullName: string;
          readonly status: string;
          readonly failureMessages: string[];
        }[];
      }[];
    };
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]}`)).toEqual([]);
    expect(results.filter(({ status }) => status === 'passed')).toHaveLength(17);
  }, 130_000);
});

/** `backstep graph`, as the real command. What needs native TensorFlow needs BACKSTEP_TEST_ENGINE. */
import { fromBinary } from '@bufbuild/protobuf';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SavedModelSchema } from '../../../src/shared/graph/generated/protobuf/saved_model_pb.js';
import { builtBundles, tinyExperiment, workspace, type Workspace } from '../trainer/built.js';
import { command, type Ended } from './command.js';

const engine = process.env['BACKSTEP_TEST_ENGINE'];
if (!engine) console.log('written graphs are not tested: BACKSTEP_TEST_ENGINE names no native TensorFlow');

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': tinyExperiment,
    'reading.ts': tinyExperiment.replace(
      "  loss: 'categoricalCrossentropy',",
      `  loss: (truth, guess) => {
    const loss = tf.losses.meanSquaredError(truth, guess);
    return loss.dataSync()[0] > 1e9 ? loss.mul(2) : loss;
  },`,
    ),
  });
});
afterAll(() => place?.remove());

async function graph(use: string, ...words: string[]): Promise<Ended> {
  const before = process.env['BACKSTEP_ENGINE'];
  process.env['BACKSTEP_ENGINE'] = use;
  try {
    return await command(['graph', ...words], { cwd: place.folder, home: place.home });
  } finally {
    if (before === undefined) delete process.env['BACKSTEP_ENGINE'];
    else process.env['BACKSTEP_ENGINE'] = before;
  }
}

test('says what is missing where there is no native TensorFlow, and writes nothing', async () => {
  const { code, stdout, stderr } = await graph('none', 'experiment.ts', '--out', 'graph.pbtxt');
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('The tensorflow backend cannot be used');
  expect(existsSync(path.join(place.folder, 'graph.pbtxt'))).toBe(false);
});

test('refuses to write a SavedModel nowhere, and over something', async () => {
  expect(await graph('none', 'experiment.ts', '--format', 'savedmodel')).toMatchObject({ code: 2, stdout: '' });
  const { code, stderr } = await graph('none', 'experiment.ts', '--format', 'savedmodel', '--out', '.');
  expect(code).toBe(2);
  expect(stderr).toContain('is there already');
});

describe.skipIf(!engine)('with native TensorFlow', () => {
  test('writes the graph as text to standard output, and leaves no run behind', async () => {
    const { code, stdout, stderr } = await graph(engine!, 'experiment.ts');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const op of ['Placeholder', 'MatMul', 'BiasAdd', 'ReluGrad', 'ResourceApplyAdam']) {
      expect(stdout).toContain(`op: "${op}"`);
    }
    expect(existsSync(path.join(place.folder, 'runs'))).toBe(false);
  });

  test('writes a SavedModel with its state', async () => {
    const { code, stderr } = await graph(engine!, 'experiment.ts', '--format', 'savedmodel', '--out', 'model');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const bytes = readFileSync(path.join(place.folder, 'model', 'saved_model.pb'));
    const { signatureDef } = fromBinary(SavedModelSchema, new Uint8Array(bytes)).metaGraphs[0]!;
    expect(Object.keys(signatureDef['train']!.inputs)).toContain('learning_rate');
    expect(Object.keys(signatureDef)).toContain('__saved_model_init_op');
  });

  test('says why a step has no graph', async () => {
    const { code, stdout, stderr } = await graph(engine!, 'reading.ts');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('This step is not compiled: the step reads a value while it runs (reading.ts:20)');
  });
});

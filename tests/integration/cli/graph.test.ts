/** `backstep graph`, as the real command. What needs native TensorFlow needs BACKSTEP_TEST_ENGINE. */
import { fromBinary } from '@bufbuild/protobuf';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SavedModelSchema } from '../../../src/shared/generated/tensorflow/core/protobuf/saved_model_pb.js';
import type { OpGraph } from '../../../src/shared/graph/op-graph.js';
import { builtBundles, tinyExperiment, workspace, type Workspace } from '../trainer/built.js';
import { command, start, type Ended } from './command.js';

const engine = process.env['BACKSTEP_TEST_ENGINE'];
if (!engine) console.log('written graphs are not tested: BACKSTEP_TEST_ENGINE names no native TensorFlow');

const python = process.env['BACKSTEP_TEST_PYTHON'];
if (!python) console.log('TensorFlow does not read written graphs: BACKSTEP_TEST_PYTHON names no Python with it');

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': tinyExperiment,
    'own-loss.ts': tinyExperiment.replace(
      "  loss: 'categoricalCrossentropy',",
      `  loss: (truth, guess) =>
    tf.abs(truth.sub(guess)),`,
    ),
    'own-layer.ts': `import { datasets, defineExperiment, tf } from 'backstep';
class Twice extends tf.layers.Layer {
  static className = 'Twice';
  call(inputs: any) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.mul(x, 2);
  }
}
class Small extends (Object.getPrototypeOf(tf.regularizers.l2().constructor) as any) {
  static className = 'Small';
  apply(x: tf.Tensor) {
    return tf.sum(tf.abs(x));
  }
  getConfig() { return {}; }
}
export default defineExperiment({
  data: () => datasets.tensors({ xs: tf.ones([8, 5]), ys: tf.ones([8, 3]), batchSize: 4 }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [5] }),
        new Twice({}),
        tf.layers.dense({ units: 3, kernelRegularizer: new Small() as any }),
      ],
    }),
  optimizer: () => tf.train.sgd(0.1),
  loss: 'meanSquaredError',
});
`,
    'model.json': JSON.stringify({
      class_name: 'Sequential',
      config: {
        name: 'net',
        layers: [{ class_name: 'Dense', config: { name: 'd', units: 3, batch_input_shape: [null, 4] } }],
      },
    }),
    'wider.json': JSON.stringify({
      class_name: 'Sequential',
      config: {
        name: 'net',
        layers: [{ class_name: 'Dense', config: { name: 'd', units: 5, batch_input_shape: [null, 4] } }],
      },
    }),
    'model.onnx': 'no model',
    'grown.ts': tinyExperiment.replace(
      /^.*units: 8.*$/m,
      (line) => `${line}\n        tf.layers.dense({ units: 6, activation: 'relu' }),`,
    ),
    'broken.ts': tinyExperiment.replace('inputShape: [4]', 'inputShape: [5]'),
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

test('a reader that has enough, as `head`, ends it without a word', async () => {
  const running = start(['graph', 'experiment.ts', '--format', 'json'], { cwd: place.folder, home: place.home });
  running.process.stdout!.destroy();
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
});

test('says what is missing where there is no native TensorFlow, and writes nothing', async () => {
  const { code, stdout, stderr } = await graph(
    'none',
    'experiment.ts',
    '--format',
    'pbtxt',
    '--compiled',
    '--out',
    'graph.pbtxt',
  );
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

test('opens a model by others', async () => {
  const { code, stdout } = await graph('none', 'model.json');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as OpGraph).edges).toEqual([{ from: 'input', to: 'd', slot: 0, input: 'input' }]);
  expect(await graph('none', 'model.onnx')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('cannot be opened as ONNX') as string,
  });
  expect(await graph('none', 'model.json', '--format', 'savedmodel')).toMatchObject({ code: 2 });
});

test('compares two models', async () => {
  const { code, stdout } = await graph('none', 'model.json', '--compare', 'wider.json');
  expect(code).toBe(0);
  expect(stdout).toBe(
    '~ d  Dense  output 3 float32 → 5 float32; units 3 → 5\n0 added, 0 removed, 1 changed, 1 the same\n',
  );
  const { stdout: recorded } = await graph('none', 'experiment.ts', '--compare', 'own-loss.ts', '--backend', 'cpu');
  expect(recorded).toMatch(/^\+ .*Abs/m);
  expect(recorded).toMatch(/\d+ added, \d+ removed/);
  // What follows a layer that was put in is numbered anew, and is the same nevertheless.
  const { stdout: grown } = await graph('none', 'experiment.ts', '--compare', 'grown.ts', '--backend', 'cpu');
  expect(grown).toMatch(/^\+ dense_2\/Relu /m);
  expect(grown).toMatch(/ \(was dense_2\/kernel\) /);
  expect(grown).toMatch(/ 0 removed, /);
});

describe('the recorded ops', () => {
  const cpu = ['--backend', 'cpu'] as const;

  test('as JSON on standard output, from the experiment’s first batch', async () => {
    const { code, stdout, stderr } = await graph('none', 'experiment.ts', ...cpu);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { nodes, edges, backend, batchSize } = JSON.parse(stdout) as OpGraph;
    expect({ backend, batchSize }).toEqual({ backend: 'cpu', batchSize: 4 });
    expect(edges.length).toBeGreaterThan(nodes.length);
    const relu = nodes.find(({ op }) => op === 'Relu');
    expect(relu).toMatchObject({
      layer: 'dense_1',
      phase: 'forward',
      outputs: [{ shape: [4, 8], dtype: 'float32' }],
      file: place.file('experiment.ts'),
      line: 12,
    });
    expect(existsSync(path.join(place.folder, 'runs'))).toBe(false);
  });

  test('names the line of an op in a loss of the person’s own', async () => {
    const { stdout } = await graph('none', 'own-loss.ts', ...cpu);
    const { nodes } = JSON.parse(stdout) as OpGraph;
    expect(nodes.find(({ op, phase }) => op === 'Abs' && phase === 'loss')).toMatchObject({ line: 19 });
  });

  test('as a file: text for TensorBoard, a picture', async () => {
    for (const format of ['pbtxt', 'svg']) {
      const out = `graph.${format}`;
      const { code, stdout, stderr } = await graph('none', 'experiment.ts', ...cpu, '--format', format, '--out', out);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    }
    const text = readFileSync(place.file('graph.pbtxt'), 'utf8');
    expect(text).toContain('name: "dense_1/Relu"');
    expect(readFileSync(place.file('graph.svg'), 'utf8')).toMatch(/^<svg [\s\S]*dense_1[\s\S]*<\/svg>\n$/);
  });

  test.skipIf(!python)('as text that TensorFlow reads', async () => {
    await graph('none', 'experiment.ts', ...cpu, '--format', 'pbtxt', '--out', 'read.pbtxt');
    const script = `
import sys
from google.protobuf import text_format
from tensorflow.core.framework import graph_pb2
graph = text_format.Parse(open(sys.argv[1]).read(), graph_pb2.GraphDef())
names = {node.name for node in graph.node}
assert len(names) == len(graph.node)
assert all(name.split(':')[0] in names for node in graph.node for name in node.input)
relu = next(node for node in graph.node if node.op == 'Relu')
print(relu.name, [dim.size for dim in relu.attr['_output_shapes'].list.shape[0].dim])
`;
    const { stdout } = await promisify(execFile)(python!, ['-c', script, place.file('read.pbtxt')]);
    expect(stdout.trim()).toBe('dense_1/Relu [4, 8]');
  });

  test('names the lines of ops in a layer and a regularizer of the person’s own, and of the library’s layers', async () => {
    const { stdout } = await graph('none', 'own-layer.ts', ...cpu);
    const { nodes } = JSON.parse(stdout) as OpGraph;
    const lineOf = (wanted: string, within: string) =>
      nodes.find(({ op, phase, layer }) => op === wanted && phase === 'forward' && layer === within)?.line;
    expect(lineOf('Multiply', 'twice_1')).toBe(6);
    expect(lineOf('_FusedMatMul', 'dense_1')).toBe(21);
    expect(lineOf('_FusedMatMul', 'dense_2')).toBe(23);
    expect(nodes.find(({ op, phase }) => op === 'Abs' && phase === 'loss')?.line).toBe(12);
  });

  test('tells what is wrong with an experiment at its line', async () => {
    const { code, stdout, stderr } = await graph('none', 'broken.ts', ...cpu);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('broken.ts:');
    expect(await graph('none', 'nowhere.ts')).toMatchObject({ code: 2, stdout: '' });
    expect(await graph('none', 'experiment.ts', '--compiled')).toMatchObject({ code: 2, stdout: '' });
    expect(await graph('none', 'experiment.ts', '--out', '.')).toMatchObject({ code: 2, stdout: '' });
  });
});

describe.skipIf(!engine)('with native TensorFlow', () => {
  test('writes the graph as text to standard output, and leaves no run behind', async () => {
    const { code, stdout, stderr } = await graph(engine!, 'experiment.ts', '--format', 'pbtxt', '--compiled');
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
    const { code, stdout, stderr } = await graph(engine!, 'reading.ts', '--format', 'pbtxt', '--compiled');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('This step is not compiled: the step reads a value while it runs (reading.ts:20)');
  });
});

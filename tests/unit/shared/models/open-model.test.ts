/** Model files by others, opened: what is in them, and what is said of broken ones. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { GraphDefSchema } from '../../../../src/shared/generated/tensorflow/core/framework/graph_pb.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { ModelProtoSchema, TensorProto_DataType } from '../../../../src/shared/models/generated/onnx_pb.js';
import { openModel } from '../../../../src/shared/models/open-model.js';
import { ModelFileError } from '../../../../src/shared/models/model-format.js';

const data = path.resolve(process.env['BACKSTEP_TEST_DATA'] ?? '../shared/data');
const models = path.join(data, 'models');
const there = existsSync(models);
if (!there) console.log(`skipped: ${models} is not there; set BACKSTEP_TEST_DATA to the folder of test data`);

const read = (...parts: string[]): Uint8Array => new Uint8Array(readFileSync(path.join(data, ...parts)));
const open = (...parts: string[]) => openModel({ name: parts.at(-1)!, bytes: read(...parts) });
const text = (name: string, content: unknown) =>
  openModel({ name, bytes: strToU8(typeof content === 'string' ? content : JSON.stringify(content)) });

/** Of what one model's graph must be, whatever it was read from. */
function expectSound(graph: OpGraph): void {
  const places = new Map(graph.nodes.map(({ id }, index) => [id, index]));
  expect(places.size).toBe(graph.nodes.length);
  for (const { from, to } of graph.edges) {
    expect(places.has(from) && places.has(to)).toBe(true);
    expect(places.get(from)!).toBeLessThan(places.get(to)!);
  }
}

describe.runIf(there)('one network, saved by Keras in all ways', () => {
  const keras = 'models/generated-keras3';
  const layers = ['InputLayer', 'Conv2D', 'BatchNormalization', 'MaxPooling2D', 'Conv2D', 'MaxPooling2D'];

  it.each(['mnist_cnn.keras', 'mnist_cnn.h5', 'mnist_cnn.json'])(
    '%s: its layers, shapes and parameters',
    async (file) => {
      const { graphs } = await open(keras, file);
      const { graph } = graphs[0]!;
      expectSound(graph);
      expect(graph.nodes.slice(0, 6).map(({ op }) => op)).toEqual(layers);
      expect(graph.nodes[1]!.outputs).toEqual([{ shape: [-1, 26, 26, 8], dtype: 'float32' }]);
      expect(graph.nodes.at(-1)!.outputs[0]!.shape).toEqual([-1, 10]);
      // Keras's own count_params.
      expect(graph.layers.reduce((sum, { params }) => sum + params, 0)).toBe(5290);
    },
  );

  it('saved_model.pb: the ops of a signature, its functions where they are called', async () => {
    const { graphs, notes } = await open(keras, 'saved_model', 'saved_model.pb');
    expect(graphs.map(({ title }) => title)).toEqual(['serving_default', 'serve']);
    const { graph } = graphs[0]!;
    expectSound(graph);
    const convolutions = graph.nodes.filter(({ op }) => op === 'Conv2D');
    expect(convolutions.map(({ outputs }) => outputs[0]!.shape)).toEqual([
      [-1, 26, 26, 8],
      [-1, 11, 11, 16],
    ]);
    expect(graph.nodes.some(({ op }) => op.includes('Save') || op.includes('Restore'))).toBe(false);
    expect(notes.join(' ')).toContain('save and restore');
  });

  it.each(['mnist_cnn.tflite', 'mnist_cnn_dynrange.tflite'])('%s: its operators', async (file) => {
    const { graph } = (await open(keras, file)).graphs[0]!;
    expectSound(graph);
    const kinds = graph.nodes.filter(({ kind }) => kind === 'op').map(({ op }) => op);
    expect(kinds.filter((op) => op === 'Conv2D')).toHaveLength(2);
    expect(kinds).toContain('FullyConnected');
    expect(kinds.at(-1)).toBe('Softmax');
    const convolution = graph.nodes.find(({ op }) => op === 'Conv2D');
    expect(convolution!.attributes).toMatchObject({ padding: 'VALID', stride_w: 1, fused_activation_function: 'RELU' });
    const quantized = graph.nodes.flatMap(({ attributes }) => attributes?.['quantization'] ?? []);
    expect(quantized.length > 0).toBe(file.includes('dynrange'));
  });

  it('weights without an architecture are told as such', async () => {
    await expect(open(keras, 'mnist_cnn.weights.h5')).rejects.toThrow(/weights alone.*\.keras/);
  });

  it('a file that is no model says what is missing', async () => {
    await expect(open(keras, 'reference.json')).rejects.toThrow(/class_name and config/);
  });
});

describe.runIf(there)('TensorFlow.js and TensorBoard', () => {
  it.each([
    ['abalone', 3051],
    ['cnn-explainer-tinyvgg', 19920],
    ['tfjs-e2e', 2300],
  ])('%s', async (folder, params) => {
    const { graph } = (await open('models/tfjs-layers', folder, 'model.json')).graphs[0]!;
    expectSound(graph);
    expect(graph.layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
  });

  it('event files that hold a graph, and those that do not', async () => {
    const folder = path.join(data, 'tensorboard-logs');
    const { readdirSync } = await import('node:fs');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.includes('tfevents'));
    const kinds = new Set<string>();
    for (const file of files) {
      try {
        const model = await openModel({
          name: path.basename(file),
          bytes: new Uint8Array(readFileSync(path.join(folder, file))),
        });
        for (const { graph, title } of model.graphs) {
          expectSound(graph);
          kinds.add(title.split(' ')[0]!);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ModelFileError);
        expect((error as Error).message).toContain('holds no graph');
      }
    }
    expect(kinds).toEqual(new Set(['ops', 'Keras']));
  });
});

const layer = (className: string, config: object, extra: object = {}) => ({ class_name: className, config, ...extra });

describe('layers by their configuration', () => {
  it('what goes into a model within a model goes on to its layers', async () => {
    const at = (name: string) => [[[name, 0, 0, {}]]];
    const placed = (className: string, name: string, config: object, from?: string) =>
      layer(className, { name, ...config }, { name, inbound_nodes: from === undefined ? [] : at(from) });
    const model = (name: string, input: string, layers: object[], output: string) => ({
      name,
      layers: [placed('InputLayer', input, { batch_input_shape: [null, 4] }), ...layers],
      input_layers: [[input, 0, 0]],
      output_layers: [[output, 0, 0]],
    });
    const inner = placed(
      'Functional',
      'base',
      model('base', 'inner', [placed('Dense', 'deep', { units: 3 }, 'inner')], 'deep'),
      'outer',
    );
    const outer = model('net', 'outer', [inner, placed('Dense', 'last', { units: 2 }, 'base')], 'last');
    const { graphs, training } = await text('net.json', { class_name: 'Functional', config: outer });
    expect(graphs[0]!.graph.edges.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'outer → base/deep',
      'base/deep → last',
    ]);
    expect(graphs[0]!.graph.nodes.map(({ outputs }) => outputs[0]!.shape)).toEqual([[-1, 4], [-1, 3], [-1, 2]]); // prettier-ignore
    expect(training?.inputs).toEqual([[4]]);
  });

  it('a layer that is called twice is counted once; what an operation splits is told by what takes it', async () => {
    const tensor = (name: string, slot: number, ...shape: (number | null)[]) => ({
      class_name: '__keras_tensor__',
      config: { shape, keras_history: [name, slot < 0 ? 1 : 0, Math.max(0, slot)] },
    });
    const called = (...calls: unknown[][]) => ({ inbound_nodes: calls.map((args) => ({ args, kwargs: {} })) });
    const operation = { module: 'keras.src.ops.numpy', class_name: 'Split', config: { name: 'split' }, name: 'split' };
    const layers = [
      { ...layer('InputLayer', { name: 'x', batch_shape: [null, 4] }), name: 'x', inbound_nodes: [] },
      { ...layer('Dense', { name: 'd', units: 4, trainable: true }), name: 'd', ...called([tensor('x', 0, null, 4)], [tensor('d', 0, null, 4)]) }, // prettier-ignore
      { ...operation, ...called([tensor('d', -1, null, 4), 2]) },
      { ...operation, class_name: 'Multiply', config: { name: 'm' }, name: 'm', ...called([tensor('split', 0, null, 2), tensor('split', 1, null, 2)]) }, // prettier-ignore
    ];
    const config = { name: 'net', layers, input_layers: [['x', 0, 0]], output_layers: [['m', 0, 0]] };
    const { graph } = (await text('net.json', { class_name: 'Functional', config })).graphs[0]!;
    expectSound(graph);
    expect(graph.layers.map(({ layer: name, params }) => [name, params])).toEqual([['x', 0], ['d', 20], ['split', 0], ['m', 0]]); // prettier-ignore
    expect(graph.nodes.map(({ outputs }) => outputs.map(({ shape }) => shape))).toEqual([[[-1, 4]], [[-1, 4]], [[-1, 4]], [[-1, 2], [-1, 2]], [[-1, 2]]]); // prettier-ignore
    expect(graph.edges.map(({ from, slot }) => `${from}:${slot}`)).toEqual([
      'x:0',
      'd:0',
      'd_2:0',
      'split:0',
      'split:1',
    ]);
  });

  const sequential = (...layers: object[]) => ({ class_name: 'Sequential', config: { name: 'net', layers } });

  it('150×150×3 becomes 148, 74, 72, 36, as a person counts it', async () => {
    const model = sequential(
      layer('InputLayer', { name: 'x', batch_input_shape: [null, 150, 150, 3] }),
      layer('Conv2D', { name: 'a', filters: 64, kernel_size: [3, 3], strides: [1, 1], padding: 'valid' }),
      layer('MaxPooling2D', { name: 'b', pool_size: [2, 2], strides: [2, 2], padding: 'valid' }),
      layer('Conv2D', { name: 'c', filters: 64, kernel_size: [3, 3], strides: [1, 1], padding: 'valid' }),
      layer('MaxPooling2D', { name: 'd', pool_size: [2, 2], strides: [2, 2], padding: 'valid' }),
      layer('Flatten', { name: 'e' }),
      layer('Dense', { name: 'f', units: 3 }),
    );
    const { graph } = (await text('m.json', model)).graphs[0]!;
    expect(graph.nodes.map(({ outputs }) => outputs[0]!.shape.slice(1).join('×'))).toEqual([
      '150×150×3',
      '148×148×64',
      '74×74×64',
      '72×72×64',
      '36×36×64',
      '82944',
      '3',
    ]);
    expect(graph.layers.map(({ params }) => params)).toEqual([0, 1792, 0, 36928, 0, 0, 248835]);
  });

  it('branches, a model within a model, and a layer that is called twice', async () => {
    const call = (name: string, node = 0) => [name, node, 0, {}];
    const inner = layer(
      'Sequential',
      { name: 'inner', layers: [layer('Dense', { name: 'd', units: 4 }), layer('ReLU', { name: 'r' })] },
      { name: 'inner', inbound_nodes: [[call('a')], [call('b')]] },
    );
    const model = layer('Functional', {
      name: 'net',
      layers: [
        layer('Add', { name: 'sum' }, { name: 'sum', inbound_nodes: [[call('inner', 0), call('inner', 1)]] }),
        layer('InputLayer', { name: 'a', batch_shape: [null, 8] }, { name: 'a', inbound_nodes: [] }),
        layer('InputLayer', { name: 'b', batch_shape: [null, 8] }, { name: 'b', inbound_nodes: [] }),
        inner,
      ],
      input_layers: [call('a'), call('b')],
      output_layers: [call('sum')],
    });
    const { graph } = (await text('m.json', model)).graphs[0]!;
    expectSound(graph);
    expect(graph.nodes.filter(({ op }) => op === 'Dense')).toHaveLength(2);
    expect(graph.edges.filter(({ to }) => to === 'sum')).toHaveLength(2);
    expect(graph.nodes.find(({ id }) => id === 'inner/d')!.group).toEqual(['inner']);
  });

  it('a layer that nobody knows is shown, its shape left open', async () => {
    const model = sequential(
      layer('InputLayer', { name: 'x', batch_shape: [null, 8] }),
      layer('Lambda', { name: 'own', function: ['cXVpdCgp', null, null] }),
      layer('Dense', { name: 'd', units: 2 }),
    );
    const { graph } = (await text('m.json', model)).graphs[0]!;
    expect(graph.nodes.map(({ op, outputs }) => [op, outputs.length])).toEqual([
      ['InputLayer', 1],
      ['Lambda', 0],
      ['Dense', 0],
    ]);
  });

  it('says which layer hangs in the air', async () => {
    const model = layer('Functional', {
      name: 'net',
      layers: [layer('Dense', { name: 'lost', units: 4 }, { name: 'lost', inbound_nodes: [[['nowhere', 0, 0, {}]]] })],
      input_layers: [],
      output_layers: [],
    });
    await expect(text('m.json', model)).rejects.toThrow(/layer lost is called with/);
  });

  it('models nested without end are refused', async () => {
    let model: object = layer('Dense', { name: 'd', units: 1 });
    for (let depth = 0; depth < 100; depth++) model = layer('Sequential', { name: `s${depth}`, layers: [model] });
    await expect(text('m.json', model)).rejects.toThrow(/more than 64 deep/);
  });
});

describe('TensorFlow graphs', () => {
  it('as text: the same as in binary, errors by their line', async () => {
    const source = `
      # a comment
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
             attr { key: "shape" value { shape { dim { size: -1 } dim { size: 4 } } } } }
      node { name: "w" op: "Const" attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 4 } dim { size: 3 } }
             tensor_content: "\\000\\000\\200?" "abc" } } } }
      node < name: 'layer/y' op: "MatMul" input: "x" input: "w:0" input: "^x" device: "/device:GPU:0"
             attr { key: "transpose_a" value { b: false } } attr { key: "unknown_to_us" value { f: 1e-3 } } >
      versions { producer: 1882 }
    `;
    const { graphs, facts } = await text('g.pbtxt', source);
    const { graph } = graphs[0]!;
    expectSound(graph);
    expect(graph.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ['x', 'input'],
      ['w', 'constant'],
      ['layer/y', 'op'],
    ]);
    expect(graph.nodes[0]!.outputs).toEqual([{ shape: [-1, 4], dtype: 'float32' }]);
    expect(graph.nodes.map(({ device }) => device)).toEqual([undefined, undefined, '/device:GPU:0']);
    expect(graph.edges.map(({ from, input }) => [from, input])).toEqual([
      ['x', 'a'],
      ['w', 'b'],
      ['x', 'control'],
    ]);
    expect(facts).toEqual([{ name: 'producer', value: '1882' }]);
    await expect(text('g.pbtxt', 'node {\n  name: "a"\n  op: }\n')).rejects.toThrow(/Line 3/);
    await expect(text('g.pbtxt', 'node { name: "a"')).rejects.toThrow(/\} is missing/);
  });

  it('loops are cut with a word, inputs from nowhere left out with another', async () => {
    const graph = create(GraphDefSchema, {
      node: [
        { name: 'loop/Merge', op: 'Merge', input: ['loop/Next', 'start', 'missing'] },
        { name: 'loop/Next', op: 'NextIteration', input: ['loop/Merge'] },
        { name: 'start', op: 'Const' },
      ],
    });
    const model = await openModel({ name: 'g.pb', bytes: toBinary(GraphDefSchema, graph) });
    expectSound(model.graphs[0]!.graph);
    expect(model.notes.join(' ')).toMatch(
      /1 input named in the file is not in it, such as missing.*1 edge that leads back/,
    );
  });

  it('what a choice and a loop may run stands below them, each fed by what goes in', async () => {
    const arg = (name: string) => ({ name });
    const func = (name: string) => ({ value: { case: 'func' as const, value: { name } } });
    const body = (name: string, op: string) => ({
      signature: { name, inputArg: [arg('x')], outputArg: [arg('y')] },
      nodeDef: [{ name: 'inner', op, input: ['x'] }],
      ret: { y: 'inner:y:0' },
    });
    const graph = create(GraphDefSchema, {
      node: [
        { name: 'x', op: 'Placeholder' },
        {
          name: 'choice',
          op: 'StatelessIf',
          input: ['x', 'x'],
          attr: { then_branch: func('a'), else_branch: func('b') },
        },
        { name: 'loop', op: 'While', input: ['choice'], attr: { cond: func('b'), body: func('a') } },
      ],
      library: { function: [body('a', 'Relu'), body('b', 'Neg')] },
    });
    const { graphs, notes } = await openModel({ name: 'g.pb', bytes: toBinary(GraphDefSchema, graph) });
    expectSound(graphs[0]!.graph);
    expect(notes).toEqual([]);
    const edges = graphs[0]!.graph.edges.map(({ from, to }) => `${from} → ${to}`).sort();
    expect(edges).toEqual(
      [
        ['x', 'choice'],
        ['x', 'choice'],
        ['x', 'choice/then_branch/inner'],
        ['x', 'choice/else_branch/inner'],
        ['choice/then_branch/inner', 'choice'],
        ['choice/else_branch/inner', 'choice'],
        ['choice', 'loop'],
        ['choice', 'loop/cond/inner'],
        ['choice', 'loop/body/inner'],
        ['loop/cond/inner', 'loop'],
        ['loop/body/inner', 'loop'],
      ]
        .map(([from, to]) => `${from} → ${to}`)
        .sort(),
    );
  });

  it('functions that call one another without end are refused', async () => {
    const call = (name: string, to: string) => ({ name, op: to, input: [] });
    const library = {
      function: Array.from({ length: 30 }, (_, index) => ({
        signature: { name: `f${index}` },
        nodeDef: index === 0 ? [] : [call('a', `f${index - 1}`), call('b', `f${index - 1}`)],
      })),
    };
    const wide = create(GraphDefSchema, { node: [call('top', 'f29')], library });
    await expect(openModel({ name: 'g.pb', bytes: toBinary(GraphDefSchema, wide) })).rejects.toThrow(
      /more than 100,000 times/,
    );
    const own = { function: [{ signature: { name: 'f' }, nodeDef: [call('again', 'f')] }] };
    const deep = create(GraphDefSchema, { node: [call('top', 'f')], library: own });
    await expect(openModel({ name: 'g.pb', bytes: toBinary(GraphDefSchema, deep) })).rejects.toThrow(
      /more than 32 deep/,
    );
  });
});

it('ONNX: nodes, initializers, shapes with open sizes, a graph within a node', async () => {
  const tensorType = (...sizes: (number | string)[]) => ({
    value: {
      case: 'tensorType' as const,
      value: {
        elemType: TensorProto_DataType.FLOAT,
        shape: {
          dim: sizes.map((size) => ({
            value:
              typeof size === 'number'
                ? { case: 'dimValue' as const, value: BigInt(size) }
                : { case: 'dimParam' as const, value: size },
          })),
        },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    producerName: 'by hand',
    opsetImport: [{ domain: '', version: 21n }],
    graph: {
      name: 'net',
      input: [
        { name: 'x', type: tensorType('batch', 4) },
        { name: 'w', type: tensorType(4, 3) },
      ],
      output: [{ name: 'y', type: tensorType('batch', 3) }],
      initializer: [{ name: 'w', dims: [4n, 3n], dataType: TensorProto_DataType.FLOAT }],
      node: [
        { name: '/fc/MatMul', opType: 'MatMul', input: ['x', 'w'], output: ['y'] },
        {
          name: '/if',
          opType: 'If',
          input: ['y', ''],
          output: ['z'],
          attribute: [
            {
              name: 'then_branch',
              type: 5,
              g: { node: [{ name: 'neg', opType: 'Neg', input: ['y'], output: ['n'] }] },
            },
          ],
        },
      ],
    },
  });
  const opened = await openModel({ name: 'm.onnx', bytes: toBinary(ModelProtoSchema, model) });
  const { graph } = opened.graphs[0]!;
  expectSound(graph);
  expect(graph.nodes.map(({ id, op }) => [id, op])).toEqual([
    ['w', 'Initializer'],
    ['x', 'Input'],
    ['fc/MatMul', 'MatMul'],
    ['if', 'If'],
    ['if/then_branch/neg', 'Neg'],
  ]);
  expect(graph.nodes[2]!.outputs[0]!.shape).toEqual([-1, 3]);
  expect(opened.facts).toContainEqual({ name: 'operators', value: 'ai.onnx 21' });
});

describe('files that are damaged or hostile', () => {
  it('an archive that unpacks to gigabytes is refused before it is unpacked', async () => {
    const bomb = zipSync({ 'config.json': new Uint8Array(80 * 1024 * 1024) }, { level: 9 });
    expect(bomb.length).toBeLessThan(1024 * 1024);
    await expect(openModel({ name: 'm.keras', bytes: bomb })).rejects.toThrow(/larger than any model/);
  });

  it.each([0, 6] as const)('an archive of which one letter changed says so (packed: %i)', async (level) => {
    const config = JSON.stringify({ class_name: 'Sequential', config: { layers: [layer('Dense', { name: 'seven', units: 7 })] } }); // prettier-ignore
    const bytes = zipSync({ 'config.json': strToU8(config) }, { level });
    await expect(openModel({ name: 'm.keras', bytes })).resolves.toBeDefined();
    // As it is stored, a 7 of the file is an 8 now; packed, some byte is another.
    const at = level === 0 ? Buffer.from(bytes).indexOf('"units":7') + 8 : 70;
    bytes[at]! ^= 0x0f;
    await expect(openModel({ name: 'm.keras', bytes })).rejects.toThrow(
      level === 0 ? /config\.json in it is damaged: its checksum/ : /damaged/,
    );
  });

  it.each([
    ['empty.onnx', '', /is empty/],
    ['m.keras', 'PK\u0003\u0004 and nothing', /damaged or not complete/],
    ['m.json', '{ "class_name": "Sequential", ', /not JSON/],
    ['m.json', '[1, 2]', /no model that can be opened/],
    ['m.pb', 'hello world', /damaged or not complete|no graph/],
    ['notes.txt', 'hello', /no model that can be opened/],
  ])('%s', async (name, content, words) => {
    await expect(text(name, content)).rejects.toThrow(words);
  });

  const files = there
    ? ['mnist_cnn.keras', 'mnist_cnn.h5', 'mnist_cnn.json', 'mnist_cnn.tflite', 'saved_model/saved_model.pb']
    : [];
  it.each(files)(
    '%s, cut short and with bytes changed, opens or is refused in words',
    async (file) => {
      const whole = read('models/generated-keras3', file);
      let state = 12345;
      const random = (below: number): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      for (let attempt = 0; attempt < 60; attempt++) {
        const bytes = attempt % 2 === 0 ? whole.slice(0, random(whole.length)) : whole.slice();
        if (attempt % 2 === 1) for (let count = 0; count <= attempt; count++) bytes[random(bytes.length)] = random(256);
        try {
          const model = await openModel({ name: path.basename(file), bytes });
          for (const { graph } of model.graphs) expectSound(graph);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFileError);
          expect((error as Error).message.length).toBeGreaterThan(20);
        }
      }
    },
    60_000,
  );
});

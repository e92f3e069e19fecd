/**
 * Model files with bytes changed, cut short, and with what nobody would write: they open or are refused in words, in
 * bounded time, and what opens can be sent and laid out. Seeded: a failure names its case.
 */
import { create, toBinary, toJson } from '@bufbuild/protobuf';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeGraphEvent } from '../../../../src/shared/events/summary-encoders.js';
import { GraphDefSchema } from '../../../../src/shared/generated/tensorflow/core/framework/graph_pb.js';
import { SavedModelSchema } from '../../../../src/shared/generated/tensorflow/core/protobuf/saved_model_pb.js';
import { groupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../src/shared/graph/tree/tree-layout.js';
import { AttributeProto_AttributeType, ModelProtoSchema } from '../../../../src/shared/models/generated/onnx_pb.js';
import { ModelFileError, openedModel } from '../../../../src/shared/models/model-format.js';
import { openModel } from '../../../../src/shared/models/open-model.js';

/** Of the processor: a machine that is busy with other tests is no fault of a file's. */
const MOST_MS = 10_000;

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What came of it: a word for what opened, or why not. */
async function openedOrRefused(name: string, bytes: Uint8Array): Promise<string> {
  const began = usedMs();
  try {
    const model = await openModel({ name, bytes });
    // As the window gets it.
    const sent = openedModel.parse(JSON.parse(JSON.stringify(model)));
    for (const { graph } of sent.graphs) {
      const tree = groupTree(graph);
      layOutTree(tree, new Set());
    }
    return 'opened';
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    expect(error.message).toContain(name);
    expect(error.message.length).toBeLessThan(1000);
    return error.message;
  } finally {
    expect(usedMs() - began).toBeLessThan(MOST_MS);
  }
}

const graph = create(GraphDefSchema, {
  node: [
    { name: 'x', op: 'Placeholder', attr: { dtype: { value: { case: 'type', value: 1 } } } },
    { name: 'net/call', op: 'f', input: ['x'] },
    { name: 'net/end', op: 'Split', input: ['net/call:0', '^x'], attr: { num_split: { value: { case: 'i', value: 3n } } } },
  ],
  library: {
    function: [
      {
        signature: { name: 'f', inputArg: [{ name: 'a' }], outputArg: [{ name: 'b' }] },
        nodeDef: [{ name: 'inner', op: 'Relu', input: ['a'] }],
        ret: { b: 'inner:y:0' },
      },
    ],
  },
}); // prettier-ignore
const onnx = create(ModelProtoSchema, {
  producerName: 'a test',
  opsetImport: [{ version: 21n }],
  graph: {
    input: [{ name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim: [{}, {}] } } } } }],
    initializer: [{ name: 'w', dims: [3n, 4n], dataType: 1 }],
    node: [
      { opType: 'MatMul', name: 'mul', input: ['x', 'w'], output: ['y'] },
      {
        opType: 'If',
        name: 'if',
        input: ['y'],
        output: ['z'],
        attribute: [
          {
            name: 'then_branch',
            type: AttributeProto_AttributeType.GRAPH,
            g: { node: [{ opType: 'Relu', name: 'relu', input: ['y'], output: ['o'] }], output: [{ name: 'o' }] },
          },
        ],
      },
    ],
  },
});
const layers = {
  class_name: 'Sequential',
  config: {
    name: 'net',
    layers: [
      { class_name: 'InputLayer', config: { name: 'i', batch_shape: [null, 8, 8, 3] } },
      { class_name: 'Conv2D', config: { name: 'c', filters: 4, kernel_size: [3, 3], strides: [1, 1], padding: 'same' } },
      { class_name: 'Sequential', config: { name: 's', layers: [{ class_name: 'Dense', config: { units: 2 } }] } },
    ],
  },
}; // prettier-ignore
const graphBytes = toBinary(GraphDefSchema, graph);
const files: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['graph.pb', graphBytes],
  [
    'saved_model.pb',
    toBinary(
      SavedModelSchema,
      create(SavedModelSchema, { savedModelSchemaVersion: 1n, metaGraphs: [{ graphDef: graph }] }),
    ),
  ],
  ['graph.pbtxt', strToU8('node { name: "x" op: "Const" attr { key: "v" value { f: 1e3 } } # end\n}\n'.repeat(9))],
  ['model.json', strToU8(JSON.stringify({ modelTopology: toJson(GraphDefSchema, graph) }))],
  ['layers.json', strToU8(JSON.stringify(layers))],
  ['net.keras', zipSync({ 'config.json': strToU8(JSON.stringify(layers)), 'metadata.json': strToU8('{}') })],
  ['net.onnx', toBinary(ModelProtoSchema, onnx)],
  ['events.out.tfevents.1.host', encodeGraphEvent(1, graphBytes)],
];

function changed(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let result = bytes.slice();
  for (let times = 1 + random(3); times > 0 && result.length > 0; times--) {
    const at = random(result.length);
    const kind = random(5);
    if (kind === 0) result = result.slice(0, at);
    else if (kind === 1) result[at] = random(256);
    else if (kind === 2) result.fill(255, at, at + 1 + random(9));
    else if (kind === 3) result = Uint8Array.from([...result.slice(0, at), ...result.slice(at + random(20))]);
    else result = Uint8Array.from([...result.slice(0, at), ...result.slice(random(result.length)).slice(0, 90), ...result.slice(at)]); // prettier-ignore
  }
  return result;
}

it.each(files)('%s with bytes changed, moved and left out', async (name, bytes) => {
  expect(await openedOrRefused(name, bytes)).toBe('opened');
  let state = 20261122;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const outcomes = new Set<string>();
  for (let count = 0; count < 250; count++) {
    const before = state;
    try {
      outcomes.add(await openedOrRefused(name, changed(bytes, random)));
    } catch (error) {
      throw new Error(`${name} of seed ${before}: ${(error as Error).stack ?? ''}`, { cause: error });
    }
  }
  expect(outcomes.size).toBeGreaterThan(2);
});

describe('what nobody would write', () => {
  const graphOf = (node: Parameters<typeof create<typeof GraphDefSchema>>[1]) =>
    toBinary(GraphDefSchema, create(GraphDefSchema, node));
  const op = (name: string, more: object = {}) => ({ name, op: 'Op', ...more });
  const chain = (config: object) =>
    JSON.stringify({ class_name: 'Sequential', config: { name: 'n', layers: [{ class_name: 'Dense', config }] } });

  it.each<readonly [what: string, name: string, bytes: Uint8Array, outcome: RegExp]>([
    ['names without end', 'a.pb', graphOf({ node: [op('a/'.repeat(50_000))] }), /more than 5,000 letters/],
    ['groups without end', 'a.pb', graphOf({ node: [op('a/'.repeat(2400)), op('b')] }), /^opened/],
    [
      'a name before the names of a function’s ops',
      'a.pb',
      graphOf({
        node: Array.from({ length: 20 }, (_, index) => ({ name: 'n'.repeat(4000) + String(index), op: 'f' })),
        library: {
          function: [{ signature: { name: 'f' }, nodeDef: Array.from({ length: 2000 }, (_, at) => op(`o${at}`)) }],
        },
      }),
      /longer than can be shown/,
    ],
    [
      'numbers that are none',
      'a.pb',
      graphOf({
        node: [
          op('a', {
            op: 'Const',
            attr: {
              value: { value: { case: 'tensor', value: { dtype: 1, floatVal: [Number.NaN] } } },
              more: { value: { case: 'f', value: Infinity } },
            },
          }),
        ],
      }),
      /^opened/,
    ],
    ['a million numbers in one attribute', 'a.pb', graphOf({ node: [op('a', { attr: { l: { value: { case: 'list', value: { f: new Array<number>(1e6).fill(1) } } } } })] }), /^opened/], // prettier-ignore
    [
      'sizes beyond all memory',
      'a.onnx',
      toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          graph: { initializer: [{ name: 'w', dataType: 1, dims: new Array<bigint>(40).fill(2n ** 62n) }] },
        }),
      ),
      /^opened/,
    ],
    ['words that every object knows', 'a.json', strToU8(chain({ name: 'constructor', units: 2 }).replaceAll('Dense', '__proto__')), /^opened/], // prettier-ignore
    ['lists within lists', 'a.json', strToU8(chain({ name: 'd', w: 0 }).replace('"w":0', `"w":${'['.repeat(50_000)}${']'.repeat(50_000)}`)), /^opened/], // prettier-ignore
    ['blank lines', 'a.pbtxt', strToU8('\n'.repeat(400_000) + 'x'), /Line 400001/],
    ['comments', 'a.pbtxt', strToU8('#\n'.repeat(500_000) + 'node { name: "a" op: "b" }'), /^opened/],
    ['digits', 'a.pbtxt', strToU8(`node { name: "a" attr { key: "k" value { i: ${'9'.repeat(500_000)} } } }`), /too many digits/], // prettier-ignore
    ['messages within messages', 'a.pbtxt', strToU8('node {'.repeat(50_000)), /nested too deep/],
  ])('%s', async (_what, name, bytes, outcome) => {
    expect(await openedOrRefused(name, bytes)).toMatch(outcome);
  });
});

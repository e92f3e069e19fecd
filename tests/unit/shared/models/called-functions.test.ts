/** Functions and bodies that files hold beside their graphs: where they are called, and what comes out of them. */
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraphDefSchema } from '../../../../src/shared/generated/tensorflow/core/framework/graph_pb.js';
import { DataType } from '../../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { AttributeProto_AttributeType, ModelProtoSchema } from '../../../../src/shared/models/generated/onnx_pb.js';
import { openModel } from '../../../../src/shared/models/open-model.js';

const edgesOf = ({ edges }: OpGraph): string[] => edges.map(({ from, slot, to, input }) => `${from}:${slot} → ${to} ${input}`).sort(); // prettier-ignore

async function onnx(model: Parameters<typeof create<typeof ModelProtoSchema>>[1]) {
  const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
  const { graphs, notes } = await openModel({ name: 'm.onnx', bytes });
  expect(notes).toEqual([]);
  return graphs[0]!.graph;
}

describe('ONNX', () => {
  it('functions stand where they are called, with the attributes that they are given', async () => {
    const graph = await onnx({
      graph: {
        input: [{ name: 'x' }],
        node: [
          {
            domain: 'own',
            opType: 'twice',
            name: 'call',
            input: ['x'],
            output: ['y'],
            attribute: [{ name: 'alpha', type: AttributeProto_AttributeType.FLOAT, f: 0.5 }],
          },
          { opType: 'Relu', name: 'relu', input: ['y'], output: ['z'] },
        ],
      },
      functions: [
        {
          domain: 'own',
          name: 'twice',
          input: ['a'],
          output: ['c'],
          node: [
            { opType: 'Neg', name: 'neg', input: ['a'], output: ['b'] },
            {
              opType: 'Elu',
              name: 'elu',
              input: ['b'],
              output: ['c'],
              attribute: [{ name: 'alpha', type: AttributeProto_AttributeType.FLOAT, refAttrName: 'alpha' }],
            },
          ],
        },
      ],
    });
    expect(edgesOf(graph)).toEqual(['call/elu:0 → relu input 1', 'call/neg:0 → call/elu input 1', 'x:0 → call/neg input 1']); // prettier-ignore
    expect(graph.nodes.find(({ op }) => op === 'Elu')!.attributes).toEqual({ alpha: 0.5 });
  });

  it('a loop’s body takes what the loop takes, and gives to the loop', async () => {
    const body = {
      input: [{ name: 'count' }, { name: 'again' }, { name: 'state' }],
      node: [{ opType: 'Add', name: 'add', input: ['state', 'x'], output: ['next'] }],
      output: [{ name: 'again' }, { name: 'next' }],
      sparseInitializer: [{ values: { name: 'few', dims: [1n], dataType: 1 }, dims: [3n, 3n] }],
    };
    const graph = await onnx({
      graph: {
        input: [{ name: 'x' }],
        node: [
          {
            opType: 'Loop',
            name: 'loop',
            input: ['', '', 'x'],
            output: ['y'],
            attribute: [{ name: 'body', type: AttributeProto_AttributeType.GRAPH, g: body }],
          },
        ],
      },
    });
    expect(edgesOf(graph)).toEqual(
      [
        'x:0 → loop input 3',
        'x:0 → loop/body/state value',
        'loop/body/state:0 → loop/body/add input 1',
        'x:0 → loop/body/add input 2',
        'loop/body/again:0 → loop body',
        'loop/body/add:0 → loop body',
      ].sort(),
    );
    expect(graph.nodes.find(({ id }) => id === 'loop/body/few')!.outputs[0]!.shape).toEqual([3, 3]);
  });

  it('functions that call themselves are refused', async () => {
    const call = (name: string) => ({ domain: 'own', opType: 'f', name });
    await expect(
      onnx({ graph: { node: [call('a')] }, functions: [{ domain: 'own', name: 'f', node: [call('b'), call('c')] }] }),
    ).rejects.toThrow(/call one another/);
  });
});

describe('TensorFlow', () => {
  const type = (value: DataType) => ({ value: { case: 'type' as const, value } });
  const shapes = (...ranks: (number | undefined)[]) => ({
    value: {
      case: 'list' as const,
      value: {
        shape: ranks.map((rank) =>
          rank === undefined ? { unknownRank: true } : { dim: Array.from({ length: rank }, () => ({ size: 2n })) },
        ),
      },
    },
  });

  it('each output has its own type, and one whose rank is not known moves no other', async () => {
    const float = type(DataType.DT_FLOAT);
    const bytes = toBinary(
      GraphDefSchema,
      create(GraphDefSchema, {
        node: [
          { name: 'top', op: 'TopKV2', attr: { T: float, _output_shapes: shapes(1, 2) } },
          { name: 'less', op: 'Less', attr: { T: float, _output_shapes: shapes(1) } },
          // Attributes that are as usual are left out of what TensorFlow saves.
          { name: 'shape', op: 'Shape', attr: { T: float, _output_shapes: shapes(1) } },
          { name: 'open', op: 'Switch', attr: { T: float, _output_shapes: shapes(undefined, 2) } },
          { name: 'constructor', op: 'constructor', input: ['toString'] },
        ],
      }),
    );
    const { graph } = (await openModel({ name: 'g.pb', bytes })).graphs[0]!;
    expect(graph.nodes.map(({ outputs }) => outputs.map(({ dtype, shape }) => `${dtype} ${shape.length}`))).toEqual([
      ['float32 1', 'int32 2'],
      ['bool 1'],
      ['int32 1'],
      [],
      [],
    ]);
  });

  it('within functions outputs are known by their names', async () => {
    const bytes = toBinary(
      GraphDefSchema,
      create(GraphDefSchema, {
        node: [
          { name: 'x', op: 'Placeholder' },
          { name: 'call', op: 'f', input: ['x'] },
          { name: 'end', op: 'Neg', input: ['call:1'] },
        ],
        library: {
          function: [
            {
              signature: { name: 'f', inputArg: [{ name: 'a' }], outputArg: [{ name: 'first' }, { name: 'second' }] },
              nodeDef: [{ name: 'norm', op: 'FusedBatchNormV3', input: ['a'] }],
              ret: { first: 'norm:y:0', second: 'norm:batch_variance:0' },
            },
          ],
        },
      }),
    );
    const { graph } = (await openModel({ name: 'g.pb', bytes })).graphs[0]!;
    expect(edgesOf(graph)).toEqual(['call/norm:2 → end input 1', 'x:0 → call/norm input 1']);
  });
});

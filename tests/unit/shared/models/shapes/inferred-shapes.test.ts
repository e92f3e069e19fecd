/** Shapes that files leave out: found where they follow, not known where they do not, and never a guess. */
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  TensorProto_DataType as Type,
} from '../../../../../src/shared/models/generated/onnx_pb.js';
import { openModel } from '../../../../../src/shared/models/open-model.js';
import * as rules from '../../../../../src/shared/models/shapes/shape-rules.js';
import { broadcast, unknownSize, type Size } from '../../../../../src/shared/models/shapes/tensor-facts.js';
import { slid } from '../../../../../src/shared/models/shapes/window-rules.js';

type Graph = NonNullable<Parameters<typeof create<typeof ModelProtoSchema>>[1]>['graph'];

const whole = (name: string, value: number) => ({ name, type: Kind.INT, i: BigInt(value) });
const list = (name: string, ...values: number[]) => ({ name, type: Kind.INTS, ints: values.map(BigInt) });
const numbers = (name: string, ...values: number[]) => ({
  name,
  dims: [BigInt(values.length)],
  dataType: Type.INT64,
  int64Data: values.map(BigInt),
});
const weights = (name: string, ...dims: number[]) => ({ name, dims: dims.map(BigInt), dataType: Type.FLOAT });
const input = (name: string, ...sizes: (number | string)[]) => ({
  name,
  type: {
    value: {
      case: 'tensorType' as const,
      value: {
        elemType: Type.FLOAT,
        shape: {
          dim: sizes.map((size) => ({
            value:
              typeof size === 'string'
                ? { case: 'dimParam' as const, value: size }
                : { case: 'dimValue' as const, value: BigInt(size) },
          })),
        },
      },
    },
  },
});

/** Each node's first output as `3×4 float32`, and nothing where it is not known. */
async function shapesIn(graph: Graph): Promise<Record<string, string | undefined>> {
  const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph }));
  const { graphs } = await openModel({ name: 'm.onnx', bytes });
  return Object.fromEntries(
    graphs[0]!.graph.nodes.map(({ id, outputs: [first] }) => [id, first && `${first.shape.join('×')} ${first.dtype}`]),
  );
}

describe('ONNX without shapes', () => {
  it('a network of convolutions, from its input and its weights', async () => {
    const shapes = await shapesIn({
      input: [input('x', 'batch', 3, 33, 33)],
      initializer: [weights('w', 16, 3, 3, 3), weights('u', 16, 1, 5, 5), weights('d', 10, 16)],
      node: [
        { opType: 'Conv', name: 'conv', input: ['x', 'w'], output: ['a'], attribute: [list('strides', 2, 2)] },
        {
          opType: 'Conv',
          name: 'deep',
          input: ['a', 'u'],
          output: ['b'],
          attribute: [whole('group', 16), list('pads', 2, 2, 2, 2)],
        },
        { opType: 'Relu', name: 'relu', input: ['b'], output: ['c'] },
        {
          opType: 'MaxPool',
          name: 'pool',
          input: ['c'],
          output: ['e'],
          attribute: [list('kernel_shape', 3, 3), list('strides', 2, 2), whole('ceil_mode', 1)],
        },
        { opType: 'GlobalAveragePool', name: 'mean', input: ['e'], output: ['f'] },
        { opType: 'Flatten', name: 'flat', input: ['f'], output: ['g'] },
        { opType: 'Gemm', name: 'dense', input: ['g', 'd'], output: ['h'], attribute: [whole('transB', 1)] },
      ],
      output: [{ name: 'h' }],
    });
    expect(shapes).toMatchObject({
      conv: '-1×16×16×16 float32',
      deep: '-1×16×16×16 float32',
      pool: '-1×16×8×8 float32',
      flat: '-1×16 float32',
      dense: '-1×10 float32',
    });
  });

  it('a shape that is computed of another one, as exporters write it', async () => {
    const shapes = await shapesIn({
      input: [input('x', 'batch', 'time', 64)],
      initializer: [numbers('first', 0), numbers('heads', -1, 8, 8), { ...numbers('one', 1), dims: [] }],
      node: [
        { opType: 'Shape', name: 'shape', input: ['x'], output: ['s'] },
        { opType: 'Gather', name: 'batch', input: ['s', 'first'], output: ['b'], attribute: [whole('axis', 0)] },
        { opType: 'Concat', name: 'target', input: ['b', 'heads'], output: ['t'], attribute: [whole('axis', 0)] },
        { opType: 'Reshape', name: 'split', input: ['x', 't'], output: ['y'] },
        { opType: 'Transpose', name: 'turned', input: ['y'], output: ['z'], attribute: [list('perm', 0, 2, 1, 3)] },
        { opType: 'Transpose', name: 'back', input: ['y'], output: ['k'], attribute: [list('perm', 0, 2, 3, 1)] },
        { opType: 'MatMul', name: 'scores', input: ['z', 'k'], output: ['m'] },
        { opType: 'Gather', name: 'step', input: ['x', 'one'], output: ['o'], attribute: [whole('axis', 1)] },
      ],
      output: [{ name: 'm' }],
    });
    expect(shapes).toMatchObject({
      shape: '3 int64',
      target: '4 int64',
      split: '-1×-1×8×8 float32',
      scores: '-1×8×-1×-1 float32',
      step: '-1×64 float32',
    });
  });

  it('what is not known stays so: other domains, loops, shapes that come in', async () => {
    const body = {
      input: [{ name: 'i' }, { name: 'go' }, { name: 'carried' }],
      node: [{ opType: 'Concat', name: 'grow', input: ['carried', 'carried'], output: ['more'], attribute: [whole('axis', 0)] }], // prettier-ignore
      output: [{ name: 'go' }, { name: 'more' }],
    };
    const shapes = await shapesIn({
      input: [input('x', 2, 3), { name: 'n' }, { name: 'c' }, { name: 'anything' }],
      node: [
        { opType: 'Relu', domain: 'somebody', name: 'foreign', input: ['x'], output: ['f'] },
        { opType: 'Loop', name: 'loop', input: ['n', 'c', 'x'], output: ['l'], attribute: [{ name: 'body', type: Kind.GRAPH, g: body }] }, // prettier-ignore
        { opType: 'Reshape', name: 'reshape', input: ['x', 'anything'], output: ['r'] },
        { opType: 'Relu', name: 'after', input: ['l'], output: ['y'] },
      ],
      output: [{ name: 'y' }],
    });
    for (const id of ['foreign', 'loop', 'loop/body/grow', 'reshape', 'after']) expect(shapes[id], id).toBeUndefined();
  });
});

describe('rules', () => {
  const [n, m] = [unknownSize(), unknownSize()];
  const shape = (...sizes: Size[]) => ({ shape: sizes });

  it('sizes that are not known are the same where they have one name', () => {
    expect(broadcast([[n, 1, 3], [4, 1]])).toEqual([n, 4, 3]); // prettier-ignore
    expect(broadcast([[n], [n]])).toEqual([n]);
    expect(broadcast([[n], [m]])![0]).not.toBe(n);
    expect(broadcast([[2], [3]])).toBeUndefined();
  });

  it('a reshape leaves what is on both sides', () => {
    expect(rules.reshaped(shape(n, 7, 7, 64), [n, -1]).shape).toEqual([n, 3136]);
    expect(rules.reshaped(shape(n, 7, 64), [-1, 64]).shape![0]).not.toBe(n);
    expect(rules.reshaped(shape(n, 64), [-1, 8, 8]).shape).toEqual([n, 8, 8]);
    expect(rules.reshaped(shape(2, 6), [0, -1, 2], true).shape).toEqual([2, 3, 2]);
    expect(rules.reshaped(shape(2, 6), [-1, -1]).shape).toBeUndefined();
    // A size that the file computes may itself be −1.
    expect(typeof rules.reshaped(shape(n, 6), [m, 6]).shape![0]).toBe('symbol');
  });

  it('cuts count as Python does', () => {
    const length = (start: Size | undefined, end: Size | undefined, step: Size, size: Size): Size =>
      rules.lengthOfCut({ start, end, step }, size);
    expect(length(1, -1, 2, 10)).toBe(4);
    expect(length(undefined, undefined, -3, 10)).toBe(4);
    expect(length(-1, -12, -1, 10)).toBe(10);
    expect(length(0, 2 ** 31 - 1, 1, n)).toBe(n);
    expect(length(5, 2, 1, 10)).toBe(0);
    expect(typeof length(1, undefined, 1, n)).toBe('symbol');
  });

  it('windows that fit, are filled up, or begin behind the end', () => {
    const windows = { kernel: [3], strides: [2], dilations: [1] };
    expect(slid([10], { ...windows, padding: 'valid' })).toEqual([4]);
    expect(slid([10], { ...windows, padding: 'same' })).toEqual([5]);
    expect(slid([10], { ...windows, padding: [[1, 1]], isCeiled: true })).toEqual([6]);
    expect(slid([1], { ...windows, kernel: [1], padding: [[0, 1]], isCeiled: true })).toEqual([1]);
    expect(slid([n], { ...windows, strides: [1], padding: [[1, 1]] })).toEqual([n]);
    expect(typeof slid([1], { ...windows, kernel: [9], padding: 'valid' })[0]).toBe('symbol');
  });

  it('sums by an equation', () => {
    expect(rules.summedBy('bhqd,bhkd->bhqk', [shape(n, 8, 5, 16), shape(n, 8, 7, 16)]).shape).toEqual([n, 8, 5, 7]);
    expect(rules.summedBy('...ab,...bc', [shape(4, 2, 3), shape(1, 3, 5)]).shape).toEqual([4, 2, 5]);
    expect(rules.summedBy('ab->a', [shape(2, 3, 4)]).shape).toBeUndefined();
  });
});

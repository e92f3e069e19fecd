/** Graphs under construction, the rewrites, and what is written of them; without TensorFlow. */
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraphDefSchema } from '../../../../../src/shared/generated/tensorflow/core/framework/graph_pb.js';
import { DataType } from '../../../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { SavedModelSchema } from '../../../../../src/shared/generated/tensorflow/core/protobuf/saved_model_pb.js';
import { encodeGraph, encodeSavedModel } from '../../../../../src/shared/graph/saved-model.js';
import { Graph, output, type, type Output } from '../../../../../src/trainer/runtime/compiled/graph.js';
import { nodeMessages } from '../../../../../src/trainer/runtime/compiled/graph-messages.js';
import { useBiasAdd, usePlainMatMul, useRectified } from '../../../../../src/trainer/runtime/compiled/passes.js';

const float = (shape: readonly number[]) => ({ dtype: DataType.DT_FLOAT, shape });

function decoded(graph: Graph) {
  return fromBinary(GraphDefSchema, encodeGraph(nodeMessages(graph)));
}

describe('a graph', () => {
  it('gives every node a legal name of its own', () => {
    const graph = new Graph();
    const names = ['Add', 'Add', 'Add_1', 'dense Dense1/kernel:0', '_own', 'größe'].map(
      (name) => graph.add('NoOp', name).name,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9.][A-Za-z0-9_.\\/-]*$/);
    expect(names.slice(0, 2)).toEqual(['Add', 'Add_1']);
  });

  it('fills a long constant of one value instead of writing it out', () => {
    const graph = new Graph();
    const ones = graph.constant('ones', { ...float([100]), values: new Float32Array(100).fill(1) });
    const rising = graph.constant('rising', {
      ...float([100]),
      values: Float32Array.from({ length: 100 }, (_, i) => i),
    });
    const signedZeros = graph.constant('zeros', {
      ...float([20]),
      values: new Float32Array(20).fill(0, 1).fill(-0, 0, 1),
    });
    expect([ones, rising, signedZeros].map(({ node }) => node.op)).toEqual(['Fill', 'Const', 'Const']);
  });

  it('keeps what is asked for, and what that needs', () => {
    const graph = new Graph();
    const [a, b] = [graph.placeholder('a', float([])), graph.placeholder('b', float([]))];
    const before = graph.add('NoOp', 'before');
    const sum = graph.math('AddV2', 'sum', [a, a]);
    graph.math('AddV2', 'other', [b, b]);
    sum.node.controls = [before];
    graph.keepOnly([sum.node]);
    expect(graph.nodes.map(({ name }) => name)).toEqual(['a', 'before', 'sum']);
  });

  it('is written with its attributes, ports and controls', () => {
    const graph = new Graph();
    const split = graph.add('Split', 'split', {
      inputs: [graph.placeholder('x', float([2, 3]))],
      attributes: {
        num_split: { kind: 'int', value: 2 },
        ksize: { kind: 'ints', value: [1, 2] },
        T: type(DataType.DT_FLOAT),
      },
      outputs: [float([1, 3]), float([1, 3])],
    });
    const last = graph.math('Neg', 'last', [output(split, 1)]);
    last.node.controls = [split];
    graph.constant('numbers', { ...float([2]), values: new Float32Array([0, 1.5, 2.5]).subarray(1) });
    const { node } = decoded(graph);
    expect(node.map(({ name, op, input }) => [name, op, input])).toEqual([
      ['x', 'Placeholder', []],
      ['split', 'Split', ['x']],
      ['last', 'Neg', ['split:1', '^split']],
      ['numbers', 'Const', []],
    ]);
    expect(node[1]!.attr['num_split']!.value).toEqual({ case: 'i', value: 2n });
    expect(node[1]!.attr['ksize']!.value).toMatchObject({ case: 'list', value: { i: [1n, 2n] } });
    const tensor = node[3]!.attr['value']!.value;
    if (tensor.case !== 'tensor') throw new Error('a constant has a tensor');
    const { tensorContent } = tensor.value;
    expect([...new Float32Array(tensorContent.slice().buffer)]).toEqual([1.5, 2.5]);
  });

  it('becomes a SavedModel with its signatures and the node that fills its variables', () => {
    const graph = new Graph();
    graph.placeholder('x', float([2]));
    const place = { name: 'x:0', ...float([2]) };
    const bytes = encodeSavedModel({
      nodes: nodeMessages(graph),
      signatures: { train: { inputs: { x: place }, outputs: { y: place } } },
      init: 'init',
    });
    const [model] = fromBinary(SavedModelSchema, bytes).metaGraphs;
    expect(model!.metaInfoDef!.tags).toEqual(['serve']);
    expect(Object.keys(model!.signatureDef)).toEqual(['train', '__saved_model_init_op']);
    expect(model!.signatureDef['train']!.inputs['x']!.encoding).toEqual({ case: 'name', value: 'x:0' });
  });
});

describe('rewrites', () => {
  function product(shapes: readonly (readonly number[])[]) {
    const graph = new Graph();
    const inputs = shapes.map((shape, index) => graph.placeholder(`x${index}`, float(shape)));
    const node = graph.add('BatchMatMulV2', 'product', {
      inputs,
      attributes: { T: type(DataType.DT_FLOAT), adj_x: { kind: 'bool', value: true } },
    });
    usePlainMatMul(graph);
    return node;
  }

  it('multiply two matrices by MatMul, and stacks of them as they were', () => {
    const plain = product([
      [2, 3],
      [2, 4],
    ]);
    expect(plain.op).toBe('MatMul');
    expect(plain.attributes).toMatchObject({ transpose_a: { value: true }, transpose_b: { value: false } });
    expect(
      product([
        [5, 2, 3],
        [2, 4],
      ]).op,
    ).toBe('BatchMatMulV2');
  });

  it('add a bias by BiasAdd, where it is one', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', float([8, 4]));
    const read = (name: string, shape: readonly number[]): Output =>
      output(graph.add('ReadVariableOp', name, { outputs: [float(shape)] }));
    const sum = (a: Output, b: Output) => graph.math('AddV2', 'sum', [a, b]).node;
    const bias = sum(x, read('bias', [4]));
    const others = [
      // Along the first dimension, of both, of something that is no variable, the other way round.
      sum(graph.placeholder('square', float([4, 5])), read('column', [4])),
      sum(x, read('whole', [8, 4])),
      sum(x, graph.placeholder('y', float([4]))),
      sum(read('first', [4]), x),
    ];
    useBiasAdd(graph);
    expect(bias.op).toBe('BiasAdd');
    expect(others.map(({ op }) => op)).toEqual(['AddV2', 'AddV2', 'AddV2', 'AddV2']);
  });

  it('asks relu’s result instead of what it was given, where that says the same', () => {
    const graph = new Graph();
    const [x, other, dy] = ['x', 'other', 'dy'].map((name) => graph.placeholder(name, float([2])));
    const leaky = (op: string, alpha: number, inputs: readonly Output[]): Output => {
      const made = graph.math(op, op, inputs);
      made.node.attributes = { ...made.node.attributes, alpha: { kind: 'float', value: alpha } };
      return made;
    };
    const [relu, relu6] = [graph.math('Relu', 'relu', [x!]), graph.math('Relu6', 'relu6', [x!])];
    const slow = leaky('LeakyRelu', 0.25, [x!]);
    leaky('LeakyRelu', -0.5, [other!]);
    const changed = [
      graph.math('ReluGrad', 'grad', [dy!, x!]),
      graph.math('Relu6Grad', 'grad', [dy!, x!]),
      leaky('LeakyReluGrad', 0.25, [dy!, x!]),
    ];
    const kept = [
      graph.math('ReluGrad', 'grad', [dy!, other!]),
      leaky('LeakyReluGrad', 0.5, [dy!, x!]),
      // Falling below 0, its result is above.
      leaky('LeakyReluGrad', -0.5, [dy!, other!]),
    ];
    useRectified(graph);
    expect(changed.map(({ node }) => node.inputs)).toEqual([relu, relu6, slow].map((result) => [dy, result]));
    expect(kept.map(({ node }) => node.inputs[1])).toEqual([other, x, other]);
  });
});

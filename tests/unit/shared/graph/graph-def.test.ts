/** Recorded graphs as GraphDef text. TensorFlow itself reads one in tests/integration/cli/graph.test.ts. */
import { expect, test } from 'vitest';
import { graphDefBytes, graphDefText } from '../../../../src/shared/graph/graph-def.js';
import { openModel } from '../../../../src/shared/models/open-model.js';
import { denseGraph } from './graph.js';

const text = graphDefText(denseGraph);

test('names have the letters that TensorFlow allows, and inputs refer to them', () => {
  expect(text).toContain('name: "dense_1/MatMul"\n  op: "MatMul"\n  input: "input/xs"\n  input: "dense_1/kernel"');
  expect([...text.matchAll(/^ {2}(?:name|input): "(.*)"$/gm)].map(([, name]) => name)).toSatisfy((names: string[]) =>
    names.every((name) => /^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*(:\d+)?$/.test(name)),
  );
});

test('an output other than the first is named by its number', () => {
  expect(text).toContain('input: "optimizer/dense_1/ApplyAdam:1"');
});

test('names that fall together are told apart', () => {
  const [first] = denseGraph.nodes;
  const nodes = [
    { ...first!, id: 'a b' },
    { ...first!, id: 'a_b' },
    { ...first!, id: '_a' },
  ];
  const names = [...graphDefText({ ...denseGraph, nodes, edges: [] }).matchAll(/name: "(.*)"/g)].map(
    ([, name]) => name,
  );
  expect(names).toEqual(['a_b', 'a_b_1', '.a']);
});

test('attributes have their kinds: numbers, whole numbers, yes or no, lists, shapes', () => {
  for (const part of [
    'b: false',
    'f: 0.5',
    'i: 0\n        i: 1',
    'key: "_output_shapes"',
    'type: DT_FLOAT',
    's: "dense_1/Relu"',
  ])
    expect(text).toContain(part);
});

test('what goes in says its type and shape as TensorFlow asks for of a placeholder and of a variable', () => {
  const { nodes } = denseGraph;
  for (const kind of ['input', 'variable'] as const) {
    const own = graphDefText({ ...denseGraph, nodes: [nodes.find((node) => node.kind === kind)!], edges: [] });
    expect(own).toMatch(/key: "dtype"\n\s+value \{\n\s+type: DT_FLOAT/);
    expect(own).toMatch(/key: "shape"\n\s+value \{\n\s+shape \{\n\s+dim/);
    expect(own).not.toContain('key: "T"');
  }
});

test('what only runs before something is an input of its own kind, behind the others', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ ...denseGraph.nodes[2]!, id, attributes: {} }));
  const edges = [
    { from: 'a', to: 'c', slot: 0, input: 'control' },
    { from: 'b', to: 'c', slot: 0, input: 'x' },
  ];
  const written = graphDefText({ ...denseGraph, nodes: [a!, b!, c!], edges });
  expect([...written.matchAll(/input: "(.*)"/g)].map(([, name]) => name)).toEqual(['b', '^a']);
});

test('what is written is read again, with its edges and shapes', async () => {
  const read = async (name: string, bytes: Uint8Array) => (await openModel({ name, bytes })).graphs[0]!.graph;
  for (const graph of [
    await read('graph.pbtxt', new TextEncoder().encode(text)),
    await read('graph.pb', graphDefBytes(denseGraph)),
  ]) {
    expect(graph.nodes.map(({ op }) => op).sort()).toEqual(denseGraph.nodes.map(({ op }) => op).sort());
    expect(graph.edges.length).toBe(denseGraph.edges.length);
    expect(graph.nodes.find(({ op }) => op === 'MatMul')!.outputs[0]!.shape).toEqual([4, 3]);
  }
});

/** What the graph is coloured by: each colour explained, scales with numbers, what is not known told apart. */
import { describe, expect, test } from 'vitest';
import { colourScale, noColour } from '../../../../../../renderer/panels/graph/colours/colour-scale.js';
import { colourings, coloursOf } from '../../../../../../renderer/panels/graph/colours/graph-colours.js';
import { GraphValues } from '../../../../../../src/shared/graph/graph-values.js';
import type { OpGraph } from '../../../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { denseGraph } from '../../../../shared/graph/graph.js';

const { items } = layOutTree(groupTree(denseGraph), new Set());
const itemOf = (id: string) => items.find((item) => item.id === id)!;
const numbers = { min: 0, max: 1, mean: 0, spread: 0, norm: 2, zeros: 0, notFinite: 0 };
const valuesWith = (known: Readonly<Record<string, Partial<typeof numbers>>>) =>
  new GraphValues(denseGraph, new Map(Object.entries(known).map(([id, own]) => [id, [{ ...numbers, ...own }]])));
const texts = (colours: ReturnType<typeof coloursOf>) => colours.legend.map(({ text }) => text);

test('by phase: those that there are', () => {
  expect(texts(coloursOf('phase', denseGraph, items))).toEqual(['forward', 'loss', 'gradient', 'optimizer']);
});

test('by layer: a layer’s ops have one colour, forward and backward, and it is said how many they are', () => {
  const colours = coloursOf('layer', denseGraph, items);
  expect(colours.of(itemOf('layer:dense 1#forward'))).toBe(colours.of(itemOf('layer:dense 1#gradient')));
  expect(colours.of(itemOf('layer:dense 1#forward'))).not.toBe(colours.of(itemOf('loss#forward')));
  expect(texts(colours)).toEqual(['batch (1)', 'dense 1 (6)', 'loss (1)']);
});

test('by device: what is no op has none; where nobody knows, that is said', () => {
  expect(coloursOf('device', denseGraph, items).missing).toBeDefined();
  const placed: OpGraph = {
    ...denseGraph,
    nodes: denseGraph.nodes.map((node) =>
      node.kind === 'op' ? { ...node, device: node.op === 'Mean' ? 'JavaScript' : 'wasm' } : node,
    ),
  };
  const colours = coloursOf('device', placed, items);
  expect(texts(colours)).toEqual(['wasm (4)', 'JavaScript (1)']);
  const [input] = placed.nodes;
  expect(colours.of({ ops: [input!], phase: 'forward' })).toBe(noColour);
});

describe('by time', () => {
  test('from nothing to the most that is drawn', () => {
    const { of, scale } = coloursOf('time', denseGraph, items);
    expect(of(itemOf('layer:dense 1#forward'))).toBe(scale!.colourOf(0.5));
    expect(of(itemOf('loss#forward'))).toBe(scale!.colourOf(0));
    expect(scale!.isLogarithmic).toBe(false);
    expect(scale!.ticks).toEqual([
      { at: 0, text: '0 ms' },
      { at: 0.5, text: '250 µs' },
      { at: 1, text: '500 µs' },
    ]);
  });

  test('of a file without times there is nothing to colour by', () => {
    const untimed = { ...denseGraph, nodes: denseGraph.nodes.map((node) => ({ ...node, ms: undefined })) };
    const colours = coloursOf('time', untimed, items);
    expect(colours.missing).toBeDefined();
    expect(colours.of(items[0]!)).toBe(noColour);
  });
});

describe('by values', () => {
  test('without any, it is said that they have not been measured', () => {
    for (const colouring of ['gradient', 'zeros', 'notFinite'] as const) {
      expect(coloursOf(colouring, denseGraph, items).missing).toMatch(/not been measured/);
    }
  });

  test('zeros are a share of all, from 0 to 100 %; what was not measured has no colour', () => {
    const colours = coloursOf('zeros', denseGraph, items, valuesWith({ 'loss/Mean': { zeros: 0.5 } }));
    expect(colours.of(itemOf('loss#forward'))).toBe(colours.scale!.colourOf(0.5));
    expect(colours.of(itemOf('layer:dense 1#forward'))).toBe(noColour);
    expect(colours.scale!.ticks.map(({ text }) => text)).toEqual(['0 %', '50 %', '100 %']);
  });

  test('not finite: the op and the cell that it is in stand out, with counts', () => {
    const values = valuesWith({ 'dense 1/MatMul': { notFinite: 0.1 }, 'loss/Mean': {} });
    const colours = coloursOf('notFinite', denseGraph, items, values);
    expect(colours.of(itemOf('layer:dense 1#forward'))).toBe('var(--stop)');
    expect(colours.of(itemOf('loss#forward'))).not.toBe('var(--stop)');
    expect(texts(colours)).toEqual(['NaN or infinite (1)', 'finite (1)', 'not measured (6)']);
  });

  test('gradients: a layer’s cells have the norm over its weights; one that is not finite stands out', () => {
    const known = { 'gradient/dense 1/ReluGrad': { norm: 3 } };
    const colours = coloursOf('gradient', denseGraph, items, valuesWith(known));
    expect(colours.of(itemOf('layer:dense 1#gradient'))).toBe(colours.scale!.colourOf(3));
    const broken = coloursOf(
      'gradient',
      denseGraph,
      items,
      valuesWith({ 'gradient/dense 1/ReluGrad': { notFinite: 1 } }),
    );
    expect(broken.of(itemOf('layer:dense 1#gradient'))).toBe('var(--stop)');
    expect(texts(broken)).toEqual(['not finite']);
  });
});

test.each(colourings)('every item has a colour: %s', (colouring) => {
  const values = valuesWith({ 'loss/Mean': {} });
  for (const item of items)
    expect(coloursOf(colouring, denseGraph, items, values).of(item)).toMatch(/^(var|color-mix)\(/);
});

describe('a scale', () => {
  const text = (value: number) => value.toPrecision(2);

  test('goes by orders of magnitude where numbers spread over more than a hundredfold', () => {
    const scale = colourScale([1, 10, 1000, undefined, NaN], text);
    expect(scale.isLogarithmic).toBe(true);
    expect(scale.ticks.map((tick) => tick.text)).toEqual(['1.0', '5.6', '32', '1.8e+2', '1.0e+3']);
    expect(scale.colourOf(1)).toBe(scale.colours[0]);
    expect(scale.colourOf(1000)).toBe(scale.colours.at(-1));
    expect(scale.colourOf(31.6)).toBe(scale.colours[2]);
  });

  test('of nothing has one number and one colour', () => {
    const scale = colourScale([0, 0, undefined], text);
    expect(scale.ticks).toHaveLength(1);
    expect(scale.colourOf(0)).toBe(scale.colours[0]);
  });

  test('has few enough colours to be kept ready', () => {
    const scale = colourScale([1], text);
    const all = new Set(Array.from({ length: 5000 }, (_, at) => scale.colourOf(at / 5000)));
    expect(all.size).toBeLessThanOrEqual(33);
  });
});

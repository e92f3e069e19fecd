/** What lies in a region and at a point of a drawn graph, against looking at everything; how wires run; how much is drawn at a zoom. */
import { describe, expect, it, test } from 'vitest';
import { BoxIndex } from '../../../../../../renderer/panels/graph/drawing/box-index.js';
import { detailAt, standsInPage } from '../../../../../../renderer/panels/graph/drawing/detail.js';
import { mapScales } from '../../../../../../renderer/panels/graph/drawing/graph-map.js';
import { mix, parseColour } from '../../../../../../renderer/panels/graph/drawing/graph-palette.js';
import { Scene } from '../../../../../../renderer/panels/graph/drawing/scene.js';
import { curvePath, curvePoints, middleOf } from '../../../../../../src/shared/graph/graph-curve.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { randomGraph } from '../../../../shared/graph/random-graph.js';

function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

test('boxes in a region are those that touch it, for boxes of all sizes', () => {
  for (const count of [0, 1, 15, 16, 17, 300, 3000]) {
    const random = randomNumbers(count + 1);
    const boxes = new Float64Array(4 * count);
    for (let at = 0; at < boxes.length; at += 4)
      boxes.set([random(5000), random(90_000), random(random(4) === 0 ? 4000 : 40), random(60)], at);
    const index = new BoxIndex(boxes);
    for (let round = 0; round < 40; round++) {
      const region = { x: random(6000) - 500, y: random(95_000) - 500, width: random(1500), height: random(9000) };
      const expected: number[] = [];
      for (let place = 0; place < count; place++) {
        const [x, y, width, height] = boxes.subarray(4 * place) as unknown as [number, number, number, number];
        if (x > region.x + region.width || x + width < region.x) continue;
        if (y > region.y + region.height || y + height < region.y) continue;
        expected.push(place);
      }
      expect(index.within(region).sort((a, b) => a - b)).toEqual(expected);
      expect(index.within(region, 3).length).toBe(Math.min(3, expected.length));
    }
  }
});

describe('a scene', () => {
  const tree = groupTree(randomGraph(11));
  const layout = layOutTree(tree, new Set(tree.groups.keys()));
  const scene = new Scene(layout);

  it('finds each item at its middle, and nothing but its group beside it', () => {
    for (const item of layout.items) {
      const middle = { x: item.x + item.width / 2, y: item.y + item.height / 2 };
      expect(scene.itemAt(middle)).toBe(item);
      if (item.group.parent) expect(scene.groupAt(middle)?.group).toBe(item.group);
    }
    expect(scene.itemAt({ x: -50, y: -50 })).toBeUndefined();
  });

  it('finds the nearest where a box is too small to hit', () => {
    const [first] = layout.items;
    const beside = { x: first!.x - 3, y: first!.y + first!.height / 2 };
    expect(scene.itemAt(beside)).toBeUndefined();
    expect(scene.itemAt(beside, 5)).toBe(first);
  });

  it('tells the head of a group from what is in it', () => {
    for (const placed of layout.groups) {
      expect(scene.headAt({ x: placed.x + 1, y: placed.y + 5 })).toBe(placed);
      expect(scene.headAt({ x: placed.x + placed.width / 2, y: placed.y + placed.height - 2 })).not.toBe(placed);
    }
  });

  it('has a wire wherever any of it is', () => {
    layout.wires.forEach((wire, place) => {
      const points = scene.pointsOf(place);
      for (let at = 0; at < points.length; at += 6)
        expect(scene.wiresIn({ x: points[at]!, y: points[at + 1]!, width: 0, height: 0 })).toContain(place);
      expect(scene.wiresOf(wire.from)).toContain(place);
      expect(scene.wiresOf(wire.to)).toContain(place);
    });
  });
});

test('points of a wire and its path are the same', () => {
  const [from, to] = [
    { x: 0, y: 0, width: 100, height: 20 },
    { x: 300, y: 200, width: 50, height: 20 },
  ];
  for (const via of [
    [],
    [
      { x: 10, y: 60 },
      { x: 40, y: 120 },
    ],
  ]) {
    const points = curvePoints(from, via, to);
    expect(points.length).toBe(2 + 6 * (via.length + 1));
    const [path, middle] = [curvePath(points), middleOf(points)];
    expect(path.match(/-?[\d.]+/g)!.map(Number)).toEqual(points);
    // Of one that is led: between its rows.
    expect(middle).toEqual(via.length === 2 ? { x: 25, y: 90 } : { x: (50 + 325) / 2, y: (20 + 200) / 2 });
  }
  // Beside each other: from side to side.
  expect(curvePoints(from, [], { x: 200, y: 5, width: 10, height: 10 }).slice(0, 2)).toEqual([100, 10]);
});

describe('how much is drawn', () => {
  it('less the farther away one is', () => {
    expect(detailAt(1)).toMatchObject({ text: true, labels: true, signs: true, curves: true, names: false });
    expect(detailAt(0.35)).toMatchObject({ text: false, labels: true, signs: true, names: true });
    expect(detailAt(0.05)).toMatchObject({ labels: false, signs: false, curves: false });
    for (let zoom = 0.02; zoom < 3; zoom *= 1.3)
      expect(detailAt(zoom * 1.3).shortestWire).toBeLessThanOrEqual(detailAt(zoom).shortestWire);
  });

  it('in the page while it can be read and is not too much, without flicker at the limit', () => {
    expect(standsInPage(1, 40, false)).toBe(true);
    expect(standsInPage(0.3, 40, true)).toBe(false);
    expect(standsInPage(1, 160, false)).toBe(false);
    expect(standsInPage(1, 160, true)).toBe(true);
    expect(standsInPage(1, 500, true)).toBe(false);
  });
});

test('the map holds all of a graph, and a long one is still wider than a line', () => {
  for (const [width, height] of [
    [1500, 8000],
    [3000, 2_000_000],
    [90_000, 400],
    [0, 0],
  ] as const) {
    const { across, down, left, top } = mapScales(width, height);
    expect(left).toBeGreaterThanOrEqual(0);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(left + width * across).toBeLessThanOrEqual(72);
    expect(top + height * down).toBeLessThanOrEqual(110);
    expect(Math.max(across / down, down / across)).toBeLessThan(8.01);
  }
});

test('colours as browsers compute them', () => {
  expect(parseColour('rgb(1, 2, 3)')).toEqual([1, 2, 3]);
  expect(parseColour('color(srgb 0.5 0 1)')).toEqual([127.5, 0, 255]);
  expect(parseColour('color(srgb 1e-7 0 1 / 0.5)')[0]).toBeCloseTo(0);
  expect(parseColour('')).toEqual([0, 0, 0]);
  expect(mix([100, 0, 0], [0, 100, 0], 0.25)).toEqual([25, 75, 0]);
});

/** Tiles: what is painted, when, and that what was painted is used again. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Tiles, type View } from '../../../../../../renderer/panels/graph/drawing/tiles.js';

interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

let drawn: Drawn[];
let painted: { readonly x: number; readonly y: number; readonly scale: number }[];

const fakeCanvas = () => ({ width: 0, height: 0, getContext: () => ({}) });
const target = {
  canvas: { width: 1000, height: 700 },
  setTransform() {},
  clearRect() {},
  drawImage(_image: unknown, x: number, y: number, width = 512) {
    drawn.push({ x, y, width });
  },
} as unknown as CanvasRenderingContext2D;

let time = 1000;
const clock = () => time;
/** Takes as long to paint a tile as a frame may take. */
const slowly = (...all: readonly unknown[]) => {
  time += 7;
  paint(...(all as unknown as Parameters<typeof paint>));
};
/** Until nothing is left to paint. */
function settle(tiles: Tiles, view: View): number {
  for (let frames = 1; frames < 100; frames++) {
    drawn = [];
    time += 100;
    if (!tiles.draw(target, view, 1, time)) return frames;
  }
  throw new Error('it never ends');
}

const paint = (_brush: unknown, region: { x: number; y: number }, scale: number) => {
  painted.push({ x: region.x, y: region.y, scale });
};

beforeEach(() => {
  drawn = [];
  painted = [];
  vi.stubGlobal('document', { createElement: fakeCanvas });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('covers what is in sight without gaps, each tile painted once', () => {
  const tiles = new Tiles(paint, clock);
  settle(tiles, { x: -100, y: -50, zoom: 0.5 });
  // 1000 × 700 from 100, 50: columns 0–2, rows 0–1.
  expect(drawn.length).toBe(6);
  expect(new Set(painted.map(({ x, y }) => `${x} ${y}`)).size).toBe(painted.length);
  expect(painted.length).toBe(6);
  expect(Math.min(...drawn.map(({ x }) => x))).toBeLessThanOrEqual(0);
  expect(Math.max(...drawn.map(({ x }) => x + 512))).toBeGreaterThanOrEqual(1000);
});

it('what is painted as it is to be is whole at once: nothing waits for another frame', () => {
  expect(settle(new Tiles(paint, clock), { x: -100, y: -50, zoom: 0.5 })).toBe(1);
});

it('a pan paints what comes into sight alone, and the way back nothing', () => {
  const tiles = new Tiles(paint, clock);
  settle(tiles, { x: 0, y: 0, zoom: 1 });
  const before = painted.length;
  settle(tiles, { x: -400, y: 0, zoom: 1 });
  expect(painted.slice(before).every(({ x }) => x === 1024)).toBe(true);
  const after = painted.length;
  settle(tiles, { x: 0, y: 0, zoom: 1 });
  expect(painted.length).toBe(after);
});

it('while the zoom moves a little, tiles are stretched; at rest they are painted at the zoom', () => {
  const tiles = new Tiles(paint, clock);
  settle(tiles, { x: 0, y: 0, zoom: 1 });
  painted = [];
  drawn = [];
  expect(tiles.draw(target, { x: 0, y: 0, zoom: 1.2 }, 1, time + 1)).toBe(true);
  expect(painted).toEqual([]);
  expect(drawn[0]!.width).toBe(614);
  settle(tiles, { x: 0, y: 0, zoom: 1.2 });
  expect(painted.every(({ scale }) => scale === 1.2)).toBe(true);
  expect(drawn.every(({ width }) => width === 512)).toBe(true);
});

it('another look is painted over the old one, which is seen until then', () => {
  const tiles = new Tiles(paint, clock);
  const view = { x: 0, y: 0, zoom: 1 };
  settle(tiles, view);
  tiles.repaint(slowly, false);
  painted = [];
  drawn = [];
  // One tile takes all of the frame's time; the others are drawn as they are.
  expect(tiles.draw(target, view, 1, time + 100)).toBe(true);
  expect(painted.length).toBe(1);
  expect(drawn.length).toBe(4);
  settle(tiles, view);
  expect(painted.length).toBe(4);
});

it('a leap out to where all is small looks at the tiles that there are, not at all that there could be', () => {
  const tiles = new Tiles(paint, clock);
  settle(tiles, { x: 0, y: 0, zoom: 1 });
  // A tile a frame, so that the old ones are needed meanwhile.
  tiles.repaint(slowly, false);
  const view = { x: 300, y: 200, zoom: 0.0002 };
  const began = performance.now();
  tiles.draw(target, view, 1, (time += 100));
  expect(performance.now() - began).toBeLessThan(1000);
  settle(tiles, view);
  expect(drawn.every(({ width }) => width === 512)).toBe(true);
});

it('draws in the pixels of the screen', () => {
  const tiles = new Tiles(paint, clock);
  for (let frames = 0; frames < 20; frames++) tiles.draw(target, { x: 0, y: 0, zoom: 1 }, 2, (time += 100));
  expect(painted.every(({ scale }) => scale === 2)).toBe(true);
  expect(painted.map(({ x }) => x + 0).sort()).toEqual([0, 0, 256, 256]);
});

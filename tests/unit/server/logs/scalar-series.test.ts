import { describe, expect, test } from 'vitest';
import { ExtentPyramid } from '../../../../src/server/logs/extent-pyramid.js';
import { MOST_RESTARTS, ScalarColumn } from '../../../../src/server/logs/scalar-column.js';
import { ScalarSeries } from '../../../../src/server/logs/scalar-series.js';
import { stretchesOf } from '../../../../src/server/logs/stretches.js';
import { Smoothing } from '../../../../src/shared/base/smoothing.js';

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function column(...points: (readonly [step: number, value: number, wallMs?: number])[]): ScalarColumn {
  const made = new ScalarColumn();
  for (const [step, value, wallMs] of points) made.push(step, wallMs ?? made.length, value);
  return made;
}

function series(...parts: ScalarColumn[]): ScalarSeries {
  const made = new ScalarSeries();
  made.take(parts);
  return made;
}

const inSteps = (steps: readonly number[]) => column(...steps.map((step, index) => [step, index] as const));
const stretches = (steps: readonly number[]) =>
  stretchesOf(inSteps(steps)).map(({ from, to, superseded }) => `${from}-${to}${superseded ? ' superseded' : ''}`);

describe('a column', () => {
  test('keeps every number exactly, and is small where it can be', () => {
    const small = column([1, 0.5], [2, NaN], [3, Infinity]);
    expect(small.steps).toBeInstanceOf(Int32Array);
    expect(small.values).toBeInstanceOf(Float32Array);
    const large = column([1, 0.5], [2 ** 40, 0.1], [2 ** 41, 1e300]);
    expect([...large.steps.slice(0, 3)]).toEqual([1, 2 ** 40, 2 ** 41]);
    expect([...large.values.slice(0, 3)]).toEqual([0.5, 0.1, 1e300]);
  });

  test('takes 16 bytes a point', () => {
    const long = new ScalarColumn();
    for (let step = 0; step < 1_000_000; step++) long.push(step, 1e12 + step, step / 2);
    expect(long.bytes / long.length).toBeLessThan(23);
  });
});

describe('what stands', () => {
  test('is all of it where nothing was started anew', () => {
    expect(stretches([])).toEqual([]);
    expect(stretches([1, 2, 2, 3])).toEqual(['0-4']);
  });

  test('is not what was written before from the step on that a restart began at', () => {
    expect(stretches([1, 2, 3, 4, 3, 4, 5])).toEqual(['0-2', '2-4 superseded', '4-7']);
    expect(stretches([1, 2, 3, 1, 2])).toEqual(['0-3 superseded', '3-5']);
    expect(stretches([1, 2, 3, 4, 3, 4, 2, 3])).toEqual(['0-1', '1-4 superseded', '4-6 superseded', '6-8']);
    expect(stretches([5, 6, 1, 2, 7, 4])).toEqual(['0-2 superseded', '2-4', '4-5 superseded', '5-6']);
  });

  test('can be told by the writer, before the steps do', () => {
    const told = column([1, 1], [2, 2], [3, 3]);
    told.restart(2);
    told.push(10, 0, 10);
    expect(stretchesOf(told)).toEqual([
      { from: 0, to: 1, superseded: false },
      { from: 1, to: 3, superseded: true },
      { from: 3, to: 4, superseded: false },
    ]);
  });

  test('of steps in no order is everything, sorted', () => {
    const next = random(1);
    const mixed = new ScalarColumn();
    for (let index = 0; index < 2000; index++) mixed.push(Math.floor(next() * 1000), index, index);
    expect(mixed.restarts.length).toBe(MOST_RESTARTS + 1);
    const made = series(mixed);
    expect(made.isSorted).toBe(true);
    expect(made.stretches).toEqual([{ from: 0, to: 2000, superseded: false }]);
    const steps = [...made.points.steps.slice(0, 2000)];
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });
});

describe('several files', () => {
  test('are one series, in their order, also while the last grows', () => {
    const [one, two] = [inSteps([1, 2, 3]), inSteps([3, 4])];
    const made = series(one, two);
    expect([...made.points.steps.slice(0, 5)]).toEqual([1, 2, 3, 3, 4]);
    const { generation } = made;
    two.push(5, 0, 5);
    expect([...made.points.steps.slice(0, made.points.length)]).toEqual([1, 2, 3, 3, 4, 5]);
    expect(made.generation).toBe(generation);
  });

  test('tell where the places of points change', () => {
    const [one, two] = [inSteps([1, 2]), inSteps([10, 11])];
    const made = series(one, two);
    expect(made.points.length).toBe(4);
    const { generation } = made;
    one.push(3, 0, 3);
    expect([...made.points.steps.slice(0, made.points.length)]).toEqual([1, 2, 3, 10, 11]);
    expect(made.generation).toBeGreaterThan(generation);
  });

  test('of a training started anew supersede each other', () => {
    const made = series(inSteps([1, 2, 3, 4]), inSteps([3, 4, 5]));
    expect(made.stretches.map(({ from, to, superseded }) => [from, to, superseded])).toEqual([
      [0, 2, false],
      [2, 4, true],
      [4, 7, false],
    ]);
  });
});

test('the pyramid finds what a look at every value finds, while it grows', () => {
  const next = random(7);
  const values = new Float64Array(20_000).map(() => {
    const kind = next();
    return kind < 0.01 ? NaN : kind < 0.02 ? Infinity : kind < 0.03 ? -Infinity : next() - 0.5;
  });
  const pyramid = new ExtentPyramid();
  for (const length of [0, 1, 63, 64, 1000, 1024, 1025, 5000, 16_384, 20_000]) {
    pyramid.update(values, length);
    for (let turn = 0; turn < 60; turn++) {
      const from = Math.floor(next() * length);
      const to = from + Math.floor(next() * (length - from + 1));
      const part = values.subarray(from, to);
      const finite = part.filter(Number.isFinite);
      pyramid.reset();
      pyramid.add(from, to);
      expect(pyramid.min).toBe(finite.reduce((a, b) => Math.min(a, b), Infinity));
      expect(pyramid.max).toBe(finite.reduce((a, b) => Math.max(a, b), -Infinity));
      expect(pyramid.notFinite).toBe(
        (part.some(Number.isNaN) ? 1 : 0) + (part.includes(Infinity) ? 2 : 0) + (part.includes(-Infinity) ? 4 : 0),
      );
    }
  }
});

describe('columns', () => {
  /** By looking at every point. */
  function slow(points: readonly (readonly [x: number, value: number])[], from: number, to: number, columns: number) {
    const found = new Map<number, number[]>();
    for (const [x, value] of points) {
      if (x < from || x >= to) continue;
      const at = Math.min(columns - 1, Math.floor((x - from) / ((to - from) / columns)));
      found.set(at, [...(found.get(at) ?? []), value]);
    }
    return [...found].map(([at, values]) => {
      const finite = values.filter(Number.isFinite);
      return [at, values.length, finite[0], finite.at(-1), Math.min(...finite), Math.max(...finite)];
    });
  }

  const quick = (line: ReturnType<ScalarSeries['columns']>[number]) =>
    [...line.column].map((at, index) => [
      at,
      line.count[index],
      line.first[index],
      line.last[index],
      line.min[index],
      line.max[index],
    ]);

  test('are exact at every zoom, over restarts too', () => {
    const next = random(3);
    const points: [number, number][] = [];
    for (let step = 0; step < 3000; step += 1 + Math.floor(next() * 3)) points.push([step, next()]);
    const again = points.filter(([step]) => step > 2000 && step < 2500).map(([step]) => [step, next()] as const);
    const made = series(column(...points, ...again));
    const standing = [...points.filter(([step]) => step < again[0]![0]), ...again];
    for (let turn = 0; turn < 80; turn++) {
      const from = next() * 2600 - 50;
      const to = from + next() * (turn % 2 ? 20 : 2600) + 0.1;
      const columns = 1 + Math.floor(next() * 300);
      const lines = made.columns('step', { from, to, columns });
      expect(lines.map(({ superseded }) => superseded)).toEqual([true, false]);
      expect(quick(lines[1]!)).toEqual(slow(standing, from, to, columns));
      expect(quick(lines[0]!)).toEqual(
        slow(
          points.filter(([step]) => step >= again[0]![0]),
          from,
          to,
          columns,
        ),
      );
    }
  });

  test('say what is not finite, and draw what is', () => {
    const made = series(column([0, NaN], [1, 2], [2, Infinity], [3, 1], [10, NaN], [11, -Infinity]));
    const [line] = made.columns('step', { from: 0, to: 20, columns: 2 });
    expect(quick(line!)).toEqual([
      [0, 4, 2, 1, 1, 2],
      [1, 2, NaN, NaN, NaN, NaN],
    ]);
    expect([...line!.notFinite]).toEqual([3, 5]);
    expect([...line!.firstX]).toEqual([0, 10]);
    expect([...line!.lastX]).toEqual([3, 11]);
  });

  test('have the nearest points outside', () => {
    const made = series(inSteps([0, 10, 20, 30, 40]));
    const [line] = made.columns('step', { from: 15, to: 25, columns: 10 });
    expect(line!.before).toEqual({ x: 10, value: 1 });
    expect(line!.after).toEqual({ x: 30, value: 3 });
    const [none] = made.columns('step', { from: 11, to: 12, columns: 10 });
    expect([none!.column.length, none!.before?.x, none!.after?.x]).toEqual([0, 10, 20]);
  });

  test('by wall time are in its order, whatever the clock did', () => {
    const made = series(column([0, 1, 100], [1, 2, 200], [2, 3, 50], [3, 4, 300]));
    const [line] = made.columns('wall', { from: 0, to: 400, columns: 4 });
    expect(quick(line!)).toEqual([
      [0, 1, 3, 3, 3, 3],
      [1, 1, 1, 1, 1, 1],
      [2, 1, 2, 2, 2, 2],
      [3, 1, 4, 4, 4, 4],
    ]);
    expect(made.extent('wall')).toEqual({ from: 50, to: 300 });
  });

  test('smoothed are as TensorBoard’s, of what stands, also while the curve grows', () => {
    const next = random(9);
    const grown = new ScalarColumn();
    const made = series(grown);
    const expected = () => {
      const average = new Smoothing(0.9);
      return made.stretches
        .filter(({ superseded }) => !superseded)
        .flatMap(({ from, to }) => [...grown.values.slice(from, to)].map((value) => average.next(value)));
    };
    const add = (from: number, to: number) => {
      for (let step = from; step < to; step++) grown.push(step, 0, next());
    };
    for (const [from, to] of [
      [0, 50],
      [50, 130],
      [100, 140],
      [140, 900],
    ] as const) {
      add(from, to);
      const line = made.smoothedColumns('step', { from: 0, to: 900, columns: 900 }, 0.9);
      expect([...line.last]).toEqual(expected());
    }
  });

  test('of ten million points take a moment', () => {
    const long = new ScalarColumn();
    for (let step = 0; step < 10_000_000; step++) long.push(step, step, step % 1000);
    const made = series(long);
    made.columns('step', { from: 0, to: 1e7, columns: 1000 });
    const times: number[] = [];
    for (let zoom = 1; zoom < 1e5; zoom *= 3) {
      const began = performance.now();
      const [line] = made.columns('step', { from: 5e6 - 5e6 / zoom, to: 5e6 + 5e6 / zoom, columns: 1000 });
      times.push(performance.now() - began);
      expect(line!.max.reduce((a, b) => Math.max(a, b), 0)).toBeGreaterThan(90);
    }
    times.sort((a, b) => a - b);
    console.log(`1,000 columns of ten million points: median ${times[times.length >> 1]!.toFixed(1)} ms`);
    expect(times[times.length >> 1]).toBeLessThan(16);
  });
});

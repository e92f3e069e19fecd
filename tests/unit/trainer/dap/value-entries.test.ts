import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { describeValue } from '../../../../src/trainer/dap/describe-value.js';
import { Inspection } from '../../../../src/trainer/dap/inspection.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const shown = (value: unknown, part = {}) => {
  const values = new Inspection(() => []);
  return values.children(values.show(value).handle, part);
};
const texts = (value: unknown) => Object.fromEntries(shown(value).map(({ name, value: text }) => [name, text]));

test('properties named by symbols, causes of errors, and what classes compute are inside of a value', () => {
  const mark = Symbol('mark');
  expect(texts({ [mark]: 1, 'a b': 2 })).toEqual({ 'a b': '2', 'Symbol(mark)': '1' });
  const failure = texts(new Error('outer', { cause: 'inner' }));
  expect(failure).toMatchObject({ message: '"outer"', cause: '"inner"' });
  class Base {
    get size() {
      return 3;
    }
  }
  class Own extends Base {
    readonly name = 'own';
    get broken(): number {
      throw new RangeError('never');
    }
  }
  const values = new Inspection(() => []);
  const inside = values.children(values.show(new Own()).handle);
  expect(inside.map(({ name, value }) => `${name} ${value}`)).toEqual([
    'name "own"',
    'broken (computed when opened)',
    'size (computed when opened)',
  ]);
  expect(values.children(inside[1]!.handle)[0]).toMatchObject({ name: 'throws', type: 'RangeError' });
  expect(values.children(inside[2]!.handle)[0]).toMatchObject({ name: 'value', value: '3' });
  // What the language itself computes is known.
  expect(texts(new Date(0))).toEqual({});
});

test('a page of a large map or set takes no more than going through it once', () => {
  const large = new Map(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, index]));
  const began = performance.now();
  const page = shown(large, { filter: 'indexed', start: 199_000, count: 1_000 });
  const ofSet = shown(new Set(large.keys()), { filter: 'indexed', start: 0, count: 1_000 });
  // Going through it for each of them takes twenty seconds.
  expect(performance.now() - began).toBeLessThan(4_000);
  expect(page.at(-1)).toMatchObject({ name: '199999', value: '"k199999" → 199999' });
  expect(ofSet[5]).toMatchObject({ name: '5', value: '"k5"' });
});

test('a list of millions is listed at once, with what it has by name', () => {
  const list = Object.assign(
    Array.from({ length: 1_000_000 }, (_, at) => at),
    { note: 'x' },
  );
  delete list[5];
  const values = new Inspection(() => []);
  values.show(Array.from({ length: 1000 }, () => 0));
  const began = performance.now();
  const { handle, indexed, named } = values.show(list);
  const inside = values.children(handle, { filter: 'named' });
  // Asking each index what it is takes ten times as long.
  expect(performance.now() - began).toBeLessThan(3_000);
  expect({ indexed, named }).toEqual({ indexed: 1_000_000, named: 1 });
  expect(inside).toMatchObject([{ name: 'note', value: '"x"' }]);
});

test('a value is told on one line, and a tensor in it by what it is', () => {
  const held = { deep: { list: [tf.tensor1d([1, 2])] }, layer: tf.layers.dense({ units: 2, name: 'told' }) };
  expect(describeValue(held)).toBe('{ deep: { list: [ Tensor float32 2 [ 1, 2 ] ] }, layer: Dense told }');
  expect(describeValue(new Map([['t', tf.scalar(3)]]))).toBe("Map(1) { 't' => Tensor float32 scalar 3 }");
  expect(describeValue(Array.from({ length: 40 }, (_, row) => [row, row]))).not.toContain('\n');
  expect(describeValue(Array.from({ length: 20 }, () => 'x'.repeat(400))).length).toBeLessThan(2_100);
  expect(Object.getOwnPropertySymbols(tf.Tensor.prototype).map(String)).not.toContain(
    'Symbol(nodejs.util.inspect.custom)',
  );
});

test('a value whose own code fails when it is asked something takes nothing else with it', () => {
  const fails = (): never => {
    throw new Error('not now');
  };
  const proxy = new Proxy({ a: 1 }, { get: fails, ownKeys: fails, getPrototypeOf: fails });
  class Tagged {
    get [Symbol.toStringTag](): string {
      return fails();
    }
  }
  const inside = texts({ proxy, tagged: new Tagged(), after: 3, promise: Promise.resolve(5) });
  expect(inside['proxy']).toMatch(/^Proxy \[ \{ a: 1 \}, /);
  expect(inside['tagged']).toBe('(cannot be shown: not now)');
  expect(inside).toMatchObject({ after: '3', promise: 'Promise { 5 }' });
  const values = new Inspection(() => []);
  const { handle } = values.show(proxy);
  expect(values.children(handle)).toEqual([]);
  expect(values.withHiddenFields(handle)).toBe(proxy);
});

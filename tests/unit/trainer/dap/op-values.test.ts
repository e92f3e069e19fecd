/** Values of the ops of a step: when they are measured, what is kept of them, and that nothing is kept of what is no step. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OpValues } from '../../../../src/trainer/dap/op-values.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';

beforeAll(async () => {
  await chooseBackend('cpu');
});

let values: OpValues;
let made: tf.Tensor[] = [];
afterEach(() => {
  tf.dispose(made);
  made = [];
});

/** A step of so many ops, the n-th of which gives n; each is given back at once. */
function step(count: number, options: { stoppedAfter?: boolean; recorded?: boolean } = {}): string[] {
  values.beginStep({ isStoppedAfter: options.stoppedAfter ?? false, mayBeRecorded: options.recorded ?? false });
  values.begin();
  const ops = Array.from({ length: count }, (_, at) => `op${at}`);
  ops.forEach((op, at) => {
    const tensor = tf.scalar(at);
    values.ran(at, op, tensor);
    tensor.dispose();
  });
  return ops;
}
const read = (ops: readonly string[], from = 0) => values.read(ops, from, 1000);
/** Training stops after a step, and somebody asks. */
function looked(): void {
  const ops = step(1);
  values.stops();
  read(ops);
  values.ends();
}
const numbers = (ops: readonly string[]) => read(ops).ops.map(({ outputs }) => outputs[0]?.values?.max);

describe('measured as they run', () => {
  test('not where nobody has asked: what was given back is gone, and that is said', () => {
    values = new OpValues();
    const ops = step(3);
    values.stops();
    expect(numbers(ops)).toEqual([undefined, undefined, undefined]);
    expect(read(ops).total).toBe(3);
  });

  test('in the step after one that somebody has looked at, and not in those after it', () => {
    values = new OpValues();
    looked();
    const second = step(2);
    expect(numbers(second)).toEqual([0, 1]);
    values.ends();
    expect(numbers(step(2))).toEqual([undefined, undefined]);
    // Training stops after this one.
    expect(numbers(step(2, { stoppedAfter: true }))).toEqual([0, 1]);
  });

  test('never in a step that may be recorded', () => {
    values = new OpValues();
    looked();
    expect(numbers(step(2, { recorded: true }))).toEqual([undefined, undefined]);
  });

  test('no more after some stops at which nobody asks', () => {
    values = new OpValues();
    looked();
    for (let stop = 0; stop < 12; stop++) values.stops();
    const ops = step(1);
    expect(read(ops).ops[0]!.outputs).toEqual([{}]);
  });
});

test('what is alive is measured when it is asked for; several outputs, texts and what is no tensor', () => {
  values = new OpValues();
  values.begin();
  made = [tf.tensor1d([1, NaN, 3, 0]), tf.tensor1d(['text']), tf.scalar(2)];
  values.ran(0, 'Unpack', [made[0], made[2]]);
  values.ran(1, 'Text', made[1]);
  const before = tf.memory().numTensors;
  const { ops } = read(['Unpack', 'Text']);
  expect(tf.memory().numTensors).toBe(before);
  expect(ops[0]!.outputs.map(({ values: one }) => one?.max)).toEqual([3, 2]);
  expect(ops[0]!.outputs[0]!.values).toMatchObject({ notFinite: 0.25, zeros: 0.25 });
  expect(ops[1]!.outputs).toEqual([{}]);
});

test('those before the first that has not come to its end', () => {
  values = new OpValues();
  values.begin();
  made = [tf.scalar(1), tf.scalar(2)];
  values.ran(0, 'A', made[0]);
  // B makes a copy before it is done.
  values.ran(2, 'Identity', made[1]);
  expect(read(['A', 'B', 'Identity']).total).toBe(1);
  values.ran(1, 'B', made[1]);
  expect(read(['A', 'B', 'Identity'], 1).ops.map(({ op }) => op)).toEqual(['B', 'Identity']);
});

test('nothing is kept of what runs between steps', () => {
  values = new OpValues();
  const ops = step(2, { stoppedAfter: true });
  values.ends();
  for (let at = 2; at < 1000; at++) values.ran(at, 'Validation', {});
  expect(read([...ops, ...Array.from({ length: 998 }, () => 'Validation')]).total).toBe(2);
});

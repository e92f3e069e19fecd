/**
 * What native TensorFlow must hold to, as checks that throw, run in a process of their own: bundled as
 * the trainer is, with the engine of BACKSTEP_ENGINE. Prints one line of JSON a check:
 * `{ "name", "error"? }`. Started by tensorflow.test.ts.
 */
import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { chooseBackend } from '../../../src/trainer/runtime/backend/backend.js';
import type { NativeKernelBackend } from '../../../src/trainer/runtime/backend/tensorflow/native-kernel-backend.js';
import { makeStepKey, withStepKey } from '../../../src/trainer/runtime/backend/tensorflow/step-random.js';
import { disposeOptimizer } from '../../../src/trainer/runtime/optimizer-state.js';
import { alias } from '../../../src/trainer/runtime/tfjs-internals.js';

const checks: Readonly<Record<string, () => void | Promise<void>>> = {
  'draws of a step follow from its key, their number and their seed': () => {
    const draw = (seed: number, step: number, own?: number) =>
      inStep(seed, step, () => {
        const all = [1, 2].map(() => values(tf.randomUniform([1000], 0, 1, 'float32', own)));
        return all as [number[], number[]];
      });
    const [first, second] = draw(7, 3);
    assert.deepEqual(draw(7, 3), [first, second]);
    for (const other of [second, draw(7, 4)[0], draw(8, 3)[0], draw(7, 3, 5)[0]]) assert.notDeepEqual(other, first);
    assert.ok(Math.min(...first) >= 0 && Math.max(...first) < 1);
    near(mean(first), 0.5, 0.05);
  },

  'draws have the distribution that was asked for': () => {
    inStep(1, 1, () => {
      const uniform = values(tf.randomUniform([20_000], -3, 5));
      assert.ok(Math.min(...uniform) >= -3 && Math.max(...uniform) < 5);
      near(mean(uniform), 1, 0.1);
      const normal = values(tf.randomNormal([20_000], 2, 3));
      near(mean(normal), 2, 0.1);
      near(spread(normal), 3, 0.1);
      const truncated = values(tf.truncatedNormal([20_000], 2, 3));
      assert.ok(Math.min(...truncated) >= -4 && Math.max(...truncated) <= 8);
      const whole = tf.randomUniform([1000], 0, 10, 'int32');
      assert.equal(whole.dtype, 'int32');
      assert.deepEqual([...new Set(values(whole))].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      assert.throws(() => tf.randomNormal([2], 0, 1, 'bool' as 'int32'), /Unsupported data type/);
    });
  },

  'outside of steps the library draws as ever': async () => {
    const draw = () => tf.tidy(() => values(tf.randomNormal([8], 0, 1, 'float32', 5)));
    const here = draw();
    await tf.setBackend('cpu');
    assert.deepEqual(inStep(7, 1, draw), here, 'on cpu, in a step');
    await tf.setBackend('tensorflow');
    assert.notDeepEqual(inStep(7, 1, draw), here, 'in a step');
  },

  'a step keeps its draws across an await, and others do not take from them': async () => {
    const key = makeStepKey(7, 1);
    const draw = () => tf.tidy(() => values(tf.randomUniform([4])));
    const drawTwice = (pause: () => Promise<void>) =>
      withStepKey(key, async () => {
        const first = draw();
        await pause();
        return [first, draw()];
      });
    const alone = await drawTwice(() => Promise.resolve());
    const step = drawTwice(() => new Promise((resolve) => setTimeout(resolve, 20)));
    draw();
    assert.deepEqual(await step, alone);
    key.dispose();
  },

  'dropout draws one mask a step': () => {
    const layer = tf.layers.dropout({ rate: 0.4 });
    const x = tf.ones([50, 20]);
    const mask = (step: number) => inStep(7, step, () => values(layer.apply(x, { training: true }) as tf.Tensor));
    assert.deepEqual(mask(1), mask(1));
    assert.notDeepEqual(mask(1), mask(2));
    near(mask(1).filter((value) => value === 0).length / 1000, 0.4, 0.06);
    x.dispose();
  },

  'multinomial draws follow from the seed, or from the step': () => {
    const logits = tf.tensor2d([[0, Math.log(3)]]);
    const draw = (seed?: number) => tf.tidy(() => values(tf.multinomial(logits, 4000, seed)));
    assert.deepEqual(draw(5), draw(5));
    assert.notDeepEqual(draw(5), draw(6));
    assert.deepEqual(
      inStep(7, 1, () => draw()),
      inStep(7, 1, () => draw()),
    );
    near(mean(draw(5)), 0.75, 0.03);
    const probabilities = tf.tensor2d([[0.25, 0.75]]);
    near(mean(tf.tidy(() => values(tf.multinomial(probabilities, 4000, 5, true)))), 0.75, 0.03);
    tf.dispose([logits, probabilities]);
  },

  'gradients agree with finite differences': () => {
    const activations: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      relu: tf.relu,
      relu6: (x) => tf.relu6(tf.mul(x, 5)),
      sigmoid: tf.sigmoid,
      tanh: tf.tanh,
      leakyRelu: (x) => tf.leakyRelu(x, 0.3),
      elu: tf.elu,
      selu: tf.selu,
      softplus: tf.softplus,
      step: (x) => tf.mul(tf.step(x, 0.2), x),
      softmax: tf.softmax,
      'sum over rows': (x) => tf.square(tf.sum(x, [0, 1])),
      'bias added': (x) => tf.tanh(tf.add(tf.ones([4, 2, 3]), tf.reshape(tf.slice(x, [0, 0, 0], [1, 1, 3]), [3]))),
      product: (x) => tf.matMul(tf.reshape(x, [2, 6]), tf.reshape(x, [2, 6]), true, false),
      'product of one': (x) => tf.matMul(tf.reshape(x, [1, 4, 3]), tf.reshape(x, [1, 3, 4])),
      'max pooling': (x) => tf.maxPool(tf.reshape(x, [1, 3, 4, 1]) as tf.Tensor4D, 2, 2, 'same'),
      'max pooling, overlapping': (x) => tf.maxPool(tf.reshape(x, [1, 4, 3, 1]) as tf.Tensor4D, 2, 1, 'valid'),
      gather: (x) => tf.square(tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), 1)),
    };
    for (const [name, activation] of Object.entries(activations)) {
      const weights = tf.tidy(() => tf.keep(tf.tensor(numbers(activation(input([2, 2, 3])).size, 3))));
      const loss = (x: tf.Tensor) => tf.sum(tf.mul(tf.reshape(activation(x), [weights.size]), weights)) as tf.Scalar;
      compareWithDifferences(name, loss, [2, 2, 3]);
      weights.dispose();
    }
  },

  'gradients of gradients are those of the cpu backend': async () => {
    const all = () =>
      [tf.sigmoid, tf.tanh, tf.relu].map((activation) => {
        const slope = (x: tf.Tensor) =>
          tf.sum(tf.pow(tf.grad((inner) => tf.sum(tf.mul(activation(inner), inner)))(x), tf.scalar(3)));
        return tf.tidy(() => values(tf.grad(slope)(input([5]))));
      });
    const here = all();
    await tf.setBackend('cpu');
    const there = all();
    await tf.setBackend('tensorflow');
    here.forEach((gradient, index) => closeTo(gradient, there[index]!, 1e-5));
  },

  'max pooling by oneDNN gives what the public ops give': () => {
    const native = tf.backend() as unknown as NativeKernelBackend;
    for (const [shape, size, strides, padding] of [
      [[3, 9, 10, 5], 2, 2, 'valid'],
      [[2, 9, 10, 4], 3, 2, 'same'],
      [[2, 7, 7, 3], 3, 1, 'valid'],
    ] as const) {
      const gradient = () =>
        tf.tidy(() => {
          // Whole numbers: with many ties.
          const x = tf.round(tf.mul(input([...shape]), 3)) as tf.Tensor4D;
          const grad = tf.grad((image) => tf.maxPool(image as tf.Tensor4D, size, strides, padding));
          const dy = tf.tensor(numbers(tf.maxPool(x, size, strides, padding).size, 9));
          return values(grad(x, tf.reshape(dy, tf.maxPool(x, size, strides, padding).shape)));
        });
      const quick = gradient();
      const { binding } = native;
      native.binding = Object.create(binding) as typeof binding;
      try {
        assert.ok(native.isObserved);
        const watched: string[] = [];
        Object.defineProperty(native.binding, 'executeOp', {
          value: (...call: Parameters<typeof binding.executeOp>) => {
            watched.push(call[0]);
            return binding.executeOp(...call);
          },
        });
        const known = gradient();
        assert.ok(watched.includes('MaxPoolGrad') && !watched.some((op) => op.startsWith('_')), watched.join(' '));
        closeTo(quick, known, 1e-6);
      } finally {
        native.binding = binding;
      }
    }
  },

  'sums of many rows keep their digits': () => {
    for (const shape of [
      [300_000, 5],
      [32, 148, 148, 8],
      [1, 10_007, 3],
    ]) {
      const axes = shape.slice(1).map((_, axis) => axis);
      const sums = tf.tidy(() => values(tf.sum(tf.fill(shape, 0.1), axes)));
      const exact = (shape.reduce((a, b) => a * b, 1) / shape.at(-1)!) * Math.fround(0.1);
      assert.equal(sums.length, shape.at(-1));
      for (const sum of sums) near(sum / exact, 1, 1e-4);
    }
  },

  'padding given in numbers is computed on cpu': async () => {
    const gradient = () =>
      tf.tidy(() =>
        values(
          tf.grad((x) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 2, 4]), 2, 1))))(
            input([1, 7, 7, 2]),
          ),
        ),
      );
    const here = gradient();
    await tf.setBackend('cpu');
    const there = gradient();
    await tf.setBackend('tensorflow');
    closeTo(here, there, 1e-5);
  },

  'an index out of range is an error, not a value': () => {
    tf.tidy(() => assert.throws(() => tf.gather(tf.ones([3, 2]), tf.tensor1d([3], 'int32')), /not in \[0, 3\)/));
  },

  'what is kept by another name outlives its tensor': () => {
    const before = tf.memory().numTensors;
    const original = tf.tensor1d([1, 2, 3]);
    const doubled = tf.mul(original, 2);
    const kept = alias(doubled);
    const same = tf.reshape(doubled, [3]);
    doubled.dispose();
    assert.deepEqual(values(kept), [2, 4, 6]);
    kept.dispose();
    assert.deepEqual(values(same), [2, 4, 6]);
    tf.dispose([original, same]);
    assert.equal(tf.memory().numTensors, before);

    const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, 2]), true, 'kept/variable'));
    const old = alias(variable);
    const snapshot = variable.dataSync();
    tf.tidy(() => variable.assign(tf.add(variable, 1)));
    assert.deepEqual([...snapshot], [1, 2]);
    assert.deepEqual(values(old), [1, 2]);
    assert.deepEqual(values(variable), [2, 3]);
    variable.assign(old as tf.Tensor1D);
    old.dispose();
    assert.deepEqual(values(variable), [1, 2]);
    variable.dispose();
  },

  'training holds no more after 300 steps than after 30': async () => {
    const { layers } = tf;
    const model = tf.sequential({
      layers: [
        layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [20, 20, 3] }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.separableConv2d({ filters: 8, kernelSize: 3, activation: 'sigmoid' }),
        layers.batchNormalization(),
        layers.dropout({ rate: 0.3 }),
        layers.gaussianNoise({ stddev: 0.1 }),
        layers.flatten(),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    });
    const optimizer = tf.train.adam(1e-3);
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const xs = input([16, 20, 20, 3]);
    const ys = tf.tidy(() =>
      tf
        .oneHot(
          tf.tensor1d(
            Array.from({ length: 16 }, (_, i) => i % 4),
            'int32',
          ),
          4,
        )
        .toFloat(),
    );
    const native = tf.backend() as unknown as NativeKernelBackend;
    // Exact, where the size of the process is not: the allocator keeps what it once had (`npm run bench -- memory`).
    const held = () => [tf.memory().numTensors, native.getNumOfTFTensors()];
    let early: number[] = [];
    for (let step = 1; step <= 300; step++) {
      const key = makeStepKey(7, step);
      const [loss] = (await withStepKey(key, () => model.trainOnBatch(xs, ys))) as number[];
      key.dispose();
      assert.ok(Number.isFinite(loss), `loss of step ${step}`);
      if (step === 30) early = held();
    }
    assert.deepEqual(held(), early);
    model.dispose();
    disposeOptimizer(optimizer);
    tf.dispose([xs, ys]);
  },
};

function inStep<T>(seed: number, step: number, work: () => T): T {
  const key = makeStepKey(seed, step);
  try {
    return withStepKey(key, () => tf.engine().tidy(work as () => tf.TensorContainer) as T);
  } finally {
    key.dispose();
  }
}

function values(tensor: tf.Tensor): number[] {
  return [...tensor.dataSync()];
}

/** Repeatable, in [−1, 1], none near a kink of an activation. */
function numbers(size: number, seed: number): number[] {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = state / 2 ** 31 - 1;
    return Math.abs(value) < 0.02 ? 0.1 : value;
  });
}

function input(shape: number[]): tf.Tensor {
  return tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      1,
    ),
    shape,
  );
}

function compareWithDifferences(name: string, loss: (x: tf.Tensor) => tf.Scalar, shape: number[]): void {
  const start = numbers(
    shape.reduce((a, b) => a * b, 1),
    1,
  );
  const at = (point: number[]) => tf.tidy(() => loss(tf.tensor(point, shape)).dataSync()[0]!);
  const gradient = tf.tidy(() => values(tf.grad(loss)(tf.tensor(start, shape))));
  const STEP = 2e-3;
  const differences = start.map((_, index) => {
    const moved = (by: number) => at(start.map((value, other) => (other === index ? value + by : value)));
    return (moved(STEP) - moved(-STEP)) / (2 * STEP);
  });
  closeTo(gradient, differences, 1e-2, name);
}

function closeTo(actual: number[], expected: number[], tolerance: number, name = ''): void {
  assert.equal(actual.length, expected.length, name);
  const largest = Math.max(1, ...expected.map(Math.abs));
  actual.forEach((value, index) => {
    const away = Math.abs(value - expected[index]!) / largest;
    assert.ok(away < tolerance, `${name} [${index}]: ${value} instead of ${expected[index]!}`);
  });
}

function near(value: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} instead of ${expected} ± ${tolerance}`);
}

function mean(list: number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

function spread(list: number[]): number {
  const middle = mean(list);
  return Math.sqrt(mean(list.map((value) => (value - middle) ** 2)));
}

if (process.argv[2] === 'names') console.log(JSON.stringify(Object.keys(checks)));
else {
  await chooseBackend('tensorflow');
  for (const [name, check] of Object.entries(checks)) {
    let error: string | undefined;
    await tf.setBackend('tensorflow');
    const before = tf.memory().numTensors;
    try {
      await check();
      if (tf.memory().numTensors !== before) error = `it left ${tf.memory().numTensors - before} tensors behind`;
    } catch (thrown) {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    }
    console.log(JSON.stringify({ name, error }));
  }
}

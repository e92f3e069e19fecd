import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import type { WasmBackend } from '../../../../src/trainer/runtime/backend/wasm/wasm-memory.js';
import { expectClose, expectSameOnBoth, numbers, tensorOf, valuesOn } from './comparison.js';

const stockAdam = tf.AdamOptimizer.prototype.applyGradients;
const stockRmsProp = tf.RMSPropOptimizer.prototype.applyGradients;

beforeAll(() => chooseBackend('wasm'));

describe('matrix products', () => {
  const shapes: [number, number, number][] = [
    [1, 1, 1],
    [4, 8, 8],
    [5, 3, 7],
    [33, 70, 19],
    [3, 300, 10],
    [130, 5, 66],
    [8, 4, 1],
  ];
  it.each(shapes)('%i×%i by %i in each transposition', async (rows, depth, columns) => {
    for (const [ta, tb] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      await expectSameOnBoth(() => [
        tf.matMul(
          tensorOf<tf.Rank.R2>(ta ? [depth, rows] : [rows, depth], 1),
          tensorOf<tf.Rank.R2>(tb ? [columns, depth] : [depth, columns], 2),
          ta,
          tb,
        ),
      ]);
    }
  });

  it('of many matrices, also where one is used for all', async () => {
    await expectSameOnBoth(() => [
      tf.matMul(tensorOf<tf.Rank.R3>([3, 5, 6], 1), tensorOf<tf.Rank.R3>([3, 6, 9], 2)),
      tf.matMul(tensorOf<tf.Rank.R3>([3, 5, 6], 1), tensorOf<tf.Rank.R3>([1, 9, 6], 2), false, true),
      tf.matMul(tensorOf<tf.Rank.R4>([1, 1, 6, 5], 1), tensorOf<tf.Rank.R4>([2, 2, 6, 9], 2), true),
      tf.matMul(tensorOf<tf.Rank.R4>([2, 1, 5, 6], 1), tensorOf<tf.Rank.R4>([1, 3, 6, 9], 2)),
    ]);
  });
});

describe('sums and means', () => {
  it('over leading axes and any others', async () => {
    await expectSameOnBoth(() => {
      const x = tensorOf<tf.Rank.R4>([3, 70, 2, 21], 1);
      return [[0], [0, 1], [0, 1, 2], [1, 0], [-1], [1], [0, 2], [0, 1, 2, 3]].flatMap((axes) => [
        tf.sum(x, axes),
        tf.mean(x, axes, true),
      ]);
    }, 1e-5);
  });

  it('keep the shapes that the cpu backend gives', async () => {
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend);
      tf.tidy(() => {
        const x = tf.ones([2, 3, 4]);
        expect(tf.sum(x, [0, 1]).shape).toEqual([4]);
        expect(tf.mean(x, 0, true).shape).toEqual([1, 3, 4]);
        expect(tf.sum(tf.ones([2, 3], 'int32'), 0).dtype).toBe('int32');
        expect([...tf.sum(tf.zeros([0, 2]), 0).dataSync()]).toEqual([0, 0]);
      });
    }
  });
});

describe('max pooling', () => {
  const cases = [
    { x: [2, 9, 9, 5], size: 2, strides: 2, pad: 'valid' },
    { x: [1, 8, 7, 4], size: 3, strides: 1, pad: 'same' },
    { x: [1, 8, 9, 3], size: [3, 2], strides: [1, 2], pad: 'same' },
    { x: [1, 7, 7, 8], size: 2, strides: 3, pad: 'valid' },
  ] as const;
  it.each(cases)('passes each window’s gradient to its winner: %o', async ({ x, size, strides, pad }) => {
    await expectSameOnBoth(() => [
      tf.grad((input) => {
        const y = tf.maxPool(input as tf.Tensor4D, size as number, strides as number, pad);
        return tf.sum(tf.mul(y, tensorOf(y.shape, 3)));
      })(tensorOf<tf.Rank.R4>([...x], 1)),
    ]);
  });

  it('gives ties to the first, and nothing to a window of NaN', async () => {
    const gradient = () => [
      tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')))(
        tf.tensor4d([1, 1, NaN, NaN, 1, 1, NaN, NaN], [1, 2, 4, 1]),
      ),
    ];
    const onWasm = await valuesOn('wasm', gradient);
    expect([...onWasm[0]!]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('relu', () => {
  const special = [-2, -0, 0, 1e-30, 3, 6, 6.5, Infinity, -Infinity, NaN, 4];
  it.each(['relu', 'relu6'] as const)('%s: one op, with the values of the composed gradient', async (activation) => {
    await tf.setBackend('wasm');
    const kernels: string[] = [];
    tf.tidy(() => {
      const x = tf.tensor1d(special);
      for (const seed of [1, NaN, Infinity]) {
        const dy = tf.fill([special.length], seed);
        const { result } = { result: tf.grad((input) => tf[activation](input))(x, dy) };
        const mask = tf.mul(tf.step(x), tf.cast(tf.lessEqual(x, activation === 'relu' ? Infinity : 6), 'float32'));
        const composed = tf.mul(dy, mask);
        expect([...result.dataSync()]).toEqual([...composed.dataSync()]);
      }
    });
    const profile = await tf.profile(() =>
      tf.tidy(() => tf.grad((input) => tf[activation](input))(tf.tensor1d(special))),
    );
    kernels.push(...profile.kernelNames);
    expect(kernels.filter((kernel) => /Grad$/.test(kernel))).toEqual([
      activation === 'relu' ? 'ReluGrad' : 'Relu6Grad',
    ]);
    expect(kernels).not.toContain('Step');
  });

  it('agrees with the cpu backend, and can be differentiated twice', async () => {
    await expectSameOnBoth(() => {
      const x = tensorOf<tf.Rank.R1>([37], 1);
      const cube = (input: tf.Tensor) => tf.sum(tf.pow(tf.relu(input), tf.scalar(3)));
      return [tf.grad(cube)(x), tf.grad((input) => tf.sum(tf.grad(cube)(input)))(x)];
    });
  });
});

describe('segment sums', () => {
  it('are the gradient of gathering', async () => {
    await expectSameOnBoth(() => [
      tf.grad((table) => {
        const rows = tf.gather(
          table,
          tf.tensor2d(
            [
              [1, 4, 1],
              [0, 1, 4],
            ],
            [2, 3],
            'int32',
          ),
        );
        return tf.sum(tf.mul(rows, tensorOf(rows.shape as [number, number, number], 2)));
      })(tensorOf<tf.Rank.R2>([6, 5], 1)),
      tf.unsortedSegmentSum(tensorOf<tf.Rank.R2>([4, 3], 1), tf.tensor1d([0, -1, 5, 0], 'int32'), 3),
      tf.cast(tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([1, 1, 0], 'int32'), 2), 'float32'),
    ]);
  });
});

describe('resizing images', () => {
  it.each(['resizeNearestNeighbor', 'resizeBilinear'] as const)(
    '%s: gradients of whole batches and of any proportions',
    async (resize) => {
      for (const to of [
        [4, 6],
        [5, 7],
        [2, 2],
        [1, 4],
      ] as [number, number][]) {
        for (const [align, centers] of [
          [false, false],
          [true, false],
        ] as const) {
          const gradient = () => [
            tf.grad((x) => {
              const y = tf.image[resize](x as tf.Tensor4D, to, align, centers);
              return tf.sum(tf.mul(y, tensorOf(y.shape as [number, number, number, number], 3)));
            })(tensorOf<tf.Rank.R4>([2, 2, 3, 2], 1)),
          ];
          await expectSameOnBoth(gradient, 2e-6, `${to.join('×')}`);
          // Resizing is linear: its finite differences are exact.
          const [onCpu] = await valuesOn('cpu', gradient);
          const [differences] = await valuesOn('cpu', () => [
            tf.stack(
              Array.from({ length: 24 }, (_, i) => {
                const y = tf.image[resize](
                  tf.reshape(tf.oneHot(i, 24), [2, 2, 3, 2]).toFloat() as tf.Tensor4D,
                  to,
                  align,
                  centers,
                );
                return tf.sum(tf.mul(y, tensorOf(y.shape as [number, number, number, number], 3)));
              }),
            ),
          ]);
          expectClose(onCpu!, differences!, 2e-6, `${to.join('×')} on cpu`);
        }
      }
    },
  );
});

it('runs what only the cpu backend has there', async () => {
  await expectSameOnBoth(() => [
    tf.einsum('ij,jk->ik', tensorOf<tf.Rank.R2>([3, 4], 1), tensorOf<tf.Rank.R2>([4, 5], 2)),
  ]);
});

describe('optimizer updates', () => {
  const run = (make: () => tf.Optimizer, applyGradients: typeof stockAdam) => {
    const optimizer = make();
    const variables = [[7], [3, 4], [1], [64]].map((shape, i) =>
      tf.tidy(() => tf.variable(tensorOf(shape as [number], i + 1))),
    );
    for (let step = 0; step < 4; step++) {
      const gradients = Object.fromEntries(
        variables.map((variable, i) => [
          variable.name,
          tf.tensor(numbers(variable.size, 10 * step + i), variable.shape),
        ]),
      );
      applyGradients.call(optimizer, gradients as unknown as tf.NamedTensorMap & Record<string, tf.Variable>);
      tf.dispose(gradients);
    }
    const slots = optimizer as unknown as Record<string, { variable: tf.Variable }[] | tf.Variable | undefined>;
    const state = [
      'accumulatedFirstMoment',
      'accumulatedSecondMoment',
      'accumulatedMeanSquares',
      'accumulatedMoments',
      'accumulatedMeanGrads',
    ]
      .flatMap((key) => (slots[key] as { originalName: string; variable: tf.Variable }[] | undefined) ?? [])
      .map(({ originalName, variable }) => [originalName.replace(/^\d+/, 'variable'), [...variable.dataSync()]]);
    const values = variables.map((variable) => [...variable.dataSync()]);
    const powers = [slots.accBeta1, slots.accBeta2].map((power) => (power as tf.Variable | undefined)?.dataSync()[0]);
    const { iterations } = optimizer;
    tf.dispose(variables);
    optimizer.dispose();
    return { state, values, powers, iterations };
  };

  it.each([
    ['Adam', () => tf.train.adam(1e-2), stockAdam],
    ['Adam, other settings', () => tf.train.adam(0.3, 0.5, 0.7, 1e-3), stockAdam],
    ['RMSProp', () => tf.train.rmsprop(1e-2), stockRmsProp],
    ['RMSProp with momentum', () => tf.train.rmsprop(1e-2, 0.8, 0.5), stockRmsProp],
    ['RMSProp, centred', () => tf.train.rmsprop(1e-2, 0.9, 0.1, 1e-2, true), stockRmsProp],
  ] as const)('%s: every bit as TensorFlow.js computes it, in its own variables', async (_name, make, stock) => {
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    const prototype = Object.getPrototypeOf(make()) as tf.Optimizer;
    const fused = prototype.applyGradients;
    expect(fused).not.toBe(stock);
    expect(run(make, fused)).toEqual(run(make, stock));
    // The optimizer made for its prototype holds Adam's two powers.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(2);
  });

  it('leaves other backends to TensorFlow.js', async () => {
    await tf.setBackend('cpu');
    expect(run(() => tf.train.adam(1e-2), tf.AdamOptimizer.prototype.applyGradients)).toEqual(
      run(() => tf.train.adam(1e-2), stockAdam),
    );
  });
});

it('says that memory is full instead of computing on in it', async () => {
  await tf.setBackend('wasm');
  // Asked for, but never touched: the system gives nothing for it.
  const gibibyte = 2 ** 28;
  const backend = tf.backend() as unknown as WasmBackend;
  const taken: tf.TensorInfo[] = [];
  expect(() => {
    for (let i = 0; i < 5; i++) taken.push(backend.makeOutput([gibibyte], 'float32'));
  }).toThrow(/Out of memory: .* A smaller batch/);
  for (const { dataId } of taken) backend.disposeData(dataId);
});

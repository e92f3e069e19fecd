/** Steps that must not be compiled, each for a reason of its own. */
import * as tf from '@tensorflow/tfjs';
import { normal, ownProgram, sequential, uniform, type TestProgram } from './programs.js';

interface RefusedProgram {
  readonly program: TestProgram;
  /** Gives back what the step has kept. */
  readonly after?: () => tf.Tensor[];
}

type Step = (
  lossOf: () => tf.Scalar,
  context: { readonly optimizer: tf.Optimizer; readonly xs: tf.Tensor },
) => tf.Tensor[];

function own(step: Step, optimizer: tf.Optimizer = tf.train.sgd(0.05)): RefusedProgram {
  const model = sequential(tf.layers.dense({ inputShape: [6], units: 1 }));
  return {
    program: ownProgram(model, optimizer, [normal([8, 6]), uniform([8, 1])], ([xs, ys]) =>
      step(() => tf.mean(tf.square(tf.sub(model.apply(xs!) as tf.Tensor, ys!))).asScalar(), { optimizer, xs: xs! }),
    ),
  };
}

export const refusals: Readonly<Record<string, () => RefusedProgram>> = {
  'reads the loss': () =>
    own((lossOf, { optimizer }) => {
      const loss = optimizer.minimize(lossOf, true)!;
      return loss.dataSync()[0]! > 1e9 ? [tf.mul(loss, 2)] : [loss];
    }),
  'reads inside the gradient': () =>
    own((lossOf, { optimizer }) => [
      optimizer.minimize(() => {
        const loss = lossOf();
        return tf.mul(loss, loss.dataSync()[0]! > 0 ? 1 : 2).asScalar();
      }, true)!,
    ]),
  'reads and swallows the refusal': () =>
    own((lossOf, { optimizer }) => {
      const loss = optimizer.minimize(lossOf, true)!;
      try {
        loss.dataSync();
      } catch {
        return [loss];
      }
      return [loss];
    }),
  'counts in JavaScript': () => {
    let count = 0;
    return own((lossOf, { optimizer }) => [optimizer.minimize(() => tf.mul(lossOf(), 1 + count++).asScalar(), true)!]);
  },
  'does something else every second time': () => {
    let count = 0;
    return own((lossOf, { optimizer }) => [
      optimizer.minimize(() => (count++ % 2 === 0 ? lossOf() : tf.sqrt(lossOf()).asScalar()), true)!,
    ]);
  },
  'draws in JavaScript': () =>
    own((lossOf, { optimizer }) => [optimizer.minimize(() => tf.mul(lossOf(), Math.random()).asScalar(), true)!]),
  'makes noise from a generator of its own': () => {
    let state = 1;
    const next = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    return own((lossOf, { optimizer, xs }) => [
      optimizer.minimize(
        () => tf.add(lossOf(), tf.mean(tf.mul(xs, tf.tensor2d(Array.from({ length: 48 }, next), [8, 6])))).asScalar(),
        true,
      )!,
    ]);
  },
  'makes a variable': () =>
    own((lossOf, { optimizer }) => {
      const count = tf.variable(tf.scalar(0), false);
      count.assign(tf.add(count, 1) as tf.Scalar);
      return [optimizer.minimize(lossOf, true)!];
    }),
  'is asynchronous': () => {
    let isFirst = true;
    return own((lossOf, { optimizer }) => {
      const loss = optimizer.minimize(lossOf, true)!;
      if (!isFirst) return Promise.resolve([loss]) as unknown as tf.Tensor[];
      isFirst = false;
      return [loss];
    });
  },
  'writes to the console': () => {
    let isFirst = true;
    return own((lossOf, { optimizer }) => {
      if (!isFirst) console.log('one more step');
      isFirst = false;
      return [optimizer.minimize(lossOf, true)!];
    });
  },
  'keeps an average instead of the last one': () => {
    let average = tf.keep(normal([400]));
    return {
      ...own((lossOf, { optimizer }) => {
        const next = tf.keep(tf.mul(average, 0.9));
        average.dispose();
        average = next;
        return [optimizer.minimize(() => tf.add(lossOf(), tf.mean(average)).asScalar(), true)!];
      }),
      // It has to be of use still.
      after: () => [tf.add(average, 1), average],
    };
  },
  'uses a second optimizer': () => {
    const second = tf.train.sgd(0.01);
    return own((lossOf, { optimizer }) => {
      second.minimize(lossOf);
      return [optimizer.minimize(lossOf, true)!];
    });
  },
  'keeps a tensor': () => {
    const kept: tf.Tensor[] = [];
    return {
      ...own((lossOf, { optimizer }) => {
        const loss = optimizer.minimize(lossOf, true)!;
        kept.push(tf.keep(loss.clone()));
        return [loss];
      }),
      after: () => kept,
    };
  },
  'computes with the learning rate squared': () =>
    own((lossOf, { optimizer }) => {
      const { learningRate } = optimizer as unknown as { learningRate: number };
      return [optimizer.minimize(() => tf.mul(lossOf(), learningRate ** 2).asScalar(), true)!];
    }, tf.train.adam(0.01)),
  'swaps a table from outside': () => {
    const tables = [tf.keep(normal([6, 400])), tf.keep(normal([6, 400], 4))];
    let count = 0;
    return {
      ...own((lossOf, { optimizer, xs }) => [
        optimizer.minimize(() => tf.add(lossOf(), tf.mean(tf.matMul(xs, tables[count++ % 2]!))).asScalar(), true)!,
      ]),
      after: () => tables,
    };
  },
  'gives more than a number': () =>
    own((lossOf, { optimizer, xs }) => {
      const loss = optimizer.minimize(lossOf, true)!;
      return [loss, tf.mean(xs, 0)];
    }),
  fails: () => {
    let count = 0;
    return own((lossOf, { optimizer }) => {
      if (count++ > 0) throw new Error('the person’s own mistake');
      return [optimizer.minimize(lossOf, true)!];
    });
  },
};

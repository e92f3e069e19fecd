/** What the step runner answers of a compiled run's wishes: from the graph, by computing a step once more, from where a value lies. */
import * as tf from '@tensorflow/tfjs';
import { isAside } from '../../../../src/trainer/runtime/aside.js';
import { buildModel, compileModel } from '../../../../src/trainer/runtime/compiled-model.js';
import { compileStep } from '../../../../src/trainer/runtime/compiled/compile-step.js';
import { asExperiment } from '../../../../src/trainer/runtime/experiment.js';
import { StepRunner } from '../../../../src/trainer/runtime/step-runner.js';
import { summarize, type SummaryWish } from '../../../../src/trainer/runtime/step-summaries.js';
import { summarizeTensor } from '../../../../src/trainer/runtime/summarize-tensor.js';
import { trainingStep } from '../../../../src/trainer/runtime/training-step.js';
import { classes, normal, SEED } from './programs.js';

const { layers } = tf;

export async function checkWishes() {
  const optimizer = tf.train.adam(0.01);
  const experiment = asExperiment({
    // Never asked for: the step is given its tensors.
    data: () => {
      throw new Error('no data is loaded here');
    },
    model: () =>
      tf.sequential({
        layers: [
          layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
          layers.flatten(),
          // What is between this one and the next is hidden in one op.
          layers.dense({ units: 5 }),
          layers.gaussianNoise({ stddev: 0.1 }),
          layers.dense({ units: 3, activation: 'softmax', trainable: false }),
        ],
      }),
    optimizer: () => optimizer,
    loss: 'categoricalCrossentropy',
  });
  const model = await compileModel(await buildModel(experiment, {}), optimizer, experiment);
  const runner = new StepRunner({
    model,
    step: trainingStep(model.model, optimizer, experiment, model.metricNames),
    ownStep: false,
    seed: SEED,
    speeds: { kind: 'compile', compileStep },
    emit: () => undefined,
  });
  const xs = normal([6, 8, 8, 1]);
  const ys = classes(3, 6);
  let number = 0;
  const step = async (summaries?: readonly SummaryWish[]): Promise<string> => {
    await runner.run({ xs, ys, size: 6 }, ++number, { look: false, gradientNorms: false, summaries });
    return runner.speed ?? 'none';
  };
  const conv: SummaryWish = { of: 'activation', name: 'conv2d_1' };
  const hidden: SummaryWish = { of: 'activation', name: 'dense_1' };
  const frozen: SummaryWish = { of: 'weight', name: 'dense_2/kernel' };
  const gradient: SummaryWish = { of: 'gradient', name: 'dense_1/kernel' };
  const wishes = [conv, hidden, frozen, gradient];

  const speeds = [await step(wishes)];
  const eager = wishes.map((wish) => runner.summary(wish));
  const notWished = runner.summary({ of: 'activation', name: 'flatten_1' });
  speeds.push(await step(), await step(wishes));
  const calls = { seen: 0, unseen: 0 };
  const first = model.model.layers[0]!;
  const own = Object.getOwnPropertyDescriptor(first, 'call')!;
  const inner = first.call.bind(first);
  first.call = (inputs, kwargs) => {
    calls[isAside() ? 'unseen' : 'seen']++;
    return inner(inputs, kwargs);
  };
  const compiled = wishes.map((wish) => runner.summary(wish));
  const again = wishes.map((wish) => runner.summary({ of: wish.of, name: wish.name }));
  Object.defineProperty(first, 'call', own);
  const unwished = (await step(), runner.summary(conv));

  const held: number[] = [];
  for (let round = 0; round < 4; round++) {
    await step(round % 2 === 0 ? wishes : undefined);
    if (round % 2 === 0) for (const wish of wishes) runner.summary(wish);
    else held.push(tf.memory().numTensors);
  }

  // The graph's own ReLU would make nothing of it.
  const kernel = runner.weights.find(({ name }) => name === 'conv2d_1/kernel')!.variable;
  const poisoned = kernel.dataSync().slice();
  poisoned[0] = NaN;
  tf.tidy(() => kernel.assign(tf.tensor(poisoned, kernel.shape)));
  speeds.push(await step(wishes));
  const poison = wishes.map((wish) => runner.summary(wish)?.notFinite);

  const large = tf.relu(normal([64, 40, 40]));
  const spoilt = tf.concat([large, tf.fill([1, 40, 40], Infinity)]);
  const before = tf.memory().numTensors;
  const largeOnes = [large, spoilt].map((tensor) => ({
    kernels: summarizeTensor(tensor),
    values: summarize(tensor.dataSync()),
    alone: summarizeTensor(tensor, ['notFinite']).notFinite,
  }));
  const leftBehind = tf.memory().numTensors - before;
  runner.dispose();
  return {
    speeds,
    eager,
    notWished: notWished === undefined,
    compiled,
    again: JSON.stringify(again) === JSON.stringify(compiled),
    unwished: unwished === undefined,
    calls,
    held,
    poison,
    largeOnes,
    leftBehind,
  };
}
export type WishChecks = Awaited<ReturnType<typeof checkWishes>>;

/** How a compiled step keeps its state, tried on native TensorFlow; each check gives numbers for the test to judge. */
import * as tf from '@tensorflow/tfjs';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileStep } from '../../../../src/trainer/runtime/compiled/compile-step.js';
import type { CompiledStep } from '../../../../src/trainer/runtime/compiled/compiled-step.js';
import { numbersOf } from '../../../../src/trainer/runtime/optimizer-state.js';
import { alias } from '../../../../src/trainer/runtime/tfjs-internals.js';
import { classes, fitProgram, normal, ownProgram, sequential, uniform, type TestProgram } from './programs.js';
import { zoo } from './zoo.js';

const plain = { before: false, gradientNorms: false };

function compiled(program: TestProgram): CompiledStep {
  const compilation = compileStep(program);
  if (compilation.kind === 'eager') throw new Error(compilation.reason);
  return compilation.step;
}

function variables(): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables);
}

function values(): Float32Array[] {
  return variables().map((variable) => Float32Array.from(variable.dataSync()));
}

/** Largest difference of two lists of arrays. */
function apart(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return Math.max(...a.flatMap((row, i) => [...row].map((value, j) => Math.abs(value - b[i]![j]!))));
}

/** Runs the same steps at both speeds from one state; `between` comes before each. */
function bothSpeeds(program: TestProgram, steps: number, between: (index: number) => void): number {
  const step = compiled(program);
  const start = variables().map(alias);
  const run = (each: (index: number) => void): Float32Array[] => {
    variables().forEach((variable, index) => variable.assign(start[index]!));
    step.push();
    for (let index = 0; index < steps; index++) {
      between(index);
      each(index);
    }
    step.pull();
    return values();
  };
  const ofGraph = run((index) => {
    const { tensors, key } = program.feedsOf(index);
    step.run(tensors, plain);
    key.dispose();
  });
  const eager = run((index) => {
    const { tensors, key } = program.feedsOf(index);
    tf.dispose([...program.run(tensors), key]);
    // So that the graph, which is brought in at the end, has it.
    step.push();
  });
  step.dispose();
  tf.dispose(start);
  return apart(ofGraph, eager);
}

function scheduled(optimizer: tf.Optimizer): number {
  const own = optimizer as unknown as { learningRate: number; setLearningRate?: (rate: number) => void };
  const put = (rate: number): void => {
    if (own.setLearningRate) own.setLearningRate(rate);
    else own.learningRate = rate;
  };
  const model = sequential(tf.layers.dense({ inputShape: [6], units: 3, activation: 'softmax' }));
  const parts = { model, optimizer, loss: 'categoricalCrossentropy', xs: [normal([8, 6])], ys: [classes(3, 8)] };
  // 0 is what a warm-up begins with.
  return bothSpeeds(fitProgram(parts), 5, (index) => put(0.02 * (index / 4)));
}

/** Decoupled weight decay: the rate times another number is a constant of the step. */
function decayed(): number {
  const optimizer = tf.train.adam(0.01);
  const own = optimizer as unknown as { learningRate: number };
  const model = sequential(tf.layers.dense({ inputShape: [6], units: 1 }));
  const weight = (model.trainableWeights[0] as unknown as { val: tf.Variable }).val;
  const program = ownProgram(model, optimizer, [normal([8, 6]), uniform([8, 1])], ([xs, ys]) => {
    const loss = optimizer.minimize(
      () => tf.mean(tf.square(tf.sub(model.apply(xs!) as tf.Tensor, ys!))).asScalar(),
      true,
    )!;
    weight.assign(tf.sub(weight, tf.mul(weight, own.learningRate * 0.1)));
    return [loss];
  });
  return bothSpeeds(program, 5, (index) => (own.learningRate = 0.01 + 0.02 * index));
}

/** The distance to where training began, which shares its memory with the weight that is trained. */
function anchored(): number {
  const model = sequential(tf.layers.dense({ inputShape: [6], units: 1 }));
  const weight = (model.trainableWeights[0] as unknown as { val: tf.Variable }).val;
  const optimizer = tf.train.sgd(0.05);
  let anchor: tf.Tensor | undefined;
  const program = ownProgram(model, optimizer, [normal([8, 6]), uniform([8, 1])], ([xs, ys]) => [
    optimizer.minimize(() => {
      const loss = tf.mean(tf.square(tf.sub(model.apply(xs!) as tf.Tensor, ys!)));
      return tf.add(loss, tf.sum(tf.square(tf.sub(weight, (anchor ??= tf.keep(weight.clone())))))).asScalar();
    }, true)!,
  ]);
  anchor?.dispose();
  anchor = tf.keep(weight.clone());
  return bothSpeeds(program, 5, () => undefined);
}

function comingAndGoing() {
  const program = zoo['small network, adam']!();
  const step = compiled(program);
  const first = program.feedsOf(0).tensors;
  const start = values();
  const held = variables().map(alias);
  const result = step.run(first, { before: true, gradientNorms: true });
  for (let index = 0; index < 3; index++) step.run(first, plain);
  // The graph changes its copy in place: ours must not follow it.
  const startUntouched = apart(
    start,
    held.map((tensor) => Float32Array.from(tensor.dataSync())),
  );
  const iterationsBefore = numbersOf(program.optimizer)['iterations_'];
  step.pull();
  const after = values();
  const iterationsAfter = numbersOf(program.optimizer)['iterations_'];
  for (let index = 0; index < 3; index++) step.run(first, plain);
  const pulledUntouched = apart(after, values());

  step.restoreBefore(result.before!);
  const restored = apart(start, values());
  const iterationsRestored = numbersOf(program.optimizer)['iterations_'];
  result.before!.dispose();

  // One weight changed by hand over the state that has been restored; then the same at both speeds.
  const weight = program.trainable[0]!.variable;
  weight.assign(tf.tidy(() => tf.mul(weight, 0.5)));
  step.push();
  const eagerFrom = variables().map(alias);
  const compiledLoss = step.run(first, plain).values[0]!;
  step.pull();
  const ofGraph = values();
  variables().forEach((variable, index) => variable.assign(eagerFrom[index]!));
  const [eagerLoss, ...rest] = program.run(first);
  const changedByHand = Math.max(apart(ofGraph, values()), Math.abs(eagerLoss!.dataSync()[0]! - compiledLoss));
  tf.dispose([eagerLoss!, ...rest, ...held, ...eagerFrom]);
  step.dispose();
  return {
    startUntouched,
    pulledUntouched,
    restored,
    changedByHand,
    iterations: [iterationsBefore, iterationsAfter, iterationsRestored],
    norms: [...result.gradientNorms!],
    weights: program.trainable.length,
  };
}

function norms() {
  const program = zoo['two inputs and two outputs']!();
  const step = compiled(program);
  const feeds = program.feedsOf(0).tensors;
  const { gradientNorms } = step.run(feeds, { before: false, gradientNorms: true });
  const eager = new Map<string, number>();
  const { optimizer } = program;
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    for (const { name, tensor } of gradients as { name: string; tensor: tf.Tensor }[]) {
      eager.set(
        name,
        tf.tidy(() => tf.norm(tensor).dataSync()[0]!),
      );
    }
    apply(gradients);
  };
  tf.dispose(program.run(feeds));
  step.dispose();
  return Math.max(
    ...program.trainable.map(({ variable }, index) => Math.abs(gradientNorms![index]! - eager.get(variable.name)!)),
  );
}

function notFinite() {
  const model = sequential(
    tf.layers.dense({ inputShape: [6], units: 8, activation: 'relu' }),
    tf.layers.dense({ units: 1 }),
  );
  const optimizer = tf.train.adam(0.01);
  const program = fitProgram({
    model,
    optimizer,
    loss: 'meanSquaredError',
    xs: [normal([8, 6])],
    ys: [uniform([8, 1])],
  });
  const step = compiled(program);
  const [xs, ys, key] = program.feedsOf(0).tensors as [tf.Tensor, tf.Tensor, tf.Tensor];
  const fine = step.run([xs, ys, key], plain).finite;
  const broken = tf.tidy(() => tf.div(xs, tf.zerosLike(xs)));
  const infinite = step.run([broken, ys, key], plain).finite;
  // The batch is fine again; the weights are not.
  const afterwards = step.run([xs, ys, key], plain).finite;
  step.dispose();
  return { fine, infinite, afterwards };
}

function twoSizes() {
  const model = sequential(
    tf.layers.dense({ inputShape: [6], units: 8, activation: 'relu' }),
    tf.layers.batchNormalization(),
    tf.layers.dense({ units: 1 }),
  );
  const optimizer = tf.train.momentum(0.05, 0.9);
  const parts = { model, optimizer, loss: 'meanSquaredError' };
  const large = fitProgram({ ...parts, xs: [normal([8, 6])], ys: [uniform([8, 1])] });
  const small = fitProgram({ ...parts, xs: [normal([3, 6])], ys: [uniform([3, 1])] });
  const steps = [compiled(large), compiled(small)] as const;
  const fits = steps.map((step) => [large, small].map((program) => step.fits(program.feedsOf(0).tensors)));
  const start = variables().map(alias);
  const order = [0, 0, 1, 0, 1] as const;
  for (const which of order) {
    const step = steps[which];
    step.push();
    step.run([large, small][which]!.feedsOf(0).tensors, plain);
    step.pull();
  }
  const ofGraphs = values();
  const iterations = numbersOf(optimizer)['iterations_'];
  variables().forEach((variable, index) => variable.assign(start[index]!));
  for (const which of order) tf.dispose([large, small][which]!.run([large, small][which]!.feedsOf(0).tensors));
  const difference = apart(ofGraphs, values());
  for (const step of steps) step.dispose();
  return { fits, difference, iterations };
}

/** Graphs are loaded from folders, of which none may be left. */
function leftoverFolders(): number {
  const own = (folder: string): number =>
    readdirSync(folder).filter((name) => name.startsWith('backstep-graph-')).length;
  const before = own('/dev/shm');
  compiled(zoo['small network, sgd']!()).dispose();
  return own('/dev/shm') - before;
}

function written() {
  const program = zoo['small network, adam']!();
  const step = compiled(program);
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-test-'));
  try {
    step.savedModel(folder);
    return { files: readdirSync(folder), graphBytes: step.graphDef().length };
  } finally {
    step.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Each from a clean slate. */
function alone<T>(check: () => T): T {
  try {
    return check();
  } finally {
    tf.disposeVariables();
  }
}

export function runStateChecks() {
  return {
    schedules: {
      sgd: alone(() => scheduled(tf.train.sgd(0.02))),
      momentum: alone(() => scheduled(tf.train.momentum(0.02, 0.9))),
      adam: alone(() => scheduled(tf.train.adam(0.02))),
      adamax: alone(() => scheduled(tf.train.adamax(0.02))),
      decay: alone(decayed),
    },
    anchored: alone(anchored),
    comingAndGoing: alone(comingAndGoing),
    norms: alone(norms),
    notFinite: alone(notFinite),
    twoSizes: alone(twoSizes),
    leftoverFolders: alone(leftoverFolders),
    written: alone(written),
  };
}

export type StateChecks = ReturnType<typeof runStateChecks>;

/**
 * Runs one of the jobs below on native TensorFlow in a process of its own (the addon keeps one global
 * state a process) and prints what came of it as JSON on the last line.
 */
import * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { compileStep } from '../../../../src/trainer/runtime/compiled/compile-step.js';
import type { CompiledStep } from '../../../../src/trainer/runtime/compiled/compiled-step.js';
import { numbersOf, setNumbers } from '../../../../src/trainer/runtime/optimizer-state.js';
import { alias } from '../../../../src/trainer/runtime/tfjs-internals.js';
import { reseed, takeOverRandom } from '../../../../src/trainer/runtime/random.js';
import { refusals } from './refusals.js';
import { SEED, type TestProgram } from './programs.js';
import { runStateChecks } from './state-checks.js';
import { checkSummaries } from './summary-checks.js';
import { checkWishes } from './wish-checks.js';
import { zoo } from './zoo.js';

const plain = { before: false, gradientNorms: false };

export interface Agreement {
  readonly name: string;
  readonly reason?: string;
  /** Largest differences over all steps; of the variables in the end. */
  readonly values?: number;
  readonly variables?: number;
  readonly sameNumbers?: boolean;
  readonly leftBehind?: number;
  readonly setUpMs?: number;
}

function compare(name: string, program: TestProgram, steps: number): Agreement {
  const tensors = tf.memory().numTensors;
  const compilation = compileStep(program);
  if (compilation.kind === 'eager') return { name, reason: compilation.reason };
  const { step, setUpMs } = compilation;
  const variables = Object.values(tf.engine().registeredVariables);
  const start = variables.map(alias);
  const numbers = numbersOf(program.optimizer);

  const eager = Array.from({ length: steps }, (_, index) => {
    const { tensors: feeds, key } = program.feedsOf(index);
    const results = program.run(feeds);
    const values = results.map((result) => result.dataSync()[0]!);
    tf.dispose([...results, key]);
    return values;
  });
  const eagerNumbers = numbersOf(program.optimizer);
  const ends = variables.map(alias);

  variables.forEach((variable, index) => variable.assign(start[index]!));
  setNumbers(program.optimizer, numbers);
  step.push();
  const compiled = Array.from({ length: steps }, (_, index) => runCompiled(step, program, index));
  step.pull();
  const difference = Math.max(...eager.flatMap((row, i) => row.map((value, j) => Math.abs(value - compiled[i]![j]!))));
  const ofVariables = Math.max(
    ...variables.map((variable, index) => tf.tidy(() => tf.max(tf.abs(tf.sub(variable, ends[index]!))).dataSync()[0]!)),
  );
  const sameNumbers = JSON.stringify(numbersOf(program.optimizer)) === JSON.stringify(eagerNumbers);
  tf.dispose([...start, ...ends]);
  step.dispose();
  const leftBehind = tf.memory().numTensors - tensors;
  return { name, values: difference, variables: ofVariables, sameNumbers, leftBehind, setUpMs };
}

function runCompiled(step: CompiledStep, program: TestProgram, index: number): readonly number[] {
  const { tensors, key } = program.feedsOf(index);
  const { values } = step.run(tensors, plain);
  key.dispose();
  return values;
}

function hash(name: string, steps: number): string {
  const program = zoo[name]!();
  const compilation = compileStep(program);
  if (compilation.kind === 'eager') throw new Error(compilation.reason);
  for (let index = 0; index < steps; index++) runCompiled(compilation.step, program, index);
  compilation.step.pull();
  const hashed = createHash('sha256');
  for (const variable of Object.values(tf.engine().registeredVariables)) {
    const values = variable.dataSync();
    hashed.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hashed.digest('hex');
}

/** Writes a SavedModel and the batch beside it, for Python to load and to train on: what it should get. */
function written(folder: string, steps: number) {
  const program = zoo['small network, adam']!();
  const compilation = compileStep(program);
  if (compilation.kind === 'eager') throw new Error(compilation.reason);
  const { step } = compilation;
  step.savedModel(path.join(folder, 'model'));
  writeFileSync(path.join(folder, 'graph.pb'), step.graphDef());
  const feeds = Object.fromEntries(
    program.feeds.map(({ name, tensor }) => [name, { shape: tensor.shape, values: [...tensor.dataSync()] }]),
  );
  const rate = (program.optimizer as unknown as { readonly learningRate: number }).learningRate;
  writeFileSync(path.join(folder, 'feeds.json'), JSON.stringify({ feeds, rate, seed: SEED, steps }));
  return Array.from({ length: steps }, (_, index) => runCompiled(step, program, index)[0]);
}

/** The addon's count of tensors and the process's memory, in MB, after each third of the steps. */
function growth(steps: number) {
  const program = zoo['small network, adam']!();
  const compilation = compileStep(program);
  if (compilation.kind === 'eager') throw new Error(compilation.reason);
  const { step } = compilation;
  const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
  return [0, 1, 2].map((third) => {
    for (let index = 0; index < steps / 3; index++) {
      const { tensors, key } = program.feedsOf(third * steps + index);
      step.run(tensors, { before: index % 2 === 0, gradientNorms: true }).before?.dispose();
      if (index % 10 === 0) {
        step.pull();
        step.push();
      }
      key.dispose();
    }
    return {
      tensors: tf.memory().numTensors,
      handles: binding.getNumOfTensors(),
      megabytes: process.memoryUsage.rss() / 2 ** 20,
    };
  });
}

const jobs: Readonly<Record<string, (...words: string[]) => unknown>> = {
  zoo: () =>
    Object.entries(zoo).map(([name, make]) => {
      const agreement = compare(name, make(), 6);
      tf.disposeVariables();
      return agreement;
    }),
  summaries: () =>
    Object.entries(zoo).map(([name, make]) => {
      const check = checkSummaries(name, make());
      tf.disposeVariables();
      return check;
    }),
  wishes: checkWishes,
  refusals: () =>
    Object.entries(refusals).map(([name, make]) => {
      const { program, after } = make();
      const variables = Object.values(tf.engine().registeredVariables);
      const before = variables.map(({ dataId }) => dataId);
      const numbers = JSON.stringify(numbersOf(program.optimizer));
      const tensors = tf.memory().numTensors;
      const compilation = compileStep(program, { locate: (stack) => /refusals\.ts:\d+/.exec(stack)?.[0] });
      const untouched =
        variables.every((variable, index) => variable.dataId === before[index]) &&
        JSON.stringify(numbersOf(program.optimizer)) === numbers;
      const leftBehind = tf.memory().numTensors - tensors;
      const reason = compilation.kind === 'eager' ? compilation.reason : undefined;
      if (compilation.kind === 'compiled') compilation.step.dispose();
      // Whatever went wrong, training goes on.
      tf.dispose(after?.() ?? []);
      tf.disposeVariables();
      return { name, reason, untouched, leftBehind };
    }),
  state: runStateChecks,
  hash: (name = '', steps = '1') => hash(name, Number(steps)),
  write: (folder = '', steps = '1') => written(folder, Number(steps)),
  growth: (steps = '3') => growth(Number(steps)),
};

const [job = '', ...words] = process.argv.slice(2);
await chooseBackend('tensorflow');
// The same weights to begin with in every process.
takeOverRandom();
reseed(SEED, 'init', 0);
const result = await jobs[job]!(...words);
process.stdout.write(`${JSON.stringify(result)}\n`);

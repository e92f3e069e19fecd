/** Summaries that a compiled step computes, against those of the same step op by op. */
import * as tf from '@tensorflow/tfjs';
import { compileStep } from '../../../../src/trainer/runtime/compiled/compile-step.js';
import type { CompiledStep, StepWants } from '../../../../src/trainer/runtime/compiled/compiled-step.js';
import { labelledWeights, layerLabels } from '../../../../src/trainer/runtime/layer-labels.js';
import { numbersOf, setNumbers } from '../../../../src/trainer/runtime/optimizer-state.js';
import { StepCapture } from '../../../../src/trainer/runtime/step-capture.js';
import { summarize, type SummaryWish, type TensorSummary } from '../../../../src/trainer/runtime/step-summaries.js';
import { summarizeTensor } from '../../../../src/trainer/runtime/summarize-tensor.js';
import { alias } from '../../../../src/trainer/runtime/tfjs-internals.js';
import type { TestProgram } from './programs.js';

export interface SummaryCheck {
  readonly name: string;
  readonly reason?: string;
  /** How many were compared. */
  readonly compared?: number;
  /** Differences above what rounding makes, in words. */
  readonly different?: readonly string[];
  /** What the graph cannot tell without computing otherwise. */
  readonly untold?: readonly string[];
  /** Whether a run in which wishes come and go, gradients and states before steps too, ends in the same bits as one without any. */
  readonly sameBits?: boolean;
  readonly leftBehind?: number;
}

const STEPS = 6;

export function checkSummaries(name: string, program: TestProgram): SummaryCheck {
  const { model, optimizer } = program;
  const labels = layerLabels(model);
  const weights = labelledWeights(model, labels);
  const layerOf = new Map([...labels].map(([layer, label]) => [label, layer]));
  const capture = new StepCapture();
  capture.watchModel(model, labels, weights);
  capture.watchOptimizer(optimizer);
  const tensors = tf.memory().numTensors;
  const compilation = compileStep({
    ...program,
    weights,
    watchOutputs: (tell) => capture.watchOutputs((layer, output) => tell(labels.get(layer) ?? '', output)),
  });
  if (compilation.kind === 'eager') return { name, reason: compilation.reason };
  const { step } = compilation;
  const variables = Object.values(tf.engine().registeredVariables);
  const start = variables.map(alias);
  const startNumbers = numbersOf(optimizer);
  const goBack = (values: readonly tf.Tensor[], numbers: Record<string, number>): void => {
    variables.forEach((variable, index) => variable.assign(values[index]!));
    setNumbers(optimizer, numbers);
    step.push();
  };

  const wishes: SummaryWish[] = [
    ...[...labels.values()].map((label): SummaryWish => ({ of: 'activation', name: label })),
    ...weights.flatMap(({ name: weight }): SummaryWish[] => [
      { of: 'gradient', name: weight },
      { of: 'weight', name: weight },
    ]),
  ];
  const different: string[] = [];
  const untold = new Set<string>();
  let compared = 0;
  for (let index = 0; index < 3; index++) {
    const before = variables.map(alias);
    const numbers = numbersOf(optimizer);
    capture.begin({ outputs: 'all', gradients: 'all' });
    const { tensors: feeds, key } = program.feedsOf(index);
    tf.dispose(program.run(feeds));
    capture.end();
    const tensorOf = ({ of, name: wished }: SummaryWish): tf.Tensor | undefined => {
      if (of === 'activation') return capture.outputOf(layerOf.get(wished)!);
      const { variable } = weights.find((weight) => weight.name === wished)!;
      return of === 'weight' ? variable : capture.gradientOf(variable);
    };
    const expected = new Map<SummaryWish, TensorSummary>();
    for (const wish of wishes) {
      const tensor = tensorOf(wish);
      if (tensor) expected.set(wish, summarize(tensor.dataSync()));
      if (tensor && tensor.size > 0) {
        different.push(
          ...differences(`kernels: ${wish.of} ${wish.name}`, expected.get(wish)!, summarizeTensor(tensor)),
        );
      }
    }
    const largest = Math.max(...[...expected].map(([{ of }, { norm }]) => (of === 'gradient' ? norm : 0)));
    goBack(before, numbers);
    const { summaries } = step.run(feeds, { before: false, gradientNorms: false, summaries: wishes });
    for (const [wish, eager] of expected) {
      const compiled = summaries?.get(wish);
      const text = `${wish.of} ${wish.name}`;
      // A weight that nothing changes is read where it lies.
      if (!compiled) untold.add(text);
      // What has no gradient but rounding differs in that.
      else if (!(wish.of === 'gradient' && eager.norm < 1e-6 * largest)) {
        compared++;
        different.push(...differences(text, eager, compiled));
      }
    }
    step.pull();
    tf.dispose([...before, key]);
    capture.release();
  }

  goBack(start, startNumbers);
  const plain = bitsAfter(step, program, variables, () => ({}));
  goBack(start, startNumbers);
  const some = wishes.filter((_, index) => index % 3 === 0);
  const comingAndGoing = bitsAfter(step, program, variables, (index) => ({
    summaries: [undefined, wishes, some][index % 3],
    gradients: index % 2 === 0,
    before: index % 4 > 1,
  }));
  const sameBits = plain.every((values, index) =>
    values.every((value, place) => Object.is(value, comingAndGoing[index]![place])),
  );
  tf.dispose(start);
  step.dispose();
  capture.dispose();
  return { name, compared, different, untold: [...untold], sameBits, leftBehind: tf.memory().numTensors - tensors };
}

function bitsAfter(
  step: CompiledStep,
  program: TestProgram,
  variables: readonly tf.Variable[],
  wantsOf: (index: number) => Partial<StepWants>,
): readonly (readonly number[])[] {
  for (let index = 0; index < STEPS; index++) {
    const { tensors, key } = program.feedsOf(index);
    const { before } = step.run(tensors, { before: false, gradientNorms: false, ...wantsOf(index) });
    before?.dispose();
    key.dispose();
  }
  step.pull();
  return variables.map((variable) => [...variable.dataSync()]);
}

/** Relative to the largest value. */
const TOLERANCE = 1e-5;

function differences(text: string, expected: TensorSummary, found: TensorSummary): string[] {
  const scale = Math.max(Math.abs(expected.min), Math.abs(expected.max), 1e-6);
  const allowed: Readonly<Record<keyof TensorSummary, number>> = {
    size: 0,
    notFinite: 0,
    norm: TOLERANCE * Math.max(expected.norm, scale),
    min: TOLERANCE * scale,
    max: TOLERANCE * scale,
    mean: TOLERANCE * scale,
    spread: TOLERANCE * scale,
    // A value beside zero may come to lie on the other side of it.
    zeros: 1 / expected.size + 1e-6,
  };
  return (Object.keys(allowed) as (keyof TensorSummary)[])
    .filter((number) => !(Math.abs(expected[number] - found[number]) <= allowed[number]))
    .map((number) => `${text}: ${number} ${found[number]} where the eager step has ${expected[number]}`);
}

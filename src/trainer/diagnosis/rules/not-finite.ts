/**
 * NaN and infinities: where they came up first. Data, a layer's output, the loss, a gradient and a weight
 * are looked at in the order in which a step makes them, for everything after the first one follows from it.
 */
import { kernelsOf, type BatchFacts, type ExperimentFacts, type LayerFacts, type StepFacts } from '../facts.js';
import type { TensorSummary } from '../../runtime/step-summaries.js';
import type { Found, Rule } from '../rule.js';
import { lowerRate, number, percent } from '../words.js';

/** Updates by less than that blow nothing up. */
const HARMLESS_RATE = 1e-6;
const isHarmless = (rate: number | undefined): boolean => rate !== undefined && rate < HARMLESS_RATE;
const smallerRate = (rate: number | undefined): string =>
  isHarmless(rate)
    ? "Begin with smaller weights: leave kernelInitializer out, or use 'heNormal' with relu and 'glorotUniform' otherwise."
    : `Use a smaller learning rate${rate === undefined ? '' : `: it is ${number(rate)}, try ${number(lowerRate(rate))} and below`}.`;
/** Where products of two such numbers no longer fit. */
const HUGE = 1e15;
/** No layer of a healthy network gives such numbers. */
const GROWN = 1e9;
const clip =
  'Clip the gradients (in a trainStep: tf.clipByValue on each of them), where single batches make large ones.';
const checkData = 'Look for values in the data that are huge, empty or not numbers, and scale the inputs to about 0–1.';

export const notFinite: Rule = {
  kind: 'step',
  rule: 'notFinite',
  title: 'Something becomes NaN or infinite',
  wishes: ({ layers }) =>
    layers.flatMap(({ weights }) =>
      weights
        .filter(({ trainable }) => trainable)
        .flatMap(({ name }) => [
          { of: 'gradient', name, numbers: ['notFinite'] } as const,
          { of: 'weight', name, numbers: ['notFinite'] } as const,
        ]),
    ),
  test: (step, facts) => {
    const found =
      inData(step.batch()) ??
      inOutputs(step, facts) ??
      inLoss(step, facts) ??
      inGradients(step, facts) ??
      inWeights(step, facts);
    return found ? [found] : [];
  },
};

/** What the first batch shows before anything is computed with it. */
export const notFiniteData: Rule = {
  kind: 'batch',
  rule: 'notFiniteData',
  title: 'The data holds NaN or infinite values',
  test: (batch) => [inData(batch)].filter((found) => found !== undefined),
};

function inData(batch: BatchFacts | undefined): Found | undefined {
  if (!batch) return undefined;
  for (const [side, tensors] of [
    ['inputs', batch.inputs],
    ['targets', batch.targets],
  ] as const) {
    const bad = tensors.find(({ summary }) => summary.notFinite > 0);
    if (!bad) continue;
    const count = Math.max(1, Math.round(bad.summary.notFinite * bad.summary.size));
    return {
      severity: 'error',
      title: `The data holds NaN or infinite values: ${count} of the ${bad.summary.size} ${side} of this batch.`,
      explanation: `Whatever is computed with such a value is NaN too: the loss, then every gradient, and with the update every weight. The model is not to blame.`,
      advice: [
        'Drop or fill the examples with missing values before training.',
        'Look at the step that makes the data: a division by a spread of zero, a logarithm of zero, an empty cell.',
      ],
      part: 'data',
    };
  }
  return undefined;
}

function inOutputs(step: StepFacts, facts: ExperimentFacts): Found | undefined {
  for (const layer of facts.layers) {
    const output = step.summary({ of: 'activation', name: layer.label, numbers: ['notFinite'] });
    if (!output || output.notFinite === 0) continue;
    const op = step.firstBadOp(layer.label);
    const input = inputOf(step, layer);
    return {
      severity: 'error',
      title: `Layer ${layer.label} is the first to give NaN or infinity: ${percent(output.notFinite)} of its outputs.`,
      explanation: [
        input
          ? `What it gets from ${input.name} is finite, between ${number(input.min)} and ${number(input.max)}.`
          : 'What it gets is finite.',
        kernelsOf(layer).length > 0 ? weightWords(step, input) : computationWords(op),
      ].join(' '),
      advice: [
        ...opAdvice(op),
        smallerRate(step.learningRate),
        ...(kernelsOf(layer).length > 0 ? [clip] : []),
        checkData,
      ],
      layer: layer.label,
      op,
    };
  }
  return undefined;
}

function inLoss(step: StepFacts, facts: ExperimentFacts): Found | undefined {
  if (step.loss === undefined || Number.isFinite(step.loss)) return undefined;
  const [label] = facts.outputs;
  const output = label === undefined ? undefined : step.summary({ of: 'activation', name: label });
  // Outputs were not kept: then weights may say which layer it is.
  const weight = output ? undefined : inWeights(step, facts);
  if (weight?.layer !== undefined) {
    return { ...weight, explanation: `The loss of step ${step.step} is ${number(step.loss)}. ${weight.explanation}` };
  }
  const grown = output && grownLayer(step, facts, output);
  if (grown) return grown;
  const op = output ? step.firstBadOp('loss') : undefined;
  const seen =
    output && Number.isFinite(output.max)
      ? `All layers gave finite numbers, the last one (${label}) between ${number(output.min)} and ${number(output.max)}; the loss made ${number(step.loss)} of them${op ? `, in its op ${op}` : ''}. A logarithm of 0, a division by 0 and the square of a huge number do that.`
      : `Training goes on, but it hardly ever recovers: with this update every weight becomes NaN. ${isHarmless(step.learningRate) ? `The learning rate${rateWords(step)} is too small to be the reason: initial weights or inputs that are far too large make that.` : `Most often a learning rate${rateWords(step)} that is too high has blown the weights up.`} Train again with a breakpoint on isNaN(loss): at that step you see which layer it was.`;
  return {
    severity: 'error',
    title: `The loss of step ${step.step} is ${Number.isNaN(step.loss) ? 'NaN, not a number' : number(step.loss)}.`,
    explanation: seen,
    advice: [
      ...opAdvice(op),
      smallerRate(step.learningRate),
      ...(facts.hasOwnStep
        ? ['In your trainStep keep logarithms and divisions away from 0: tf.log(x.add(1e-7)).']
        : facts.losses[0] === undefined
          ? ['Use a loss that is known by name: those keep away from the logarithm of 0.']
          : []),
      checkData,
    ],
    part: output ? (facts.hasOwnStep ? 'trainStep' : 'loss') : 'optimizer',
    op,
  };
}

/** A loss of huge numbers is the doing of the layer that made them huge. */
function grownLayer(step: StepFacts, facts: ExperimentFacts, output: TensorSummary): Found | undefined {
  if (reach(output) < GROWN) return undefined;
  for (const layer of facts.layers) {
    const given = step.summary({ of: 'activation', name: layer.label });
    const input = inputOf(step, layer);
    if (!given || reach(given) < GROWN || (input && reach(input) >= GROWN)) continue;
    return {
      severity: 'error',
      title: `The loss of step ${step.step} is ${number(step.loss ?? NaN)}: layer ${layer.label} gives numbers up to ${number(reach(given))}.`,
      explanation: [
        input
          ? `What it gets from ${input.name} ${reach(input) === 0 ? 'is all zero' : `goes up to ${number(reach(input))} only`}.`
          : '',
        `The loss of such numbers no longer fits 32 bits. ${step.step > 1 ? `The updates before have blown up the weights of ${layer.label}, as a learning rate${rateWords(step)} that is too high does.` : 'The layer’s initial weights are huge.'}`,
      ]
        .join(' ')
        .trim(),
      advice: [smallerRate(step.learningRate), clip, checkData],
      layer: layer.label,
    };
  }
  return undefined;
}

const reach = ({ min, max }: { readonly min: number; readonly max: number }): number =>
  Math.max(Math.abs(min), Math.abs(max));

/** Gradients are made from the last layer to the first. */
function inGradients(step: StepFacts, facts: ExperimentFacts): Found | undefined {
  for (const layer of facts.layers.toReversed()) {
    const weight = layer.weights.find(({ name, trainable }) => trainable && badShare(step, 'gradient', name) > 0);
    if (!weight) continue;
    return {
      severity: 'error',
      title: `The gradient of layer ${layer.label} is not finite: ${percent(badShare(step, 'gradient', weight.name))} of ${weight.name}.`,
      explanation: `Outputs and loss of the step are numbers, so it is taking the gradient that fails, at ${layer.label} first (gradients go from the last layer to the first). The square root and the norm of 0, and where tf.where hides a division by 0, have such gradients. With this update the weights become NaN.`,
      advice: [
        'Add a small number inside the root or the norm: x.square().sum().add(1e-12).sqrt().',
        clip,
        smallerRate(step.learningRate),
      ],
      layer: layer.label,
    };
  }
  return undefined;
}

/** Where all of them are, nothing says which were the first. */
function inWeights(step: StepFacts, facts: ExperimentFacts): Found | undefined {
  const bad = facts.layers.flatMap((layer) => {
    const weight = layer.weights.find(({ name }) => badShare(step, 'weight', name) > 0);
    return weight ? [{ layer, weight }] : [];
  });
  const [first] = bad;
  if (!first) return undefined;
  const all = bad.length > 1 && bad.length === facts.layers.filter(({ weights }) => weights.length > 0).length;
  const { layer, weight } = first;
  return {
    severity: 'error',
    title: all
      ? 'The weights of all layers are not finite.'
      : `The weights of layer ${layer.label} are not finite: ${percent(badShare(step, 'weight', weight.name))} of ${weight.name}.`,
    explanation: `The update of step ${step.step} has made them so: gradient times learning rate${rateWords(step)} was too large, or a gradient was no number. From here on every output is NaN.`,
    advice: [smallerRate(step.learningRate), clip, checkData],
    ...(all ? { part: 'optimizer' as const } : { layer: layer.label }),
  };
}

const badShare = (step: StepFacts, of: 'weight' | 'gradient', name: string): number =>
  step.summary({ of, name, numbers: ['notFinite'] })?.notFinite ?? 0;

const rateWords = ({ learningRate }: StepFacts): string =>
  learningRate === undefined ? '' : ` (${number(learningRate)})`;

interface Range {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

function inputOf(step: StepFacts, layer: LayerFacts): Range | undefined {
  for (const name of layer.from) {
    const summary = step.summary({ of: 'activation', name });
    if (summary) return { name, min: summary.min, max: summary.max };
  }
  const [input] = step.batch()?.inputs ?? [];
  return input && { name: 'the data', min: input.summary.min, max: input.summary.max };
}

/** What the weights were when the step began is not known any more: a step that gives NaN makes all of them NaN. */
function weightWords(step: StepFacts, input: Range | undefined): string {
  if (input && reach(input) > HUGE) {
    return `Numbers of that size do not fit 32 bits once they are multiplied: the updates before, with a learning rate${rateWords(step)} that is too high, have blown up the weights of the layers up to here.`;
  }
  if (step.step <= 1) return 'Of such inputs only initial weights that are huge, or no numbers, make that.';
  return `Of such inputs only weights that are huge, or no numbers any more, make that: the update before has blown them up, as a learning rate${rateWords(step)} that is too high does.`;
}

const computationWords = (op: string | undefined): string =>
  op
    ? `It is its op ${op} that makes it.`
    : 'It is its own computation that makes it: an overflow, a logarithm or a root of a negative number, a division by 0.';

const byOp: Readonly<Record<string, string>> = {
  Log: 'Keep the logarithm away from 0: tf.log(x.add(1e-7)), or tf.log(tf.clipByValue(x, 1e-7, 1)).',
  Log1p: 'Keep what goes into the logarithm above −1.',
  RealDiv: 'Keep the divisor away from 0: x.div(y.add(1e-7)).',
  Reciprocal: 'Keep the divisor away from 0: add 1e-7 to it.',
  Sqrt: 'Keep what goes into the root at 0 or above: tf.sqrt(tf.relu(x).add(1e-12)).',
  Rsqrt: 'Keep what goes into the root above 0: add 1e-12.',
  Exp: 'Exponents above 88 overflow: subtract the maximum first, as tf.softmax and tf.logSumExp do.',
  Pow: 'A power of a negative number, or of a huge one, is no number: clip what goes in.',
};

const opAdvice = (op: string | undefined): readonly string[] => {
  const advice = op === undefined ? undefined : byOp[op];
  return advice === undefined ? [] : [advice];
};

/**
 * What can be known to fail before anything runs: a loss that is not there or does not fit the
 * model's outputs and the data's targets, shapes that do not meet, a learning rate that is none.
 * Pure functions over outlines: the loop calls them, and so does whoever analyses a file while it is
 * being written.
 */
import type { DataOutline } from './data/batch-stream.js';
import { closestName } from '../../shared/conditions/closest-name.js';
import type { Experiment } from './experiment.js';
import type { PartProblem } from './failure.js';
import type { ModelOutline, ModelOutput, Shape } from './model-outline.js';
import { checkSeveral } from './several-tensors.js';

export interface CheckedParts {
  readonly model: ModelOutline;
  readonly loss: Experiment['loss'];
  readonly metrics?: Experiment['metrics'];
  readonly data?: DataOutline;
  /** Of the optimizer, where it has one. */
  readonly learningRate?: number;
  /** Where the experiment has a step of its own, its loss is its own affair. */
  readonly hasOwnStep?: boolean;
}

/** Errors make a run impossible; warnings are worth a look. Empty where all fits. */
export function checkExperiment(parts: CheckedParts): PartProblem[] {
  const problems: PartProblem[] = [];
  problems.push(...checkLearningRate(parts.learningRate), ...checkMetrics(parts.metrics));
  if (parts.data) {
    problems.push(...checkAmount(parts.data));
    // A step of the person's own may feed the model what it likes, a generator noise; validation feeds it the data.
    const isFedData = !parts.hasOwnStep || (parts.loss !== undefined && parts.loss !== null);
    if (isFedData) problems.push(...checkInput(parts.model, parts.data));
    if (!parts.hasOwnStep) {
      problems.push(...checkSeveral('input', parts.model.inputs, parts.data.inputs));
      problems.push(...checkSeveral('output', parts.model.outputs, parts.data.targets));
    }
  }
  if (!parts.hasOwnStep) {
    const losses = lossNames(parts.loss, parts.model.outputs);
    problems.push(...losses.problems);
    const [output] = parts.model.outputs;
    const [loss] = losses.names;
    if (parts.model.outputs.length === 1 && output) problems.push(...checkTarget(loss, output, parts.data));
  }
  return problems;
}

export function hasErrors(problems: readonly PartProblem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

const knownLosses = [
  'meanSquaredError',
  'meanAbsoluteError',
  'meanAbsolutePercentageError',
  'meanSquaredLogarithmicError',
  'squaredHinge',
  'hinge',
  'categoricalHinge',
  'logcosh',
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
  'binaryCrossentropy',
  'kullbackLeiblerDivergence',
  'poisson',
  'cosineProximity',
];
const lossAbbreviations: Readonly<Record<string, string>> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  kld: 'kullbackLeiblerDivergence',
  crossentropy: 'categoricalCrossentropy',
  softmaxcrossentropy: 'categoricalCrossentropy',
  bce: 'binaryCrossentropy',
};
const knownMetrics = [
  'accuracy',
  'acc',
  'crossentropy',
  'ce',
  'binaryAccuracy',
  'categoricalAccuracy',
  'precision',
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
  'mse',
  'MSE',
  'mae',
  'MAE',
  'mape',
  'MAPE',
  'cosine',
];
const classLosses = new Set(['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'categoricalHinge']);

const error = (part: PartProblem['part'], message: string, hint: string, layer?: string): PartProblem => ({
  severity: 'error',
  part,
  message,
  hint,
  layer,
});
const warning = (part: PartProblem['part'], message: string, hint: string, layer?: string): PartProblem => ({
  ...error(part, message, hint, layer),
  severity: 'warning',
});

function checkLearningRate(learningRate: number | undefined): PartProblem[] {
  if (learningRate === undefined || (Number.isFinite(learningRate) && learningRate > 0)) return [];
  return [
    error(
      'optimizer',
      `The learning rate is ${learningRate}; it must be a number above 0.`,
      'Give the optimizer one, for example tf.train.adam(0.001).',
    ),
  ];
}

function checkMetrics(metrics: Experiment['metrics']): PartProblem[] {
  const problems: PartProblem[] = [];
  const check = (entry: unknown): void => {
    if (Array.isArray(entry)) entry.forEach(check);
    else if (typeof entry === 'string' && !knownMetrics.includes(entry)) {
      problems.push(
        error(
          'metrics',
          `There is no metric '${entry}'.`,
          suggestion(entry, knownMetrics, "Common ones are 'accuracy' and 'mse'."),
        ),
      );
    } else if (typeof entry === 'object' && entry !== null) Object.values(entry).forEach(check);
  };
  check(metrics);
  return problems;
}

function lossNames(
  loss: Experiment['loss'],
  outputs: readonly ModelOutput[],
): { readonly names: readonly (string | undefined)[]; readonly problems: PartProblem[] } {
  const problems: PartProblem[] = [];
  const nameOf = (one: unknown): string | undefined => {
    if (typeof one !== 'string') return undefined;
    if (knownLosses.includes(one)) return one;
    const camel = one.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
    const meant = knownLosses.includes(camel)
      ? camel
      : (lossAbbreviations[one.toLowerCase()] ?? closestName(camel, knownLosses));
    problems.push(
      error(
        'loss',
        `There is no loss '${one}'.`,
        meant ? `Did you mean '${meant}'?` : `There are: ${knownLosses.join(', ')}.`,
      ),
    );
    return undefined;
  };
  if (loss === undefined || loss === null) {
    problems.push(
      error(
        'loss',
        'The experiment has no loss.',
        "For classes write loss: 'categoricalCrossentropy', for numbers loss: 'meanSquaredError'.",
      ),
    );
    return { names: [], problems };
  }
  if (Array.isArray(loss)) {
    if (loss.length !== outputs.length) {
      problems.push(
        error(
          'loss',
          `There ${loss.length === 1 ? 'is 1 loss' : `are ${loss.length} losses`} for ${count(outputs.length, 'output')}.`,
          'Give one loss for each output of the model, in order.',
        ),
      );
    }
    return { names: loss.map(nameOf), problems };
  }
  if (typeof loss === 'object') return { names: Object.values(loss).map(nameOf), problems };
  return { names: outputs.map(() => loss).map((one, index) => (index === 0 ? nameOf(one) : undefined)), problems };
}

function checkAmount({ info }: DataOutline): PartProblem[] {
  if (info.trainExamples !== 0) return [];
  const where = info.path === undefined ? '' : ` in ${info.path}`;
  return [
    error(
      'data',
      `There are no examples to train on${where}.`,
      'Name a folder or file that has some, or check what the data leaves out.',
    ),
  ];
}

function checkInput(model: ModelOutline, data: DataOutline): PartProblem[] {
  const [input] = model.inputs;
  if (model.inputs.length !== 1 || !input || !data.inputShape) return [];
  const given = data.inputShape.length === 0 ? [1] : data.inputShape;
  if (fits(given, input.shape)) return [];
  const wanted = text(input.shape);
  const hints = [`Give layer ${input.layer} inputShape: ${list(given)}`];
  if (given.length === 3 && input.shape.length === 3) {
    const sameChannels = given[2] === input.shape[2];
    hints.push(
      sameChannels
        ? `or give the data imageSize: ${list(input.shape.slice(0, 2))}`
        : 'or change the number of colour channels that the data gives',
    );
  } else if (given.length > 1 && input.shape.length === 1 && size(given) === input.shape[0]) {
    hints[0] = `Begin the model with tf.layers.flatten({ inputShape: ${list(given)} })`;
  } else if (given.length === input.shape.length - 1 && fits([...given, 1], input.shape)) {
    hints[0] = `Begin the model with tf.layers.reshape({ targetShape: ${list([...given, 1])}, inputShape: ${list(given)} })`;
  }
  return [
    error(
      'model',
      `The model takes examples of shape ${wanted}, but the data gives ${text(given)}.`,
      `${hints.join(', ')}.`,
      input.layer,
    ),
  ];
}

function checkTarget(loss: string | undefined, output: ModelOutput, data: DataOutline | undefined): PartProblem[] {
  const problems: PartProblem[] = [];
  const units = output.shape.at(-1) ?? undefined;
  const target = data?.targetShape;
  const classes = data?.info.classNames;
  const named = classes && classes.length <= 12 ? ` (${classes.join(', ')})` : '';
  const setUnits = (wanted: number): string =>
    output.type === 'Dense'
      ? `Set units: ${wanted} on layer ${output.layer}.`
      : `Let layer ${output.layer} end in ${wanted} values.`;

  if (loss !== undefined && classLosses.has(loss)) {
    const sparse = loss === 'sparseCategoricalCrossentropy';
    if (units === 1) {
      const wanted = classes?.length ?? (sparse ? undefined : (target?.at(-1) ?? undefined));
      problems.push(
        error(
          'loss',
          `The model ends in 1 value, but ${loss} needs one for each class.`,
          wanted !== undefined && wanted > 2
            ? setUnits(wanted)
            : "For two classes use loss: 'binaryCrossentropy' with a sigmoid, or end in one unit a class with softmax.",
          output.layer,
        ),
      );
    } else if (classes && units !== undefined && classes.length !== units) {
      problems.push(
        error(
          'model',
          `The model ends in ${count(units, 'value')}, but the data has ${count(classes.length, 'class', 'classes')}${named}.`,
          setUnits(classes.length),
          output.layer,
        ),
      );
    } else if (target && !sparse && (data?.sparseTargets || isScalar(target))) {
      problems.push(
        error(
          'loss',
          `The data gives class numbers, but ${loss} needs one value for each class (one-hot).`,
          "Use loss: 'sparseCategoricalCrossentropy'.",
        ),
      );
    } else if (target && sparse && !data?.sparseTargets && !isScalar(target) && target.length === output.shape.length) {
      const given = target.at(-1) === units ? 'one value for each class (one-hot)' : `targets of shape ${text(target)}`;
      const hint =
        target.at(-1) === units ? "Use loss: 'categoricalCrossentropy'." : 'Let it give one class number an example.';
      problems.push(error('loss', `The data gives ${given}, but ${loss} needs class numbers.`, hint));
    } else if (target && !sparse && !fits(target, output.shape)) {
      problems.push(mismatch(output, target, setUnits));
    }
    if (
      loss !== 'categoricalHinge' &&
      units !== 1 &&
      output.activation !== undefined &&
      output.activation !== 'softmax' &&
      output.type !== 'Softmax'
    ) {
      problems.push(
        warning(
          'model',
          `${loss} expects probabilities, but layer ${output.layer} ends in activation '${output.activation}'.`,
          "Give it activation: 'softmax'.",
          output.layer,
        ),
      );
    }
    return problems;
  }

  if (loss === undefined) return problems;
  if (loss === 'binaryCrossentropy') {
    if (classes && classes.length > 2 && units === 1) {
      problems.push(
        error(
          'loss',
          `The data has ${classes.length} classes${named}, but binaryCrossentropy over 1 value tells two apart.`,
          `${setUnits(classes.length)} With activation: 'softmax' and loss: '${data?.sparseTargets ? 'sparseCategoricalCrossentropy' : 'categoricalCrossentropy'}'.`,
          output.layer,
        ),
      );
    } else if (output.activation !== undefined && ['linear', 'relu', 'tanh'].includes(output.activation)) {
      problems.push(
        warning(
          'model',
          `binaryCrossentropy expects probabilities, but layer ${output.layer} ends in activation '${output.activation}'.`,
          "Give it activation: 'sigmoid'.",
          output.layer,
        ),
      );
    }
  }
  if (problems.some((problem) => problem.severity === 'error')) return problems;
  if (target && !fits(isScalar(target) ? [1] : target, output.shape)) problems.push(mismatch(output, target, setUnits));
  else if (output.activation === 'softmax' && units === 1) {
    problems.push(
      warning(
        'model',
        `Softmax over 1 value is always 1: layer ${output.layer} can learn nothing.`,
        "Use activation: 'sigmoid' for two classes, or one unit a class.",
        output.layer,
      ),
    );
  }
  return problems;
}

function mismatch(output: ModelOutput, target: Shape, setUnits: (wanted: number) => string): PartProblem {
  const wanted = isScalar(target) ? 1 : target.at(-1);
  return error(
    'model',
    `The model ends in shape ${text(output.shape)}, but the data's targets have ${text(isScalar(target) ? [1] : target)}.`,
    target.length <= 1 && output.shape.length > 1
      ? 'Put tf.layers.flatten() before the last layer.'
      : typeof wanted === 'number'
        ? setUnits(wanted)
        : 'Change the last layer or the targets, so that their shapes are equal.',
    output.layer,
  );
}

function fits(given: Shape, wanted: Shape): boolean {
  return (
    given.length === wanted.length &&
    given.every((dimension, index) => dimension === null || wanted[index] === null || dimension === wanted[index])
  );
}

const isScalar = (shape: Shape): boolean => shape.length === 0 || (shape.length === 1 && shape[0] === 1);
const size = (shape: Shape): number => shape.reduce<number>((product, dimension) => product * (dimension ?? 1), 1);
const text = (shape: Shape): string =>
  shape.length === 0 ? 'one number' : shape.map((dimension) => dimension ?? '?').join('×');
const list = (shape: Shape): string => `[${shape.map((dimension) => dimension ?? 'null').join(', ')}]`;
const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

function suggestion(name: string, candidates: readonly string[], otherwise: string): string {
  const camel = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
  const close = candidates.includes(camel) ? camel : closestName(camel, candidates);
  return close ? `Did you mean '${close}'?` : otherwise;
}

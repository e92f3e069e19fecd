/**
 * Writes the experiment that trains a model from a file: what the file says of its training, and data that
 * fits or a line that the person completes. Knows no file system.
 */
import type { NamedPart, TrainingOutline } from './training-outline.js';

/** Data of the person's that the model can be trained on; paths are relative to the experiment. */
export type FittingData =
  | { readonly kind: 'images'; readonly folder: string }
  | { readonly kind: 'table'; readonly file: string; readonly target: string }
  | { readonly kind: 'digits' };

/** @param file relative to the experiment */
export function experimentText(file: string, outline: TrainingOutline, data: FittingData | undefined): string {
  const loss = lossOf(outline);
  const imports = ['datasets', 'defineExperiment', 'models', 'tf'].filter(
    (name) => name !== 'datasets' || outline.inputs.length === 1,
  );
  const body = [
    ...dataLines(outline, loss.labels, data),
    ...modelLines(file, outline),
    ...optimizerNotes(outline.optimizer),
    `optimizer: () => ${optimizerCode(outline.optimizer)},`,
    `loss: ${loss.code},`,
    ...metricLines(outline, loss.areClasses),
    'epochs: 5,',
  ];
  return [
    `import { ${imports.join(', ')} } from 'backstep';`,
    '',
    // A line break in a file's name would end the comment.
    `// Trains the model in ${file.replace(/[\r\n\u2028\u2029]/g, ' ')} on.`,
    'export default defineExperiment({',
    ...body.map((line) => (line === '' ? '' : `  ${line}`)),
    '});',
    '',
  ].join('\n');
}

type Labels = 'categorical' | 'sparse' | 'binary' | 'numbers';

interface Loss {
  readonly code: string;
  readonly labels: Labels;
  readonly areClasses: boolean;
}

/** TensorFlow.js's names by Keras's, which has several for some. */
const lossNames: Readonly<Record<string, string>> = {
  categoricalcrossentropy: 'categoricalCrossentropy',
  sparsecategoricalcrossentropy: 'sparseCategoricalCrossentropy',
  binarycrossentropy: 'binaryCrossentropy',
  meansquarederror: 'meanSquaredError',
  mse: 'meanSquaredError',
  meanabsoluteerror: 'meanAbsoluteError',
  mae: 'meanAbsoluteError',
  meanabsolutepercentageerror: 'meanAbsolutePercentageError',
  mape: 'meanAbsolutePercentageError',
  meansquaredlogarithmicerror: 'meanSquaredLogarithmicError',
  msle: 'meanSquaredLogarithmicError',
  hinge: 'hinge',
  squaredhinge: 'squaredHinge',
  categoricalhinge: 'categoricalHinge',
  logcosh: 'logcosh',
  kldivergence: 'kullbackLeiblerDivergence',
  kullbackleiblerdivergence: 'kullbackLeiblerDivergence',
  poisson: 'poisson',
  cosinesimilarity: 'cosineProximity',
  cosineproximity: 'cosineProximity',
};

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function lossOf(outline: TrainingOutline): Loss {
  if (outline.outputs.length > 1) {
    const losses = outline.outputs.map((_, at) => oneLoss(outline, outline.losses[at] ?? outline.losses[0], at));
    return { code: `[${losses.map(({ code }) => code).join(', ')}]`, labels: 'numbers', areClasses: false };
  }
  return oneLoss(outline, outline.losses[0], 0);
}

function oneLoss({ outputs }: TrainingOutline, given: NamedPart | undefined, at: number): Loss {
  const { activation, shape = [] } = outputs[at] ?? {};
  const known = given && lossNames[plain(given.name)];
  const isOne = shape.at(-1) === 1;
  const name =
    known ??
    (activation === 'softmax'
      ? 'categoricalCrossentropy'
      : activation === 'sigmoid'
        ? 'binaryCrossentropy'
        : 'meanSquaredError');
  // TensorFlow.js’s losses by name take probabilities; these take what comes before the softmax or sigmoid.
  if (given?.config['from_logits'] === true && name.endsWith('ategoricalCrossentropy'))
    return {
      code: '(ys, logits) => tf.losses.softmaxCrossEntropy(ys, logits)',
      labels: 'categorical',
      areClasses: true,
    };
  if (given?.config['from_logits'] === true && name === 'binaryCrossentropy')
    return { code: '(ys, logits) => tf.losses.sigmoidCrossEntropy(ys, logits)', labels: 'binary', areClasses: isOne };
  const labels: Labels =
    name === 'sparseCategoricalCrossentropy'
      ? 'sparse'
      : name === 'categoricalCrossentropy'
        ? 'categorical'
        : name === 'binaryCrossentropy' && isOne
          ? 'binary'
          : 'numbers';
  return { code: quoted(name), labels, areClasses: labels !== 'numbers' };
}

const complete = '// Put your own data here: until then the run stops at this line.';

function dataLines({ inputs, scale }: TrainingOutline, labels: Labels, data: FittingData | undefined): string[] {
  const [shape = []] = inputs;
  const mode = labels === 'sparse' || labels === 'binary' ? `labelMode: '${labels}'` : undefined;
  const options = (...parts: readonly (string | undefined)[]): string => {
    const there = parts.filter((part) => part !== undefined);
    return there.length === 0 ? '' : `, { ${there.join(', ')} }`;
  };
  if (data?.kind === 'digits')
    return [`data: () => datasets.idx('mnist'${options(shape.length === 1 ? 'flatten: true' : undefined, mode)}),`];
  if (data?.kind === 'table') {
    const target = `target: ${quoted(data.target)}`;
    return [
      `data: () => datasets.csv(${quoted(data.file)}${options(target, mode, 'standardize: true', 'validationSplit: 0.2')}),`,
    ];
  }
  const channels = shape.at(-1);
  const isImage = inputs.length === 1 && shape.length === 3 && (channels === 1 || channels === 3);
  if (isImage) {
    const [height, width] = shape.map((size) => (size > 0 ? size : 150));
    const size = `imageSize: [${height}, ${width}]`;
    const grey = channels === 1 ? 'channels: 1' : undefined;
    const known = data?.kind === 'images';
    return [
      ...(known
        ? []
        : [
            '// Name your folder of images, with a folder for each class in it: until then the run stops at this line.',
          ]),
      `data: () => datasets.imageFolder(${quoted(known ? data.folder : 'your-images')}${options(size, grey, mode, known ? 'validationSplit: 0.2' : undefined)}),`,
      ...(scale !== undefined && scale < 0.05 ? [''] : []),
    ];
  }
  if (inputs.length === 1 && shape.length === 1) {
    return [
      `// Name your table and the column to predict: until then the run stops at this line.${shape[0]! > 0 ? ` The model takes ${shape[0]} numbers.` : ''}`,
      `data: () => datasets.csv('your-table.csv'${options("target: 'your-column'", mode)}),`,
    ];
  }
  const shapes = inputs.map((one) => one.map((size) => (size > 0 ? String(size) : '?')).join('×') || 'one number');
  return [
    complete,
    `// The model takes ${shapes.join(' and ')}, for example by datasets.tensors({ xs, ys }).`,
    'data: () => {',
    "  throw new Error('Say here what the model is trained on.');",
    '},',
  ];
}

function modelLines(file: string, { inputs, scale, preparing }: TrainingOutline): string[] {
  const leaveOut = preparing.length > 0 ? `, { leaveOut: [${preparing.map(quoted).join(', ')}] }` : '';
  const load = `models.load(${quoted(file)}${leaveOut})`;
  const notes =
    preparing.length > 0 ? ['// Left out is what TensorFlow.js does not have: let the data do it, with augment.'] : [];
  const [shape = []] = inputs;
  if (inputs.length !== 1 || shape.length !== 3 || scale === undefined || scale >= 0.05)
    return [...notes, `model: () => ${load},`];
  const open = shape.map((size) => (size > 0 ? String(size) : 'null')).join(', ');
  return [
    ...notes,
    '// The model scales pixels from 0 to 255 itself, and those of the data are from 0 to 1.',
    'model: async () =>',
    '  tf.sequential({',
    `    layers: [tf.layers.rescaling({ scale: 255, name: 'to_255', inputShape: [${open}] }), await ${load}],`,
    '  }),',
    '',
  ];
}

const optimizerNames = new Set(['', 'sgd', 'rmsprop', 'adagrad', 'adadelta', 'adamax', 'adam']);

/** What the file's optimizer does that TensorFlow.js's does not. */
function optimizerNotes(given: NamedPart | undefined): string[] {
  const { name, config } = given ?? { name: '', config: {} };
  const decay = config['weight_decay'];
  const other = !optimizerNames.has(plain(name))
    ? `The file names ${name.replace(/\W/g, '')}, which TensorFlow.js does not have`
    : '';
  const decayed = typeof decay === 'number' && decay > 0 ? `without its weight decay of ${shortened(decay)}` : '';
  if (other === '' && decayed === '') return [];
  return [
    `// ${other === '' ? 'As in the file, but' : `${other}: Adam stands for it`}${decayed === '' ? '' : `${other === '' ? '' : ','} ${decayed}`}.`,
  ];
}

function optimizerCode(given: NamedPart | undefined): string {
  const { name, config } = given ?? { name: '', config: {} };
  const number = (key: string): number | undefined => {
    const value = config[key];
    return typeof value === 'number' ? shortened(value) : undefined;
  };
  const rate = number('learning_rate') ?? number('lr') ?? 0.001;
  /** Up to the last that is not TensorFlow.js's default. */
  const call = (
    factory: string,
    ...rest: readonly (readonly [number | boolean | undefined, number | boolean])[]
  ): string => {
    const last = rest.findLastIndex(([value, usual]) => value !== undefined && value !== usual);
    const values = rest.slice(0, last + 1).map(([value, usual]) => value ?? usual);
    return `tf.train.${factory}(${[rate, ...values].join(', ')})`;
  };
  switch (plain(name)) {
    case 'sgd': {
      const momentum = number('momentum') ?? 0;
      const nesterov = config['nesterov'] === true ? ', true' : '';
      return momentum > 0 ? `tf.train.momentum(${rate}, ${momentum}${nesterov})` : call('sgd');
    }
    case 'rmsprop':
      return call(
        'rmsprop',
        [number('rho'), 0.9],
        [number('momentum'), 0],
        [undefined, 1e-7],
        [config['centered'] === true, false],
      );
    case 'adagrad':
      return call('adagrad', [number('initial_accumulator_value'), 0.1]);
    case 'adadelta':
      return call('adadelta', [number('rho'), 0.95]);
    case 'adamax':
      return call('adamax', [number('beta_1'), 0.9], [number('beta_2'), 0.999]);
    default:
      return call('adam', [number('beta_1'), 0.9], [number('beta_2'), 0.999]);
  }
}

/** Keras writes single precision's nearest numbers: 0.0010000000474974513 is 0.001. */
function shortened(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === Math.fround(value) ? short : value;
}

const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  acc: 'accuracy',
  binaryaccuracy: 'accuracy',
  categoricalaccuracy: 'accuracy',
  sparsecategoricalaccuracy: 'accuracy',
  mse: 'mse',
  meansquarederror: 'mse',
  mae: 'mae',
  meanabsoluteerror: 'mae',
};

function metricLines({ metrics, outputs }: TrainingOutline, areClasses: boolean): string[] {
  if (outputs.length > 1) return [];
  const named = metrics
    .flatMap((name) => metricNames[plain(name)] ?? [])
    .filter((name) => areClasses || name !== 'accuracy');
  const wanted = [...new Set(named.length > 0 ? named : areClasses ? ['accuracy'] : [])];
  return wanted.length > 0 ? [`metrics: [${wanted.map(quoted).join(', ')}],`] : [];
}

function quoted(text: string): string {
  const plainly = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${plainly}'`;
}

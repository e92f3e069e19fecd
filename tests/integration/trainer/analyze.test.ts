import { fork, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMessage, stringifyMessage } from '../../../src/shared/base/message-json.js';
import {
  experimentAnalysis,
  unfinishedProblem,
  type AnalysisReply,
  type AnalysisRequestInput,
  type ExperimentAnalysis,
} from '../../../src/shared/protocol/analysis.js';
import { builtBundles, tinyExperiment, trainerEntry, workspace, type Workspace } from './built.js';

let child: ChildProcess;
let place: Workspace;
let nextId = 1;
const waiting = new Map<number, (reply: { kind: string; analysis?: ExperimentAnalysis; message?: string }) => void>();

beforeAll(async () => {
  await builtBundles();
  place = workspace({ 'experiment.ts': tinyExperiment, 'conv.ts': convExperiment });
  child = fork(trainerEntry, ['analyze'], { env: { ...process.env, BACKSTEP_HOME: place.home }, execArgv: [] });
  await new Promise<void>((resolve) => {
    child.on('message', (text) => {
      const reply = parseMessage(String(text)) as { kind: string; id: number };
      if (reply.kind === 'ready') resolve();
      else if (reply.kind !== 'working') waiting.get(reply.id)?.(reply);
    });
  });
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await place?.remove();
});

async function analyze(request: AnalysisRequestInput): Promise<ExperimentAnalysis> {
  const id = nextId++;
  const reply = await new Promise<{ kind: string; analysis?: ExperimentAnalysis; message?: string }>((resolve) => {
    waiting.set(id, resolve);
    child.send(stringifyMessage({ id, request }));
  });
  if (reply.kind !== 'analysis') throw new Error(reply.message);
  return experimentAnalysis.parse(reply.analysis);
}

const convExperiment = `import { datasets, defineExperiment, tf } from 'backstep';

export default defineExperiment({
  data: () => datasets.tensors({ xs: tf.zeros([6, 150, 150, 3]), ys: tf.oneHot([0, 1, 2, 0, 1, 2], 3), batchSize: 3 }),
  model: () => tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [150, 150, 3], filters: 64, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 128, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 128, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 512, activation: 'relu' }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  }),
  optimizer: () => tf.train.rmsprop(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
`;

test('the rock-paper-scissors network: shapes, parameters, lines, in well under a second when warm', async () => {
  const experiment = place.file('conv.ts');
  const first = await analyze({ experiment });
  expect(first.problems).toEqual([]);
  expect(first.layers.map(({ outputShape }) => outputShape.join('×'))).toEqual([
    '148×148×64',
    '74×74×64',
    '72×72×64',
    '36×36×64',
    '34×34×128',
    '17×17×128',
    '15×15×128',
    '7×7×128',
    '6272',
    '6272',
    '512',
    '3',
  ]);
  expect(first.layers.map(({ line }) => line)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
  expect(first.layers[0]).toMatchObject({
    layer: 'conv2d_1',
    type: 'Conv2D',
    params: 1792,
    arithmetic: '⌊(150 − 3) / 1⌋ + 1 = 148; weights 3×3×3×64 + 64 = 1,792',
    file: experiment,
  });
  expect(first.totals).toEqual({ params: 3473475, trainableParams: 3473475, bytes: 13893900 });
  expect(first.settings).toEqual({ seed: 0, epochs: 1, loss: 'categoricalCrossentropy', optimizer: 'RMSProp' });
  const second = await analyze({ experiment });
  expect(second.layers).toEqual(first.layers);
  // 15 ms where nothing else runs; the limit leaves room for a busy machine.
  expect(second.elapsedMs).toBeLessThan(500);
});

test('unsaved text counts, in the experiment and in what it imports, and is forgotten again', async () => {
  const experiment = place.write(
    'parts.ts',
    tinyExperiment
      .replace('units: 8', 'units: width')
      .replace('tf }', 'tf }')
      .replace('\n', "\nimport { width } from './width';\n"),
  );
  const width = place.write('width.ts', 'export const width: number = 8;\n');
  const units = async (overlays: Record<string, string>) =>
    (await analyze({ experiment, overlays })).layers[0]!.outputShape;
  expect(await units({})).toEqual([8]);
  expect(await units({ [width]: 'export const width: number = 16;\n' })).toEqual([16]);
  expect(await units({ [experiment]: tinyExperiment.replace('units: 8', 'units: 5') })).toEqual([5]);
  expect(await units({})).toEqual([8]);
});

test('layers of the person’s own classes and nested models', async () => {
  const text = `import { datasets, defineExperiment, tf } from 'backstep';
class Doubler extends tf.layers.Layer {
  constructor() {
    super({ name: 'doubler' });
  }
  override computeOutputShape(shape: tf.Shape) { return shape; }
  override call(x: tf.Tensor[]) { return tf.mul(x[0]!, 2); }
  static className = 'Doubler';
}
const head = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [8], units: 6 }), tf.layers.dense({ units: 3 })] });
export default defineExperiment({
  data: () => datasets.tensors({ xs: tf.zeros([6, 4]), ys: tf.zeros([6, 3]), batchSize: 3 }),
  model: () => {
    const input = tf.input({ shape: [4] });
    const wide = tf.layers.dense({ units: 8 }).apply(input) as tf.SymbolicTensor;
    const doubled = new Doubler().apply(wide) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs: head().apply(doubled) as tf.SymbolicTensor });
  },
  optimizer: () => tf.train.sgd(0.1),
  loss: 'meanSquaredError',
});
`;
  const { layers, problems } = await analyze({ experiment: place.write('nested.ts', text) });
  expect(problems).toEqual([]);
  expect(layers.map(({ type, line }) => `${type} ${line}`)).toEqual([
    'InputLayer 14',
    'Dense 15',
    'Doubler 16',
    'Dense 10',
    'Dense 10',
  ]);
  expect(layers.slice(3).every(({ layer }) => /^[^/]+\/dense_[12]$/.test(layer))).toBe(true);
});

interface BadInput {
  /** Replacements in the tiny experiment. */
  readonly change: readonly (readonly [string, string])[];
  readonly line: number;
  readonly message: RegExp;
  readonly file?: string;
  readonly layers?: number;
}

const badInputs: Readonly<Record<string, BadInput>> = {
  'a syntax error': { change: [['seed: 7,', 'seed: 7']], line: 9, message: /^Syntax error: expected ','/ },
  'an enum': {
    change: [['const examples', 'enum Kind { A }\nconst examples']],
    line: 3,
    message: /enums cannot be run/,
  },
  'an import of a file that is not there': {
    change: [['\n', "\nimport { x } from './absent';\n"]],
    line: 2,
    message: /no file "\.\/absent"/,
  },
  'an import of a package that is not there': {
    change: [['\n', "\nimport { x } from 'absent-package';\n"]],
    line: 2,
    message: /not installed/,
  },
  'an import of a name that is not there': {
    change: [['datasets, ', 'datasets, Batch, ']],
    line: 1,
    message: /does not provide an export named 'Batch'/,
  },
  'a missing default export': {
    change: [['export default ', 'const experiment = ']],
    line: 7,
    message: /no default export/,
  },
  'a default export that is no experiment': {
    change: [['defineExperiment({', '({']],
    line: 7,
    message: /not an experiment/,
  },
  'a missing model': { change: [['model:', 'modell:']], line: 7, message: /no `model`/ },
  'a missing loss': { change: [["  loss: 'categoricalCrossentropy',\n", '']], line: 7, message: /no `loss`/ },
  'a wrong number of epochs': { change: [['epochs: 2', 'epochs: 0']], line: 20, message: /whole number/ },
  'an exception in model()': {
    change: [['units: 8', 'units: width.first']],
    line: 12,
    message: /width is not defined/,
  },
  'an exception at top level': {
    change: [['const examples = 24', 'const examples = (null as unknown as number[]).length']],
    line: 3,
    message: /null/,
  },
  'an exception in data()': {
    change: [['data: () => ', 'data: () => missing && ']],
    line: 9,
    message: /missing is not defined/,
  },
  'an exception in optimizer()': {
    change: [['tf.train.adam', 'tf.train.adamm']],
    line: 17,
    message: /adamm is not a function/,
  },
  'a call of process.exit': {
    change: [['units: 8', 'units: process.exit(3) as never']],
    line: 12,
    message: /process\.exit\(3\)/,
  },
  'a loss that there is not': {
    change: [["'categoricalCrossentropy'", "'categoricalCrosentropy'"]],
    line: 18,
    message: /no loss 'categoricalCrosentropy'/,
    layers: 3,
  },
  'a metric that there is not': { change: [["'accuracy'", "'acuracy'"]], line: 19, message: /acuracy/, layers: 3 },
  'a last layer with too many units': { change: [['units: 3', 'units: 5']], line: 14, message: /ends in/, layers: 3 },
  'an input that is not the data’s': {
    change: [['inputShape: [4]', 'inputShape: [5]']],
    line: 12,
    message: /takes examples of shape 5/,
    layers: 3,
  },
  'a first layer without its input': {
    change: [['inputShape: [4], ', '']],
    line: 12,
    message: /does not say what its input is/,
  },
  'a layer that gets the wrong dimensions': {
    change: [['tf.layers.dropout({ rate: 0.25 })', 'tf.layers.conv2d({ filters: 1, kernelSize: 3 })']],
    line: 13,
    message: /Conv2D takes inputs of 3 dimensions/,
    layers: 1,
  },
  'a kernel larger than its input': {
    change: [
      [
        'tf.layers.dropout({ rate: 0.25 })',
        'tf.layers.reshape({ targetShape: [2, 2, 2] }),\n      tf.layers.conv2d({ filters: 1, kernelSize: 3 })',
      ],
    ],
    line: 14,
    message: /3×3 kernel is larger than its 2×2 input/,
    layers: 3,
  },
  'weights larger than any memory': { change: [['units: 8', 'units: 2e12']], line: 12, message: /GB of memory/ },
  'a thrown text': {
    change: [['units: 8', "units: (() => { throw 'not today'; })()"]],
    line: 10,
    message: /"not today"/,
  },
  'an optimizer that is not returned': {
    change: [['() => tf.train.adam(0.01)', '() => { tf.train.adam(0.01); }']],
    line: 17,
    message: /optimizer\(\) returned nothing/,
    layers: 3,
  },
  'a misspelt optimizer': {
    change: [['tf.train.adam(0.01)', "'adamm'"]],
    line: 17,
    message: /no optimizer 'adamm'/,
    layers: 3,
  },
  'a misspelt activation': { change: [["'relu'", "'rellu'"]], line: 12, message: /no activation 'rellu'/ },
};

test.each(Object.entries(badInputs))('%s is said at its line', async (_name, { change, line, message, layers }) => {
  const experiment = place.file('experiment.ts');
  let text = tinyExperiment;
  for (const [from, to] of change) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const analysis = await analyze({ experiment, overlays: { [experiment]: text } });
  const errors = analysis.problems.filter(({ severity }) => severity === 'error');
  expect(errors.map((problem) => ({ file: problem.file, line: problem.line, message: problem.message }))).toEqual([
    { file: experiment, line, message: expect.stringMatching(message) as string },
  ]);
  if (layers !== undefined) expect(analysis.layers).toHaveLength(layers);
});

test('validation data given apart is outlined too, and has to mean the same', async () => {
  place.write('train.csv', 'x,kind\n1,a\n2,b\n3,a\n');
  place.write('held.csv', 'x,kind\n1,a\n2,b\n');
  place.write('other.csv', 'x,kind\n1,a\n2,c\n');
  place.write('wide.csv', 'x,z,kind\n1,1,a\n2,2,b\n');
  const withValidation = async (file: string): Promise<ExperimentAnalysis> => {
    const text = `import { datasets, defineExperiment, tf } from 'backstep';

export default defineExperiment({
  data: () => ({ train: datasets.csv('train.csv', { target: 'kind' }), validation: datasets.csv('${file}', { target: 'kind' }) }),
  model: () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 2, activation: 'softmax' })] }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
});
`;
    return analyze({ experiment: place.write('apart.ts', text) });
  };
  const fine = await withValidation('held.csv');
  expect(fine.problems).toEqual([]);
  expect(fine.data).toMatchObject({ trainExamples: 3, validationExamples: 2 });
  for (const [file, message] of [
    ['other.csv', 'Training and validation data have different classes: only training has b; only validation has c.'],
    ['wide.csv', 'Training examples have the shape 1, validation examples 2.'],
    ['absent.csv', expect.stringContaining("no data 'absent.csv'") as unknown],
  ]) {
    expect((await withValidation(String(file))).problems, String(file)).toMatchObject([
      { severity: 'error', message, line: 4 },
    ]);
  }
});

test('a mistake in an imported file is said in that file', async () => {
  const experiment = place.write('with-part.ts', tinyExperiment.replace('\n', "\nimport './part';\n"));
  const part = place.write('part.ts', 'export const a = 1;\nexport const b: number = ;\n');
  const { problems } = await analyze({ experiment });
  expect(problems).toMatchObject([{ file: part, line: 2, column: 26 }]);
});

test('plain JavaScript, TensorFlow.js by its own name, JSON, and a package of the person’s', async () => {
  place.write('units.json', '{ "units": 6 }');
  place.write(
    'node_modules/person-package/package.json',
    '{ "name": "person-package", "type": "module", "main": "index.js" }',
  );
  place.write('node_modules/person-package/index.js', 'export const rate = 0.5;');
  const text = tinyExperiment
    .replace('tf } from', 'tf as same } from')
    .replace(
      '\n',
      `\nimport * as tf from '@tensorflow/tfjs';\nimport sizes from './units.json';\nimport again from './units.json' with { type: 'json' };\nimport { rate } from 'person-package';\nif (same.tensor !== tf.tensor || again.units !== sizes.units) throw new Error('two of one');\n`,
    )
    .replace('units: 8', 'units: sizes.units')
    .replace('rate: 0.25', 'rate');
  const { problems, layers } = await analyze({ experiment: place.write('plain.js', text) });
  expect(problems).toEqual([]);
  expect(layers.map(({ outputShape, line }) => `${outputShape.join('×')} at ${line}`)).toEqual([
    '6 at 17',
    '6 at 18',
    '3 at 19',
  ]);

  place.write('units.json', '{ "units": ');
  expect((await analyze({ experiment: place.file('plain.js') })).problems).toMatchObject([
    { file: place.file('units.json'), message: expect.stringContaining('not valid JSON') as string },
  ]);
});

test('a mistake in plain JavaScript', async () => {
  const experiment = place.write('mistake.js', tinyExperiment.replace('seed: 7,', 'seed: = 7,'));
  expect((await analyze({ experiment })).problems).toMatchObject([
    { file: experiment, line: 8, message: 'Syntax error: an expression is missing here' },
  ]);
});

test('a file that is not there', async () => {
  const { problems } = await analyze({ experiment: place.file('gone.ts') });
  expect(problems).toMatchObject([{ message: expect.stringContaining('There is no file') as string }]);
});

test('what does not come to an end has a name and a line, and does not outlive who asked', async () => {
  const file = place.write('endless.ts', tinyExperiment.replace('() => tf.sequential({', '() => { for (;;); }, x: ({'));
  // Whoever asks is killed while the answer is not there: nobody is left to end the process.
  const asking = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(trainerEntry)}, ['analyze'], { execArgv: [] });
       console.log(child.pid);
       child.on('message', (text) => {
         console.log(text);
         if (text.includes('"ready"')) child.send(${JSON.stringify(stringifyMessage({ id: 1, request: { experiment: file } }))});
       });`,
    ],
    { env: { ...process.env, BACKSTEP_HOME: place.home }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  createInterface({ input: asking.stdout }).on('line', (line) => lines.push(line));
  const model = (): string | undefined => lines.find((line) => line.includes('model()'));
  await expect.poll(model, { timeout: 15_000 }).toBeDefined();
  const { work } = parseMessage(model()!) as Extract<AnalysisReply, { kind: 'working' }>;
  expect(unfinishedProblem(file, work, 8000)).toMatchObject({
    message: 'model() did not finish within 8 s.',
    file,
    line: 10,
  });
  const pid = Number(lines[0]);
  asking.kill('SIGKILL');
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      // ESRCH is what is waited for.
      return false;
    }
  };
  await expect.poll(isThere, { timeout: 8000 }).toBe(false);
}, 30_000);

test('the untouched experiment has no problems, after all of these', async () => {
  const { problems, layers, data } = await analyze({ experiment: place.file('experiment.ts') });
  expect(problems).toEqual([]);
  expect(layers.map(({ layer, line }) => `${layer}:${line}`)).toEqual(['dense_1:12', 'dropout_1:13', 'dense_2:14']);
  expect(data?.source).toBe('memory');
});

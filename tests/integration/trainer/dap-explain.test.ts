/** What is wrong, told by the real trainer: on the way, at stops, at the end by a failure; and rules that stop training. */
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Finding, RuleInfo } from '../../../src/shared/protocol/diagnosis.js';
import type { RunOptionsInput, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { tinyExperiment } from './built.js';
import type { DapClient } from './dap-client.js';
import { trainersIn } from './trainers-in.js';

/** A network that predicts a number, with a learning rate that blows it up. */
const diverging = tinyExperiment
  .replace('tf.train.adam(0.01)', 'tf.train.sgd(1e6)')
  .replace("'categoricalCrossentropy'", "'meanSquaredError'")
  .replace(", activation: 'softmax'", '')
  .replace("  metrics: ['accuracy'],\n", '');
const dying = tinyExperiment.replace(
  "activation: 'relu'",
  "activation: 'relu', biasInitializer: tf.initializers.constant({ value: -100 })",
);
/** Its own step multiplies what does not meet. */
const mismatched = tinyExperiment.replace(
  "  loss: 'categoricalCrossentropy',\n",
  `  trainStep: ({ model, batch, optimizer }) =>
    optimizer.minimize(() => {
      const output = model.apply(batch.xs as tf.Tensor) as tf.Tensor2D;
      return tf.matMul(output, batch.xs as tf.Tensor2D).mean() as tf.Scalar;
    }, true)!,
`,
);
/** Comes to nothing without a word: no gradient, or hardly any, reaches its first layer. */
const stuck = (layers: string): string => `import { datasets, defineExperiment, tf } from 'backstep';

const { layers } = tf;
export default defineExperiment({
  seed: 5,
  data: () => {
    const xs = tf.randomNormal([256, 6], 0, 1, 'float32', 7);
    return datasets.tensors({ xs, ys: xs.slice([0, 0], [256, 1]), batchSize: 32 });
  },
  model: () => tf.sequential({ layers: [${layers}, layers.dense({ units: 1 })] }),
  optimizer: () => tf.train.sgd(0.01),
  loss: 'meanSquaredError',
});
`;
const dead = stuck(
  "layers.dense({ inputShape: [6], units: 8, activation: 'relu', biasInitializer: tf.initializers.constant({ value: -20 }) })",
);
const fading = stuck(
  "...Array.from({ length: 9 }, () => layers.dense({ inputShape: [6], units: 6, activation: 'sigmoid' }))",
);
const lineIn = (text: string, words: string): number => text.split('\n').findIndex((line) => line.includes(words)) + 1;

const { place, connect } = trainersIn({
  'dead.ts': dead,
  'diverging.ts': diverging,
  'dying.ts': dying,
  'fading.ts': fading,
  'mismatched.ts': mismatched,
  'tiny.ts': tinyExperiment,
});
beforeAll(() => {
  for (const sample of ['iris', 'mnist-softmax', 'rock-paper-scissors'])
    cpSync(path.resolve('assets/samples', sample), place.file(sample), { recursive: true });
});

async function start(
  file: string,
  breakpoints: readonly TrainingBreakpoint[] = [],
  options: Partial<RunOptionsInput> = {},
): Promise<DapClient> {
  const client = connect({ BACKSTEP_ENGINE: 'none' });
  await client.start({ experiment: place.file(file), backend: 'cpu', ...options }, breakpoints);
  return client;
}

const onRule = (rule: string, threshold?: number): TrainingBreakpoint => ({
  id: rule,
  enabled: true,
  at: { kind: 'rule', rule, threshold },
});
const onStep = (step: number): TrainingBreakpoint => ({
  id: `step ${step}`,
  enabled: true,
  at: { kind: 'step', step },
});

async function explain(client: DapClient): Promise<Finding[]> {
  return (await client.request<{ findings: Finding[] }>('backstep/explain', {})).findings;
}
async function endOf(client: DapClient): Promise<string | undefined> {
  await client.event('terminated');
  return client.eventsOf('end')[0]?.stateHash;
}

test('NaN names its layer and line, on the way and at a stop; the rule stops there once, and the run ends as if it had not', async () => {
  const plain = await start('diverging.ts');
  const hash = await endOf(plain);
  const told = plain.eventsOf('finding').map(({ finding }) => finding);
  const found = told.find(({ rule }) => rule === 'notFinite')!;
  expect(found).toMatchObject({ severity: 'error', file: place.file('diverging.ts') });
  expect(found.layer).toMatch(/^dense_[12]$/);
  expect(found.line).toBe(lineIn(diverging, found.layer === 'dense_1' ? 'units: 8' : 'units: 3'));
  expect(found.title).toMatch(/is the first to give NaN or infinity/);
  expect(found.explanation).toMatch(/learning rate \(1e6\)/);
  // What was said of the loss alone is said by this.
  expect(plain.eventsOf('notice').filter(({ message }) => message.startsWith('The loss is'))).toEqual([]);

  const client = await start('diverging.ts', [onRule('notFinite')]);
  const stop = await client.stopped();
  expect(stop).toMatchObject({ reason: 'breakpoint', breakpointIds: ['notFinite'] });
  const [gravest] = await explain(client);
  expect(gravest).toMatchObject({ rule: 'notFinite', severity: 'error', file: place.file('diverging.ts') });
  await client.request('continue', { threadId: 1 });
  // At other places it may stop again, at most once each.
  for (let more = 0; more < 8 && client.eventsOf('end').length === 0; more++) {
    await client.until(
      () => client.eventsOf('end')[0] ?? client.events().filter(({ event }) => event === 'stopped')[more + 1],
      'stop or end',
    );
    if (client.eventsOf('end').length === 0) await client.request('continue', { threadId: 1 });
  }
  expect(await endOf(client)).toBe(hash);
});

test('a dead layer is explained at a stop with its units, and stops where that is asked for', async () => {
  const client = await start('dying.ts', [onRule('deadRelu', 0.99)]);
  const stop = await client.stopped();
  expect(stop).toMatchObject({ reason: 'breakpoint', breakpointIds: ['deadRelu'], step: 1 });
  expect(stop.description).toMatch(/^Layer dense_1 is dead/);
  const found = (await explain(client)).find(({ rule }) => rule === 'deadRelu')!;
  expect(found).toMatchObject({ layer: 'dense_1', line: lineIn(dying, 'units: 8') });
  expect(found.explanation).toContain('8 of its 8 units');
  await client.request('continue', { threadId: 1 });
  await endOf(client);
});

test('shapes that do not meet are explained at the person’s line, after the failure and at the exception', async () => {
  const line = lineIn(mismatched, 'tf.matMul');
  const client = await start('mismatched.ts');
  await client.event('terminated');
  expect(client.eventsOf('error')).toMatchObject([{ line }]);
  const [{ finding } = { finding: undefined }] = client
    .eventsOf('finding')
    .filter((event) => event.finding.rule === 'shapeMismatch');
  expect(finding).toMatchObject({ severity: 'error', line, file: place.file('mismatched.ts') });
  expect(finding!.title).toBe('Shapes do not meet in a matrix product: 4×3 by 4×4.');

  const stopped = connect({ BACKSTEP_ENGINE: 'none' });
  await stopped.request('initialize', { adapterID: 'backstep' });
  await stopped.request('launch', { experiment: place.file('mismatched.ts'), backend: 'cpu' });
  await stopped.request('setExceptionBreakpoints', { filters: ['uncaught'] });
  await stopped.request('configurationDone');
  expect(await stopped.stopped()).toMatchObject({ reason: 'exception' });
  expect((await explain(stopped))[0]).toMatchObject({ rule: 'shapeMismatch', line });
});

test('rules are listed with their thresholds at any time; explaining needs a stop', async () => {
  const client = await start('tiny.ts', [onStep(2)]);
  const { rules } = await client.request<{ rules: RuleInfo[] }>('backstep/rules', {});
  expect(rules.find(({ rule }) => rule === 'deadRelu')).toEqual({
    rule: 'deadRelu',
    title: 'A ReLU layer dies',
    thresholdOf: 'share of zeros in its output',
    threshold: 0.95,
  });
  expect(new Set(rules.map(({ rule }) => rule)).size).toBe(rules.length);
  await client.stopped();
  expect(await explain(client)).toEqual([]);
  await client.request('continue', { threadId: 1 });
  await endOf(client);
  expect(await client.raw('backstep/explain', {})).toMatchObject({ success: false });
});

test.each([
  ['iris', [1, 8, 60], {}],
  ['mnist-softmax', [1, 30], { steps: 30 }],
  ['rock-paper-scissors', [1, 2], { steps: 2 }],
] as const)('no alarm on %s', async (sample, steps, options) => {
  const client = await start(`${sample}/experiment.ts`, steps.map(onStep), { backend: 'wasm', ...options });
  for (const step of steps) {
    await client.until(
      () => client.events().filter(({ event }) => event === 'stopped')[steps.indexOf(step as never)],
      `step ${step}`,
      60_000,
    );
    expect((await explain(client)).filter(({ severity }) => severity !== 'info')).toEqual([]);
    await client.request('continue', { threadId: 1 });
  }
  await client.until(() => client.eventsOf('end')[0], 'the end', 60_000);
  expect(client.eventsOf('finding').filter(({ finding }) => finding.severity !== 'info')).toEqual([]);
});

const engine = process.env['BACKSTEP_TEST_ENGINE'];
async function startNative(
  options: Pick<RunOptionsInput, 'experiment'> & Partial<RunOptionsInput>,
  breakpoints: readonly TrainingBreakpoint[] = [],
): Promise<DapClient> {
  const { environment } = JSON.parse(readFileSync(path.join(engine!, 'engine.json'), 'utf8')) as {
    environment?: Record<string, string>;
  };
  const client = connect({ BACKSTEP_ENGINE: engine!, ...environment });
  await client.start({ backend: 'tensorflow', ...options }, breakpoints);
  return client;
}

test.skipIf(!engine)(
  'compiled steps: a rule stops at the same step as op by op, and the run ends as if it had not',
  async () => {
    const native = (breakpoints: readonly TrainingBreakpoint[], eager = false): Promise<DapClient> =>
      startNative({ experiment: place.file('diverging.ts'), epochs: 1, eager }, breakpoints);
    const plain = await native([]);
    const hash = await endOf(plain);
    // Nobody has asked for the way back into its steps.
    const ending = plain.eventsOf('finding').find(({ finding }) => finding.rule === 'notFinite');
    expect(ending?.finding.layer).toMatch(/^dense_[12]$/);
    const stopped = await native([onRule('notFinite')]);
    const stop = await stopped.stopped();
    expect(stopped.eventsOf('step').at(-1)?.speed).toBe('compiled');
    const [gravest] = await explain(stopped);
    expect(gravest).toMatchObject({ rule: 'notFinite', severity: 'error' });
    expect(gravest!.layer).toMatch(/^dense_[12]$/);
    await stopped.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
    await stopped.request('continue', { threadId: 1 });
    expect(await endOf(stopped)).toBe(hash);
    const byOps = await native([onRule('notFinite')], true);
    expect((await byOps.stopped()).step).toBe(stop.step);
  },
);

test.skipIf(!engine)(
  'compiled steps: a short training that comes to nothing is told why, though nobody looks',
  async () => {
    const told = async (file: string): Promise<string[]> => {
      const client = await startNative({ experiment: place.file(file), epochs: 300 });
      await endOf(client);
      return client.eventsOf('finding').map(({ finding }) => finding.rule);
    };
    expect(await told('dead.ts')).toEqual(expect.arrayContaining(['lossDoesNotFall', 'deadRelu']));
    expect(await told('fading.ts')).toContain('vanishingGradient');
  },
);
if (!engine) console.log('Rules in compiled steps are not tried: BACKSTEP_TEST_ENGINE names no engine.');

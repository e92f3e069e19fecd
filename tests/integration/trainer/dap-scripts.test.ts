/** The debugger on plain scripts: what stops an experiment stops them, and a run that was stopped ends as one that was not. */
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import type { StepLook, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { Debugging, valuesOf, type StartOptions } from './dap-debugging.js';
import { trainersIn } from './trainers-in.js';

const { place, connect } = trainersIn();
cpSync(path.resolve('tests/fixtures/scripts'), place.folder, { recursive: true });

function lineOf(file: string, text: string): number {
  const lines = readFileSync(place.file(file), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes(text));
  expect(at, `${text} in ${file}`).toBeGreaterThanOrEqual(0);
  return at + 1;
}

async function start(
  file: string,
  {
    lines = {},
    breakpoints = [],
    ...options
  }: StartOptions & {
    readonly lines?: Readonly<Record<string, readonly DebugProtocol.SourceBreakpoint[]>>;
    readonly breakpoints?: readonly Pick<TrainingBreakpoint, 'at' | 'condition'>[];
  } = {},
): Promise<Debugging> {
  const client = connect();
  const debugging = new Debugging(client, place);
  const all = breakpoints.map((one, index) => ({ ...one, id: String(index), enabled: true }));
  const { filters, ...run } = options;
  await client.request('initialize', { adapterID: 'backstep' });
  await client.event('initialized');
  await client.request('launch', { experiment: place.file(file), backend: 'cpu', seed: 3, ...run });
  for (const [name, given] of Object.entries(lines)) await debugging.setLines(name, given);
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: all });
  if (filters) await client.request('setExceptionBreakpoints', { filters });
  await client.request('configurationDone');
  return debugging;
}

const plain = new Map<string, Promise<string>>();
/** Of the same script, never stopped. */
function undisturbed(file: string): Promise<string> {
  const known = plain.get(file) ?? start(file).then((run) => run.runToEnd());
  plain.set(file, known);
  return known;
}

test('a line in a callback of fit: frames, variables, and on', async () => {
  const line = lineOf('iris.ts', 'console.log(`epoch');
  const debugging = await start('iris.ts', { lines: { 'iris.ts': [{ line }] } });
  expect(await debugging.where()).toBe(`breakpoint iris.ts:${line} in step 4`);
  expect((await debugging.stack())[0]).toBe(`onEpochEnd iris.ts:${line}`);
  expect(await debugging.evaluate('epoch + share >= 0')).toBe('true');
  expect(Number(await debugging.evaluate('logs.loss'))).toBeGreaterThan(0);
  await debugging.setLines('iris.ts', []);
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(await undisturbed('iris.ts'));
});

test('a step, a condition and the end of an epoch, with batch, layers and gradients', async () => {
  const debugging = await start('iris.ts', {
    breakpoints: [
      { at: { kind: 'step', step: 3 } },
      { at: { kind: 'condition', condition: 'step == 6 && acc >= 0 && gradNorm > 0' } },
      { at: { kind: 'epochEnd', epoch: 2 } },
    ],
  });
  const look = async (): Promise<StepLook> => debugging.client.request<StepLook>('backstep/look');
  expect(await debugging.stopped()).toMatchObject({ epoch: 1, step: 3, stepInEpoch: 3, breakpointIds: ['0'] });
  const seen = await look();
  expect(seen.batch).toMatchObject({
    size: 12,
    trueLabels: expect.any(Array) as unknown,
    predictedLabels: expect.any(Array) as unknown,
  });
  expect(seen.layers.map(({ layer }) => layer)).toEqual(['dense_1', 'dropout_1', 'dense_2']);
  expect(seen.layers[0]).toMatchObject({
    output: { min: 0 },
    gradNorm: expect.any(Number) as number,
    weightNorm: expect.any(Number) as number,
  });
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ epoch: 2, step: 6, breakpointIds: ['1'] });
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ epoch: 2, step: 8, breakpointIds: ['2'] });
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(await undisturbed('iris.ts'));
});

test('a layer, an op, the steps between, and the variables of the training', async () => {
  const debugging = await start('iris.ts', {
    breakpoints: [{ at: { kind: 'layer', layer: 'dense_2', when: 'before', pass: 'forward' }, condition: 'step == 2' }],
  });
  const at = await debugging.stopped();
  expect(at).toMatchObject({ step: 2, stands: 'layer', breakpointIds: ['0'] });
  expect(at.path).toEqual(['epoch 1', 'step 2', 'forward', 'dense_2']);
  expect((await debugging.scope('Batch')).map(({ name }) => name)).toContain('xs');
  await debugging.by('op', 'stepIn');
  expect(await debugging.stopped()).toMatchObject({ step: 2, stands: 'op' });
  await debugging.by('step');
  expect(await debugging.where()).toBe('step between step 2 in step 2');
  await debugging.by('step');
  expect(await debugging.where()).toBe('step between step 3 in step 3');
  expect((await debugging.scope('Model')).map(({ name }) => name)).toEqual(['dense_1', 'dropout_1', 'dense_2']);
  await debugging.by('epoch');
  expect(await debugging.stopped()).toMatchObject({ step: 4, description: 'end of epoch 1' });
  await debugging.client.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(await undisturbed('iris.ts'));
});

test('a loop of one’s own in CommonJS: lines in its functions, steps with the real stack, changes', async () => {
  const line = lineOf('polynomial.cjs', 'return x.square()');
  const debugging = await start('polynomial.cjs', {
    lines: { 'polynomial.cjs': [{ line }] },
    breakpoints: [{ at: { kind: 'step', step: 5 } }],
  });
  expect(await debugging.where()).toBe(`breakpoint polynomial.cjs:${line} in step 1`);
  const stack = await debugging.stack();
  expect(stack[0]).toBe(`predict polynomial.cjs:${line}`);
  expect(stack.some((frame) => frame.startsWith('main polynomial.cjs:'))).toBe(true);
  await debugging.setLines('polynomial.cjs', []);
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ step: 5, breakpointIds: ['0'] });
  expect((await debugging.stack()).some((frame) => frame.startsWith('main polynomial.cjs:'))).toBe(true);
  // In the frame of the script's own code `step` is its own, which counts from 0.
  expect(await debugging.evaluate('step')).toBe('4');
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(await undisturbed('polynomial.cjs'));
});

test('descent by hand: lines, steps, layers, ops, phases and values stop it, and it ends as if they had not', async () => {
  const line = lineOf('own-descent.ts', 'weight.assign(');
  const debugging = await start('own-descent.ts', {
    lines: { 'own-descent.ts': [{ line, condition: "weight.name === 'offset'" }] },
    breakpoints: [
      { at: { kind: 'step', step: 2 } },
      { at: { kind: 'layer', layer: 'dense_1', when: 'before', pass: 'gradient' }, condition: 'step == 3' },
      { at: { kind: 'phase', phase: 'optimizer' }, condition: 'step == 4' },
      { at: { kind: 'data', of: 'gradient', name: 'offset', event: { kind: 'notFinite' } } },
    ],
  });
  expect(await debugging.where()).toBe(`breakpoint own-descent.ts:${line} in step 1`);
  expect(valuesOf(await debugging.scope('Weights'))).toMatchObject({
    offset: expect.any(String) as string,
    'gradient of offset': expect.any(String) as string,
  });
  expect(await debugging.evaluate('rate * 2')).toBe('0.1');
  await debugging.setLines('own-descent.ts', []);
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ step: 2, breakpointIds: ['0'] });
  expect((await debugging.stack()).some((frame) => frame.startsWith('train own-descent.ts:'))).toBe(true);
  const seen = await debugging.client.request<StepLook>('backstep/look');
  expect(seen).toMatchObject({ gradNorm: expect.any(Number) as number, loss: expect.any(Number) as number });
  expect(seen.layers[0]).toMatchObject({
    output: { max: expect.any(Number) as number },
    gradNorm: expect.any(Number) as number,
  });
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ step: 3, stands: 'layer', breakpointIds: ['1'] });
  await debugging.by('op', 'stepIn');
  expect(await debugging.stopped()).toMatchObject({ step: 3, stands: 'op' });
  await debugging.by('step');
  expect(await debugging.where()).toBe('step between step 3 in step 3');
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ step: 4, stands: 'op', place: { phase: 'optimizer' } });
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(await undisturbed('own-descent.ts'));
});

test('several models and optimizers: layers of each by names of their own', async () => {
  const debugging = await start('gan.ts', {
    breakpoints: [{ at: { kind: 'layer', layer: 'dense_1', when: 'after', pass: 'forward' } }],
  });
  expect(await debugging.stopped()).toMatchObject({ step: 1, stands: 'layer', breakpointIds: ['0'] });
  await debugging.client.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(await undisturbed('gan.ts'));
  const layers = debugging.client.eventsOf('start')[0]!.layers.map(({ layer, line }) => ({ layer, line }));
  expect(layers.map(({ layer }) => layer)).toEqual(
    expect.arrayContaining(['dense_1', expect.stringMatching(/judge$/) as string]),
  );
  expect(layers.every(({ line }) => line !== undefined)).toBe(true);
});

test('pause, on, and an end before the script’s own', async () => {
  place.write(
    'long.ts',
    `import * as tf from '@tensorflow/tfjs';
const w = tf.variable(tf.scalar(0));
const optimizer = tf.train.sgd(0.01);
for (;;) {
  optimizer.minimize(() => w.sub(1).square() as tf.Scalar);
}
`,
  );
  const debugging = await start('long.ts');
  await debugging.client.until(() => debugging.client.eventsOf('step')[0], 'a step');
  await debugging.client.request('pause', { threadId: 1, backstep: { granularity: 'step' } });
  expect(await debugging.stopped()).toMatchObject({ told: 'pause', reason: 'pause' });
  await debugging.go();
  await debugging.client.request('pause', { threadId: 1 });
  await debugging.stopped();
  await debugging.client.request('terminate');
  expect(await debugging.runToEnd()).toMatch(/^[0-9a-f]{16}$/);
  expect(debugging.client.eventsOf('end')[0]).toMatchObject({ reason: 'stopped' });
});

test('an exception that nobody catches stops where it is thrown, and ends the run at its line', async () => {
  place.write(
    'boom.ts',
    `import * as tf from '@tensorflow/tfjs';
const w = tf.variable(tf.scalar(0));
tf.train.sgd(0.01).minimize(() => w.sub(1).square() as tf.Scalar);
function fail(): never {
  throw new Error('boom');
}
fail();
`,
  );
  const debugging = await start('boom.ts', { filters: ['uncaught'] });
  expect(await debugging.where()).toBe('exception boom.ts:5 in step 1');
  await debugging.go();
  await debugging.runToEnd(1);
  expect(debugging.client.eventsOf('error')[0]).toMatchObject({ message: 'boom', line: 5 });
});

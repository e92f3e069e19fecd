import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunOptionsInput, StopPoint } from '../../../src/shared/protocol/training.js';
import { builtBundles, workspace, type Workspace } from './built.js';
import { DapClient } from './dap-client.js';

/** A step of the person's own, with a helper in a file beside it. The numbers of its lines are those below. */
const experiment = `import { datasets, defineExperiment, tf } from 'backstep';
import { penalty, type Weights } from './penalty';

const rows = Array.from({ length: 12 }, (_, row) => [row % 3, Math.sin(row), 1]);

export default defineExperiment({
  seed: 7,
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map(([kind]) => [kind!])), batchSize: 4 }),
  model: () => {
    const units: number = 4;
    return tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [3], units, activation: 'relu' }),
        tf.layers.dropout({ rate: 0.25 }),
        tf.layers.dense({ units: 1 }),
      ],
    });
  },
  optimizer: () => tf.train.adam(0.01),
  trainStep: ({ model, optimizer, batch }) => {
    const scale: number = 0.5;
    return optimizer.minimize(() => {
      const predicted = model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor;
      const loss = predicted.sub(batch.ys as tf.Tensor).square().mean();
      const extra = penalty(model as Weights, scale);
      return loss.add(extra) as tf.Scalar;
    }, true)!;
  },
  epochs: 2,
});
`;
const helper = `import { tf } from 'backstep';

export interface Weights {
  readonly trainableWeights: readonly { read(): tf.Tensor }[];
}

export function penalty(model: Weights, scale: number): tf.Tensor {
  let sum: tf.Tensor = tf.scalar(0);
  for (const weight of model.trainableWeights) {
    sum = sum.add(weight.read().square().sum());
  }
  return sum.mul(scale * 0.001);
}
`;

let place: Workspace;
let clients: DapClient[] = [];

beforeAll(async () => {
  await builtBundles();
  place = workspace({ 'experiment.ts': experiment, 'penalty.ts': helper });
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  clients = [];
});
afterAll(() => place?.remove());

type Lines = Readonly<Record<string, readonly DebugProtocol.SourceBreakpoint[]>>;

async function start(
  lines: Lines = {},
  options: Partial<RunOptionsInput> & { readonly filters?: readonly string[] } = {},
): Promise<DapClient> {
  const client = new DapClient({ BACKSTEP_HOME: place.home });
  clients.push(client);
  const { filters, ...run } = options;
  await client.request('initialize', { adapterID: 'backstep' });
  await client.event('initialized');
  await client.request('launch', { experiment: place.file('experiment.ts'), backend: 'cpu', ...run });
  for (const [file, breakpoints] of Object.entries(lines)) await setLines(client, file, breakpoints);
  if (filters) await client.request('setExceptionBreakpoints', { filters });
  await client.request('configurationDone');
  return client;
}

async function setLines(
  client: DapClient,
  file: string,
  breakpoints: readonly DebugProtocol.SourceBreakpoint[],
): Promise<DebugProtocol.Breakpoint[]> {
  const body = await client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
    source: { path: place.file(file) },
    breakpoints,
  });
  return body.breakpoints;
}

async function runToEnd(client: DapClient): Promise<string> {
  await client.event('terminated');
  await client.raw('disconnect');
  expect(await client.exited).toBe(0);
  return client.eventsOf('end')[0]!.stateHash;
}

async function stopped(client: DapClient): Promise<StopPoint & { readonly told: string }> {
  const { body } = (await client.event('stopped')) as DebugProtocol.StoppedEvent;
  return { ...(body as unknown as { backstep: StopPoint }).backstep, told: body.reason };
}

async function frames(client: DapClient): Promise<DebugProtocol.StackFrame[]> {
  const body = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
  return body.stackFrames;
}

/** Names and lines of the frames that are not folded. */
async function stack(client: DapClient): Promise<string[]> {
  const shown = (await frames(client)).filter(({ presentationHint }) => presentationHint !== 'subtle');
  return shown.map(({ name, line, source }) => (source ? `${name} ${source.name}:${line}` : name));
}

async function variablesOf(client: DapClient, reference: number, part: object = {}): Promise<DebugProtocol.Variable[]> {
  const body = await client.request<DebugProtocol.VariablesResponse['body']>('variables', {
    variablesReference: reference,
    ...part,
  });
  return body.variables;
}

async function scope(client: DapClient, name: string, frame = 0): Promise<DebugProtocol.Variable[]> {
  const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
    frameId: (await frames(client))[frame]!.id,
  });
  return variablesOf(client, scopes.find((one) => one.name.startsWith(name))!.variablesReference);
}

const values = (variables: readonly DebugProtocol.Variable[]): Record<string, string> =>
  Object.fromEntries(variables.map(({ name, value }) => [name, value]));

const go = (client: DapClient, command = 'continue', args: object = {}): Promise<unknown> =>
  client.request(command, { threadId: 1, ...args });

test('a breakpoint on a line: pending, verified when its file is loaded, hit with the person’s frames and variables', async () => {
  const client = await start({ 'experiment.ts': [{ line: 24 }], 'penalty.ts': [{ line: 3 }] });
  const answers = client.responses().filter(({ command }) => command === 'setBreakpoints');
  expect(answers.map(({ body }) => (body as { breakpoints: DebugProtocol.Breakpoint[] }).breakpoints)).toMatchObject([
    [{ verified: false, line: 24, message: expect.stringContaining('loaded') as string }],
    [{ verified: false, line: 3 }],
  ]);
  const at = await stopped(client);
  expect(at).toMatchObject({
    ...{ told: 'breakpoint', reason: 'breakpoint', stands: 'line', file: place.file('experiment.ts'), line: 24 },
    ...{ description: 'experiment.ts:24', epoch: 1, step: 1, stepInEpoch: 1 },
    path: ['epoch 1', 'step 1', 'loss'],
  });
  // The interface is no code: the next line that is, is the function's first.
  const changed = client.events().filter(({ event }) => event === 'breakpoint');
  expect(changed.map(({ body }) => (body as { breakpoint: DebugProtocol.Breakpoint }).breakpoint)).toMatchObject([
    { verified: true, line: 24, source: { path: place.file('experiment.ts') } },
    { verified: true, line: 8, source: { path: place.file('penalty.ts') } },
  ]);
  expect(await stack(client)).toEqual([
    '(anonymous) experiment.ts:24',
    'trainStep experiment.ts:22',
    'epoch 1 › step 1 › loss',
  ]);
  const folded = (await frames(client)).filter(({ presentationHint }) => presentationHint === 'subtle');
  expect(folded.length).toBeGreaterThan(3);
  expect(folded.map(({ name }) => name)).toContain('minimize');

  const local = values(await scope(client, 'Local'));
  expect(local['predicted']).toMatch(/^Tensor float32 4×1 \[/);
  expect(values(await scope(client, 'Block'))['scale']).toBe('0.5');
  await go(client);
  // On to the helper, in the same step.
  expect(await stopped(client)).toMatchObject({ told: 'breakpoint', file: place.file('penalty.ts'), line: 8, step: 1 });
  expect(await stack(client)).toMatchObject([
    'penalty penalty.ts:8',
    '(anonymous) experiment.ts:25',
    'trainStep experiment.ts:22',
    expect.stringContaining('epoch 1 › step 1') as string,
  ]);
  await setLines(client, 'experiment.ts', []);
  await setLines(client, 'penalty.ts', []);
  await go(client);
  await runToEnd(client);
});

test('conditions, hit counts, log messages; what is wrong with them is told', async () => {
  const client = await start({
    'experiment.ts': [
      { line: 23, logMessage: 'step {step}: {batch.xs.shape.join("×")} \\{x}' },
      { line: 24, condition: 'step > 2 && scale === 0.5' },
      { line: 25, hitCondition: '% 5' },
      { line: 26, condition: 'nothing.there' },
      { line: 21, condition: 'scale ===' },
      { line: 10, hitCondition: 'often' },
    ],
  });
  const [answer] = client.responses().filter(({ command }) => command === 'setBreakpoints');
  const { breakpoints } = answer!.body as { breakpoints: DebugProtocol.Breakpoint[] };
  expect(breakpoints.slice(4)).toMatchObject([
    { verified: false, message: expect.stringMatching(/^The condition cannot be read: /) as string },
    { verified: false, message: expect.stringContaining('“often”') as string },
  ]);
  expect(await stopped(client)).toMatchObject({ line: 24, step: 3 });
  expect(client.eventsOf('log').map(({ text, line }) => [text, line])).toEqual([
    ['step 1: 4×3 {x}', 23],
    ['step 2: 4×3 {x}', 23],
    ['step 3: 4×3 {x}', 23],
  ]);
  expect(client.eventsOf('notice').map(({ message }) => message)).toEqual([
    expect.stringMatching(/ReferenceError: nothing is not defined/),
  ]);
  await setLines(client, 'experiment.ts', [{ line: 25, hitCondition: '% 5' }]);
  await go(client);
  expect(await stopped(client)).toMatchObject({ line: 25, step: 5 });
  await setLines(client, 'experiment.ts', []);
  await go(client);
  await runToEnd(client);
});

test('stops, looks, evaluations and steps in the middle of steps leave no trace in the run', async () => {
  const plain = await runToEnd(await start());
  expect(await runToEnd(await start({ 'experiment.ts': [{ line: 24, condition: 'Math.random() > 2' }] }))).toBe(plain);
  const client = await start({
    'experiment.ts': [{ line: 24 }],
    'penalty.ts': [{ line: 10, condition: 'step === 4' }],
  });
  for (let stop = 0; stop < 10; stop++) {
    const at = await stopped(client);
    const [frame] = await frames(client);
    for (const expression of [
      'Math.random() + tf.randomNormal([3]).sum().dataSync()[0]',
      'model.predict(batch.xs)',
      'tf.variableGrads(() => model.predict(batch.xs).mean()).value',
      'tf.grad((x) => x.square().sum())(tf.ones([2]))',
      'tf.layers.dense({ units: 2, inputShape: [3] })',
      'model.layers[0].getWeights()[0].dispose()',
    ]) {
      const { success, message } = await client.raw('evaluate', { expression, frameId: frame!.id, context: 'repl' });
      if (expression.includes('dispose')) expect(message).toMatch(/training’s/);
      else expect(`${expression}: ${message ?? success}`).toBe(`${expression}: true`);
    }
    for (const name of ['Training', 'Model', 'Optimizer', 'Batch', 'Random state']) {
      for (const { variablesReference } of await scope(client, name)) {
        if (variablesReference > 0) await variablesOf(client, variablesReference);
      }
    }
    await go(client, at.step % 2 ? 'next' : 'continue');
    if (at.step % 2) {
      await stopped(client);
      await go(client);
    }
  }
  await setLines(client, 'experiment.ts', []);
  await setLines(client, 'penalty.ts', []);
  if (!client.eventsOf('end').length) await client.raw('continue', { threadId: 1 });
  expect(await runToEnd(client)).toBe(plain);
});

/** Breakpoints within a step, against the real trainer: each kind stops at its place, and the run ends as if it had not. */
import { describe, expect, test } from 'vitest';
import type { StopPoint, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { tinyExperiment } from './built.js';
import { at, inShort, nanExperiment, runThrough, type PlaceRun } from './place-runs.js';
import { penaltyHelper, stepExperiment } from './dap-debugging.js';
import { trainersIn } from './trainers-in.js';

/** Two outputs, a layer used twice, a model inside the model, a mask, a recurrent layer. */
const wideExperiment = `import { datasets, defineExperiment, tf } from 'backstep';

const words = Array.from({ length: 8 }, (_, row) => [1 + (row % 3), 2, row % 2, 0]);
const rows = Array.from({ length: 8 }, (_, row) => [row % 3, Math.sin(row)]);

export default defineExperiment({
  seed: 3,
  data: () => datasets.tensors({
    xs: [tf.tensor2d(words), tf.tensor2d(rows)],
    ys: [tf.tensor2d(rows.map(([one]) => [one!])), tf.tensor2d(rows.map(([, two]) => [two!]))],
    batchSize: 4,
  }),
  model: () => {
    const text = tf.input({ shape: [4], name: 'text' });
    const numbers = tf.input({ shape: [2], name: 'numbers' });
    const embedded = tf.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true, name: 'words' }).apply(text);
    const read = tf.layers.simpleRNN({ units: 3, name: 'reader' }).apply(embedded) as tf.SymbolicTensor;
    const twice = tf.layers.dense({ units: 2, activation: 'tanh', name: 'twice' });
    const once = twice.apply(numbers) as tf.SymbolicTensor;
    const again = twice.apply(once) as tf.SymbolicTensor;
    const inside = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [5], name: 'deep' }), tf.layers.dense({ units: 2, name: 'last' })], name: 'inner' });
    const joined = tf.layers.concatenate({ name: 'joined' }).apply([read, again]) as tf.SymbolicTensor;
    const nested = inside.apply(joined) as tf.SymbolicTensor;
    const one = tf.layers.dense({ units: 1, name: 'one' }).apply(nested) as tf.SymbolicTensor;
    return tf.model({ inputs: [text, numbers], outputs: [one, tf.layers.dense({ units: 1, name: 'two' }).apply(again) as tf.SymbolicTensor] });
  },
  optimizer: () => tf.train.sgd(0.01),
  loss: 'meanSquaredError',
  epochs: 1,
});
`;

/** More steps than a way back reaches over. */
const longExperiment = tinyExperiment.replace('epochs: 2', 'epochs: 20');

/** A layer that is applied twice in a step. */
const sharedExperiment = longExperiment.replace(
  /model: [^]+?\n  }\),/,
  `model: () => {
    const input = tf.input({ shape: [4] });
    const twice = tf.layers.dense({ units: 4, activation: 'tanh', name: 'twice' });
    const output = tf.layers.dense({ units: 3, activation: 'softmax', name: 'last' });
    return tf.model({ inputs: input, outputs: output.apply(twice.apply(twice.apply(input))) as tf.SymbolicTensor });
  },`,
);

/** With a metric of the person's own: what runs code of theirs is followed. */
const followed = (experiment: string): string =>
  experiment.replace("['accuracy']", '[(_: tf.Tensor, made: tf.Tensor) => made.mean()]');

const trainers = trainersIn({
  'experiment.ts': tinyExperiment,
  'own.ts': stepExperiment,
  'penalty.ts': penaltyHelper,
  'wide.ts': wideExperiment,
  'nan.ts': nanExperiment,
  'long.ts': longExperiment,
  'followed.ts': followed(longExperiment),
  'shared.ts': sharedExperiment,
  'shared-followed.ts': followed(sharedExperiment),
  'frozen.ts': tinyExperiment.replace("activation: 'relu' }", "activation: 'relu', trainable: false }"),
});
const { place, connect } = trainers;

const run = (
  breakpoints: readonly TrainingBreakpoint[],
  options: Omit<PlaceRun, 'file'> & { readonly file?: string } = {},
) => runThrough(trainers, breakpoints, options);

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  test('each kind stops at its place, and the run ends as one that never stopped', async () => {
    const layer = (layer: string, when: 'before' | 'after', pass: 'forward' | 'gradient') =>
      at({ kind: 'layer', layer, when, pass });
    const phase = (phase: 'forward' | 'loss' | 'gradient' | 'optimizer') => at({ kind: 'phase', phase });
    const breakpoints = [
      phase('forward'),
      layer('dropout_1', 'before', 'forward'),
      layer('dense_2', 'after', 'forward'),
      at({ kind: 'op', op: 'Softmax', layer: 'dense_2', phase: 'forward', occurrence: 1 }),
      phase('loss'),
      phase('gradient'),
      layer('dense_2', 'before', 'gradient'),
      layer('dense_2', 'after', 'gradient'),
      layer('dense_1', 'after', 'gradient'),
      phase('optimizer'),
      at({ kind: 'op', op: 'AddN' }),
    ];
    const plain = await run([], { backend, steps: 2 });
    const { stops, hash } = await run(breakpoints, { backend, steps: 2 });
    expect(hash).toBe(plain.hash);
    const ofStep = (step: number) =>
      stops.filter((stop) => stop.step === step).map((stop) => [inShort(stop), stop.description]);
    expect(ofStep(1).map(([, what]) => what)).toEqual(ofStep(2).map(([, what]) => what));
    expect(ofStep(2)).toEqual([
      ['2 before forward›dense_1›BatchMatMul', 'before the forward pass'],
      ['2 before forward›dropout_1', 'before dropout_1'],
      ['2 before forward›dense_2›Softmax', 'Softmax #1 in dense_2 (forward)'],
      ['2 after forward›dense_2', 'after dense_2'],
      [expect.stringMatching(/^2 before loss›\w+$/), 'before the loss'],
      [expect.stringMatching(/^2 before gradient›\w+$/), 'before the gradient pass'],
      ['2 before gradient›dense_2', 'before dense_2’s gradient'],
      ['2 after gradient›dense_2', 'after dense_2’s gradient'],
      ['2 after gradient›dense_1', 'after dense_1’s gradient'],
      [expect.stringMatching(/^2 before optimizer›\w+$/), 'before the optimizer update'],
    ]);
    for (const stop of stops) {
      expect(stop).toMatchObject({
        reason: 'breakpoint',
        stands: stop.description.includes('pass') || /update|loss|Softmax/.test(stop.description) ? 'op' : 'layer',
      });
      expect(stop.breakpointIds).toHaveLength(1);
    }
    expect(stops[2]!.place).toEqual({ phase: 'forward', layer: 'dense_2', op: 'Softmax', occurrence: 1 });
    expect(stops[7]!.place).toEqual({ phase: 'gradient', layer: 'dense_2' });
  }, 60_000);

  test('values: where they become not finite, cross a number, or stay as they are', async () => {
    const data = (
      of: 'weight' | 'gradient' | 'activation' | 'metric',
      event: Extract<TrainingBreakpoint['at'], { kind: 'data' }>['event'],
      name?: string,
    ) => at({ kind: 'data', of, event, ...(name === undefined ? {} : { name }) });
    const notFinite = { kind: 'notFinite' } as const;
    const plain = await run([], { backend, file: 'nan.ts', steps: 6 });
    const all = (['activation', 'gradient', 'weight', 'metric'] as const).map((of) => data(of, notFinite));
    const { stops, hash } = await run(all, { backend, file: 'nan.ts', steps: 6 });
    expect(hash).toBe(plain.hash);
    const firsts = all.map(({ id }) => stops.find(({ breakpointIds }) => breakpointIds.includes(id)));
    for (const [index, what] of [/^activation of /, /^gradient of /, /weight of /, /loss not finite/].entries()) {
      expect(firsts[index]?.description).toMatch(what);
    }
    expect(firsts[0]).toMatchObject({ stands: 'layer', when: 'after', place: { phase: 'forward' } });
    expect(firsts[1]).toMatchObject({ stands: 'layer', when: 'after', place: { phase: 'gradient' } });
    expect(firsts[2]!.stands).toBeUndefined();
    // Becoming so is what stops: what stays so does not again.
    expect(stops.filter(({ description }) => description.includes('loss'))).toHaveLength(1);

    const frozen = await run(
      [
        data('weight', { kind: 'unchanged', steps: 3 }),
        data('activation', { kind: 'crosses', number: 'max', value: 1e-30 }, 'dense_1'),
        data('gradient', { kind: 'crosses', number: 'norm', value: 0 }, 'dense_2/kernel'),
        data('metric', { kind: 'crosses', number: 'mean', value: 1e-3 }, 'loss'),
      ],
      { backend, file: 'frozen.ts', steps: 6 },
    );
    expect(frozen.stops.map(({ step, description }) => [step, description])).toEqual([
      [1, 'activation of dense_1 maximum crosses 1e-30'],
      [1, 'gradient of dense_2/kernel norm crosses 0'],
      [1, 'loss crosses 0.001'],
      [4, 'weight of dense_1/kernel unchanged for 3 steps, weight of dense_1/bias unchanged for 3 steps'],
    ]);
  }, 60_000);
});

const crosses = (of: 'activation' | 'gradient', name: string | undefined, number: 'max' | 'norm', value: number) =>
  at({ kind: 'data', of, event: { kind: 'crosses', number, value }, ...(name === undefined ? {} : { name }) });

test.each([
  [
    'of one name and of any',
    'long.ts',
    'followed.ts',
    () => [
      crosses('activation', 'dense_1', 'max', 1.9),
      crosses('gradient', 'dense_2/kernel', 'norm', 0.35),
      // In several places of one step.
      crosses('gradient', undefined, 'norm', 0.9),
      at({ kind: 'data', of: 'gradient', event: { kind: 'notFinite' } }),
    ],
  ],
  [
    'of a layer that is applied twice',
    'shared.ts',
    'shared-followed.ts',
    () => [crosses('activation', 'twice', 'max', 0.8)],
  ],
])(
  'quick steps that are made once more where a value hits stop where followed ones do: %s',
  async (_, ...given) => {
    const [file, followedFile, watched] = given;
    const [plain, repeated, followed] = await Promise.all([
      run([], { backend: 'wasm', file, steps: 50 }),
      run(watched(), { backend: 'wasm', file, steps: 50 }),
      run(watched(), { backend: 'wasm', file: followedFile, steps: 50 }),
    ]);
    const told = ({ stops }: typeof plain) => stops.map((stop) => `${inShort(stop)} ${stop.description}`);
    expect(told(repeated).length).toBeGreaterThan(5);
    expect(repeated.stops.some(({ step }) => step > 40)).toBe(true);
    expect(told(repeated)).toEqual(told(followed));
    expect(repeated.hash).toBe(plain.hash);
  },
  60_000,
);

test('conditions over what is in reach, hit counts, log messages', async () => {
  const plain = await run([], { steps: 6 });
  const after = (layer: string, beside: Partial<TrainingBreakpoint>, pass: 'forward' | 'gradient' = 'forward') =>
    at({ kind: 'layer', layer, when: 'after', pass }, beside);
  const { stops, hash, client } = await run(
    [
      after('dropout_1', { condition: 'zeros(output) > 0.99' }),
      after('dense_1', {
        condition: "size(output) == 32 && output.min() == 0 && norm(weight('kernel')) > 0 && step == 2",
      }),
      after('dense_2', { condition: 'norm(grad) > 0 && size(grad) == 27 && step == 3' }, 'gradient'),
      after('dense_2', { condition: 'max(grad) < 0' }, 'gradient'),
      at({ kind: 'op', op: 'Softmax' }, { condition: 'max(input) > 0 && step == 4' }),
      at(
        { kind: 'op', op: 'Softmax' },
        { condition: 'max(output) <= 1 && abs(mean(output) - 1 / 3) < 1e-6 && step == 4' },
      ),
      at({ kind: 'phase', phase: 'optimizer' }, { hitCondition: '% 4' }),
      at({ kind: 'op', op: 'Relu', layer: 'dense_1' }, { hitCondition: '>= 6', condition: 'loss > 0 || step == 1' }),
      after('dense_1', { logMessage: 'step {step}: {size(output)} values in {layer} ({phase}), {zeros(output) >= 0}' }),
      at({
        kind: 'condition',
        condition:
          "norm(activation('dense_1')) > 0 && norm(gradient('dense_2/kernel')) > 0 && norm(grad) == gradNorm && stepInEpoch == 5",
      }),
      at({ kind: 'step', step: 6 }, { logMessage: 'norm {norm(weights) > 0}' }),
    ],
    { steps: 6 },
  );
  expect(hash).toBe(plain.hash);
  expect(stops.map(({ step, description, when }) => `${step} ${when ?? 'between'} ${description}`)).toEqual([
    '2 after after dense_1',
    '3 after after dense_2’s gradient',
    '4 before Softmax',
    '4 after Softmax',
    '4 before before the optimizer update',
    expect.stringMatching(/^5 between norm/),
    '6 before Relu in dense_1',
  ]);
  const logs = client.eventsOf('log');
  expect(logs.map(({ text }) => text)).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((step) => `step ${step}: 32 values in dense_1 (forward), true`),
    'norm true',
  ]);
  expect(logs[0]!).toMatchObject({ file: place.file('experiment.ts'), line: 12 });
}, 30_000);

test('a condition that fails counts as not met, and is told once, on the breakpoint', async () => {
  const failing = at(
    { kind: 'layer', layer: 'dense_1', when: 'after', pass: 'forward' },
    { condition: 'norm(output[3]) > 0' },
  );
  const { stops, client } = await run([failing], { steps: 6 });
  expect(stops).toEqual([]);
  const told = client.events().filter(({ event }) => event === 'backstep/breakpoints');
  const of = told.flatMap(({ body }) => (body as { breakpoints: { id: string; message?: string }[] }).breakpoints);
  expect(of).toHaveLength(1);
  expect(of[0]).toMatchObject({
    id: failing.id,
    verified: false,
    message: expect.stringContaining('output[3]') as string,
  });
  expect(client.eventsOf('notice').filter(({ message }) => message.includes('output[3]'))).toHaveLength(1);
}, 20_000);

test('a functional model: two outputs, a layer used twice, a model inside, a mask, a recurrent layer', async () => {
  const plain = await run([], { file: 'wide.ts', steps: 2 });
  const { stops, hash } = await run(
    [
      at({ kind: 'phase', phase: 'forward' }),
      at({ kind: 'phase', phase: 'loss' }),
      at({ kind: 'phase', phase: 'gradient' }),
      at({ kind: 'phase', phase: 'optimizer' }),
      at({ kind: 'layer', layer: 'twice', when: 'before', pass: 'forward' }),
      // Its own name is enough, where no other layer has it.
      at({ kind: 'layer', layer: 'last', when: 'after', pass: 'forward' }),
      at(
        { kind: 'layer', layer: 'twice', when: 'after', pass: 'gradient' },
        { condition: "size(grad) == 6 && norm(grad('kernel')) > 0" },
      ),
      at(
        { kind: 'layer', layer: 'reader', when: 'after', pass: 'gradient' },
        { condition: 'size(grad) == 21 && norm(grad) > 0' },
      ),
    ],
    { file: 'wide.ts', steps: 2 },
  );
  expect(hash).toBe(plain.hash);
  const ofSecond = stops.filter(({ step }) => step === 2).map(({ description }) => description);
  expect(ofSecond.filter((what) => !what.includes('gradient'))).toEqual([
    'before twice',
    'before the forward pass',
    'before twice',
    'after inner/last',
    'before the loss',
    'before the optimizer update',
  ]);
  expect(ofSecond.filter((what) => what.includes('gradient')).sort()).toEqual([
    'after reader’s gradient',
    'after twice’s gradient',
    'before the gradient pass',
  ]);
}, 30_000);

test('a step of the person’s own', async () => {
  const plain = await run([], { file: 'own.ts', steps: 2 });
  const { stops, hash } = await run(
    [
      ...(['forward', 'loss', 'gradient', 'optimizer'] as const).map((phase) => at({ kind: 'phase', phase })),
      at({ kind: 'layer', layer: 'dense_1', when: 'after', pass: 'gradient' }),
    ],
    { file: 'own.ts', steps: 2 },
  );
  expect(hash).toBe(plain.hash);
  expect(stops.filter(({ step }) => step === 2).map(({ description }) => description)).toEqual([
    'before the forward pass',
    'before the loss',
    'before the gradient pass',
    'after dense_1’s gradient',
    'before the optimizer update',
  ]);
}, 30_000);

test('no tensor stays behind over 200 stops', async () => {
  place.write('long.ts', tinyExperiment.replace('epochs: 2', 'epochs: 40'));
  const client = connect();
  const breakpoints = [
    at({ kind: 'layer', layer: 'dense_2', when: 'after', pass: 'gradient' }, { condition: 'notFinite(grad) == 0' }),
    at({ kind: 'data', of: 'activation', event: { kind: 'notFinite' } }),
  ];
  // What is kept for the histograms of a step is there in the middle of it, and gone after it.
  await client.start({ experiment: place.file('long.ts'), backend: 'cpu', summaries: 'off' }, breakpoints);
  const tensors: string[] = [];
  for (let count = 0; count < 200; count++) {
    await client.stopped();
    // At the same step of different epochs.
    if (count % 48 === 12) {
      const { result } = await client.request<{ result: string }>('evaluate', {
        expression: 'tf.memory().numTensors',
        frameId: 1,
      });
      tensors.push(result);
    }
    await client.request('continue', { threadId: 1 });
  }
  expect(new Set(tensors).size).toBe(1);
}, 60_000);

interface Shown {
  readonly id: number;
  readonly verified: boolean;
  readonly message?: string;
}

test('the protocol’s own requests: function, instruction and data breakpoints; what the run makes of them', async () => {
  const client = connect();
  const set = async (what: string, breakpoints: readonly object[]): Promise<Shown[]> =>
    (await client.request<{ breakpoints: Shown[] }>(`set${what}Breakpoints`, { breakpoints })).breakpoints;
  await client.request('initialize', { adapterID: 'test', clientID: 'test' });
  await client.event('initialized');
  await client.request('launch', { experiment: place.file('experiment.ts'), backend: 'cpu', steps: 4 });
  const named = await set('Function', [
    { name: 'after dense_1', condition: 'step == 1' },
    { name: 'gradient of dense_2', hitCondition: '2' },
    { name: 'dense_2/Softmax', condition: 'step == 3' },
    { name: 'dense_9' },
    { name: 'Konv2D' },
    { name: 'no place at all' },
  ]);
  expect(named.map(({ verified }) => verified)).toEqual([true, true, true, true, true, false]);
  expect(named[5]!.message).toMatch(/is a layer or an op/);
  const renamed = at({ kind: 'layer', layer: 'dence_1', when: 'before', pass: 'forward' });
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: [renamed] });
  await client.request('configurationDone');
  const stop = async () => {
    const { body } = await client.event('stopped');
    const { reason, hitBreakpointIds, backstep } = body as {
      reason: string;
      hitBreakpointIds: number[];
      backstep: StopPoint;
    };
    return { reason, hit: hitBreakpointIds, where: inShort(backstep) };
  };
  const go = () => client.request('continue', { threadId: 1 });

  expect(await stop()).toEqual({
    reason: 'function breakpoint',
    hit: [named[0]!.id],
    where: '1 after forward›dense_1',
  });
  const { stackFrames } = await client.request<{ stackFrames: { id: number; instructionPointerReference?: string }[] }>(
    'stackTrace',
    { threadId: 1 },
  );
  const { scopes } = await client.request<{ scopes: { name: string; variablesReference: number }[] }>('scopes', {
    frameId: stackFrames[0]!.id,
  });
  const inside = async (reference: number, name: string) => {
    const { variables } = await client.request<{ variables: { name: string; variablesReference: number }[] }>(
      'variables',
      { variablesReference: reference },
    );
    return variables.find((one) => one.name === name)!.variablesReference;
  };
  const model = scopes.find(({ name }) => name === 'Model')!.variablesReference;
  const dense = await inside(model, 'dense_1');
  const info = await client.request<{ dataId: string }>('dataBreakpointInfo', {
    variablesReference: dense,
    name: 'kernel',
  });
  expect(info.dataId).toBe('weight dense_1/kernel');
  expect(await client.request('dataBreakpointInfo', { name: 'loss' })).toMatchObject({ dataId: 'metric loss' });
  expect(await client.request('dataBreakpointInfo', { name: 'nonsense' })).toMatchObject({ dataId: null });
  const data = await set('Data', [
    { dataId: info.dataId, condition: 'norm > 0.01' },
    { dataId: 'metric loss', condition: 'is odd' },
  ]);
  expect(data.map(({ verified }) => verified)).toEqual([true, false]);
  const [third] = await set('Instruction', [
    { instructionReference: 'forward/dense_1/Relu#1', condition: 'step == 4' },
  ]);
  await go();
  // Between steps, by the weight; in step 2 by the gradient; then as they were set.
  expect(await stop()).toEqual({ reason: 'data breakpoint', hit: [data[0]!.id], where: '1 ' });
  await go();
  expect(await stop()).toEqual({
    reason: 'function breakpoint',
    hit: [named[1]!.id],
    where: '2 before gradient›dense_2',
  });
  await go();
  expect(await stop()).toEqual({
    reason: 'function breakpoint',
    hit: [named[2]!.id],
    where: '3 before forward›dense_2›Softmax',
  });
  const frames = await client.request<{ stackFrames: { instructionPointerReference?: string }[] }>('stackTrace', {
    threadId: 1,
  });
  expect(frames.stackFrames[0]!.instructionPointerReference).toBe('forward/dense_2/Softmax#1');
  await go();
  expect(await stop()).toEqual({
    reason: 'instruction breakpoint',
    hit: [third!.id],
    where: '4 before forward›dense_1›Relu',
  });
  await go();
  await client.until(() => client.eventsOf('end')[0], 'the end');
  const changed = client
    .events()
    .flatMap(({ event, body }) => (event === 'breakpoint' ? [(body as { breakpoint: Shown }).breakpoint] : []));
  expect(changed).toEqual([
    { id: named[3]!.id, verified: false, message: expect.stringContaining('Did you mean dense_1?') as string },
    { id: named[4]!.id, verified: false, message: expect.stringMatching(/steps run no op Konv2D/) as string },
  ]);
  const told = client
    .events()
    .filter(({ event }) => event === 'backstep/breakpoints')
    .map(({ body }) => (body as { breakpoints: object[] }).breakpoints);
  expect(told).toEqual([
    [{ id: renamed.id, verified: false, message: 'The model has no layer dence_1. Did you mean dense_1?' }],
  ]);
}, 30_000);

test('breakpoints that are set at a stop act in the rest of the same step', async () => {
  const client = connect();
  await client.start({ experiment: place.file('experiment.ts'), backend: 'cpu', steps: 1 }, [
    at({ kind: 'phase', phase: 'forward' }),
  ]);
  expect(inShort(await client.stopped())).toMatch(/^1 before forward/);
  await client.request('backstep/setTrainingBreakpoints', {
    breakpoints: [
      at({ kind: 'layer', layer: 'dense_2', when: 'after', pass: 'gradient' }, { condition: 'size(grad) == 27' }),
      at({ kind: 'op', op: 'Mul', phase: 'optimizer', layer: 'dense_2' }),
      at({ kind: 'op', op: 'Multiply', phase: 'optimizer', layer: 'dense_2', occurrence: 1 }),
      at({ kind: 'phase', phase: 'forward' }),
    ],
  });
  await client.request('continue', { threadId: 1 });
  expect(inShort(await client.stopped())).toBe('1 after gradient›dense_2');
  await client.request('continue', { threadId: 1 });
  expect(inShort(await client.stopped())).toBe('1 before optimizer›dense_2›Multiply');
  await client.request('next', { threadId: 1, backstep: { granularity: 'step' } });
  expect(inShort(await client.stopped())).toBe('1 ');
}, 20_000);

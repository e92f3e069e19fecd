import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import { stepLook, type RunOptionsInput, type TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { tinyExperiment } from './built.js';
import type { DapClient } from './dap-client.js';
import { trainersIn } from './trainers-in.js';

/** Trains for a minute or so, unless it is stopped. */
const longExperiment = tinyExperiment.replace('epochs: 2', 'epochs: 100000');
const { place, connect } = trainersIn({ 'experiment.ts': tinyExperiment, 'long.ts': longExperiment });

async function start(
  options: Partial<RunOptionsInput> = {},
  breakpoints: readonly TrainingBreakpoint[] = [],
): Promise<DapClient> {
  const client = connect();
  await client.start({ experiment: place.file('experiment.ts'), backend: 'cpu', ...options }, breakpoints);
  return client;
}

async function runToEnd(client: DapClient): Promise<{ readonly exitCode: number | null; readonly stateHash: string }> {
  await client.event('terminated');
  const [end] = client.eventsOf('end');
  await client.raw('disconnect');
  return { exitCode: await client.exited, stateHash: end?.stateHash ?? '' };
}

const onStep = (step: number, id = `step-${step}`): TrainingBreakpoint => ({
  id,
  enabled: true,
  at: { kind: 'step', step },
});
const onCondition = (condition: string, id = 'condition'): TrainingBreakpoint => ({
  id,
  enabled: true,
  at: { kind: 'condition', condition },
});

/** What was said, in order, without numbers that differ from run to run. */
function transcript(client: DapClient): string[] {
  const lines: string[] = [];
  for (const message of client.messages) {
    if (message.type === 'response') {
      const { command, success, message: text } = message as DebugProtocol.Response;
      lines.push(`${command}: ${success ? 'ok' : text}`);
      continue;
    }
    const { event, body } = message as DebugProtocol.Event;
    if (event === 'backstep/training') {
      for (const one of (body as { events: { kind: string; step?: number; epoch?: number }[] }).events) {
        if (one.kind === 'step') lines.push(`  step ${one.epoch}.${one.step}`);
        if (one.kind === 'epoch') lines.push(`  epoch ${one.epoch}`);
        if (one.kind === 'start' || one.kind === 'end' || one.kind === 'error') lines.push(`  ${one.kind}`);
      }
    } else if (event === 'stopped')
      lines.push(`stopped (${(body as { reason: string }).reason}): ${(body as { description: string }).description}`);
    else lines.push(event === 'exited' ? `exited ${(body as { exitCode: number }).exitCode}` : event);
  }
  return lines;
}

test('from launch to the end: breakpoint, look, learning rate, one step, end of epoch', async () => {
  const client = await start({}, [onStep(3)]);
  expect(await client.stopped()).toEqual({
    reason: 'breakpoint',
    description: 'step 3',
    breakpointIds: ['step-3'],
    epoch: 1,
    step: 3,
    stepInEpoch: 3,
  });

  const look = stepLook.parse(await client.request('backstep/look', {}));
  expect(look.at.step).toBe(3);
  expect(look.batch).toMatchObject({ size: 4, rows: { columns: expect.any(Array) as unknown[] } });
  expect(look.layers.map(({ layer, outputShape }) => `${layer} ${outputShape.join('×')}`)).toEqual([
    'dense_1 8',
    'dropout_1 8',
    'dense_2 3',
  ]);
  expect(look.layers[0]!.output!.spread).toBeGreaterThan(0);
  expect(look.layers[0]!.gradNorm).toBeGreaterThan(0);
  expect(look.loss).toBe(client.eventsOf('step').at(-1)!.loss);

  expect(await client.request('backstep/setLearningRate', { learningRate: 0.25 })).toEqual({ learningRate: 0.25 });
  await client.request('next', { threadId: 1 });
  expect(await client.stopped()).toMatchObject({ reason: 'step', step: 4, breakpointIds: [] });
  expect(client.eventsOf('step').map(({ learningRate }) => learningRate!.toFixed(4))).toEqual([
    '0.0100',
    '0.0100',
    '0.0100',
    '0.2500',
  ]);
  await client.request('backstep/runToEpochEnd', {});
  expect(await client.stopped()).toEqual({
    reason: 'epochEnd',
    description: 'end of epoch 1',
    breakpointIds: [],
    epoch: 1,
    step: 6,
    stepInEpoch: 6,
  });
  await client.request('continue', { threadId: 1 });
  expect((await runToEnd(client)).exitCode).toBe(0);

  expect(transcript(client)).toEqual([
    ...[
      'initialize: ok',
      'initialized',
      'launch: ok',
      'process',
      'backstep/setTrainingBreakpoints: ok',
      'configurationDone: ok',
      'thread',
    ],
    ...['  start', '  step 1.1', '  step 1.2', '  step 1.3', 'stopped (breakpoint): step 3'],
    ...['backstep/look: ok', 'backstep/setLearningRate: ok'],
    ...['next: ok', 'continued', '  step 1.4', 'stopped (step): step 4'],
    ...[
      'backstep/runToEpochEnd: ok',
      'continued',
      '  step 1.5',
      '  step 1.6',
      '  epoch 1',
      'stopped (step): end of epoch 1',
    ],
    ...[
      'continue: ok',
      'continued',
      '  step 2.7',
      '  step 2.8',
      '  step 2.9',
      '  step 2.10',
      '  step 2.11',
      '  step 2.12',
      '  epoch 2',
      '  end',
    ],
    ...['thread', 'terminated', 'exited 0', 'disconnect: ok'],
  ]);
  expect(client.stderr).toBe('');
  expect(client.stdout).toBe('');
});

test('looking, evaluating and stopping never change a run', async () => {
  const plain = await runToEnd(await start());
  const client = await start({}, [onStep(2), onStep(5), { id: 'epochs', enabled: true, at: { kind: 'epochEnd' } }]);
  for (let stop = 0; stop < 4; stop++) {
    const at = await client.stopped();
    await client.request('backstep/look', {});
    await client.request('backstep/stateHash', {});
    for (const expression of [
      'Math.random()',
      'tf.randomNormal([3, 3])',
      'model.predict(tf.ones([2, 4]))',
      'tf.layers.dense({ units: 2, inputShape: [3] })',
    ]) {
      await client.request('evaluate', { expression, context: 'repl' });
    }
    await client.request(at.step === 5 ? 'next' : 'continue', { threadId: 1 });
    if (at.step === 5) {
      expect((await client.stopped()).step).toBe(6);
      await client.request('continue', { threadId: 1 });
    }
  }
  expect(await runToEnd(client)).toEqual(plain);
  expect(plain.stateHash).toMatch(/^[0-9a-f]{16,}$/);
});

test('stack, variables and expressions at a stop', async () => {
  const client = await start({}, [onStep(8)]);
  await client.stopped();
  const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
  expect(stackFrames).toMatchObject([
    { name: 'epoch 2 › step 8', source: { path: place.file('experiment.ts') }, line: 7, column: 1 },
  ]);
  const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
    frameId: stackFrames[0]!.id,
  });
  const variables = async (reference: number) =>
    (await client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: reference }))
      .variables;
  const training = await variables(scopes[0]!.variablesReference);
  const step = client.eventsOf('step').at(-1)!;
  expect(Object.fromEntries(training.map(({ name, value }) => [name, value]))).toMatchObject({
    ...{ epoch: '2', step: '8', stepInEpoch: '2', loss: String(step.loss), accuracy: String(step.metrics['accuracy']) },
    ...{ batchSize: '4' },
  });

  const evaluated = async (expression: string, context = 'repl') => {
    const response = await client.raw('evaluate', { expression, context, frameId: stackFrames[0]!.id });
    return response.success
      ? (response.body as { result: string; variablesReference: number })
      : `failed: ${response.message}`;
  };
  expect(await evaluated('step * 2')).toMatchObject({ result: '16' });
  expect(await evaluated('0 / 0')).toMatchObject({ result: 'NaN' });
  expect(await evaluated('tf.tensor([1, 2, 3]).mean()')).toMatchObject({ result: 'Tensor float32 scalar 2' });
  expect(await evaluated('model.layers.length', 'hover')).toMatchObject({ result: '3' });
  expect(await evaluated('tf.nope()')).toMatch(/^failed: TypeError: .*nope is not a function/);
  expect(await evaluated('globalThis.changed = 1', 'hover')).toMatch(/^failed: /);
  expect(await evaluated('1 +')).toMatch(/^failed: SyntaxError/);
  // What an expression computes on its way is given back at once; its result when training goes on.
  const before = await evaluated('tf.memory().numTensors');
  await evaluated('tf.zeros([100, 100]).add(1).sum().dataSync()[0]');
  expect(await evaluated('tf.memory().numTensors')).toEqual(before);
  const list = await evaluated('({ a: 1, b: [true] })');
  if (typeof list === 'string') throw new Error(list);
  expect((await variables(list.variablesReference)).map(({ name, value }) => `${name} ${value}`)).toEqual([
    'a 1',
    'b [ true ]',
  ]);

  expect(
    await client.request('setVariable', {
      variablesReference: scopes[0]!.variablesReference,
      name: 'learningRate',
      value: '0.5',
    }),
  ).toMatchObject({ value: '0.5' });
  expect(await evaluated('learningRate')).toMatchObject({ result: '0.5' });
  for (const value of ['0', '-1', 'NaN', 'fast']) {
    expect((await client.raw('setVariable', { variablesReference: 1, name: 'learningRate', value })).success).toBe(
      false,
    );
  }
  expect(await client.raw('setVariable', { variablesReference: 1, name: 'loss', value: '0' })).toMatchObject({
    success: false,
    message: expect.stringContaining('cannot be changed') as string,
  });
});

test('pause acts while training runs; what needs a pause says so', async () => {
  const client = await start({ experiment: place.file('long.ts') });
  await client.until(() => client.eventsOf('step')[10], 'ten steps');
  for (const command of ['backstep/look', 'continue', 'next', 'stackTrace', 'backstep/stateHash']) {
    expect(await client.raw(command, {})).toMatchObject({
      success: false,
      message: 'Training is running: pause it first.',
    });
  }
  await client.request('pause', { threadId: 1, backstep: { granularity: 'step' } });
  const at = await client.stopped();
  // Where the wish meets the end of an epoch, that is the next moment to stand still.
  expect([`step ${at.step}`, `end of epoch ${at.epoch}`]).toContain(at.description);
  expect(at.reason).toBe('pause');
  expect(client.eventsOf('step').at(-1)!.step).toBe(at.step);
  expect(stepLook.parse(await client.request('backstep/look', {})).layers[0]!.output).toBeDefined();
  expect(await client.raw('pause', { threadId: 1 })).toMatchObject({
    success: false,
    message: 'Training is paused already.',
  });
  await client.request('next', { threadId: 1 });
  expect((await client.stopped()).step).toBe(at.step + 1);

  // Steps come in batches, at most one in 40 ms; what is rarer, such as an epoch's end, goes at once.
  await client.request('continue', { threadId: 1 });
  const batches = () => client.events().filter(({ event }) => event === 'backstep/training').length;
  const [before, began] = [batches(), performance.now()];
  await client.until(() => (batches() - before >= 12 ? true : undefined), 'a dozen batches');
  expect(batches() - before).toBeLessThanOrEqual((performance.now() - began) / 16 + 2);
});

test('pause acts after the step under way, of which there is all to see', async () => {
  // Each step takes long enough to ask for the pause in the middle of it.
  place.write(
    'slow.ts',
    tinyExperiment.replace(
      'epochs: 2,',
      `epochs: 2,
  trainStep: async ({ model, optimizer, batch }) => {
    await new Promise((resolve) => setTimeout(resolve, 250));
    return optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(batch.ys, model.apply(batch.xs, { training: true })), true);
  },`,
    ),
  );
  const client = await start({ experiment: place.file('slow.ts') });
  await client.until(() => client.eventsOf('step')[1], 'two steps');
  await client.request('pause', { threadId: 1, backstep: { granularity: 'step' } });
  const stop = await client.stopped();
  // On a busy machine the wish can be there before the step that was told has come to its end.
  expect(stop).toMatchObject({ reason: 'pause', step: client.eventsOf('step').at(-1)!.step });
  expect([2, 3]).toContain(stop.step);
  const look = stepLook.parse(await client.request('backstep/look', {}));
  expect(look.layers.map(({ output, gradNorm }) => [output !== undefined, gradNorm !== undefined])).toEqual([
    [true, true],
    [true, false],
    [true, true],
  ]);
  expect(look.batch.size).toBe(4);

  // So does a breakpoint that is set in the middle of it.
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
  await client.request('continue', { threadId: 1 });
  await client.until(() => client.eventsOf('step')[3], 'the fourth step');
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: [onStep(5)] });
  expect(await client.stopped()).toMatchObject({ reason: 'breakpoint', step: 5 });
});

test('conditions: hit, changed while training runs, and told where they are wrong', async () => {
  const client = await start({ experiment: place.file('long.ts') }, [
    onCondition('step >= 4 && loss < 100'),
    onCondition('loss = 2', 'wrong'),
    onCondition('acuracy > 2', 'unknown'),
  ]);
  const { breakpoints } = client.responses().find(({ command }) => command === 'backstep/setTrainingBreakpoints')!
    .body as { breakpoints: { id: string; verified: boolean; message?: string }[] };
  expect(breakpoints.map(({ id, verified }) => `${id} ${verified}`)).toEqual([
    'condition true',
    'wrong false',
    'unknown true',
  ]);
  expect(breakpoints[1]!.message).toContain('==');
  expect(await client.stopped()).toMatchObject({
    reason: 'breakpoint',
    description: 'step >= 4 && loss < 100',
    breakpointIds: ['condition'],
    step: 4,
  });
  // Names of metrics are known once the model is: what was accepted before is looked at again.
  expect(client.eventsOf('notice').map(({ message }) => message)).toEqual([
    expect.stringMatching(/“acuracy > 2” cannot be hit: .*accuracy/),
  ]);
  const replaced = await client.request('backstep/setTrainingBreakpoints', {
    breakpoints: [onCondition("gradNorm('dense_1') > 0", 'norm'), onCondition("gradNorm('dense_9') > 0", 'absent')],
  });
  expect(replaced).toMatchObject({
    breakpoints: [{ verified: true }, { verified: false, message: expect.stringContaining('dense_9') as string }],
  });
  await client.request('continue', { threadId: 1 });
  expect(await client.stopped()).toMatchObject({ breakpointIds: ['norm'], step: 5 });
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
  await client.request('continue', { threadId: 1 });
  await client.until(() => client.eventsOf('step')[20], 'steps without breakpoints');
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: [onCondition('step > 0', 'late')] });
  expect((await client.stopped()).breakpointIds).toEqual(['late']);
  expect(await client.raw('backstep/setTrainingBreakpoints', { breakpoints: [{ id: 'x' }] })).toMatchObject({
    success: false,
  });
});

test('a loss of NaN stays one on its way', async () => {
  const experiment = place.write('nan.ts', tinyExperiment.replace('tf.train.adam(0.01)', 'tf.train.sgd(1e30)'));
  const client = await start({ experiment }, [onCondition('isNaN(loss)')]);
  await client.stopped();
  expect(client.eventsOf('step').at(-1)!.loss).toBeNaN();
  expect((await client.request<{ loss: number }>('backstep/look', {})).loss).toBeNaN();
});

test('terminate while paused saves the state and ends', async () => {
  const client = await start({ experiment: place.file('long.ts') }, [onStep(9)]);
  await client.stopped();
  const { stateHash } = await client.request<{ stateHash: string }>('backstep/stateHash', {});
  await client.request('terminate', {});
  const end = await runToEnd(client);
  expect(end).toEqual({ exitCode: 0, stateHash });
  const [event] = client.eventsOf('end');
  expect(event).toMatchObject({ reason: 'stopped', steps: 9 });
  expect(existsSync(path.join(event!.runDir, 'state.safetensors'))).toBe(true);
});

test.each(['terminate', 'disconnect'])('%s while training runs saves the state and ends', async (command) => {
  const client = await start({ experiment: place.file('long.ts') });
  await client.until(() => client.eventsOf('step')[5], 'some steps');
  await client.request(command, {});
  await client.event('terminated');
  expect(client.eventsOf('end')).toMatchObject([{ reason: 'stopped' }]);
  if (command === 'terminate') await client.raw('disconnect');
  expect(await client.exited).toBe(0);
});

test.each([
  ['running', 0],
  ['paused', 7],
])('a front end that is gone while training is %s: what was trained is saved', async (_state, step) => {
  const client = await start({ experiment: place.file('long.ts') }, step > 0 ? [onStep(step)] : []);
  if (step > 0) await client.stopped();
  else await client.until(() => client.eventsOf('step')[5], 'some steps');
  const { runDir } = client.eventsOf('start')[0]!;
  client.hangUp();
  expect(await client.exited).toBe(0);
  expect(JSON.parse(readFileSync(path.join(runDir, 'run.json'), 'utf8'))).toMatchObject({
    status: 'stopped',
    ...(step > 0 ? { step } : {}),
  });
  expect(existsSync(path.join(runDir, 'state.safetensors'))).toBe(true);
});

test('bytes that are not the protocol are passed by, with a word', async () => {
  const client = connect();
  await client.request('initialize', {});
  client.write(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  expect(await client.request('threads')).toEqual({ threads: [{ id: 1, name: 'training' }] });
  expect((await client.event('output')).body).toMatchObject({
    category: 'important',
    output: '27 bytes were passed by that are no message of the Debug Adapter Protocol.\n',
  });
  client.hangUp();
  expect(await client.exited).toBe(0);
});

test('each request gets exactly one answer, wrong ones a reason', async () => {
  const client = connect();
  const refused = async (command: string, args?: unknown) => {
    const { success, message } = await client.raw(command, args);
    return success ? 'ok' : message;
  };
  expect(await refused('initialize', {})).toBe('ok');
  expect(await refused('nonsense')).toBe('There is no request "nonsense".');
  // Some front ends are done with it before they launch.
  expect(await refused('configurationDone')).toBe('ok');
  expect(await refused('launch', {})).toContain('experiment');
  expect(await refused('launch', { experiment: 'relative.ts' })).toContain('absolute');
  expect(await refused('launch', { experiment: place.file('experiment.ts'), epochs: -1 })).toContain('epochs');
  expect(await refused('backstep/look', {})).toBe('Training has not started yet.');
  expect(await refused('threads')).toBe('ok');
  expect(await refused('launch', { experiment: place.file('experiment.ts'), backend: 'cpu' })).toBe('ok');
  expect(await refused('launch', { experiment: place.file('experiment.ts') })).toContain('already');
  expect(await refused('configurationDone')).toContain('already');
  await client.event('terminated');
  expect(await refused('backstep/look', {})).toBe('Training has ended.');
  expect(await refused('disconnect')).toBe('ok');
  expect(await client.exited).toBe(0);
  const asked = client.responses().map(({ request_seq }) => request_seq);
  expect(asked).toEqual([...new Set(asked)]);
});

const failures: Readonly<
  Record<string, { readonly change: readonly [string, string]; readonly line: number; readonly message: RegExp }>
> = {
  'an exception in model()': { change: ['units: 8', 'units: width'], line: 12, message: /width is not defined/ },
  'a syntax error': { change: ['seed: 7,', 'seed: 7'], line: 9, message: /^Syntax error/ },
  'a loss that does not fit': { change: ['units: 3', 'units: 5'], line: 14, message: /5/ },
  'process.exit': {
    change: ['const examples = 24', 'process.exit(0);\nconst examples = 24'],
    line: 3,
    message: /process\.exit/,
  },
  'an exception in a timer': {
    change: ['const examples', "setTimeout(() => {\n  throw new Error('tick');\n}, 1);\nconst examples"],
    line: 4,
    message: /^tick$/,
  },
  'a promise that nobody waits for': {
    change: ['const examples', "void Promise.reject(new Error('lost'));\nconst examples"],
    line: 3,
    message: /^lost$/,
  },
};

test.each(Object.entries(failures))(
  '%s: an error at its line, exit code 1',
  async (name, { change, line, message }) => {
    const experiment = place.write(`${name.replace(/\W+/g, '-')}.ts`, longExperiment.replace(...change));
    const client = await start({ experiment });
    expect(await runToEnd(client)).toMatchObject({ exitCode: 1 });
    expect(client.eventsOf('error')).toMatchObject([
      { file: experiment, line, message: expect.stringMatching(message) as string },
    ]);
    expect(client.eventsOf('end')).toEqual([]);
  },
);

test('an exception outside of the training’s own course ends it before its next step, the state saved', async () => {
  const experiment = place.write(
    'late.ts',
    longExperiment.replace(
      'const examples',
      "setTimeout(() => {\n  throw new Error('late');\n}, 1000);\nconst examples",
    ),
  );
  const client = await start({ experiment });
  expect(await runToEnd(client)).toMatchObject({ exitCode: 1 });
  const { runDir } = client.eventsOf('start')[0]!;
  expect(client.eventsOf('error')).toMatchObject([{ message: 'late', file: experiment, line: 4, runDir }]);
  expect(JSON.parse(readFileSync(path.join(runDir, 'run.json'), 'utf8'))).toMatchObject({ status: 'failed' });
  expect(existsSync(path.join(runDir, 'state.safetensors'))).toBe(true);
});

test('console calls come as events with their line; nothing of them on the protocol’s pipe', async () => {
  const text = tinyExperiment.replace(
    'const examples',
    "console.log('hello', { answer: 42 });\nconsole.warn(tf.tensor([1, 2]));\nprocess.stdout.write('raw\\n');\nconst examples",
  );
  const client = await start({ experiment: place.write('console.ts', text) });
  expect(await runToEnd(client)).toMatchObject({ exitCode: 0 });
  expect(client.eventsOf('log')).toMatchObject([
    { level: 'log', text: 'hello { answer: 42 }', file: place.file('console.ts'), line: 3 },
    { level: 'warn', text: expect.stringMatching(/^Tensor\s+\[1, 2\]/) as string, line: 4 },
  ]);
  expect(client.stdout).toBe('raw\n');
});

test('a debugger statement of the person’s stops there, with their frames and variables', async () => {
  const text = tinyExperiment
    .replace(
      'const examples',
      'function widths(first: number) {\n  const second = first * 2;\n  debugger;\n  return second;\n}\nconst examples',
    )
    .replace('units: 8', 'units: widths(4)');
  const client = await start({ experiment: place.write('debugger.ts', text) });
  expect(await client.stopped()).toMatchObject({ reason: 'pause', description: 'debugger statement at debugger.ts:5' });
  const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
  expect(stackFrames.slice(0, 2).map(({ name, line }) => `${name} ${line}`)).toEqual(['widths 5', 'model 17']);
  const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
    frameId: stackFrames[0]!.id,
  });
  const { variables } = await client.request<DebugProtocol.VariablesResponse['body']>('variables', {
    variablesReference: scopes[0]!.variablesReference,
  });
  expect(variables.map(({ name, value }) => `${name} ${value}`)).toEqual(
    expect.arrayContaining(['first 4', 'second 8']),
  );
  expect(
    await client.request('evaluate', { expression: 'first + second', frameId: stackFrames[0]!.id, context: 'watch' }),
  ).toMatchObject({ result: '12' });
  expect(await client.raw('backstep/look', {})).toMatchObject({
    success: false,
    message: expect.stringContaining('middle of a step') as string,
  });
  await client.request('continue', { threadId: 1 });
  expect(await runToEnd(client)).toMatchObject({ exitCode: 0 });
});

test('a debugger statement inside a training step stops each time, between stops of other kinds', async () => {
  const text = tinyExperiment.replace(
    "  metrics: ['accuracy'],",
    `  trainStep: ({ model, optimizer, batch }) => {
    debugger;
    return optimizer.minimize(() => (model.predict(batch.xs as tf.Tensor) as tf.Tensor).square().mean() as tf.Scalar, true)!;
  },`,
  );
  const client = await start({ experiment: place.write('debugger-in-step.ts', text), steps: 3 });
  const inStep = { reason: 'pause', description: 'debugger statement at debugger-in-step.ts:20' };
  expect(await client.stopped()).toMatchObject(inStep);
  const breakpoint = { id: 'two', enabled: true, at: { kind: 'step', step: 2 } };
  await client.request('backstep/setTrainingBreakpoints', { breakpoints: [breakpoint] });
  for (const stop of [inStep, { reason: 'breakpoint', description: 'step 2' }, inStep]) {
    await client.request('continue', { threadId: 1 });
    expect(await client.stopped()).toMatchObject(stop);
  }
  await client.request('continue', { threadId: 1 });
  expect(await runToEnd(client)).toMatchObject({ exitCode: 0 });
});

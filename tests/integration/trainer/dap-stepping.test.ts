import { existsSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import { Debugging, loopsAt, penaltyHelper, stepExperiment } from './dap-debugging.js';
import { debuggingIn } from './trainers-in.js';

const { place, start } = debuggingIn({ 'experiment.ts': stepExperiment, 'penalty.ts': penaltyHelper });

test('lines: over, into a function in another file, out, and off the end of the step to its stop', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 21 }] });
  expect(await debugging.where()).toBe('breakpoint experiment.ts:21 in step 1');
  await debugging.setLines('experiment.ts', []);
  const after = async (command: string) => {
    await debugging.go(command);
    return debugging.where();
  };
  expect(await after('next')).toBe('step experiment.ts:22 in step 1');
  // Through the library into the function that it calls.
  expect(await after('stepIn')).toBe('step experiment.ts:23 in step 1');
  expect(await after('next')).toBe('step experiment.ts:24 in step 1');
  expect(await after('next')).toBe('step experiment.ts:25 in step 1');
  expect(await after('stepIn')).toBe('step penalty.ts:8 in step 1');
  expect(await after('next')).toBe('step penalty.ts:9 in step 1');
  // The statement that called it is done with the call.
  expect(await after('stepOut')).toBe('step experiment.ts:26 in step 1');
  expect(await after('stepOut')).toBe('step experiment.ts:27 in step 1');
  const off = [await after('next'), await after('next')];
  expect(off).toContain('step between step 1 in step 1');
  const plain = await (await start()).runToEnd();
  await debugging.go();
  if (off[1] !== 'step between step 1 in step 1') await debugging.client.raw('continue', { threadId: 1 });
  expect(await debugging.runToEnd()).toBe(plain);
});

test('standing still in the middle of a step is no time of the step', async () => {
  const began = performance.now();
  const debugging = await start({ 'experiment.ts': [{ line: 21, condition: 'true' }] });
  await debugging.stopped();
  const stands = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const stoodMs = performance.now() - stands;
  await debugging.setLines('experiment.ts', []);
  await debugging.go();
  const { stepMs } = await debugging.client.until(() => debugging.client.eventsOf('step')[0], 'the first step');
  // The rest of the time has the start in it too, however busy the machine is.
  expect(stepMs).toBeLessThan(performance.now() - began - stoodMs);
  await debugging.runToEnd();
});

test('layers and ops: from the step into its layers, into a layer’s ops, into the library, and back', async () => {
  const plain = await (await start()).runToEnd();
  const debugging = await start();
  await debugging.client.until(() => debugging.client.eventsOf('start')[0], 'the start');
  await debugging.client.raw('pause', { threadId: 1, backstep: { granularity: 'step' } });
  const { step } = await debugging.stopped();
  await debugging.go('stepIn');
  const at = await debugging.stopped();
  expect(at).toMatchObject({ stands: 'layer', description: 'dense_1', step: step + 1, told: 'step' });
  expect(at.path!.slice(1)).toEqual([`step ${step + 1}`, 'forward', 'dense_1']);
  const stack = await debugging.stack();
  expect(stack[0]).toMatch(/^epoch \d › step \d+ › forward › dense_1 experiment.ts:13$/);
  expect(stack.slice(1)).toEqual(['(anonymous) experiment.ts:23', 'trainStep experiment.ts:22']);
  await debugging.go('next');
  expect(await debugging.where()).toBe(`step layer dropout_1 in step ${step + 1}`);
  await debugging.go('stepIn');
  const op = await debugging.stopped();
  expect(op).toMatchObject({ stands: 'op', step: step + 1 });
  expect(op.path!.slice(2, 4)).toEqual(['forward', 'dropout_1']);
  expect(await debugging.evaluate('typeof inputs + " " + op')).toBe(`"object ${op.description}"`);
  expect(await debugging.client.raw('backstep/look', {})).toMatchObject({ success: false });
  await debugging.go('next');
  expect((await debugging.stopped()).stands).toBe('op');
  // Into the library's own source, and by its lines from there.
  await debugging.go('stepIn');
  expect((await debugging.stopped()).stands).toBe('line');
  const [kernel] = await debugging.frames();
  expect(kernel!.source!.name).toMatch(/^tfjs-backend-cpu\//);
  await debugging.go('next');
  await debugging.stopped();
  const [next] = await debugging.frames();
  expect(next!.source!.name).toBe(kernel!.source!.name);
  expect(next!.line).toBeGreaterThan(kernel!.line);
  // On by ops into the backward pass, whose ops know their layer.
  // The loss is of no layer; then the last layer is the first.
  expect((await stepTo(debugging, 'gradient')).path!.slice(2, -1)).toEqual(['gradient']);
  expect((await stepTo(debugging, 'dense_2')).path!.slice(2, -1)).toEqual(['gradient', 'dense_2']);
  await debugging.by('layer');
  expect((await debugging.stopped()).path!.slice(2)).toEqual(['gradient', 'dropout_1']);
  const optimizer = await stepTo(debugging, 'optimizer');
  expect(optimizer.path!.slice(2, 3)).toEqual(['optimizer']);
  await debugging.by('step');
  expect(await debugging.where()).toBe(`step between step ${step + 1} in step ${step + 1}`);
  await debugging.by('epoch');
  expect((await debugging.stopped()).reason).toBe('epochEnd');
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(plain);
});

async function stepTo(debugging: Debugging, phase: string) {
  for (let count = 0; count < 200; count++) {
    await debugging.by('op');
    const at = await debugging.stopped();
    if (at.stands !== 'op') throw new Error(`past the step: ${JSON.stringify(at)}`);
    if (at.path?.includes(phase)) return at;
  }
  throw new Error(`no ${phase}`);
}

test('the library’s own TypeScript is there when it is asked for', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 24, condition: 'step === 2' }] });
  await debugging.stopped();
  await debugging.client.request('backstep/setJustMyCode', { enabled: false });
  const frames = await debugging.frames();
  const library = frames.filter(({ source }) => source?.origin === 'TensorFlow.js');
  expect(library.map(({ name }) => name)).toContain('minimize');
  const minimize = library.find(({ name }) => name === 'minimize')!;
  expect(minimize.source!.name).toMatch(/^tfjs-core\/.*optimizer\.(ts|js)$/);
  const { content } = await debugging.client.request<DebugProtocol.SourceResponse['body']>('source', {
    source: minimize.source,
    sourceReference: minimize.source!.sourceReference,
  });
  expect(content.split('\n')[minimize.line - 1]).toContain('computeGradients');
  await debugging.go('stepIn');
  const [top] = (await debugging.stopped(), await debugging.frames());
  expect(top!.source!.name).toMatch(/^tfjs-core\//);
  await debugging.client.request('backstep/setJustMyCode', { enabled: true });
  await debugging.go('stepOut');
  expect(await debugging.where()).toBe('step experiment.ts:24 in step 2');
});

test('pause acts in the middle of a step: at the next op, or in the person’s loop', async () => {
  place.write('slow.ts', stepExperiment.replace('epochs: 2', 'epochs: 100000'));
  const ops = await start({}, { file: 'slow.ts' });
  await ops.client.until(() => ops.client.eventsOf('step')[5], 'some steps');
  const began = performance.now();
  await ops.go('pause');
  const at = await ops.stopped();
  expect(performance.now() - began).toBeLessThan(2000);
  expect(at).toMatchObject({ told: 'pause', reason: 'pause' });
  expect(['op', 'line', undefined]).toContain(at.stands);
  await ops.go();
  await ops.client.until(() => ops.client.eventsOf('step').find(({ step }) => step > at.step + 5), 'more steps');

  place.write(
    'loop.ts',
    loopsAt('let scale: number = 0.5;', 'looping', '\n    while (globalThis.looping ?? true) void scale;'),
  );
  const loop = await start({}, { file: 'loop.ts' });
  await expect.poll(() => existsSync(place.file('looping')), { timeout: 20_000, interval: 50 }).toBe(true);
  await loop.go('pause');
  expect(await loop.where()).toBe('pause loop.ts:22 in step 1');
  await loop.evaluate('globalThis.looping = false');
  await loop.go();
  await loop.runToEnd();
});

test('a pause that has to wait says for what', async () => {
  place.write(
    'waits.ts',
    stepExperiment.replace(
      'trainStep: ({ model, optimizer, batch }) => {',
      'trainStep: async ({ model, optimizer, batch }) => {\n    console.log("waits");\n    await new Promise((resolve) => setTimeout(resolve, 5000));',
    ),
  );
  const debugging = await start({}, { file: 'waits.ts' });
  await debugging.client.until(() => debugging.client.eventsOf('log')[0], 'the wait');
  await debugging.go('pause');
  await debugging.client.until(() => debugging.client.eventsOf('notice')[0], 'a word');
  expect(debugging.client.eventsOf('notice')[0]!.message).toMatch(/^Training is waiting for data/);
  expect((await debugging.stopped()).told).toBe('pause');
});

test('stops before training: in data() and model(), with the person’s frames', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 11 }, { line: 4 }] });
  expect(await debugging.where()).toBe('breakpoint experiment.ts:4 in step 0');
  expect((await debugging.stack()).at(-1)).toBe('before the first step');
  expect(await debugging.evaluate('tf.ones([2]).sum().dataSync()[0]')).toBe('2');
  await debugging.setLines('experiment.ts', [{ line: 11 }]);
  await debugging.go();
  expect(await debugging.where()).toBe('breakpoint experiment.ts:11 in step 0');
  expect(await debugging.evaluate('units')).toBe('4');
  await debugging.go();
  await debugging.runToEnd();
});

const throwing = (body: string): string =>
  stepExperiment.replace('let scale: number = 0.5;', `const scale = 0.5;\n    ${body}`);

test('exceptions: caught by the person’s code, and not', async () => {
  place.write('caught.ts', throwing("try { throw new Error('first'); } catch { void 0; }"));
  const caught = await start({}, { file: 'caught.ts', filters: ['caught'] });
  expect(await caught.stopped()).toMatchObject({
    told: 'exception',
    line: 22,
    description: 'Error: first at caught.ts:22',
  });
  expect(await caught.client.request('exceptionInfo', { threadId: 1 })).toMatchObject({
    exceptionId: 'Error',
    breakMode: 'always',
  });
  await caught.client.request('setExceptionBreakpoints', { filters: ['uncaught'] });
  await caught.go();
  await caught.runToEnd();

  // Thrown by the library, in the middle of the person's step.
  place.write('thrown.ts', throwing('tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]));'));
  const thrown = await start({}, { file: 'thrown.ts', filters: ['uncaught'] });
  const at = await thrown.stopped();
  expect(at).toMatchObject({ told: 'exception', reason: 'exception', line: 22, step: 1 });
  expect(at.description).toMatch(/inner/i);
  expect(await thrown.evaluate('scale')).toBe('0.5');
  await thrown.go();
  await thrown.runToEnd(1);
});

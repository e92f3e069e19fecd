/** A session with the protocol's public test client: looks, expressions, step targets, exceptions, sources. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { builtBundles, tinyExperiment, workspace, type Workspace } from '../trainer/built.js';
import { penaltyHelper, stepExperiment } from '../trainer/dap-debugging.js';
import { AdapterClient } from './adapter.js';

const throwing = stepExperiment.replace(
  'let scale: number = 0.5;',
  `let scale: number = 0.5;
    try { if (batch.size > 3) throw new TypeError('too many'); } catch { /* as if nothing were */ }`,
);

let place: Workspace;
let client: AdapterClient;

beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': stepExperiment,
    'throwing.ts': throwing,
    'penalty.ts': penaltyHelper,
    'tiny.ts': tinyExperiment,
  });
});
afterEach(() => client.end());
afterAll(() => place?.remove());

const lines = (file: string, ...breakpoints: DebugProtocol.SourceBreakpoint[]) =>
  client.setBreakpointsRequest({ source: { path: place.file(file) }, breakpoints });

async function stopInStep(): Promise<number> {
  client = AdapterClient.onStdio(place);
  await client.stopAfter(() =>
    client.begin({ experiment: place.file('experiment.ts') }, () => lines('experiment.ts', { line: 25 })),
  );
  return (await client.frames())[0]!.id;
}

async function evaluate(expression: string, frameId: number, context = 'watch'): Promise<string> {
  const { body } = await client.evaluateRequest({ expression, frameId, context });
  return body.result;
}

test('the test client’s own way to a breakpoint', async () => {
  client = AdapterClient.onStdio(place);
  const experiment = place.file('experiment.ts');
  await client.hitBreakpoint({ experiment, backend: 'cpu' }, { path: experiment, line: 24 });
});

test('setExpression, completions, the clipboard, and what changes tells so', async () => {
  const frameId = await stopInStep();
  const invalid: unknown[] = [];
  client.on('invalidated', ({ body }: DebugProtocol.InvalidatedEvent) => invalid.push(body.areas));
  const set = async (expression: string, value: string) =>
    (
      (await client.customRequest('setExpression', {
        expression,
        value,
        frameId,
      })) as DebugProtocol.SetExpressionResponse
    ).body.value;
  expect(await set('scale', '0.25')).toBe('0.25');
  expect(await evaluate('scale', frameId)).toBe('0.25');
  expect(await set('learningRate', '0.005')).toBe('0.005');
  expect(await evaluate('optimizer.learningRate', frameId)).toBe('0.005');
  expect(await set('batch.note', '[1, 2]')).toBe('[ 1, 2 ]');
  await expect(set('1 + 1', '2')).rejects.toThrow('1 + 1 cannot be set.');
  await expect(set('scale', 'nothing.here')).rejects.toThrow('nothing is not defined');
  expect(invalid).toEqual([['variables'], ['variables'], ['variables']]);

  const complete = async (text: string) =>
    (await client.completionsRequest({ text, column: text.length + 1, frameId })).body.targets;
  expect((await complete('predicted.arr')).map(({ label }) => label)).toEqual(['array', 'arraySync']);
  expect((await complete('pred'))[0]).toMatchObject({ label: 'predicted', start: 1, length: 4 });
  expect((await complete('model.layers[0].uni')).map(({ label }) => label)).toContain('units');
  const ofTensor = (await complete('batch.xs.')).map(({ label }) => label);
  expect(ofTensor).toContain('shape');
  const named = ofTensor.filter((label) => !label.startsWith('_'));
  expect(named).toEqual([...named].sort((a, b) => a.localeCompare(b, 'en')));

  expect(JSON.parse(await evaluate('predicted', frameId, 'clipboard'))).toHaveLength(4);
  expect(await evaluate('scale', frameId, 'hover')).toBe('0.25');
  await expect(evaluate('scale = 1', frameId, 'hover')).rejects.toThrow('evaluate it in the console');
});

test('an expression that does not end is ended by cancel, and everything goes on', async () => {
  const frameId = await stopInStep();
  const tensors = await evaluate('tf.memory().numTensors', frameId);
  const started = Date.now();
  // The number of the next request, as the client counts.
  const seq = (client as unknown as { sequence: number }).sequence;
  const endless = client.evaluateRequest({ expression: 'while (true) tf.scalar(1)', frameId, context: 'repl' });
  const waiting = client.evaluateRequest({ expression: 'scale', frameId, context: 'repl' });
  setTimeout(() => void client.customRequest('cancel', { requestId: seq }), 500);
  await expect(endless).rejects.toThrow('cancelled');
  expect(Date.now() - started).toBeLessThan(8_000);
  expect((await waiting).body.result).toBe('0.5');
  const queued = (client as unknown as { sequence: number }).sequence + 1;
  const slow = client.evaluateRequest({
    expression: 'for (const end = Date.now() + 700; Date.now() < end; );',
    frameId,
  });
  const never = client.evaluateRequest({ expression: 'globalThis.wasRun = true', frameId });
  await client.customRequest('cancel', { requestId: queued });
  await slow;
  await expect(never).rejects.toThrow('cancelled');
  expect(await evaluate('globalThis.wasRun', frameId)).toBe('undefined');
  expect(await evaluate('tf.memory().numTensors', frameId)).toBe(tensors);
  expect(await evaluate('scale', frameId)).toBe('0.5');
});

test('what is entered and goes on later is no part of the training, and cannot change its ground', async () => {
  const frameId = await stopInStep();
  await expect(evaluate('model.fit(batch.xs, batch.ys)', frameId, 'repl')).rejects.toThrow('in the middle of it');
  await expect(evaluate("tf.setBackend('wasm')", frameId, 'repl')).rejects.toThrow('cannot be changed from here');
  await evaluate('setTimeout(() => { throw new Error("by a timer") }, 1)', frameId, 'repl');
  expect(await evaluate('Promise.reject(new Error("by a promise"))', frameId, 'repl')).toContain('<rejected>');
  const said: string[] = [];
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => said.push(body.output.trim()));
  const over = Promise.all([client.waitForEvent('exited'), client.waitForEvent('terminated')]);
  await lines('experiment.ts');
  await client.continueRequest({ threadId: 1 });
  const [exited] = (await over) as [DebugProtocol.ExitedEvent, unknown];
  expect(exited.body.exitCode).toBe(0);
  expect(said).toContain('What was entered at a stop has failed since: by a promise');
  expect(said).toContain('What was entered at a stop has failed since: by a timer');
});

test('a step into one of the calls on a line', async () => {
  const frameId = await stopInStep();
  const { targets } = (await client.stepInTargetsRequest({ frameId })).body;
  expect(targets.map(({ label }) => label)).toEqual(['penalty(…)']);
  const where = await client.stopAfter(() => client.stepInRequest({ threadId: 1, targetId: targets[0]!.id }));
  expect(where).toBe('step penalty.ts:8');
  await expect(client.stepInRequest({ threadId: 1, targetId: targets[0]!.id })).rejects.toThrow('earlier stop');
  const { body } = (await client.customRequest('breakpointLocations', {
    source: { path: place.file('penalty.ts') },
    ...{ line: 7, endLine: 10 },
  })) as DebugProtocol.BreakpointLocationsResponse;
  expect(new Set(body!.breakpoints.map(({ line }) => line))).toEqual(new Set([8, 9, 10]));
});

test('exceptions with a condition; what is wrong with one is told', async () => {
  client = AdapterClient.onStdio(place);
  const outputs: string[] = [];
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body.output));
  const filters = (...conditions: string[]) =>
    client.setExceptionBreakpointsRequest({
      filters: [],
      filterOptions: conditions.map((condition) => ({ filterId: 'caught', condition })),
    });
  let set: DebugProtocol.SetExceptionBreakpointsResponse | undefined;
  const where = await client.stopAfter(() =>
    client.begin({ experiment: place.file('throwing.ts') }, async () => {
      set = await filters('error.message ===', 'error.nothing.here', 'error instanceof TypeError && scale > 0.4');
    }),
  );
  expect(set!.body!.breakpoints).toMatchObject([{ verified: false }, { verified: true }, { verified: true }]);
  expect(where).toBe('exception throwing.ts:22');
  const { body } = await client.exceptionInfoRequest({ threadId: 1 });
  expect(body).toMatchObject({ exceptionId: 'TypeError', description: 'TypeError: too many', breakMode: 'always' });
  expect(body.details!.stackTrace).toContain('throwing.ts:22');
  expect(outputs.filter((text) => text.includes('error.nothing.here'))).toHaveLength(1);
  const terminated = client.waitForEvent('terminated');
  await filters('error instanceof RangeError');
  await client.continueRequest({ threadId: 1 });
  await terminated;
});

test('TensorFlow.js’s own code: from an op into it, its sources listed and read; the stack in pages', async () => {
  client = AdapterClient.onStdio(place);
  await client.stopAfter(() =>
    client.begin({ experiment: place.file('tiny.ts'), stopOnEntry: true, justMyCode: false }),
  );
  const into = async () => client.stopAfter(() => client.stepInRequest({ threadId: 1 }));
  expect(await into()).toContain('step ');
  expect(await into()).toMatch(/^step tfjs-[\w-]+\/src\/.*\.ts:\d+$/);
  const [frame] = await client.frames();
  const { body } = await client.sourceRequest({
    source: frame!.source!,
    sourceReference: frame!.source!.sourceReference!,
  });
  expect(body.content).toContain('Licensed under the Apache License');
  const { sources } = ((await client.customRequest('loadedSources', {})) as DebugProtocol.LoadedSourcesResponse).body;
  expect(sources[0]).toMatchObject({ name: 'tiny.ts', path: place.file('tiny.ts') });
  expect(sources.length).toBeGreaterThan(500);
  const own = await client.sourceRequest({ source: { path: place.file('tiny.ts') }, sourceReference: 0 });
  expect(own.body.content).toBe(tinyExperiment);
  const all = await client.frames();
  const page = await client.stackTraceRequest({ threadId: 1, startFrame: 1, levels: 2 });
  expect(page.body).toEqual({ stackFrames: all.slice(1, 3), totalFrames: all.length });
  await client.customRequest('backstep/setJustMyCode', { enabled: true });
  expect((await client.frames()).length).toBeLessThan(all.length);
});

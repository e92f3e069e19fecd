/** Trainings that do not end by themselves, front ends that go away, and hashes of runs that were stopped. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { builtBundles, workspace, type Workspace } from '../trainer/built.js';
import { loopsAt, penaltyHelper, stepExperiment } from '../trainer/dap-debugging.js';
import { AdapterClient, initializeArguments } from './adapter.js';

const engine = process.env['BACKSTEP_TEST_ENGINE'];
if (!engine) console.info('Native TensorFlow is left out: BACKSTEP_TEST_ENGINE names no engine.');

let place: Workspace;
let client: AdapterClient;

beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': stepExperiment.replace(
      'let scale: number = 0.5;',
      "let scale: number = 0.5; try { throw new TypeError('caught'); } catch { /* as if nothing were */ }",
    ),
    'endless.ts': loopsAt('let scale: number = 0.5;', 'looping', 'for (;;);'),
    'exits.ts': stepExperiment.replace('let scale: number = 0.5;', 'let scale: number = 0.5; process.exit(3);'),
    'penalty.ts': penaltyHelper,
  });
});
afterEach(() => client.end());
afterAll(() => place?.remove());

const texts = (): string[] => {
  const outputs: string[] = [];
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body.output));
  return outputs;
};

/** What `run.json` of a run says. */
function runFile(name: string): { readonly status: string; readonly step?: number; readonly steps?: number } {
  const runs = path.join(place.folder, name);
  return JSON.parse(readFileSync(path.join(runs, 'run.json'), 'utf8')) as ReturnType<typeof runFile>;
}

test.each([
  ['terminate', 1500, '1.5 s'],
  ['terminate, and disconnect before it is done,', 60_000, '2 s'],
] as const)('an endless loop: a pause stops in it; %s ends it by force and says so', async (by, endGraceMs, within) => {
  client = AdapterClient.onStdio(place);
  const outputs = texts();
  const marker = place.file('looping');
  rmSync(marker, { force: true });
  await client.begin({ experiment: place.file('endless.ts'), endGraceMs, runDir: place.file(`endless-${endGraceMs}`) });
  await expect.poll(() => existsSync(marker), { timeout: 20_000, interval: 50 }).toBe(true);
  const where = await client.stopAfter(() => client.pauseRequest({ threadId: 1 }));
  expect(where).toBe('pause endless.ts:21');
  const exited = client.waitForEvent('exited');
  await client.terminateRequest();
  if (by !== 'terminate') await client.disconnectRequest();
  expect((await exited).body).toEqual({ exitCode: 1 });
  expect(outputs.join('')).toContain(`Training has not ended within ${within} of being asked to`);
  if (by === 'terminate') await client.disconnectRequest();
  expect(await client.exited).toBe(1);
});

test('process.exit in the experiment is a failure at its line', async () => {
  client = AdapterClient.onStdio(place);
  const outputs: DebugProtocol.OutputEvent['body'][] = [];
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body));
  const exited = client.waitForEvent('exited');
  await client.begin({ experiment: place.file('exits.ts') });
  expect((await exited).body).toEqual({ exitCode: 1 });
  expect(outputs).toContainEqual(
    expect.objectContaining({ output: expect.stringContaining('process.exit(3)') as string, line: 21 }),
  );
});

test.each([
  ['end', 1],
  ['continue', 6],
] as const)('a front end that vanishes while training stands (onDisconnect: %s)', async (onDisconnect, steps) => {
  client = AdapterClient.onStdio(place);
  const run = `gone-${onDisconnect}`;
  await client.stopAfter(() =>
    client.begin({ experiment: place.file('experiment.ts'), onDisconnect, runDir: place.file(run) }, () =>
      client.setBreakpointsRequest({ source: { path: place.file('experiment.ts') }, breakpoints: [{ line: 24 }] }),
    ),
  );
  client.process.stdin!.destroy();
  client.process.stdout!.destroy();
  expect(await client.exited).toBe(0);
  expect(runFile(run).status).toBe(onDisconnect === 'end' ? 'stopped' : 'completed');
  expect(readdirSync(place.file(run))).toContain('state.safetensors');
  expect(runFile(run).step ?? runFile(run).steps).toBe(steps);
});

test('configured before it is launched: the training starts then, and stops where it was to', async () => {
  client = AdapterClient.onStdio(place);
  const initialized = client.waitForEvent('initialized');
  await client.initializeRequest(initializeArguments);
  await initialized;
  const source = { path: place.file('experiment.ts') };
  await client.setBreakpointsRequest({ source, breakpoints: [{ line: 24 }] });
  await client.configurationDoneRequest();
  const launch: object = { backend: 'cpu', experiment: source.path, runDir: place.file('configured') };
  expect(await client.stopAfter(() => client.launchRequest(launch))).toBe('breakpoint experiment.ts:24');
  await expect(client.configurationDoneRequest()).rejects.toThrow('has been started already');
  // Nobody can come back to a training that was left: there is none that stays suspended, and nobody was told so.
  await client.disconnectRequest({ terminateDebuggee: false, suspendDebuggee: true });
  expect(await client.exited).toBe(0);
  expect(runFile('configured').status).toBe('completed');
});

test('disconnect that leaves the training to itself', async () => {
  client = AdapterClient.onStdio(place);
  await client.stopAfter(() =>
    client.begin({ experiment: place.file('experiment.ts'), runDir: place.file('left') }, async () => {
      const source = { path: place.file('experiment.ts') };
      await client.setBreakpointsRequest({ source, breakpoints: [{ line: 24 }] });
      await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'MatMul' }] });
    }),
  );
  // Whatever kind they are of: nobody is there who could go on from one.
  await client.disconnectRequest({ terminateDebuggee: false });
  expect(await client.exited).toBe(0);
  expect(runFile('left').status).toBe('completed');
});

async function hashOf(backend: string, drive?: () => Promise<void>): Promise<string> {
  const hashes: string[] = [];
  client.on('backstep/training', ({ body }: { body: { events: { kind: string; stateHash?: string }[] } }) => {
    for (const event of body.events) if (event.kind === 'end') hashes.push(event.stateHash!);
  });
  const exited = client.waitForEvent('exited', 60_000);
  await client.begin({ experiment: place.file('experiment.ts'), backend, epochs: 1 }, drive);
  await exited;
  await client.disconnectRequest();
  await client.exited;
  return hashes.at(-1)!;
}

const looks = async (): Promise<void> => {
  const [{ id: frameId }] = (await client.frames()) as [DebugProtocol.StackFrame];
  for (const expression of [
    'tf.randomNormal([3]).add(tf.randomUniform([3]))',
    'model.predict(batch.xs)',
    'Math.random()',
  ])
    await client.evaluateRequest({ expression, frameId, context: 'repl' });
  await client.evaluateRequest({ expression: 'tf.dropout(batch.xs, 0.5)', frameId, context: 'watch' });
  const { scopes } = (await client.scopesRequest({ frameId })).body;
  for (const { variablesReference } of scopes) await client.variablesRequest({ variablesReference });
};

test.each(['cpu', 'wasm', ...(engine ? ['tensorflow'] : [])])(
  '%s: stopped at lines and exceptions, stepped, paused and restarted, a run ends as one never stopped',
  async (backend) => {
    if (backend === 'tensorflow') process.env['BACKSTEP_ENGINE'] = engine;
    client = AdapterClient.onStdio(place);
    const plain = await hashOf(backend);
    client = AdapterClient.onStdio(place);
    const stops: string[] = [];
    let restarted = false;
    const drive = async (reason: string): Promise<void> => {
      stops.push(reason);
      await looks();
      if (stops.length === 7 && !restarted) {
        restarted = true;
        await client.restartRequest({});
      } else if (reason === 'exception') await client.nextRequest({ threadId: 1 });
      else if (reason === 'breakpoint') await client.stepInRequest({ threadId: 1 });
      else {
        await client.continueRequest({ threadId: 1 });
        if (stops.length % 3 === 0) await client.pauseRequest({ threadId: 1 });
      }
    };
    const failures: unknown[] = [];
    client.on('stopped', ({ body }: DebugProtocol.StoppedEvent) => {
      drive(body.reason).catch((error: unknown) => failures.push(error));
    });
    const stopped = await hashOf(backend, async () => {
      await client.setBreakpointsRequest({
        source: { path: place.file('experiment.ts') },
        breakpoints: [{ line: 25 }],
      });
      await client.setExceptionBreakpointsRequest({ filters: ['caught'] });
    });
    // A pause may come when training has stopped by itself already.
    expect(failures.filter((error) => !/paused already|No training is running|has ended/.test(String(error)))).toEqual(
      [],
    );
    expect(new Set(stops)).toEqual(
      new Set(['exception', 'step', 'breakpoint', ...(stops.includes('pause') ? ['pause'] : [])]),
    );
    expect(stopped).toBe(plain);
  },
);

/** `backstep debug` between a front end and its trainers: restart, a trainer that crashes, ports. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { builtBundles, workspace, type Workspace } from '../trainer/built.js';
import { penaltyHelper, stepExperiment } from '../trainer/dap-debugging.js';
import { AdapterClient } from './adapter.js';

let place: Workspace;
let client: AdapterClient;

beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': stepExperiment,
    'penalty.ts': penaltyHelper,
    'crash.ts': stepExperiment.replace('let scale', "process.kill(process.pid, 'SIGKILL');\n    let scale"),
  });
});
afterEach(() => client.end());
afterAll(() => place?.remove());

const lines = (file: string, ...breakpoints: DebugProtocol.SourceBreakpoint[]) =>
  client.setBreakpointsRequest({ source: { path: place.file(file) }, breakpoints });

test('restart: the same arguments and breakpoints, whose numbers stay, in another process', async () => {
  client = AdapterClient.onStdio(place);
  const processes: number[] = [];
  client.on('process', ({ body }: DebugProtocol.ProcessEvent) => processes.push(body.systemProcessId!));
  const ended: string[] = [];
  for (const name of ['terminated', 'exited', 'initialized']) client.on(name, () => ended.push(name));
  let ids: (number | undefined)[] = [];
  const where = await client.stopAfter(() =>
    client.begin({ experiment: place.file('experiment.ts') }, async () => {
      await lines('penalty.ts', { line: 9, condition: 'false' });
      await lines('experiment.ts', { line: 20 }, { line: 24, condition: 'step === 2' });
      // In the order that the next trainer hears them in, they have other numbers.
      await lines('penalty.ts', { line: 8, condition: 'false' }, { line: 9, condition: 'false' });
      ids = (await lines('experiment.ts', { line: 24, condition: 'step === 2' })).body.breakpoints.map(({ id }) => id);
    }),
  );
  expect(where).toBe('breakpoint experiment.ts:24');
  const stopped = client.waitForEvent('stopped') as Promise<DebugProtocol.StoppedEvent>;
  await client.restartRequest({});
  const { body } = await stopped;
  expect(body).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: ids, backstep: { step: 2, line: 24 } });
  expect(new Set(processes).size).toBe(2);
  expect(ended).toEqual(['initialized']);
  // With other arguments.
  const again = client.waitForEvent('terminated');
  await lines('experiment.ts');
  await client.restartWith({ arguments: { experiment: place.file('experiment.ts'), backend: 'cpu', steps: 2 } });
  await again;
  // Once more after the end.
  const third = client.waitForEvent('terminated');
  await client.restartRequest({});
  await third;
  await client.disconnectRequest();
  expect(await client.exited).toBe(0);
  expect(new Set(processes).size).toBe(4);
});

test('a trainer that crashes: everything is answered, and the session can be restarted', async () => {
  client = AdapterClient.onStdio(place);
  const outputs: string[] = [];
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => outputs.push(body.output));
  const terminated = client.waitForEvent('terminated');
  const exited = client.waitForEvent('exited');
  await client.begin({ experiment: place.file('crash.ts') });
  const answers = await Promise.allSettled([
    client.customRequest('backstep/look', {}),
    ...Array.from({ length: 5 }, () => client.threadsRequest()),
  ]);
  expect(answers).toHaveLength(6);
  await terminated;
  expect((await exited).body).toEqual({ exitCode: 1 });
  expect(outputs.join('')).toContain('Training was ended by the system (SIGKILL).');
  await expect(client.threadsRequest()).rejects.toThrow('Training has ended.');
  const stop = await client.stopAfter(async () => {
    await client.restartWith({ arguments: { experiment: place.file('experiment.ts'), backend: 'cpu' } });
    await client.pauseRequest({ threadId: 1 });
  });
  expect(stop).toContain('pause');
  await client.disconnectRequest();
  expect(await client.exited).toBe(0);
});

test('a restart that fails says why, and the session ends', async () => {
  client = AdapterClient.onStdio(place);
  await expect(client.restartRequest({})).rejects.toThrow('Nothing has been launched yet');
  await client.begin({ experiment: place.file('experiment.ts') });
  const terminated = client.waitForEvent('terminated');
  await expect(client.restartWith({ arguments: { experiment: 'relative.ts' } })).rejects.toThrow('absolute path');
  await terminated;
  await client.disconnectRequest();
  expect(await client.exited).toBe(1);
});

test('--port: a session for each connection to this machine', async () => {
  client = await AdapterClient.onPort(place);
  const where = await client.stopAfter(() =>
    client.begin({ experiment: place.file('experiment.ts') }, () => lines('experiment.ts', { line: 24 })),
  );
  expect(where).toBe('breakpoint experiment.ts:24');
  await client.disconnectRequest();
  client.process.kill('SIGINT');
  expect(await client.exited).toBe(130);
});

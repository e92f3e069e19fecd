/** Front ends that leave a plain script, or vanish, while it stands: it ends or trains on as they said, and what it trained is kept. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { builtBundles, workspace, type Workspace } from '../trainer/built.js';
import { AdapterClient } from './adapter.js';

let place: Workspace;
let client: AdapterClient;

beforeAll(async () => {
  await builtBundles();
  place = workspace();
  cpSync(path.resolve('tests/fixtures/scripts'), place.folder, { recursive: true });
}, 120_000);
afterEach(() => client.end());
afterAll(() => place?.remove());

/** Stands in the third step of a loop of its own, between two of the assignments that it is made of. */
async function standing(run: string, more: object = {}): Promise<void> {
  client = AdapterClient.onStdio(place);
  const file = place.file('own-descent.ts');
  const line =
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('weight.assign(')) + 1;
  const condition = "round === 2 && weight.name === 'offset'";
  const launch: object = { experiment: file, runDir: place.file(run), ...more };
  const told = await client.stopAfter(() =>
    client.begin(launch, () =>
      client.setBreakpointsRequest({ source: { path: file }, breakpoints: [{ line, condition }] }),
    ),
  );
  expect(told).toBe(`breakpoint own-descent.ts:${line}`);
}

function runOf(name: string): { readonly status: string; readonly step: number } {
  expect(existsSync(path.join(place.file(name), 'weights.safetensors'))).toBe(true);
  return JSON.parse(readFileSync(path.join(place.file(name), 'run.json'), 'utf8')) as ReturnType<typeof runOf>;
}

test.each([
  ['end', 'stopped', 3],
  ['continue', 'completed', 6],
] as const)('a front end that vanishes (onDisconnect: %s)', async (onDisconnect, status, step) => {
  await standing(`vanished-${onDisconnect}`, { onDisconnect });
  client.process.stdin!.destroy();
  client.process.stdout!.destroy();
  expect(await client.exited).toBe(0);
  expect(runOf(`vanished-${onDisconnect}`)).toMatchObject({ status, step });
});

test.each([
  ['terminates', {}, 'stopped', 3],
  ['leaves it to itself', { terminateDebuggee: false }, 'completed', 6],
  // Nobody could come back to what stays suspended: it is not offered, and asked for all the same it trains on.
  ['would leave it suspended', { terminateDebuggee: false, suspendDebuggee: true }, 'completed', 6],
] as const)('a disconnect that %s', async (name, how, status, step) => {
  await standing(name);
  await client.disconnectRequest(how);
  expect(await client.exited).toBe(0);
  expect(runOf(name)).toMatchObject({ status, step });
});

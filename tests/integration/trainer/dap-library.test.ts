import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { builtBundles, workspace, type Workspace } from './built.js';
import { DapClient } from './dap-client.js';
import { Debugging, penaltyHelper, stepExperiment } from './dap-debugging.js';

let place: Workspace;
let clients: DapClient[] = [];

beforeAll(async () => {
  await builtBundles();
  place = workspace({ 'experiment.ts': stepExperiment, 'penalty.ts': penaltyHelper });
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  clients = [];
});
afterAll(() => place?.remove());

function newDebugging(): Debugging {
  const client = new DapClient({ BACKSTEP_HOME: place.home });
  clients.push(client);
  return new Debugging(client, place);
}

const optimizerFile = /^tfjs-core\/.*optimizers\/optimizer\.ts$/;

/** The library's optimizer, and the line in it that says this. */
async function sourceOf({ client }: Debugging, text: string) {
  await client.request('backstep/setJustMyCode', { enabled: false });
  const { sources } = await client.request<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
  await client.request('backstep/setJustMyCode', { enabled: true });
  const source = sources.find(({ name }) => optimizerFile.test(name ?? ''))!;
  const { content } = await client.request<DebugProtocol.SourceResponse['body']>('source', {
    source,
    sourceReference: source.sourceReference,
  });
  const lines = content.split('\n');
  return { source, lines, line: lines.findIndex((one) => one.includes(text)) + 1 };
}

async function setIn(
  { client }: Debugging,
  source: DebugProtocol.Source,
  breakpoints: DebugProtocol.SourceBreakpoint[],
) {
  const body = await client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
    source,
    breakpoints,
  });
  return body.breakpoints;
}

test('a line of the library stops before anybody has stepped into it, with its source on top of the stack', async () => {
  const plain = newDebugging();
  await plain.start({}, {});
  const hash = await plain.runToEnd();

  const debugging = newDebugging();
  // Just my code is on, and nobody has stepped into anything.
  await debugging.start({ 'experiment.ts': [{ line: 21 }] }, {});
  await debugging.stopped();
  const { source, lines, line } = await sourceOf(debugging, 'this.computeGradients(f, varList)');
  // A line of a comment moves on to code.
  const comment = lines.findIndex((one, at) => at < line - 1 && at > line - 12 && one.trim() === '*/') + 1;
  const [exact] = await setIn(debugging, source, [{ line }]);
  expect(exact).toMatchObject({
    verified: true,
    line,
    source: { name: source.name, sourceReference: source.sourceReference },
  });
  await debugging.setLines('experiment.ts', []);
  await debugging.go();
  const at = await debugging.stopped();
  expect(at).toMatchObject({ told: 'breakpoint', reason: 'breakpoint', step: 1, description: `optimizer.ts:${line}` });
  const [top] = await debugging.frames();
  expect(top).toMatchObject({ line, source: { name: source.name } });
  // Steps by lines stay in the library from here.
  await debugging.go('next');
  await debugging.stopped();
  expect((await debugging.frames())[0]!.source!.name).toMatch(/^tfjs-core\//);

  if (comment > 0) {
    const [moved] = await setIn(debugging, source, [{ line: comment }]);
    expect(moved!.verified).toBe(true);
    expect(moved!.line).toBeGreaterThan(comment);
  }
  const [none] = await setIn(debugging, source, [{ line: lines.length + 100 }]);
  expect(none).toMatchObject({ verified: false, message: 'There is no code on this line or after it.' });
  await setIn(debugging, source, []);
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(hash);
});

test('it is kept by number or name for the next process, and has condition, hit count and message', async () => {
  const first = newDebugging();
  await first.start({ 'experiment.ts': [{ line: 21 }] }, {});
  await first.stopped();
  const { source, line } = await sourceOf(first, 'this.computeGradients(f, varList)');

  const second = newDebugging();
  const { client } = second;
  await client.request('initialize', { adapterID: 'backstep' });
  await client.request('launch', { experiment: place.file('experiment.ts'), backend: 'cpu' });
  await setIn(second, source, [{ line, hitCondition: '3' }]);
  await client.request('configurationDone');
  expect(await second.stopped()).toMatchObject({ step: 3, description: `optimizer.ts:${line}` });
  const [logs] = await setIn(second, { path: `library:/${source.name}` }, [
    { line, logMessage: 'takes gradients of {varList}' },
  ]);
  expect(logs).toMatchObject({ verified: true, line });
  const refused = await second.client.raw('setBreakpoints', { source: { path: 'no-such/file.ts' }, breakpoints: [] });
  expect(refused.success).toBe(false);
  await second.go();
  await second.client.until(() => second.client.eventsOf('log')[0], 'a message');
  expect(second.client.eventsOf('log')[0]!.text).toBe('takes gradients of undefined');
  await second.runToEnd();
});

/** When V8's debugger is attached, what that costs, and what the protocol does with nonsense. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import { frameMessage, MessageReader } from '../../../src/trainer/dap/dap-framing.js';
import { cliEntry, tinyExperiment } from './built.js';
import { penaltyHelper, stepExperiment } from './dap-debugging.js';
import { debuggingIn } from './trainers-in.js';

const { place, start } = debuggingIn({
  'experiment.ts': stepExperiment,
  'long.ts': stepExperiment.replace('epochs: 2', 'epochs: 100000'),
  'penalty.ts': penaltyHelper,
  'tiny.ts': tinyExperiment,
});

test('breakpoints set, hit and taken away while training runs at full speed', async () => {
  const debugging = await start({}, { file: 'long.ts' });
  const { client } = debugging;
  await client.until(() => client.eventsOf('step')[5], 'some steps');
  expect(await debugging.setLines('long.ts', [{ line: 24 }])).toMatchObject([{ verified: true, line: 24 }]);
  const at = await debugging.stopped();
  expect(at).toMatchObject({ reason: 'breakpoint', line: 24 });
  expect(await debugging.setLines('long.ts', [{ line: 500 }, { line: 24, condition: 'false' }])).toMatchObject([
    { verified: false, message: 'There is no code on this line or after it.' },
    { verified: true },
  ]);
  await debugging.go();
  await client.until(() => client.eventsOf('step').find(({ step }) => step > at.step + 3), 'more steps');
  expect(await debugging.setLines('long.ts', [])).toEqual([]);
  expect(await debugging.setLines('tiny.ts', [{ line: 12 }])).toMatchObject([
    { verified: false, message: 'The training does not use tiny.ts.' },
  ]);
  await client.request('terminate', {});
  await debugging.runToEnd();
});

test('on WebAssembly, once: that lines cost speed', async () => {
  const debugging = await start(
    { 'tiny.ts': [{ line: 12, condition: 'false' }] },
    { file: 'tiny.ts', backend: 'wasm' },
  );
  await debugging.runToEnd();
  const notices = debugging.client.eventsOf('notice').filter(({ message }) => message.includes('WebAssembly'));
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatchObject({ severity: 'info', hint: expect.any(String) as string });
});

test.each(['wasm', 'cpu'] as const)(
  '%s: stopped at layers, ops and lines, the run ends as if it had not been',
  async (backend) => {
    const plain = await (await start({}, { file: 'tiny.ts', backend })).runToEnd();
    const debugging = await start({ 'tiny.ts': [{ line: 12 }] }, { file: 'tiny.ts', backend });
    expect(await debugging.where()).toBe('breakpoint tiny.ts:12 in step 0');
    await debugging.go();
    await debugging.client.request('pause', { threadId: 1, backstep: { granularity: 'step' } });
    await debugging.stopped();
    for (const [command, granularity] of [
      ['stepIn', 'layer'],
      ['next', 'layer'],
      ['stepIn', 'op'],
      ['next', 'op'],
      ['next', 'step'],
    ] as const) {
      await debugging.by(granularity, command);
      await debugging.stopped();
      await debugging.evaluate('model.predict(tf.randomNormal([2, 4]))');
      await debugging.scope('Model');
    }
    await debugging.go();
    expect(await debugging.runToEnd()).toBe(plain);
  },
);

test('nonsense is answered: each request once, and the training goes on', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 24 }] });
  const { client } = debugging;
  await debugging.stopped();
  const nonsense: readonly (readonly [string, unknown])[] = [
    ['setBreakpoints', {}],
    ['setBreakpoints', { source: { path: 'relative.ts' }, breakpoints: [] }],
    ['setBreakpoints', { source: { path: place.file('experiment.ts') }, breakpoints: [{ line: 0 }] }],
    ['setBreakpoints', { source: { path: place.file('none.ts') }, breakpoints: [{ line: 3 }] }],
    ['setExceptionBreakpoints', { filters: ['sometimes'] }],
    ['setExceptionBreakpoints', {}],
    ['scopes', { frameId: 99 }],
    ['scopes', {}],
    ['variables', { variablesReference: 12345 }],
    ['variables', {}],
    ['setVariable', { variablesReference: 12345, name: 'x', value: '1' }],
    ['evaluate', {}],
    ['evaluate', { expression: '}' }],
    ['evaluate', { expression: 'throw', frameId: -1 }],
    ['completions', {}],
    ['completions', { text: '...', column: 4 }],
    ['source', { sourceReference: 7 }],
    ['next', { backstep: { granularity: 'century' } }],
    ['stepIn', { granularity: 'word' }],
    ['exceptionInfo', { threadId: 1 }],
    ['backstep/setJustMyCode', {}],
    ['launch', {}],
    ['configurationDone', {}],
    ['toString', {}],
    ['__proto__', {}],
  ];
  const answers = await Promise.all(nonsense.map(([command, args]) => client.raw(command, args)));
  expect(answers.filter(({ success, message }) => !success && !message)).toEqual([]);
  const seen = client.responses().map(({ request_seq }) => request_seq);
  expect(seen).toEqual([...new Set(seen)]);
  await debugging.setLines('experiment.ts', []);
  await debugging.go();
  await debugging.runToEnd();
});

test('a front end that goes away while a line is stopped at: the training ends well', async () => {
  const debugging = await start({ 'long.ts': [{ line: 24, condition: 'step === 3' }] }, { file: 'long.ts' });
  await debugging.stopped();
  debugging.client.hangUp();
  expect(await debugging.client.exited).toBe(0);
});

test('backstep debug --stdio stops on lines for any front end', async () => {
  const child = spawn(process.execPath, [cliEntry, 'debug', '--stdio'], {
    env: { ...process.env, BACKSTEP_HOME: place.home },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const reader = new MessageReader();
  const lines: string[] = [];
  let seq = 1;
  const send = (command: string, args: object = {}): void => {
    child.stdin.write(frameMessage({ seq: seq++, type: 'request', command, arguments: args }));
  };
  child.stdout.on('data', (chunk: Buffer) => {
    for (const message of reader.push(chunk) as (DebugProtocol.Event & DebugProtocol.Response)[]) {
      if (message.type === 'response') lines.push(`${message.command} ${message.success}`);
      const body = message.body as { description?: string; reason?: string } | undefined;
      if (message.event === 'stopped') {
        lines.push(`stopped ${body?.reason} ${body?.description}`);
        send('setBreakpoints', { source: { path: place.file('experiment.ts') }, breakpoints: [] });
        send('continue', { threadId: 1 });
      }
      if (message.event === 'terminated') send('disconnect');
    }
  });
  send('initialize', { adapterID: 'backstep', clientID: 'vscode' });
  send('launch', { experiment: place.file('experiment.ts'), backend: 'cpu' });
  send('setBreakpoints', { source: { path: place.file('experiment.ts') }, breakpoints: [{ line: 24 }] });
  send('setExceptionBreakpoints', { filters: [] });
  send('configurationDone');
  await once(child, 'close');
  expect(lines).toEqual([
    ...['initialize true', 'launch true', 'setBreakpoints true', 'setExceptionBreakpoints true'],
    ...['configurationDone true', 'stopped breakpoint experiment.ts:24', 'setBreakpoints true', 'continue true'],
    'disconnect true',
  ]);
});

/** Sessions with the real adapter and trainer, message by message. */
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { builtBundles, tinyExperiment, workspace, type Workspace } from '../trainer/built.js';
import { penaltyHelper, stepExperiment } from '../trainer/dap-debugging.js';
import { initializeArguments } from './adapter.js';
import { Transcript } from './transcript.js';

let place: Workspace;
let transcript: Transcript;

beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': stepExperiment,
    'penalty.ts': penaltyHelper,
    'tiny.ts': tinyExperiment,
    'throwing.ts': stepExperiment.replace(
      'let scale: number = 0.5;',
      "let scale: number = 0.5; if (batch.size === 4) throw new RangeError('a batch of 4');",
    ),
  });
});
afterEach(() => transcript.client.end());
afterAll(() => place?.remove());

async function begin(file: string, more: object = {}): Promise<void> {
  transcript = new Transcript(place);
  const initialized = transcript.client.waitForEvent('initialized');
  await transcript.send('initialize', initializeArguments);
  await initialized;
  await transcript.send('launch', { experiment: place.file(file), backend: 'cpu', ...more });
}

const source = (file: string) => ({ name: file, path: place.file(file) });

test('lines: breakpoints of all kinds, frames, variables, expressions, steps', async () => {
  await begin('experiment.ts', { steps: 4 });
  await transcript.send('setBreakpoints', {
    source: source('experiment.ts'),
    breakpoints: [
      { line: 3, condition: 'false' },
      { line: 24, condition: 'step === 2' },
      { line: 25, logMessage: 'loss is {loss.dataSync()[0] > 0}' },
      { line: 26, hitCondition: '% 3' },
      { line: 22, condition: '=' },
    ],
  });
  await transcript.send('setBreakpoints', {
    source: source('penalty.ts'),
    breakpoints: [{ line: 9, condition: 'false' }],
  });
  await transcript.sendAndStop('configurationDone');
  await transcript.send('threads');
  await transcript.send('stackTrace', { threadId: 1 });
  await transcript.send('stackTrace', { threadId: 1, startFrame: 1, levels: 1 });
  const frames = (await transcript.send('stackTrace', { threadId: 1, levels: 1 })) as { stackFrames: { id: number }[] };
  const frameId = frames.stackFrames[0]!.id;
  const { scopes } = (await transcript.send('scopes', { frameId })) as {
    scopes: { name: string; variablesReference: number }[];
  };
  const scope = (name: string) => scopes.find((one) => one.name.startsWith(name))!.variablesReference;
  await transcript.send('variables', { variablesReference: scope('Local') });
  await transcript.send('variables', { variablesReference: scope('Training') });
  await transcript.send('evaluate', { expression: 'scale * 2', frameId, context: 'watch' });
  await transcript.send('evaluate', { expression: 'predicted', frameId, context: 'repl' });
  const { variablesReference } = (await transcript.send('evaluate', {
    ...{ expression: 'Array.from({ length: 300 }, (_, index) => index)', frameId, context: 'repl' },
  })) as { variablesReference: number };
  await transcript.send('variables', { variablesReference, filter: 'indexed', start: 100, count: 2 });
  await transcript.send('evaluate', { expression: 'nothing.here', frameId, context: 'watch' });
  await transcript.sendAndStop('next', { threadId: 1 });
  await transcript.sendAndStop('stepIn', { threadId: 1 });
  await transcript.sendAndStop('stepOut', { threadId: 1 });
  await transcript.sendAndStop('continue', { threadId: 1 });
  await transcript.sendAndEnd('continue', { threadId: 1 });
  await transcript.send('stackTrace', { threadId: 1 });
  await transcript.send('disconnect');
  await transcript.client.exited;
  transcript.compare('lines');
});

test('steps: layers, ops, training steps, epochs', async () => {
  await begin('tiny.ts', { stopOnEntry: true });
  await transcript.sendAndStop('configurationDone');
  for (const command of ['next', 'stepIn', 'next', 'stepOut', 'stepOut', 'next', 'stepIn', 'stepOut', 'stepOut']) {
    await transcript.sendAndStop(command, { threadId: 1 });
    await transcript.send('stackTrace', { threadId: 1 });
  }
  await transcript.send('setBreakpoints', { source: source('tiny.ts'), breakpoints: [] });
  await transcript.sendAndEnd('terminate');
  await transcript.send('disconnect');
  await transcript.client.exited;
  transcript.compare('steps');
});

test('exceptions: a condition, what was thrown, and the end of the training by it', async () => {
  await begin('throwing.ts');
  await transcript.send('setExceptionBreakpoints', {
    filters: [],
    filterOptions: [
      { filterId: 'caught', condition: 'false' },
      { filterId: 'uncaught', condition: 'error instanceof RangeError' },
    ],
  });
  await transcript.sendAndStop('configurationDone');
  await transcript.send('exceptionInfo', { threadId: 1 });
  await transcript.send('stackTrace', { threadId: 1 });
  await transcript.sendAndEnd('continue', { threadId: 1 });
  await transcript.send('disconnect');
  await transcript.client.exited;
  transcript.compare('exceptions');
});

test('out of order: refused in words; a restart', async () => {
  transcript = new Transcript(place);
  await transcript.send('threads');
  await transcript.send('launch', { experiment: place.file('experiment.ts') });
  await transcript.send('initialize', { ...initializeArguments, pathFormat: 'abacus' });
  await transcript.send('initialize', initializeArguments);
  await transcript.send('initialize', initializeArguments);
  await transcript.send('restart');
  await transcript.send('attach');
  await transcript.send('launch', {});
  await transcript.send('launch', { experiment: 'relative.ts' });
  await transcript.send('launch', { experiment: place.file('experiment.ts'), backend: 'abacus' });
  await transcript.send('launch', { experiment: place.file('experiment.ts'), backend: 'cpu' });
  await transcript.send('launch', { experiment: place.file('experiment.ts'), backend: 'cpu' });
  await transcript.send('stackTrace', { threadId: 1 });
  await transcript.send('evaluate', { expression: '1' });
  await transcript.send('setBreakpoints', { source: { path: 'relative.ts' }, breakpoints: [] });
  await transcript.send('setBreakpoints', { source: source('experiment.ts'), breakpoints: [{ line: 'three' }] });
  await transcript.send('setBreakpoints', { source: source('experiment.ts'), breakpoints: [{ line: 24 }] });
  await transcript.sendAndStop('configurationDone');
  await transcript.send('configurationDone');
  await transcript.send('pause', { threadId: 1 });
  await transcript.send('variables', { variablesReference: 12345 });
  await transcript.send('scopes', { frameId: 99 });
  await transcript.send('stepIn', { threadId: 1, targetId: 3 });
  await transcript.send('source', { sourceReference: 7 });
  await transcript.send('sing');
  await transcript.sendAndStop('restart', {});
  await transcript.sendAndEnd('terminate');
  await transcript.send('next', { threadId: 1 });
  await transcript.send('terminate');
  await transcript.send('disconnect');
  await transcript.client.exited;
  transcript.compare('order');
});

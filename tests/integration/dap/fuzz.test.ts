/** Malformed, reordered and repeated messages, by a seed: each request is answered once, and the adapter ends well. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { frameMessage, MessageReader } from '../../../src/trainer/dap/dap-framing.js';
import { builtBundles, cliEntry, workspace, type Workspace } from '../trainer/built.js';
import { penaltyHelper, stepExperiment } from '../trainer/dap-debugging.js';
import { initializeArguments } from './adapter.js';

let place: Workspace;
let child: ChildProcess;

beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': stepExperiment.replace('epochs: 2', 'epochs: 100000'),
    'penalty.ts': penaltyHelper,
  });
});
afterEach(() => child.kill('SIGKILL'));
afterAll(() => place?.remove());

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const commands = [
  ...['initialize', 'launch', 'configurationDone', 'attach', 'setBreakpoints', 'setExceptionBreakpoints'],
  ...['setFunctionBreakpoints', 'setDataBreakpoints', 'dataBreakpointInfo', 'setInstructionBreakpoints'],
  ...['breakpointLocations', 'threads', 'stackTrace', 'scopes', 'variables', 'setVariable', 'setExpression'],
  ...['evaluate', 'completions', 'exceptionInfo', 'source', 'loadedSources', 'stepInTargets', 'goto', 'modules'],
  ...['pause', 'continue', 'next', 'stepIn', 'stepOut', 'cancel', 'readMemory', 'toString', '__proto__', ''],
  ...['backstep/look', 'backstep/setTrainingBreakpoints', 'backstep/setLearningRate', 'backstep/stateHash'],
  ...['backstep/setJustMyCode', 'backstep/runToEpochEnd', 'backstep/tensor', 'backstep/explain', 'backstep/rules'],
];

class Nonsense {
  constructor(
    private readonly random: () => number,
    private readonly experiment: string,
  ) {}

  one<T>(among: readonly T[]): T {
    return among[Math.floor(this.random() * among.length)]!;
  }

  value(depth = 0): unknown {
    const kind = this.one(['number', 'number', 'text', 'word', 'list', 'object', 'null', 'truth', 'large']);
    if (kind === 'number') return this.one([0, 1, 2, 3, 1000, 1001, -1, 1.5, 24, 1e9, 1e308]);
    if (kind === 'text')
      return this.one(['', 'scale', '1 + 1', '}', 'model.layers', 'batch.', '✊', '\u0000', 'caught']);
    if (kind === 'word') return this.one([this.experiment, 'dense_1', 'line', 'indexed', 'uncaught', '../x.ts']);
    if (kind === 'null') return null;
    if (kind === 'truth') return this.random() < 0.5;
    if (kind === 'large') return 'x'.repeat(Math.floor(this.random() * 20_000));
    if (depth > 3) return [];
    if (kind === 'list') return Array.from({ length: Math.floor(this.random() * 4) }, () => this.value(depth + 1));
    return this.args(depth + 1);
  }

  args(depth = 0): Record<string, unknown> {
    const names = [
      ...['threadId', 'frameId', 'variablesReference', 'name', 'value', 'expression', 'context', 'source', 'path'],
      ...['breakpoints', 'line', 'column', 'text', 'filters', 'filterOptions', 'condition', 'granularity', 'start'],
      ...['count', 'filter', 'enabled', 'learningRate', 'backstep', 'targetId', 'requestId', 'experiment', 'tensor'],
      ...['sourceReference', 'levels', 'startFrame', 'hitCondition', 'logMessage', 'lines', 'at', 'kind', 'id'],
    ];
    const count = Math.floor(this.random() * 5);
    return Object.fromEntries(Array.from({ length: count }, () => [this.one(names), this.value(depth)]));
  }

  /** Arguments that often make sense. */
  sensible(command: string): unknown {
    switch (command) {
      case 'initialize':
        return initializeArguments;
      case 'launch':
        return { experiment: this.experiment, backend: 'cpu' };
      case 'setBreakpoints':
        return { source: { path: this.experiment }, breakpoints: [{ line: this.one([1, 24, 25, 300]) }] };
      case 'evaluate':
        return { expression: this.one(['1', 'scale', 'tf.randomNormal([3])', 'throw 1', '}']), context: 'repl' };
      case 'variables':
        return { variablesReference: this.one([1, 2, 3, 4, 5, 6]) };
      case 'scopes':
        return { frameId: this.one([1, 2, 3]) };
      case 'completions':
        return { text: 'model.', column: 7 };
      default:
        return { threadId: 1 };
    }
  }

  broken(): Buffer {
    return this.one([
      Buffer.from('Content-Length: 5\r\n\r\n{bad}'),
      Buffer.from('Content-Length: 9999\r\n\r\n{"seq":1}'),
      Buffer.from('Content-Length: 2\r\n\r\n{"seq":1,"type":"request","command":"threads"}'),
      Buffer.from('Content-Length: 99999999999\r\n\r\n'),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('\r\n\r\n\r\n'),
      Buffer.from(Array.from({ length: 300 }, () => Math.floor(this.random() * 256))),
      ...[null, 3, 'x', [], {}, { type: 'event' }, { type: 'response', request_seq: 1 }].map(frameMessage),
    ]);
  }
}

/** A request that is repeated is one more request: as many answers as requests of each number. */
class Session {
  readonly asked = new Map<number, number>();
  readonly answered = new Map<number, number>();
  private readonly events: DebugProtocol.Event[] = [];
  stderr = '';

  constructor() {
    child = spawn(process.execPath, [cliEntry, 'debug', '--stdio'], {
      env: { ...process.env, BACKSTEP_HOME: place.home },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stderr!.on('data', (chunk) => (this.stderr += String(chunk)));
    const reader = new MessageReader();
    child.stdout!.on('data', (chunk: Buffer) => {
      for (const message of reader.push(chunk) as DebugProtocol.ProtocolMessage[]) {
        if (message.type === 'event') this.events.push(message as DebugProtocol.Event);
        else count(this.answered, (message as DebugProtocol.Response).request_seq);
      }
    });
  }

  send(seq: number, command: string, args: unknown): void {
    count(this.asked, seq);
    this.write(frameMessage({ seq, type: 'request', command, arguments: args }));
  }

  write(bytes: Buffer): void {
    child.stdin!.write(bytes);
  }

  async until(look: () => boolean, what: string): Promise<void> {
    for (const limit = Date.now() + 40_000; !look();) {
      if (Date.now() > limit || child.exitCode !== null) {
        const missing = [...this.asked].filter(([seq, times]) => this.answered.get(seq) !== times);
        throw new Error(`no ${what} (exit ${child.exitCode}); ${JSON.stringify(missing)}\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  allAnswered(): Promise<void> {
    return this.until(() => [...this.asked].every(([seq, times]) => this.answered.get(seq) === times), 'answer to all');
  }

  stopped(): Promise<void> {
    return this.until(() => this.events.some(({ event }) => event === 'stopped'), 'stop');
  }

  async end(): Promise<void> {
    const seq = 1e6;
    this.send(seq, 'disconnect', {});
    await this.allAnswered();
    if (child.exitCode === null) await new Promise((resolve) => child.once('close', resolve));
    expect(child.signalCode).toBeNull();
    expect(Object.fromEntries([...this.answered].filter(([key, times]) => this.asked.get(key) !== times))).toEqual({});
  }
}

function count(counts: Map<number, number>, seq: number): void {
  counts.set(seq, (counts.get(seq) ?? 0) + 1);
}

async function bombard(session: Session, seed: number, messages: number, passedOver: readonly string[]): Promise<void> {
  const nonsense = new Nonsense(generator(seed), place.file('experiment.ts'));
  const random = generator(seed + 1);
  const usable = commands.filter((command) => !passedOver.includes(command));
  for (let index = 0; index < messages; index++) {
    if (random() < 0.1) session.write(nonsense.broken());
    const command = nonsense.one(usable);
    const args = random() < 0.5 ? nonsense.sensible(command) : random() < 0.8 ? nonsense.args() : nonsense.value();
    // One in ten repeats a number that was there before.
    const seq = random() < 0.1 ? Math.max(1, index - 3) : index + 100;
    session.send(seq, command, args);
    if (random() < 0.05) session.send(seq, command, args);
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await session.allAnswered();
}

test.each([11, 12])('from the beginning (seed %i)', async (seed) => {
  const session = new Session();
  await bombard(session, seed, 150, []);
  await session.end();
});

test.each([21, 22])('at a stop and while training runs (seed %i)', async (seed) => {
  const session = new Session();
  session.send(1, 'initialize', initializeArguments);
  session.send(2, 'launch', { experiment: place.file('experiment.ts'), backend: 'cpu' });
  session.send(3, 'setBreakpoints', { source: { path: place.file('experiment.ts') }, breakpoints: [{ line: 24 }] });
  session.send(4, 'configurationDone', {});
  await session.stopped();
  await bombard(session, seed, 250, []);
  session.send(900_000, 'threads', {});
  await session.allAnswered();
  await session.end();
});

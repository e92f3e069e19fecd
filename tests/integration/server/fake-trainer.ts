/**
 * A trainer without TensorFlow.js, bundled by support.ts: speaks what the real one speaks, and does what
 * the experiment's text says in words such as `steps=20`, `crash=SIGKILL`, `exit=3`, `oom`, `hang`.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { parseMessage, stringifyMessage } from '../../../src/shared/base/message-json.js';
import { encodeFileVersion, encodeScalars } from '../../../src/shared/events/event-writer.js';
import type { TrainingEvent } from '../../../src/shared/protocol/training.js';

const mode = process.argv[2];
if (mode === 'debug') debug();
else analyze();

function wordsOf(file: string) {
  const text = readFileSync(file, 'utf8');
  const value = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(text)?.[1];
  return { text, value, has: (word: string) => new RegExp(`\\b${word}\\b`).test(text) };
}

function debug(): void {
  const channel = new Socket({ fd: 3 });
  let pending = Buffer.alloc(0);
  let seq = 1;
  let launched: { experiment: string; runDir?: string } = { experiment: '' };
  let timer: NodeJS.Timeout | undefined;
  let paused = false;
  let step = 0;
  let runDir = '';
  /** With breakpoints. */
  let lines: number[] = [];

  const send = (message: Record<string, unknown>) => {
    const body = Buffer.from(stringifyMessage({ seq: seq++, ...message }));
    channel.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  };
  const event = (name: string, body?: unknown) => send({ type: 'event', event: name, body });
  const tell = (...events: TrainingEvent[]) => event('backstep/training', { events });
  const summary = (fields: Record<string, unknown>) =>
    writeFileSync(
      path.join(runDir, 'run.json'),
      JSON.stringify({
        formatVersion: 1,
        name: 'fake',
        experiment: path.basename(launched.experiment),
        status: 'running',
        pid: process.pid,
        createdAt: Date.now(),
        updatedAt: Date.now(),
        seed: 7,
        epochs: 1,
        epoch: 1,
        step,
        wallMs: 1,
        backend: 'cpu',
        device: 'none',
        params: 3,
        versions: {},
        ...fields,
      }),
    );
  const finish = (reason: 'completed' | 'stopped') => {
    clearInterval(timer);
    if (runDir) {
      summary({ status: reason, pid: undefined });
      writeFileSync(path.join(runDir, 'state.safetensors'), '');
    }
    tell({ kind: 'end', reason, epoch: 1, steps: step, wallMs: 1, stateHash: 'abc', runDir });
    event('terminated');
    setTimeout(() => process.exit(0), 300);
  };

  const start = () => {
    const words = wordsOf(launched.experiment);
    if (words.has('oom')) {
      process.stderr.write('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n');
      process.abort();
    }
    process.stdout.write('hello from the experiment\n');
    process.stderr.write('a native warning\n');
    runDir = launched.runDir ?? path.join(path.dirname(launched.experiment), 'runs', `run-${process.pid}`);
    mkdirSync(path.join(runDir, 'train'), { recursive: true });
    summary({});
    const events = path.join(runDir, 'train', 'events.out.tfevents.1.fake.1.v2');
    writeFileSync(events, encodeFileVersion(1));
    tell({
      kind: 'start',
      runDir,
      name: 'fake',
      experiment: launched.experiment,
      seed: 7,
      epochs: 1,
      stepsPerEpoch: 10,
      batchSize: 1,
      params: 3,
      trainableParams: 3,
      backend: 'cpu',
      device: 'none',
      precision: 'float32',
      speed: 'eager',
      notInUse: [],
      layers: [],
      metricNames: ['accuracy'],
      data: { name: 'fake', source: 'memory', description: 'fake', skipped: [], skippedCount: 0 },
      startEpoch: 0,
      startStep: 0,
      wallTime: Date.now(),
    });
    const steps = Number(words.value('steps') ?? 10);
    const everyMs = Number(words.value('every') ?? 5);
    timer = setInterval(() => {
      if (paused) return;
      step++;
      const loss = step === 3 ? NaN : 1 / step;
      appendFileSync(events, encodeScalars(step, step, [['loss', loss]]));
      tell({
        kind: 'step',
        epoch: 1,
        step,
        stepInEpoch: step,
        loss,
        metrics: { accuracy: 0.5 },
        stepMs: everyMs,
        dataWaitMs: 0,
        overheadMs: 0,
        examples: 1,
        wallTime: Date.now(),
      });
      if (step < steps) return;
      const signal = words.value('crash') as NodeJS.Signals | undefined;
      if (signal) process.kill(process.pid, signal);
      else if (words.value('exit')) process.exit(Number(words.value('exit')));
      else finish('completed');
    }, everyMs);
    if (words.has('hang')) for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  };

  const handle = (request: { seq: number; command: string; arguments: Record<string, unknown> }) => {
    const respond = (success: boolean, rest: Record<string, unknown> = {}) =>
      send({ type: 'response', request_seq: request.seq, command: request.command, success, ...rest });
    switch (request.command) {
      case 'initialize':
        respond(true, { body: {} });
        event('initialized');
        break;
      case 'launch':
        launched = request.arguments as typeof launched;
        if (wordsOf(launched.experiment).has('refuse'))
          respond(false, { message: 'The launch arguments are not right.' });
        else respond(true);
        break;
      case 'configurationDone':
        if (wordsOf(launched.experiment).has('refuse')) {
          respond(false, { message: 'Nothing has been launched yet.' });
          break;
        }
        respond(true);
        start();
        break;
      case 'pause':
        paused = true;
        respond(true);
        event('stopped', {
          reason: 'pause',
          threadId: 1,
          backstep: { reason: 'pause', description: 'paused', breakpointIds: [], epoch: 1, step, stepInEpoch: step },
        });
        break;
      case 'continue':
        paused = false;
        respond(true);
        event('continued', { threadId: 1 });
        break;
      case 'setBreakpoints':
        lines = (request.arguments['breakpoints'] as { line: number }[]).map(({ line }) => line);
        respond(true, { body: { breakpoints: lines.map((line) => ({ verified: true, line })) } });
        break;
      case 'evaluate': {
        const { expression } = request.arguments;
        const result = expression === 'lines' ? lines.join() : String(expression);
        respond(true, { body: { result, variablesReference: 0 } });
        break;
      }
      case 'never':
        break;
      case 'terminate':
        respond(true);
        finish('stopped');
        break;
      case 'disconnect':
        respond(true);
        process.exit(0);
        break;
      default:
        respond(true, { body: {} });
    }
  };

  channel.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(pending.toString('latin1', 0, end))![1]);
      if (pending.length < end + 4 + length) return;
      const body = pending.toString('utf8', end + 4, end + 4 + length);
      pending = pending.subarray(end + 4 + length);
      handle(parseMessage(body) as Parameters<typeof handle>[0]);
    }
  });
  // The server is gone: what was trained is saved.
  channel.on('end', () => finish('stopped'));
  channel.on('error', () => finish('stopped'));
}

function analyze(): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (text: string) => {
    const { id, request } = parseMessage(text) as {
      id: number;
      request: { experiment: string; overlays: Record<string, string> };
    };
    const source = request.overlays[request.experiment] ?? readFileSync(request.experiment, 'utf8');
    const work = { what: 'model()', place: { file: request.experiment, line: 9, column: 3 } };
    process.send!(stringifyMessage({ kind: 'working', id, work }));
    if (source.includes('loop()')) for (;;);
    if (source.includes('crash()')) process.abort();
    const analysis = {
      file: request.experiment,
      layers: [],
      problems: [],
      elapsedMs: 1,
      settings: { seed: process.pid, epochs: source.length },
    };
    setTimeout(() => process.send!(stringifyMessage({ kind: 'analysis', id, analysis })), 20);
  });
  process.send!(stringifyMessage({ kind: 'ready' }));
}

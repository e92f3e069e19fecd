// What a debugger that is attached and has conditions armed adds to a compiled step, over one without any. Conditions are
// set and cleared in turns within one run, by the Debug Adapter Protocol as the window speaks it, so that the machine's
// moods meet both.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, nativeModels } from './native.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const armed = ['loss > 1e6 || isNaN(loss)', 'gradNorm > 1e9', 'notFinite'].map((condition, i) => ({
  id: `armed-${i}`,
  enabled: true,
  at: { kind: 'condition', condition },
}));

async function debugRun(model, steps, turn) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-debugger-'));
  const engine = process.env.BACKSTEP_TEST_ENGINE;
  const child = spawn(process.execPath, [path.join(root, 'dist/trainer/main.js'), 'debug'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      MALLOC_TRIM_THRESHOLD_: '4294967296',
      MALLOC_MMAP_THRESHOLD_: '4294967296',
      ...(engine ? { BACKSTEP_ENGINE: engine } : {}),
    },
  });
  const pipe = child.stdio[3];
  let seq = 0;
  const send = (command, args) => {
    const text = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args });
    pipe.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const times = { armed: [], none: [] };
  let isArmed = false;
  // What is on its way when the conditions change belongs to neither.
  let unsure = Math.ceil(steps / 4);
  let taken = 0;
  const setBreakpoints = () => send('backstep/setTrainingBreakpoints', { breakpoints: isArmed ? armed : [] });
  const stepTaken = (stepMs) => {
    if (unsure > 0) unsure--;
    else {
      times[isArmed ? 'armed' : 'none'].push(stepMs);
      if (++taken % turn > 0) return;
      isArmed = !isArmed;
      unsure = Math.max(2, Math.ceil(turn / 2));
      setBreakpoints();
    }
  };
  const ended = new Promise((resolve, reject) => {
    let rest = Buffer.alloc(0);
    child.on('error', reject);
    pipe.on('error', () => pipe.destroy());
    pipe.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const head = rest.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/Content-Length: (\d+)/.exec(rest.subarray(0, head).toString())[1]);
        if (rest.length < head + 4 + length) return;
        const message = JSON.parse(rest.subarray(head + 4, head + 4 + length).toString());
        rest = rest.subarray(head + 4 + length);
        if (message.event === 'backstep/training') {
          for (const event of message.body.events) {
            if (event.kind === 'step' && event.speed === 'compiled') stepTaken(event.stepMs);
            if (event.kind === 'error') reject(new Error(event.message));
          }
        }
        if (message.event === 'stopped') reject(new Error(`it stopped: ${message.body.description}`));
        if (message.event === 'terminated') resolve();
      }
    });
  });
  send('initialize', { adapterID: 'backstep' });
  send('launch', {
    experiment: path.join(root, model.experiment),
    backend: 'tensorflow',
    steps,
    runDir: path.join(folder, 'run'),
    ...(existsSync(model.dataDir) ? { dataDir: model.dataDir } : {}),
  });
  setBreakpoints();
  send('configurationDone', {});
  try {
    await ended;
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
  return times;
}

export async function debuggerCost(name, { steps = nativeModels[name].steps, turn = 6 } = {}) {
  const times = await debugRun(nativeModels[name], steps, turn);
  const [withoutMs, armedMs] = [median(times.none), median(times.armed)];
  return { withoutMs, armedMs, ratio: armedMs / withoutMs, steps: times.none.length + times.armed.length };
}

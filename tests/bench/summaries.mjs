// What summaries cost: single ones on the training's thread, and all that are written by default in whole trainings,
// by their own account and by training with and without them in turns.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { median } from './native.mjs';
import { bundleWorker } from './step-time.mjs';
import { ratioOf } from './taking-turns.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

export async function singleSummaries() {
  const worker = await bundleWorker('summaries-worker.ts');
  const { stdout } = await run(process.execPath, [worker, path.join(root, 'dist/trainer/summary-worker.js')]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Of all steps but the first few, which the processor has to warm up for. */
function msOfSteps(stdout) {
  const steps = stdout
    .split('\n')
    .filter((line) => line.startsWith('{"kind":"step"'))
    .map((line) => JSON.parse(line).stepMs)
    .slice(5);
  return steps.reduce((sum, ms) => sum + ms, 0);
}

/** Neighbours in time are compared, each time in both orders, so that nothing has the machine warmer than the rest. */
const turns = ['off', 'default', 'default', 'off'];

/**
 * `share` is what the run says itself; `steps` what its steps took beside those of runs without summaries, `processes`
 * what the whole processes took; `all`: the steps of a run which no budget holds.
 */
export async function wholeTraining({ experiment, flags, environment, rounds = 5 }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-summaries-'));
  const train = async (mode, name) => {
    const runDir = path.join(folder, name);
    const words = ['run', experiment, '--json', '--summaries', mode, '--run-dir', runDir, ...flags];
    const began = performance.now();
    const { stdout } = await run(process.execPath, [path.join(root, 'dist/cli/main.js'), ...words], {
      cwd: root,
      env: { ...process.env, BACKSTEP_HOME: path.join(folder, 'home'), ...environment },
      maxBuffer: 2 ** 28,
    });
    const wallMs = performance.now() - began;
    const { summaries } = JSON.parse(await readFile(path.join(runDir, 'run.json'), 'utf8'));
    return { ms: msOfSteps(stdout), wallMs, summaries };
  };
  try {
    const found = [];
    for (let round = 0; round < rounds; round++) {
      const ran = [];
      for (const [turn, mode] of turns.entries()) ran.push(await train(mode, `${mode}-${round}-${turn}`));
      found.push(ran);
    }
    const beside = (key) => ratioOf(found.map(([a, b, c, d]) => (b[key] + c[key]) / (a[key] + d[key])));
    const usual = found.flatMap(([, b, c]) => [b.summaries, c.summaries]);
    const all = await train('all', 'all');
    return {
      share: median(usual.map(({ share }) => share)),
      steps: beside('ms'),
      processes: beside('wallMs'),
      bytes: usual[0].bytes,
      all: all.ms / median(found.map(([a]) => a.ms)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// What summaries cost: single ones on the training's thread, and all that are written by default in whole trainings,
// by their own account and by training with and without them in turns.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleWorker } from './step-time.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

export async function singleSummaries() {
  const worker = await bundleWorker('summaries-worker.ts');
  const { stdout } = await run(process.execPath, [worker, path.join(root, 'dist/trainer/summary-worker.js')]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Of all steps but the first few, which the processor has to warm up for. */
function msOfSteps(stdout) {
  const steps = stdout
    .split('\n')
    .filter((line) => line.startsWith('{"kind":"step"'))
    .map((line) => JSON.parse(line).stepMs)
    .slice(5);
  return steps.reduce((sum, ms) => sum + ms, 0);
}

/** `share` is what the run says itself; `ratio` what its steps took beside those of runs without summaries. */
export async function wholeTraining({ experiment, flags, environment, rounds = 3 }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-summaries-'));
  const train = async (mode, name) => {
    const runDir = path.join(folder, name);
    const words = ['run', experiment, '--json', '--summaries', mode, '--run-dir', runDir, ...flags];
    const { stdout } = await run(process.execPath, [path.join(root, 'dist/cli/main.js'), ...words], {
      cwd: root,
      env: { ...process.env, BACKSTEP_HOME: path.join(folder, 'home'), ...environment },
      maxBuffer: 2 ** 28,
    });
    const { summaries } = JSON.parse(await readFile(path.join(runDir, 'run.json'), 'utf8'));
    return { ms: msOfSteps(stdout), summaries };
  };
  try {
    const plain = [];
    const written = [];
    for (let round = 0; round < rounds; round++) {
      plain.push(await train('off', `off-${round}`));
      written.push(await train('default', `default-${round}`));
    }
    return {
      share: median(written.map(({ summaries }) => summaries.share)),
      ratio: median(written.map(({ ms }) => ms)) / median(plain.map(({ ms }) => ms)),
      bytes: written[0].summaries.bytes,
      sets: written[0].summaries.sets,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

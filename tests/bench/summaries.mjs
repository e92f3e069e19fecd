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

/** Alternating, each time in the other order, so that nothing has the machine warmer than the rest. */
const modes = ['off', 'default', 'all'];

/**
 * `share` is what the run says itself; `ratio` what its steps took beside those of runs without summaries, `wallRatio`
 * what its whole process took: of `default`, and of `all`, which no budget holds.
 */
export async function wholeTraining({ experiment, flags, environment, rounds = 3 }) {
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
    const found = Object.fromEntries(modes.map((mode) => [mode, []]));
    for (let round = 0; round < rounds; round++) {
      for (const mode of round % 2 === 0 ? modes : modes.toReversed())
        found[mode].push(await train(mode, `${mode}-${round}`));
    }
    const beside = (mode, key) => median(found[mode].map((one) => one[key])) / median(found.off.map((one) => one[key]));
    const costOf = (mode) => ({
      share: median(found[mode].map(({ summaries }) => summaries.share)),
      ratio: beside(mode, 'ms'),
      wallRatio: beside(mode, 'wallMs'),
      bytes: found[mode][0].summaries.bytes,
      sets: found[mode][0].summaries.sets,
    });
    return { usual: costOf('default'), all: costOf('all') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Seconds an epoch of the rock-paper-scissors sample on wasm, and where a step's time goes, through the command line.
// The photographs of the test data where they are there, else generated hands.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const photographs = path.resolve(root, process.env.BACKSTEP_TEST_DATA ?? '../shared/data', 'rps');

/**
 * `epochSeconds` is the last epoch's, validation included; shares are of all its steps' time: `dataShare` waiting for
 * batches, `overheadShare` in hooks and logging.
 */
export async function epochTime({ epochs = 2, sample = 'rock-paper-scissors' } = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-epoch-'));
  const data = existsSync(photographs) ? ['--data', photographs] : [];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['scripts/backstep.mjs', 'run', `assets/samples/${sample}`, '--json', '--epochs', String(epochs)],
      ...['--run-dir', path.join(folder, 'run'), ...data],
    ],
    { cwd: root, maxBuffer: 64 << 20 },
  );
  await rm(folder, { recursive: true, force: true });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const steps = lines.filter(({ kind, epoch }) => kind === 'step' && epoch === epochs);
  const last = lines.filter(({ kind }) => kind === 'epoch').at(-1);
  const sum = (key) => steps.reduce((total, step) => total + step[key], 0);
  return {
    source: lines[0].data.source,
    epochSeconds: last.epochMs / 1000,
    stepMs: sum('stepMs') / steps.length,
    dataShare: sum('dataWaitMs') / sum('stepMs'),
    overheadShare: sum('overheadMs') / sum('stepMs'),
    accuracy: last.metrics.accuracy,
    validationAccuracy: last.validation?.accuracy,
  };
}

/**
 * What writing summaries costs the thread that trains: a scalar on its way to the event file, and the weights of a
 * large layer on their way to the thread that sums them up. JSON on standard output.
 */
import * as tf from '@tensorflow/tfjs';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chooseBackend } from '../../src/trainer/runtime/backend/backend.js';
import { realDisk } from '../../src/trainer/runtime/disk.js';
import { ScalarLog } from '../../src/trainer/runtime/scalar-log.js';
import { copyOf } from '../../src/trainer/runtime/summaries/look-pass.js';
import { SummaryThread } from '../../src/trainer/runtime/summaries/summary-thread.js';

const SCALARS = 200_000;
/** As many as come in a second of a quick training. */
const BETWEEN_FLUSHES = 3_000;
const WEIGHTS = 1_000_000;
const ROUNDS = 15;

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

function scalarMicroseconds(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-scalars-'));
  try {
    const log = new ScalarLog(folder, realDisk);
    const began = performance.now();
    for (let step = 1; step <= SCALARS / 3; step++) {
      log.add(step, 1e12 + step, [
        ['loss', 1 / step],
        ['accuracy', 1 - 1 / step],
        ['learning_rate', 0.001],
      ]);
      if ((step * 3) % BETWEEN_FLUSHES === 0) log.flush();
    }
    log.flush();
    const ms = performance.now() - began;
    log.close();
    if (statSync(path.join(folder, readdirSync(folder)[0]!)).size < SCALARS * 20)
      throw new Error('not all was written');
    return (ms * 1000) / SCALARS;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function histogram(workerFile: string) {
  const thread = new SummaryThread(workerFile);
  const kernel = tf.variable(tf.randomNormal([1000, 1000]));
  const own: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const weights = [{ name: 'dense_1/kernel', layer: 'dense_1', after: copyOf(kernel) }];
    const histograms = { weights: true, gradients: false };
    thread.post({ kind: 'weights', step: round, wallTimeMs: 1e12, weights, histograms, norms: true });
    own.push(performance.now() - began);
    const [done] = await thread.settle(60_000);
    if (!done?.record) throw new Error(done?.problem ?? 'no record came back');
    beside.push(done.besideMs);
  }
  await thread.close();
  return { ownMs: median(own.slice(1)), besideMs: median(beside.slice(1)), weights: WEIGHTS };
}

const { backend } = await chooseBackend('wasm');
const found = { backend, scalarUs: scalarMicroseconds(), ...(await histogram(process.argv[2]!)) };
console.log(JSON.stringify(found));

// How long a training step takes on Backstep's wasm backend and on TensorFlow.js's stock cpu backend,
// measured in one run, each in a process of its own, both bundled as the product is.
//   node tests/bench/step-time.mjs [--filters 16-32-64-64]… [--no-cpu]
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build } from '../../scripts/build.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** A file of this folder as a program of its own, built as the product is; gives its path. */
export async function bundleWorker(file) {
  // Beside the other parts of the build, where the trainer's code looks for its compiled loops.
  const worker = path.join(root, 'dist/bench', file.replace(/\.ts$/, '.mjs'));
  await build({ only: ['loops'] });
  await mkdir(path.dirname(worker), { recursive: true });
  await esbuild({
    entryPoints: [path.join(here, file)],
    outfile: worker,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['sharp', '@node-rs/crc32'],
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
    },
    logLevel: 'error',
  });
  return worker;
}

async function measure(worker, job) {
  const { stdout } = await promisify(execFile)(process.execPath, [worker, JSON.stringify(job)]);
  const { times, params } = JSON.parse(stdout);
  return { ms: median(times), params };
}

/**
 * Rows of `{ model, params, batch, wasmMs, epochSeconds?, stockCpuMs?, stockCpuBatch?, ratio? }`: medians of
 * warm steps, data not counted. Stock cpu takes minutes for a step of the big model, so it is measured
 * at a small batch, in its first step, and scaled: nearly all of its time is proportional to the batch.
 */
export async function stepTime({ filters = ['16-32-64-64'], cpu = true } = {}) {
  const worker = await bundleWorker('step-time-worker.ts');
  const jobs = [
    ...filters.map((name) => ({
      name: `rock-paper-scissors CNN ${name}`,
      epochSteps: 79,
      batch: 32,
      wasm: { model: 'rps', steps: 8, warmUp: 3, filters: name.split('-').map(Number) },
      stock: { batch: 2, steps: 1, warmUp: 0 },
    })),
    {
      name: 'small CNN 28×28×1',
      batch: 64,
      wasm: { model: 'small', steps: 60, warmUp: 20 },
      stock: { batch: 64, steps: 3, warmUp: 1 },
    },
  ];
  const rows = [];
  for (const { name, batch, epochSteps, wasm, stock } of jobs) {
    const ours = await measure(worker, { ...wasm, batch, backend: 'wasm' });
    const row = { model: name, params: ours.params, batch, wasmMs: ours.ms };
    if (epochSteps) row.epochSeconds = (ours.ms * epochSteps) / 1000;
    if (cpu) {
      const theirs = await measure(worker, { ...wasm, ...stock, backend: 'stock' });
      row.stockCpuMs = (theirs.ms * batch) / stock.batch;
      row.stockCpuBatch = stock.batch;
      row.ratio = row.stockCpuMs / ours.ms;
    }
    rows.push(row);
  }
  return rows;
}

export function stepTimeTable(rows) {
  const number = (value, digits = 0) =>
    value === undefined
      ? '–'
      : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const lines = [['model', 'batch', 'wasm ms', 'epoch s', 'stock cpu ms', 'times faster']];
  for (const row of rows) {
    const scaled = row.stockCpuBatch !== undefined && row.stockCpuBatch !== row.batch;
    lines.push([
      row.model,
      String(row.batch),
      number(row.wasmMs, row.wasmMs < 100 ? 1 : 0),
      number(row.epochSeconds),
      number(row.stockCpuMs) + (scaled ? ` (measured at batch ${row.stockCpuBatch})` : ''),
      number(row.ratio),
    ]);
  }
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const filters = words.filter((_, i) => words[i - 1] === '--filters');
  const rows = await stepTime({ ...(filters.length ? { filters } : {}), cpu: !words.includes('--no-cpu') });
  console.log(stepTimeTable(rows));
}

// Whether memory stays flat over a long training: resident memory of the command and its trainer, seen from outside.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Megabytes of a process and all that it started, and how many those are. */
function resident(pid) {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='])
    .toString()
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const [child, parent] of rows) if (family.has(parent)) family.add(child);
  }
  const mb = rows.reduce((sum, [child, , kilobytes]) => (family.has(child) ? sum + kilobytes / 1024 : sum), 0);
  return { mb, processes: family.size };
}

/** Least-squares slope of y over x. */
function slope(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([step]) => step));
  const y = mean(points.map(([, mb]) => mb));
  const top = points.reduce((sum, [step, mb]) => sum + (step - x) * (mb - y), 0);
  return top / points.reduce((sum, [step]) => sum + (step - x) ** 2, 0);
}

/**
 * `growthMb` is what the straight line through the samples adds over `steps`. As many steps come before
 * them: until its first full collection, which comes after some 10,000, V8 lets the heap grow.
 */
export async function memoryFlat({
  steps = 10_000,
  warmUpSteps = steps,
  experiment = 'assets/samples/iris',
  flags = [],
  environment = {},
  every = 250,
} = {}) {
  const all = warmUpSteps + steps;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-memory-'));
  const child = spawn(
    process.execPath,
    [
      ...['scripts/backstep.mjs', 'run', experiment, '--json', '--epochs', String(all)],
      ...['--steps', String(all), '--run-dir', path.join(folder, 'run'), ...flags],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  );
  const samples = [];
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { kind, step } = JSON.parse(line);
    if (kind !== 'step') continue;
    last = step;
    if (step % every === 0 && step >= warmUpSteps) samples.push({ step, ...resident(child.pid) });
  }
  await rm(folder, { recursive: true, force: true });
  if (last !== all) throw new Error(`training ended after step ${last} of ${all}`);
  // Lines arrive late: at the last ones the trainer can be gone already.
  const whole = Math.max(...samples.map(({ processes }) => processes));
  const points = samples.filter(({ processes }) => processes === whole).map(({ step, mb }) => [step, mb]);
  return {
    steps,
    warmUpSteps,
    startMb: points[0][1],
    endMb: points.at(-1)[1],
    peakMb: Math.max(...points.map(([, mb]) => mb)),
    growthMb: slope(points) * steps,
  };
}

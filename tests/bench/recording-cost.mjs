// What it costs to record the graph of a step, an op; nothing is hooked in while nobody does.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundleWorker } from './step-time.mjs';

export async function recordingCost() {
  const worker = await bundleWorker('recording-cost-worker.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [worker]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

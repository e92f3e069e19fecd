/**
 * WebAssembly: the default that npm alone brings. TensorFlow.js's own backend, plus what training
 * needs and it lacks (../wasm). One thread: its threaded build hangs outside of a plain page.
 */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';
import { registerTrainingKernels } from '../wasm/kernels/index.js';
import { findTfjsWasmFolder, findTrainingLoops } from '../wasm/wasm-files.js';
import { bindTrainingLoops, failWhereMemoryIsFull, type WasmBackend } from '../wasm/wasm-memory.js';
import type { BackendKind, BackendStart } from './backend.js';
import { assertBackendComputes } from './probe.js';

let kernelsAreRegistered = false;
let failure: Error | undefined;

export const wasm: BackendKind = {
  name: 'wasm',
  async start(): Promise<BackendStart> {
    const folder = findTfjsWasmFolder();
    if (folder === undefined) {
      return {
        kind: 'unavailable',
        reason: "TensorFlow.js's .wasm files are missing beside the trainer and in node_modules",
        change: 'npm ci && npm run build',
      };
    }
    const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
    const loops = findTrainingLoops();
    if (simd && loops === undefined) {
      return {
        kind: 'unavailable',
        reason: 'the compiled training loops (training-loops.wasm) are missing',
        change: 'npm run build',
      };
    }
    try {
      if (!kernelsAreRegistered) {
        tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
        setWasmPaths(folder);
        rememberFailure();
        registerTrainingKernels(simd);
        kernelsAreRegistered = true;
      }
      await keepingProcessListeners(() => tf.setBackend('wasm'));
      if (tf.getBackend() !== 'wasm') throw failure ?? new Error('TensorFlow.js could not start it');
      const backend = tf.backend() as unknown as WasmBackend;
      if (loops !== undefined && simd) prepare(backend, loops);
      assertBackendComputes('wasm');
    } catch (error) {
      return {
        kind: 'unavailable',
        reason: `the WebAssembly backend does not start: ${reasonOf(error)}`,
        change: 'npm ci && npm run build',
      };
    }
    return {
      kind: 'works',
      device: simd ? 'CPU, SIMD, 1 thread' : 'CPU without SIMD, 1 thread (convolutions train slowly)',
    };
  },
};

const prepared = new WeakSet<WasmBackend>();

function prepare(backend: WasmBackend, loops: string): void {
  if (prepared.has(backend)) return;
  bindTrainingLoops(backend, new WebAssembly.Module(readFileSync(loops)));
  failWhereMemoryIsFull(backend);
  prepared.add(backend);
}

/** TensorFlow.js only logs why a backend fails to start; a person is to be told. */
function rememberFailure(): void {
  const factory = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend(
    'wasm',
    async () => {
      try {
        return await factory();
      } catch (error) {
        failure = new Error(reasonOf(error), { cause: error });
        throw error;
      }
    },
    2,
  );
}

function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/**
 * The module's start-up code takes every listener for uncaught errors off the process and puts on its
 * own, which ends the process with an exit code of its choice. How the trainer fails is the trainer's
 * to say: what was there before is there afterwards, and nothing else.
 */
async function keepingProcessListeners(start: () => Promise<unknown>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.rawListeners(event) as (() => void)[]);
  await start();
  events.forEach((event, i) => {
    process.removeAllListeners(event);
    for (const listener of before[i]!) process.on(event, listener);
  });
}

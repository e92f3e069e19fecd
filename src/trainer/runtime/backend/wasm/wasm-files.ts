/**
 * Where the .wasm files lie: beside the built trainer, or, where the trainer runs from its sources
 * (tests), in node_modules and in the build's output.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const TFJS_FILE = 'tfjs-backend-wasm-simd.wasm';
const LOOPS_FILE = 'training-loops.wasm';

/** The folder of TensorFlow.js's .wasm files, with a separator at its end. */
export function findTfjsWasmFolder(): string | undefined {
  if (existsSync(path.join(here, TFJS_FILE))) return here + path.sep;
  try {
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    const folder = path.join(path.dirname(main), 'dist');
    return existsSync(path.join(folder, TFJS_FILE)) ? folder + path.sep : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The compiled training loops (assembly/, built as the part `loops`). */
export function findTrainingLoops(): string | undefined {
  const built = path.join(here, '..', 'loops', LOOPS_FILE);
  const fromSources = path.join(here, '../../../../../dist/loops', LOOPS_FILE);
  return [built, fromSources].find((file) => existsSync(file));
}

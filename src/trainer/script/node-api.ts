/**
 * What scripts that import `@tensorflow/tfjs-node` find beside TensorFlow.js itself, as far as it can be had
 * here; the rest says so where it is called. Knows no run.
 */
import * as tf from '@tensorflow/tfjs';
import { fileSystem } from './file-models.js';

class NotHere extends Error {
  override readonly name = 'NotHere';
  constructor(
    name: string,
    readonly hint: string,
  ) {
    super(`tf.node.${name} is not available in a script that Backstep runs.`);
  }
}

/** `tf.node`. */
export const node: Readonly<Record<string, unknown>> = new Proxy(
  {
    /** The run's folder has event files for TensorBoard anyway. */
    tensorBoard: () => new tf.CustomCallback({}),
  } as Record<string, unknown>,
  {
    get: (own, name) => {
      if (typeof name !== 'string' || name in own) return own[name as string];
      return () => {
        throw new NotHere(
          name,
          name.startsWith('decode')
            ? 'Read images with the package “sharp”, or write an experiment with datasets.imageFolder.'
            : 'Use what @tensorflow/tfjs itself offers.',
        );
      };
    },
  },
);

/** `tf.io`, with the handler of tfjs-node. */
export const io = Object.freeze({ ...tf.io, fileSystem });

/** Of `@tensorflow/tfjs-backend-wasm`: the files are Backstep's own. */
export const setWasmPaths = (): void => undefined;
export const setWasmPath = (): void => undefined;

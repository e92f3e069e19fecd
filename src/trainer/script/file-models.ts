/**
 * `file://` as a place of models, which scripts know from tfjs-node: `model.save('file://folder')` and
 * `tf.loadLayersModel('file://folder/model.json')`. The files are those that every TensorFlow.js reads.
 */
import * as tf from '@tensorflow/tfjs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SCHEME = 'file://';
const MODEL = 'model.json';
const WEIGHTS = 'weights.bin';

/** For the rest of the process. */
export function handleFiles(): void {
  tf.io.registerSaveRouter((url) => (isFile(url) ? saver(pathOf(url)) : (undefined as unknown as tf.io.IOHandler)));
  tf.io.registerLoadRouter((url) => (isFile(url) ? loader(pathOf(url)) : (undefined as unknown as tf.io.IOHandler)));
}

/** What `tf.io.fileSystem` of tfjs-node gives. */
export function fileSystem(file: string | readonly string[]): tf.io.IOHandler {
  const [first = ''] = typeof file === 'string' ? [file] : file;
  return { ...saver(first), ...loader(first) };
}

function isFile(url: unknown): url is string {
  return typeof url === 'string' && url.startsWith(SCHEME);
}

/** `file://./model` is meant from where the script runs, which no URL can say. */
function pathOf(url: string): string {
  const rest = url.slice(SCHEME.length);
  return path.isAbsolute(rest) && process.platform === 'win32' ? fileURLToPath(url) : path.resolve(rest);
}

function saver(folder: string): tf.io.IOHandler {
  return {
    save: async (artifacts) => {
      if (artifacts.modelTopology instanceof ArrayBuffer)
        throw new Error('A model whose topology is binary cannot be saved to files.');
      await mkdir(folder, { recursive: true });
      const data = tf.io.CompositeArrayBuffer.join(artifacts.weightData);
      const manifest = [{ paths: [WEIGHTS], weights: artifacts.weightSpecs ?? [] }];
      const { weightData: _, weightSpecs: __, ...rest } = artifacts;
      await writeFile(path.join(folder, WEIGHTS), Buffer.from(data));
      await writeFile(path.join(folder, MODEL), JSON.stringify({ ...rest, weightsManifest: manifest }));
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    },
  };
}

function loader(file: string): tf.io.IOHandler {
  return {
    load: async () => {
      const json = JSON.parse(await readFile(file, 'utf8')) as tf.io.ModelJSON;
      return tf.io.getModelArtifactsForJSON(json, async (manifest) => {
        const files = manifest.flatMap(({ paths }) => paths).map((one) => path.join(path.dirname(file), one));
        const parts = await Promise.all(files.map((one) => readFile(one)));
        const whole = Uint8Array.from(Buffer.concat(parts));
        return [manifest.flatMap(({ weights }) => weights), whole.buffer];
      });
    },
  };
}

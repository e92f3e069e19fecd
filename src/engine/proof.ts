/**
 * The proof of an engine, in a fresh process: loads its addon and trains one layer for two steps, with
 * results that are known. `<node> proof.js <engine's folder>`; says over IPC how it went. A library that
 * crashes takes only this process down.
 */
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { messageOf } from '../shared/base/message-of.js';
import { enginePlaces } from './../shared/base/places.js';
import { engineManifest } from '../shared/protocol/engine.js';

export type ProofMessage =
  | { readonly kind: 'proven'; readonly version: string; readonly gpu: boolean }
  | { readonly kind: 'failed'; readonly message: string };

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The addon's own interface, as TensorFlow.js's npm package types it. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array): number;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly { readonly id: number }[];
  tensorDataSync(id: number): Float32Array;
  isUsingGpuDevice(): boolean;
}

/** Least squares on one example: y = x·W, loss = ½|y − t|², W ← W − ½·xᵀ(y − t). */
function trainTwoSteps(binding: Binding): number[] {
  const type: Attribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const flag = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const tensor = (shape: readonly number[], values: readonly number[]): number =>
    binding.createTensor(shape, binding.TF_FLOAT, Float32Array.from(values));
  const op = (name: string, inputs: readonly number[], attributes: readonly Attribute[] = []): number =>
    binding.executeOp(name, [...attributes, type], inputs, 1)[0]!.id;
  const x = tensor([1, 2], [1, -1]);
  const target = tensor([1, 2], [0, 4]);
  const rate = tensor([], [0.5]);
  let weights = tensor([2, 2], [1, 2, 3, 4]);
  for (let step = 0; step < 2; step++) {
    const y = op('MatMul', [x, weights], [flag('transpose_a', false), flag('transpose_b', false)]);
    const error = op('Sub', [y, target]);
    const gradient = op('MatMul', [x, error], [flag('transpose_a', true), flag('transpose_b', false)]);
    weights = op('Sub', [weights, op('Mul', [gradient, rate])]);
  }
  return [...binding.tensorDataSync(weights)];
}

function prove(): ProofMessage {
  const engine = process.argv[2] ?? '';
  const manifest = engineManifest.parse(JSON.parse(readFileSync(path.join(engine, enginePlaces.manifest), 'utf8')));
  const module = { exports: {} };
  process.dlopen(module, path.join(engine, manifest.addon));
  const binding = module.exports as Binding;
  const weights = trainTwoSteps(binding);
  // y − t is [−2, −6], then [0, 0]: the first step reaches the target, the second stays there.
  const wanted = [2, 5, 2, 1];
  if (weights.join() !== wanted.join()) {
    return {
      kind: 'failed',
      message: `a training step gave [${weights.join(', ')}] instead of [${wanted.join(', ')}]`,
    };
  }
  return { kind: 'proven', version: binding.TF_Version, gpu: binding.isUsingGpuDevice() };
}

let message: ProofMessage;
try {
  message = prove();
} catch (error) {
  message = { kind: 'failed', message: messageOf(error) };
}
// TensorFlow's threads must not hold up the end.
process.send?.(message, () => process.exit(0));

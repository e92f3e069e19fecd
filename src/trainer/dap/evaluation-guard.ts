/**
 * What an expression of a person's may do to the training that stands still: compute beside it, change a
 * weight by assigning it. What it makes ends with the stop; what the training lives on stays whole,
 * whatever the expression tries to give back. Knows no debugger.
 */
import * as tf from '@tensorflow/tfjs';
import { beginAside } from '../runtime/aside.js';
import { holdLearningRate, learningRateOf, slotsOf } from '../runtime/optimizer-state.js';
import { trainable } from '../runtime/tfjs-internals.js';

interface Guarded {
  readonly model: tf.LayersModel | undefined;
  readonly optimizer: tf.Optimizer | undefined;
}

export interface Evaluated {
  /** What it made and gave back, and variables that it made: the caller's to dispose. */
  readonly kept: readonly tf.Tensor[];
  /** A weight, a slot or the learning rate has another value than before. */
  readonly changed: boolean;
}

interface CountedLayer {
  _refCount: number;
}

/** Begins an evaluation; what is given back ends it, with its result where there is one. */
export function beginGuarded({ model, optimizer }: Guarded): (result?: unknown) => Evaluated {
  const before = new Map(registeredVariables().map((variable) => [variable, variable.dataId]));
  const learningRate = optimizer && learningRateOf(optimizer);
  const counts = model ? layersWithin(model).map((layer) => ({ layer, count: layer._refCount })) : [];
  const letTrain = refuseTraining();
  const renewLearningRate = optimizer ? holdLearningRate(optimizer) : () => undefined;
  const end = beginAside();
  return (result) => {
    const kept = end(result);
    letTrain();
    renewLearningRate();
    // A layer counts down before it gives its weights back, which it is then not let do.
    for (const { layer, count } of counts) if (layer._refCount < count) layer._refCount = count;
    const own = new Set([
      ...(optimizer ? slotsOf(optimizer).map(({ variable }) => variable) : []),
      ...(model ? model.weights.map((weight) => weight.read()) : []),
    ]);
    const made = registeredVariables().filter((variable) => !before.has(variable));
    const changed =
      made.some((variable) => own.has(variable)) ||
      [...before].some(([variable, dataId]) => variable.dataId !== dataId) ||
      (optimizer && learningRateOf(optimizer)) !== learningRate;
    return { kept: [...new Set([...kept, ...made.filter((variable) => !own.has(variable))])], changed };
  };
}

/** What waits for something in between would go on in the middle of the training, once that goes on. */
const waiting = ['fit', 'fitDataset', 'trainOnBatch', 'evaluateDataset'] as const;

/** Until what is given back is called. */
function refuseTraining(): () => void {
  const undo = [tf.LayersModel.prototype, tf.Sequential.prototype].flatMap((prototype) =>
    waiting.map((name) => {
      const before = Object.getOwnPropertyDescriptor(prototype, name)!;
      const value = (): never => {
        throw new Error(`Training stands still here, and model.${name} would go on in the middle of it.`);
      };
      Object.defineProperty(prototype, name, { ...before, value });
      return () => Object.defineProperty(prototype, name, before);
    }),
  );
  return () => undo.forEach((one) => one());
}

function registeredVariables(): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables);
}

/** The model itself and what it wraps, too: each counts who uses it. */
function layersWithin(model: tf.LayersModel): CountedLayer[] {
  const found = new Set<unknown>();
  const visit = (layer: tf.layers.Layer): void => {
    if (found.has(layer)) return;
    found.add(layer);
    if (!(layer instanceof tf.LayersModel)) return;
    visit(trainable(layer) as unknown as tf.layers.Layer);
    layer.layers.forEach(visit);
  };
  visit(model);
  return [...found] as CountedLayer[];
}

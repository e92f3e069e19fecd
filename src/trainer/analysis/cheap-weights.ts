/**
 * Lets a model be built for its shapes alone: every weight starts as zeros, which the operating
 * system hands out without touching memory, instead of millions of random numbers. Shapes, counts
 * and the model's own checks stay as they are.
 */
import * as tf from '@tensorflow/tfjs';
import { totalmem } from 'node:os';
import { surroundings } from '../runtime/model-files/surroundings.js';
import { shapeText } from './layer-arithmetic.js';

/** For the rest of the process, which must not train. */
export function makeWeightsCheap(): void {
  surroundings.shapesAlone = true;
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const addWeight = prototype.addWeight;
  const zeros = tf.initializers.zeros();
  prototype.addWeight = function (name, shape, dtype, initializer, ...rest) {
    refuseHuge(name, shape);
    return addWeight.call(this, name, shape, dtype, initializer ? zeros : initializer, ...rest);
  };
}

/** Weights alone that are larger than the machine's memory cannot be trained, whatever the batch. */
function refuseHuge(name: string, shape: readonly number[]): void {
  const bytes = shape.reduce((product, size) => product * size, 4);
  if (bytes <= totalmem()) return;
  const error = new Error(
    `Its ${shapeText(shape)} ${name} would need ${Math.round(bytes / 2 ** 30).toLocaleString('en-US')} GB of memory`,
  );
  throw Object.assign(error, {
    hint: 'Use fewer units or filters, or make its input smaller, for example by pooling.',
  });
}

type AddWeight = (
  this: unknown,
  name: string,
  shape: number[],
  dtype: unknown,
  initializer: unknown,
  ...rest: unknown[]
) => unknown;

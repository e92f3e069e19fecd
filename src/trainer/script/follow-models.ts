/** Follows the models of a script: those that it compiles, and those that it calls where gradients are taken. */
import * as tf from '@tensorflow/tfjs';
import { around } from './around.js';
import type { TrainingFollower } from './follow-tensorflow.js';

/** For the rest of the process. @param known the model as the person has it */
export function followModels(follower: TrainingFollower, known: (model: tf.LayersModel) => tf.LayersModel): void {
  const prototypes = [tf.LayersModel.prototype, tf.Sequential.prototype];
  let compiles = 0;
  for (const prototype of prototypes) {
    around(prototype, 'compile', (original, self, values) => {
      compiles++;
      try {
        original(...values);
      } finally {
        compiles--;
      }
      if (compiles === 0) follower.seesModel(known(self as tf.LayersModel));
      return undefined;
    });
  }
  const { state } = tf.engine();
  let calls = 0;
  // `predict` of a sequential model calls that of the model inside; `apply` is every layer's.
  for (const prototype of prototypes) {
    for (const name of ['predict', 'apply'] as const) {
      around(prototype, name, (original, self, values) => {
        const inputs = values[0];
        const withinGradient = calls === 0 && state.gradientDepth > 0 && areTensors(inputs);
        if (withinGradient) follower.modelCalled(known(self as tf.LayersModel), inputs);
        calls++;
        try {
          return original(...values);
        } finally {
          calls--;
        }
      });
    }
  }
}

function areTensors(value: unknown): value is tf.Tensor | tf.Tensor[] {
  return value instanceof tf.Tensor || (Array.isArray(value) && value.every((one) => one instanceof tf.Tensor));
}

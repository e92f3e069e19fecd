/**
 * The gradient of tiling as one sum. TensorFlow.js adds up one slice for each repetition, and layer normalization
 * repeats its numbers for every position: thousands of ops where there is one to do. It also stops at four axes.
 */
import * as tf from '@tensorflow/tfjs';

export function registerTileGradient(): void {
  tf.registerGradient({
    kernelName: 'Tile',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attributes) => {
      const [x] = saved as [tf.Tensor];
      return { x: () => sumOfRepetitions(dy as tf.Tensor, x.shape, attributes['reps'] as number[]) };
    },
  });
}

/** `dy` of shape `reps · shape`, by axis; the sum is of shape `shape`. */
function sumOfRepetitions(dy: tf.Tensor, shape: readonly number[], reps: readonly number[]): tf.Tensor {
  const { sizes, repeated } = axesApart(shape, reps);
  const apart = tf.reshape(dy, sizes);
  return tf.reshape(repeated.length > 0 ? tf.sum(apart, repeated) : apart, [...shape]);
}

/**
 * Repetitions and what is repeated as axes of their own, neighbours of a kind as one: backends sum over few axes.
 * [20, 17, 1] repeated [1, 1, 3] is [340, 3], of which axis 1 is repeated.
 */
function axesApart(shape: readonly number[], reps: readonly number[]) {
  const sizes: number[] = [];
  const repeated: number[] = [];
  let isRepeated: boolean | undefined;
  const add = (size: number, repeats: boolean): void => {
    if (size === 1) return;
    if (isRepeated === repeats) {
      sizes[sizes.length - 1]! *= size;
      return;
    }
    isRepeated = repeats;
    if (repeats) repeated.push(sizes.length);
    sizes.push(size);
  };
  shape.forEach((size, axis) => {
    add(reps[axis]!, true);
    add(size, false);
  });
  return { sizes, repeated };
}

/** A computation small enough to be done at every start, whose result proves that the backend computes. */
import * as tf from '@tensorflow/tfjs';

/** @throws where the backend in use is not `name`, or computes wrongly. */
export function assertBackendComputes(name: string): void {
  if (tf.getBackend() !== name) throw new Error(`TensorFlow.js fell back to its ${tf.getBackend()} backend`);
  const gradient = tf.tidy(() =>
    tf.grad((x) =>
      tf.sum(
        tf.relu(
          tf.matMul(
            x as tf.Tensor2D,
            tf.tensor2d([
              [1, -1],
              [2, 3],
            ]),
          ),
        ),
      ),
    )(tf.tensor2d([[4, 1]])),
  );
  const values = [...gradient.dataSync()];
  gradient.dispose();
  // [4, 1] · [[1, −1], [2, 3]] = [6, −1]: only the first output passes its gradient on.
  if (values.join() !== '1,2') throw new Error(`a gradient came out as [${values.join(', ')}] instead of [1, 2]`);
}

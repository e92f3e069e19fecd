/** Stands for the optimizer where a script updates its weights itself: has neither state nor learning rate. */
import * as tf from '@tensorflow/tfjs';

class ByHand extends tf.Optimizer {
  /** What the library calls an optimizer by. */
  static readonly className = 'by hand';

  override applyGradients(): void {
    throw new Error('The script applies its gradients itself.');
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

export const byHand: tf.Optimizer = new ByHand();

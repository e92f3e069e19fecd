/**
 * Recurrent layers keep the masks of their dropout until they are called again, and throw them away then
 * unread. Those of a step that is only observed are taken from them, for they are no more than its own.
 */
import * as tf from '@tensorflow/tfjs';

type Mask = tf.Tensor | tf.Tensor[] | null;
interface Cell {
  dropoutMask?: Mask;
  recurrentDropoutMask?: Mask;
}

export class RecurrentMasks {
  private readonly cells = new Set<Cell>();
  private readonly call: tf.RNN['call'];

  /** Watches from now on which cells are used. */
  constructor() {
    const { cells } = this;
    // Kept to be put back and called with its own `this`.
    const call = (this.call = tf.RNN.prototype.call);
    tf.RNN.prototype.call = function (this: tf.RNN, inputs, kwargs) {
      const { cell } = this as unknown as { cell: Cell & { readonly cells?: readonly Cell[] } };
      for (const used of [cell, ...(cell.cells ?? [])]) cells.add(used);
      return call.call(this, inputs, kwargs);
    };
  }

  stop(): void {
    tf.RNN.prototype.call = this.call;
  }

  /** Disposes the masks that are among `made`; the layers make new ones. Gives how many. */
  takeBack(made: ReadonlySet<tf.Tensor>): number {
    let count = 0;
    for (const cell of this.cells) {
      for (const name of ['dropoutMask', 'recurrentDropoutMask'] as const) {
        const masks = [cell[name] ?? []].flat();
        if (masks.length === 0 || !masks.every((mask) => made.has(mask))) continue;
        tf.dispose(masks);
        cell[name] = null;
        count += masks.length;
      }
    }
    return count;
  }
}

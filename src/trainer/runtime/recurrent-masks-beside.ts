/**
 * Recurrent layers keep the masks of their dropout until they are called again, and dispose them then. What is
 * computed beside the training finds none of the step under way, and leaves none of its own. Knows no aside.
 */
import * as tf from '@tensorflow/tfjs';

type Mask = tf.Tensor | tf.Tensor[] | null;
interface Cell {
  dropoutMask?: Mask;
  recurrentDropoutMask?: Mask;
}
const names = ['dropoutMask', 'recurrentDropoutMask'] as const;

/** Of cells that were called beside the training, what they had before; none: what runs is the training. */
let before: Map<Cell, readonly (Mask | undefined)[]> | undefined;

function setAside({ cell }: { readonly cell: Cell & { readonly cells?: readonly Cell[] } }): void {
  for (const one of [cell, ...(cell.cells ?? [])]) {
    if (before!.has(one)) continue;
    before!.set(
      one,
      names.map((name) => one[name]),
    );
    for (const name of names) if (one[name]) one[name] = null;
  }
}

// Each disposes its masks before it calls what it extends.
for (const [layer] of Object.values(tf.serialization.SerializationMap.getMap().classNameMap)) {
  const prototype: unknown = layer.prototype;
  if (!(prototype instanceof tf.RNN || prototype === tf.RNN.prototype) || !Object.hasOwn(prototype, 'call')) continue;
  const { call } = prototype as tf.RNN;
  (prototype as tf.RNN).call = function (this: tf.RNN, inputs, kwargs) {
    if (before) setAside(this as unknown as { cell: Cell });
    return call.call(this, inputs, kwargs);
  };
}

/** From here on; what is given back ends it. */
export function masksBeside(): () => void {
  const outer = before;
  const own = (before = new Map<Cell, readonly (Mask | undefined)[]>());
  return () => {
    before = outer;
    for (const [cell, masks] of own) {
      names.forEach((name, index) => {
        tf.dispose(cell[name] ?? []);
        if (masks[index] !== undefined) cell[name] = masks[index];
      });
    }
  };
}

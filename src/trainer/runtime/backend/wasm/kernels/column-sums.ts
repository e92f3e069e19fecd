/**
 * Sum and Mean over leading axes in one pass: a bias's gradient, batch statistics. The wasm backend
 * transposes the whole tensor first, then adds in single precision.
 */
import type * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel.js';
import { address, loopsOf, sizeOf, withScratch } from '../wasm-memory.js';

interface ReductionAttributes {
  /** All axes where there is none. */
  readonly axis: number | readonly number[] | null | undefined;
  readonly keepDims?: boolean;
}

export function registerColumnSums(): void {
  for (const kernelName of ['Sum', 'Mean']) {
    replaceKernel<{ x: tf.TensorInfo }, ReductionAttributes>(kernelName, ({ inputs: { x }, attrs, backend }) => {
      const axes = leadingAxes(attrs.axis, x.shape.length);
      if (x.dtype !== 'float32' || axes === undefined) return undefined;
      const rows = sizeOf(x.shape.slice(0, axes));
      const columns = sizeOf(x.shape.slice(axes));
      const kept = x.shape.slice(axes);
      const shape = attrs.keepDims ? [...Array<number>(axes).fill(1), ...kept] : kept;
      const out = backend.makeOutput(shape, 'float32');
      withScratch(backend, columns * 8, (totals) =>
        loopsOf(backend).columnSums(
          address(backend, x),
          address(backend, out),
          totals,
          rows,
          columns,
          kernelName === 'Mean' ? 1 / rows : 1,
        ),
      );
      return out;
    });
  }
}

/** How many axes from the first on are reduced, where these and no others are, and some are kept. */
function leadingAxes(axis: ReductionAttributes['axis'], rank: number): number | undefined {
  if (axis === null || axis === undefined) return undefined;
  const axes = new Set((typeof axis === 'number' ? [axis] : axis).map((one) => (one < 0 ? one + rank : one)));
  if (axes.size === 0 || axes.size >= rank) return undefined;
  for (let i = 0; i < axes.size; i++) if (!axes.has(i)) return undefined;
  return axes.size;
}

/**
 * BatchMatMul. With a side transposed, as in a dense layer's gradients, or with several products, the
 * wasm backend runs a plain loop; where it does not, it packs the whole right side for each product.
 */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel.js';
import { address, loopsOf, sizeOf } from '../wasm-memory.js';

interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export function registerMatrixProduct(): void {
  replaceKernel<{ a: tf.TensorInfo; b: tf.TensorInfo }, ProductAttributes>(
    'BatchMatMul',
    ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) => {
      if (a.dtype !== 'float32' || b.dtype !== 'float32' || (transposeA && transposeB)) return undefined;
      const outerA = a.shape.slice(0, -2);
      const outerB = b.shape.slice(0, -2);
      const countA = sizeOf(outerA);
      const countB = sizeOf(outerB);
      const count = Math.max(countA, countB);
      // Other broadcasts than "the same for all" are rare; nor is there anything to compute on an empty side.
      const paired = outerA.join() === outerB.join();
      if ((!paired && countA !== 1 && countB !== 1) || countA === 0 || countB === 0) return undefined;

      const [depth = 1, rows = 1] = transposeA ? a.shape.slice(-2) : a.shape.slice(-2).reverse();
      const [innerB = 1, columns = 1] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
      if (depth !== innerB) return undefined;
      const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
      const out = backend.makeOutput([...outer, rows, columns], 'float32');
      const loops = loopsOf(backend);
      const multiply = transposeA
        ? loops.productWithTransposedLeft
        : transposeB
          ? loops.productWithTransposedRight
          : loops.product;
      const [fromA, fromB, to] = [address(backend, a), address(backend, b), address(backend, out)];
      for (let i = 0; i < count; i++) {
        multiply(
          fromA + (countA === 1 ? 0 : i * rows * depth * 4),
          fromB + (countB === 1 ? 0 : i * depth * columns * 4),
          to + i * rows * columns * 4,
          rows,
          depth,
          columns,
        );
      }
      return out;
    },
  );
}

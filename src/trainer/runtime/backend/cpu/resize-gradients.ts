/**
 * The gradients of resizing images, for the cpu backend, whose own are wrong: nearest neighbour reads
 * the first image's gradient for all of a batch, bilinear gives height and width the wrong way round.
 * Each output pixel hands its gradient back to the pixels that it was made of.
 */
import * as tf from '@tensorflow/tfjs';

interface CpuBackend {
  readSync(dataId: object): Float32Array;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}
interface ResizeAttributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters?: boolean;
}

/** The two input positions along one axis that an output position was made of, and the share of the second. */
interface Source {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}
type Sampling = (position: number, from: number, to: number, attributes: ResizeAttributes) => Source;

const nearest: Sampling = (position, from, to, { alignCorners, halfPixelCenters }) => {
  const exact = (halfPixelCenters ? position + 0.5 : position) * scale(from, to, alignCorners);
  const at = Math.max(0, Math.min(from - 1, alignCorners ? Math.round(exact) : Math.floor(exact)));
  return { low: at, high: at, share: 0 };
};

const bilinear: Sampling = (position, from, to, { alignCorners, halfPixelCenters }) => {
  const factor = scale(from, to, alignCorners);
  const exact = halfPixelCenters ? (position + 0.5) * factor - 0.5 : position * factor;
  const low = Math.max(0, Math.floor(exact));
  return { low, high: Math.min(from - 1, Math.ceil(exact)), share: exact - low };
};

export function repairResizeGradients(): void {
  for (const [kernelName, sampling] of [
    ['ResizeNearestNeighborGrad', nearest],
    ['ResizeBilinearGrad', bilinear],
  ] as const) {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, backend, attrs }) => {
        const { images, dy } = inputs as { images: tf.TensorInfo; dy: tf.TensorInfo };
        const cpu = backend as unknown as CpuBackend;
        const gradient = resizeGradient(
          cpu.readSync(dy.dataId),
          dy.shape,
          images.shape,
          sampling,
          attrs as unknown as ResizeAttributes,
        );
        return cpu.makeTensorInfo(images.shape, 'float32', gradient);
      },
    });
  }
}

function resizeGradient(
  dy: Float32Array,
  [batch = 0, outHeight = 0, outWidth = 0, channels = 0]: readonly number[],
  [, height = 0, width = 0]: readonly number[],
  sampling: Sampling,
  attributes: ResizeAttributes,
): Float32Array {
  const dx = new Float32Array(batch * height * width * channels);
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < outHeight; y++) {
      const rows = sampling(y, height, outHeight, attributes);
      for (let x = 0; x < outWidth; x++) {
        const columns = sampling(x, width, outWidth, attributes);
        for (let c = 0; c < channels; c++) {
          const gradient = dy[at++]!;
          const give = (row: number, column: number, share: number) => {
            if (share !== 0) dx[((n * height + row) * width + column) * channels + c]! += share * gradient;
          };
          give(rows.low, columns.low, (1 - rows.share) * (1 - columns.share));
          give(rows.low, columns.high, (1 - rows.share) * columns.share);
          give(rows.high, columns.low, rows.share * (1 - columns.share));
          give(rows.high, columns.high, rows.share * columns.share);
        }
      }
    }
  }
  return dx;
}

/** Input pixels for each output pixel along one axis. */
function scale(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

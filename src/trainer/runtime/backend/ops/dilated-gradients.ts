/**
 * Gradients of dilated convolutions, which TensorFlow.js refuses. A dilated filter is a larger one
 * with zeros between its taps: its gradients are those of the larger filter, every n-th tap of them.
 */
import * as tf from '@tensorflow/tfjs';

type Pair = readonly [number, number];

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: tf.NamedAttrMap[string];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
  readonly dilations: number | [number, number] | undefined;
}

const kinds = [
  { forward: 'Conv2D', toInput: 'Conv2DBackpropInput', toFilter: 'Conv2DBackpropFilter' },
  {
    forward: 'DepthwiseConv2dNative',
    toInput: 'DepthwiseConv2dNativeBackpropInput',
    toFilter: 'DepthwiseConv2dNativeBackpropFilter',
  },
];
const replaced = new WeakSet<object>();

export function registerDilatedGradients(): void {
  for (const { forward, toInput, toFilter } of kinds) {
    const stock = tf.getGradient(forward);
    if (!stock || replaced.has(stock)) continue;
    const config: tf.GradConfig = {
      ...stock,
      gradFunc: (dy, saved, attributes) => {
        const { dilations, strides, pad, dataFormat, dimRoundingMode } = attributes as unknown as ConvolutionAttributes;
        const [down, across]: Pair = typeof dilations === 'number' ? [dilations, dilations] : (dilations ?? [1, 1]);
        if (down === 1 && across === 1) return stock.gradFunc(dy, saved, attributes);
        const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
        const large = filter.shape.map((length, i) => (i > 1 ? length : (length - 1) * (i ? across : down) + 1));
        const attrs = { strides, pad, dataFormat, dimRoundingMode, dilations: 1 } as tf.NamedAttrMap;
        const run = (kernelName: string, inputs: tf.NamedTensorMap, more: tf.NamedAttrMap) =>
          tf.engine().runKernel(kernelName, inputs, { ...attrs, ...more }) as tf.Tensor4D;
        const gradient = dy as tf.Tensor4D;
        return {
          x: () => run(toInput, { dy: gradient, filter: spread(filter, [down, across]) }, { inputShape: x.shape }),
          filter: () =>
            tf.stridedSlice(run(toFilter, { x, dy: gradient }, { filterShape: large }), [0, 0, 0, 0], large, [
              down,
              across,
              1,
              1,
            ]),
        };
      },
    };
    replaced.add(config);
    tf.registerGradient(config);
  }
}

/** [h, w, …] → [(h − 1) · down + 1, (w − 1) · across + 1, …], with zeros between the taps. */
function spread(filter: tf.Tensor4D, [down, across]: Pair): tf.Tensor4D {
  return tf.tidy(() => {
    const [height, width, inChannels, outChannels] = filter.shape;
    const inner = inChannels * outChannels;
    const columns = tf.pad(tf.reshape(filter, [height, width, 1, inner]), [
      [0, 0],
      [0, 0],
      [0, across - 1],
      [0, 0],
    ]);
    const rows = tf.pad(tf.reshape(columns, [height, 1, width * across, inner]), [
      [0, 0],
      [0, down - 1],
      [0, 0],
      [0, 0],
    ]);
    const all = tf.reshape(rows, [height * down, width * across, inChannels, outChannels]) as tf.Tensor4D;
    return tf.slice(all, [0, 0, 0, 0], [(height - 1) * down + 1, (width - 1) * across + 1, inChannels, outChannels]);
  });
}

/** Shapes and parameters of layers from their configuration: numbers that Keras 3.15 gives (`count_params`). */
import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { openModel } from '../../../../src/shared/models/open-model.js';

type Layer = readonly [className: string, config: object, outputShape: readonly (number | null)[], params: number];

async function shapesOf(input: readonly (number | null)[], layers: readonly Layer[]) {
  const config = {
    name: 'net',
    layers: [
      { class_name: 'InputLayer', config: { name: 'in', batch_shape: input } },
      ...layers.map(([class_name, own], at) => ({ class_name, config: { name: `l${at}`, ...own } })),
    ],
  };
  const bytes = strToU8(JSON.stringify({ class_name: 'Sequential', config }));
  const { graphs } = await openModel({ name: 'net.json', bytes });
  return graphs[0]!.graph.layers.slice(1).map(({ type, outputShape, params }) => [type, outputShape, params]);
}

const conv = { kernel_size: [3], filters: 4, padding: 'valid', strides: [1], dilation_rate: [1], use_bias: true };

it.each([
  [
    'one dimension',
    [null, 8, 3],
    [
      ['DepthwiseConv1D', { ...conv, depth_multiplier: 1 }, [6, 3], 12],
      ['SeparableConv1D', { ...conv, depth_multiplier: 1 }, [4, 4], 25],
    ],
  ],
  [
    'images of steps',
    [null, 3, 8, 8, 2],
    [['ConvLSTM2D', { ...conv, kernel_size: [3, 3], strides: 1, dilation_rate: 1, filters: 3 }, [6, 6, 3], 552]],
  ],
  [
    'volumes',
    [null, 6, 6, 6, 2],
    [
      [
        'ZeroPadding3D',
        {
          padding: [
            [1, 1],
            [1, 1],
            [1, 1],
          ],
        },
        [8, 8, 8, 2],
        0,
      ],
      [
        'Cropping3D',
        {
          cropping: [
            [2, 1],
            [1, 1],
            [1, 2],
          ],
        },
        [5, 6, 5, 2],
        0,
      ],
    ],
  ],
  [
    'what is normalized',
    [null, 3, 8, 4],
    [
      ['LayerNormalization', { axis: [2, 3] }, [3, 8, 4], 64],
      ['LayerNormalization', { axis: 1 }, [3, 8, 4], 6],
      ['GroupNormalization', { axis: -1, groups: 2 }, [3, 8, 4], 8],
      ['RMSNormalization', { axis: [-1] }, [3, 8, 4], 4],
      ['Normalization', { axis: [-1], mean: null }, [3, 8, 4], 9],
      ['PReLU', { shared_axes: [1, 2] }, [3, 8, 4], 4],
    ],
  ],
  [
    'an equation',
    [null, 4, 6],
    [['EinsumDense', { equation: 'abc,cd->abd', output_shape: [null, 5], bias_axes: 'd' }, [null, 5], 35]],
  ],
  [
    'layers within wrappers',
    [null, 4, 8, 8, 3],
    [
      [
        'TimeDistributed',
        {
          layer: {
            class_name: 'Sequential',
            config: {
              layers: [
                {
                  class_name: 'Conv2D',
                  config: { ...conv, kernel_size: [3, 3], strides: [1, 1], dilation_rate: [1, 1], filters: 2 },
                },
                { class_name: 'Flatten', config: {} },
              ],
            },
          },
        },
        [4, 72],
        56,
      ],
    ],
  ],
  ['what prepares', [null, 9], [['CategoryEncoding', { num_tokens: 6, output_mode: 'multi_hot' }, [6], 0]]],
] as const satisfies readonly (readonly [string, readonly (number | null)[], readonly Layer[]])[])(
  '%s',
  async (_name, input, layers: readonly Layer[]) => {
    const shown = await shapesOf(input, layers);
    expect(shown.map(([, shape]) => shape)).toEqual(layers.map(([, , shape]) => shape));
    expect(shown.map(([, , params]) => params)).toEqual(layers.map(([, , , params]) => params));
  },
);

it('attention has the shape of what asks, and the parameters of its four products', async () => {
  const input = (name: string, width: number) => ({
    class_name: 'InputLayer',
    name,
    config: { name, batch_shape: [null, 9, width] },
    inbound_nodes: [],
  });
  const net = (class_name: string, config: object) => ({
    class_name: 'Functional',
    config: {
      name: 'net',
      layers: [
        input('q', 16),
        input('v', 12),
        {
          class_name,
          name: 'a',
          config: { name: 'a', ...config },
          inbound_nodes: [
            [
              ['q', 0, 0, {}],
              ['v', 0, 0, {}],
            ],
          ],
        },
      ],
      input_layers: [
        ['q', 0, 0],
        ['v', 0, 0],
      ],
      output_layers: [['a', 0, 0]],
    },
  });
  const told = async (model: object) => {
    const { graphs } = await openModel({ name: 'n.json', bytes: strToU8(JSON.stringify(model)) });
    const { outputShape, params } = graphs[0]!.graph.layers.at(-1)!;
    return [outputShape, params];
  };
  expect(await told(net('MultiHeadAttention', { num_heads: 4, key_dim: 4 }))).toEqual([[9, 16], 960]);
  expect(await told(net('GroupQueryAttention', { head_dim: 4, num_query_heads: 4, num_key_value_heads: 2 }))).toEqual([
    [9, 16],
    752,
  ]);
  expect(await told(net('Attention', { use_scale: false }))).toEqual([[9, 12], 0]);
});

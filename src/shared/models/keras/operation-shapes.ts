/**
 * Shapes of what Keras 3's operations give, for those that nothing else tells: of tensors that are called with, the
 * file says them. What is computed with a constant that is an array is not known.
 *
 * @see https://keras.io/api/ops/
 */
import { ownEntry } from '../own-entry.js';
import type { LayerConfig } from '../layer-config.js';
import type { LayerShapes, Shape } from '../layer-shapes.js';
import * as rules from '../shapes/shape-rules.js';
import { isNumber, unknownSize, type Known, type Size } from '../shapes/tensor-facts.js';
import { factsOf, knownShape } from '../sizes.js';

type Config = LayerConfig['config'];

export function shapesOfOperation(
  { className, config }: Pick<LayerConfig, 'className' | 'config'>,
  inputs: readonly (Shape | undefined)[],
): LayerShapes {
  const found = ownEntry(operations, className)?.(config, inputs.map(factsOf));
  return { outputs: [knownShape(found?.shape)], params: 0 };
}

type Operation = (config: Config, inputs: readonly Known[]) => Known;

const stretched: Operation = (_config, inputs) => rules.elementwise(inputs);
const same: Operation = (_config, [input]) => input;
const reduced: Operation = ({ axis, keepdims }, [input]) =>
  rules.reduced(input, typeof axis === 'number' ? [axis] : integers(axis), keepdims === true);

function all(names: string, operation: Operation): Record<string, Operation> {
  return Object.fromEntries(names.split(' ').map((name) => [name, operation]));
}

function integers(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item)) ? (value as number[]) : undefined;
}

function integer(value: unknown, otherwise: number): number {
  return Number.isSafeInteger(value) ? (value as number) : otherwise;
}

function multiplied(size: Size, times: number): Size {
  return times === 1 ? size : isNumber(size) ? size * times : unknownSize();
}

const operations: Readonly<Record<string, Operation>> = {
  ...all(
    'Add Subtract Multiply Divide TrueDivide Power Maximum Minimum Mod SquaredDifference Hypot NotEqual Equal Greater ' +
      'GreaterEqual Less LessEqual LogicalAnd LogicalOr Where',
    stretched,
  ),
  ...all(
    'Negative Absolute Abs Exp Expm1 Log Log1p Sqrt Rsqrt Square Reciprocal Sin Cos Tanh Sigmoid Relu Relu6 Softplus ' +
      'Softsign Silu Gelu Elu Selu LeakyRelu Softmax LogSoftmax HardSigmoid HardSilu Floor Ceil Round Sign Clip Cast ' +
      'ConvertToTensor LogicalNot StopGradient ZerosLike OnesLike Flip Normalize',
    same,
  ),
  ...all('Mean Sum Max Min Prod Var Std Any All', reduced),
  Matmul: (_config, [a, b]) => rules.matrixProduct(a, b),
  Concatenate: ({ axis }, inputs) => rules.joined(inputs, integer(axis, -1)),
  Stack: ({ axis }, inputs) => rules.stacked(inputs, integer(axis, 0)),
  // Not computed to be known: a file can ask for more than a machine holds.
  Tile: ({ repeats }, [input]) => {
    const times = integers(repeats);
    if (!input?.shape || !times || times.length > input.shape.length) return undefined;
    const none = input.shape.length - times.length;
    return {
      ...input,
      shape: input.shape.map((size, at) => multiplied(size, at < none ? 1 : times[at - none]!)),
      values: undefined,
    };
  },
  BroadcastTo: ({ shape }, [input]) => ({ dtype: input?.dtype, shape: integers(shape) }),
  Einsum: ({ subscripts }, inputs) => {
    const [left = '', result = ''] = String(subscripts).replaceAll(' ', '').split('->');
    const sizes = new Map<string, Size>();
    left.split(',').forEach((letters, place) => {
      [...letters].forEach((letter, at) => {
        const size = inputs[place]?.shape?.[at];
        if (size !== undefined && !(sizes.has(letter) && isNumber(sizes.get(letter)!))) sizes.set(letter, size);
      });
    });
    const shape = [...result].map((letter) => sizes.get(letter));
    return shape.every((size) => size !== undefined) ? { dtype: inputs[0]?.dtype, shape } : undefined;
  },
  Reshape: ({ newshape }, [input]) => rules.reshaped(input, integers(newshape)),
  Transpose: ({ axes }, [input]) =>
    rules.transposed(input, integers(axes) ?? input?.shape?.map((_, at, { length }) => length - 1 - at)),
  ExpandDims: ({ axis }, [input]) => rules.unsqueezed(input, typeof axis === 'number' ? [axis] : integers(axis)),
  Squeeze: ({ axis }, [input]) => rules.squeezed(input, typeof axis === 'number' ? [axis] : integers(axis)),
};

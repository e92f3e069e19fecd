/** What TensorFlow.js says of common mistakes, in words that say what to do. Pure. */
import { closestName } from '../../shared/conditions/closest-name.js';

export interface PlainWords {
  readonly message: string;
  readonly hint?: string;
}

type Rule = readonly [pattern: RegExp, words: (match: RegExpExecArray) => PlainWords];

const activations = [
  'elu',
  'hardSigmoid',
  'linear',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'swish',
  'mish',
  'gelu',
];

const rules: readonly Rule[] = [
  [
    /^Input \d+ is incompatible with layer (\S+?): expected (min_|max_)?ndim=(\d+), found ndim=(\d+)/,
    ([, layer, bound, expected, found]) => {
      const wanted = Number(expected) - 1;
      const given = Number(found) - 1;
      const least = bound === 'min_' ? 'at least ' : bound === 'max_' ? 'at most ' : '';
      return {
        message: `${shortName(layer!)} takes inputs of ${least}${dimensions(wanted)} an example, but gets ${given}`,
        hint:
          given < wanted
            ? 'Put it before the layer that flattens its input, or a tf.layers.reshape before it.'
            : 'Put tf.layers.flatten(), or a layer that pools, before it.',
      };
    },
  ],
  [
    /^Input \d+ is incompatible with layer (\S+?): expected axis (-?\d+) of input shape to have value (\d+) but got shape (\S+)/,
    ([, layer, , wanted, shape]) => ({
      message: `${shortName(layer!)} was built for inputs that end in ${wanted}, but gets ${shapeOf(shape!)}`,
      hint: 'A layer that is used twice must get inputs of the same size.',
    }),
  ],
  [
    /^Unknown (activation|initializer|regularizer|constraint|layer|optimizer|loss)(?: function)?: (\w+)/i,
    ([, kind, name]) => {
      const close = kind!.toLowerCase() === 'activation' ? closestName(name!, activations) : undefined;
      return {
        message: `There is no ${kind!.toLowerCase()} '${name}'`,
        hint: close
          ? `Did you mean '${close}'?`
          : kind!.toLowerCase() === 'activation'
            ? `There are: ${activations.join(', ')}.`
            : 'Check its name.',
      };
    },
  ],
  [
    /^The first layer in a Sequential model must get an `inputShape`/,
    () => ({
      message: 'The first layer of the model does not say what its input is',
      hint: 'Give it `inputShape`, for example `inputShape: [150, 150, 3]`.',
    }),
  ],
];

/** `undefined` for messages that it does not know. */
export function plainWords(message: string): PlainWords | undefined {
  for (const [pattern, words] of rules) {
    const match = pattern.exec(message);
    if (match) return words(match);
  }
  return undefined;
}

/** `MaxPooling2D` of the automatic name `max_pooling2d_MaxPooling2D13`. */
function shortName(layer: string): string {
  return /_([A-Z]\w*?\D?)\d+$/.exec(layer)?.[1] ?? layer;
}

function dimensions(count: number): string {
  return `${count} ${count === 1 ? 'dimension' : 'dimensions'}`;
}

/** `150×3` of `null,150,3` in any brackets. */
function shapeOf(text: string): string {
  return text
    .replace(/[[\]().]/g, '')
    .split(',')
    .slice(1)
    .join('×');
}

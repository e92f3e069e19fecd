/**
 * Shapes and parameters of Keras's layers that follow from several inputs or from an equation: attention, products,
 * sums by Einstein's convention. What is not known stays unknown.
 *
 * @see https://keras.io/api/layers/attention_layers/
 */
import { UNKNOWN } from './graph-builder.js';
import type { LayerConfig } from './layer-config.js';
import type { LayerShapes, Shape } from './layer-shapes.js';
import { number, product } from './sizes.js';

type Config = LayerConfig['config'];
type ManyRule = (config: Config, inputs: readonly (Shape | undefined)[]) => LayerShapes;

const unknown: LayerShapes = { outputs: [undefined] };

export const manyRules: Readonly<Record<string, ManyRule>> = {
  MultiHeadAttention: (config, [query, value, key = value]) => {
    if (!query) return unknown;
    const heads = number(config['num_heads']);
    const keyWidth = product(heads, number(config['key_dim']));
    const valueWidth = product(heads, number(config['value_dim'] ?? config['key_dim']));
    const named = config['output_shape'];
    const last = typeof named === 'number' ? named : Array.isArray(named) ? number(named.at(-1)) : query.at(-1)!;
    const hasBias = config['use_bias'] !== false;
    const [queryWidth, keyIn, valueIn] = [query, key, value].map((shape) => shape?.at(-1) ?? UNKNOWN);
    return {
      outputs: [[...query.slice(0, -1), last]],
      params: total(
        dense(queryWidth!, keyWidth, hasBias),
        dense(keyIn!, keyWidth, hasBias),
        dense(valueIn!, valueWidth, hasBias),
        dense(valueWidth, last, hasBias),
      ),
    };
  },
  GroupQueryAttention: (config, [query, value, key = value]) => {
    if (!query) return unknown;
    const head = number(config['head_dim']);
    const wide = product(head, number(config['num_query_heads']));
    const narrow = product(head, number(config['num_key_value_heads']));
    const hasBias = config['use_bias'] !== false;
    const [queryWidth, keyIn, valueIn] = [query, key, value].map((shape) => shape?.at(-1) ?? UNKNOWN);
    return {
      outputs: [query],
      params: total(
        dense(queryWidth!, wide, hasBias),
        dense(keyIn!, narrow, hasBias),
        dense(valueIn!, narrow, hasBias),
        dense(wide, queryWidth!, hasBias),
      ),
    };
  },
  Attention: (config, [query, value]) => ({
    outputs: [query && value && [...query.slice(0, -1), value.at(-1)!]],
    params: (config['use_scale'] === true ? 1 : 0) + (config['score_mode'] === 'concat' ? 1 : 0),
  }),
  AdditiveAttention: (config, [query, value]) => ({
    outputs: [query && value && [...query.slice(0, -1), value.at(-1)!]],
    params: config['use_scale'] === false ? 0 : known(query?.at(-1) ?? UNKNOWN),
  }),
  Dot: (config, [first, second]) => {
    const given = config['axes'];
    const [one, other] = Array.isArray(given) ? (given as unknown[]).map(number) : [number(given), number(given)];
    if (!first || !second || one === undefined || other === undefined) return unknown;
    const rest = [
      ...first.filter((_, axis) => axis !== 0 && axis !== at(first, one)),
      ...second.filter((_, axis) => axis !== 0 && axis !== at(second, other)),
    ];
    return { outputs: [[first[0]!, ...(rest.length > 0 ? rest : [1])]], params: 0 };
  },
  EinsumDense: (config, [input]) => {
    const [, inputs, kernel, outputs] = /^(\w+),(\w+)->(\w+)$/.exec(String(config['equation'])) ?? [];
    const named = config['output_shape'];
    if (!input || !inputs || !kernel || !outputs || inputs.length !== input.length) return unknown;
    const sizes = new Map([...inputs].map((letter, axis) => [letter, input[axis]!]));
    const given = Array.isArray(named) ? (named as unknown[]) : [named];
    [...outputs].slice(1).forEach((letter, axis) => {
      if (!sizes.has(letter)) sizes.set(letter, number(given[axis]));
    });
    const all = (letters: string): number => product(...[...letters].map((letter) => sizes.get(letter) ?? UNKNOWN));
    const bias = typeof config['bias_axes'] === 'string' ? config['bias_axes'] : '';
    return {
      // Sizes that the layer names as open are open, whatever comes in.
      outputs: [
        [...outputs].map((letter, axis) => (axis > 0 && given[axis - 1] === null ? UNKNOWN : sizes.get(letter)!)),
      ],
      params: total(all(kernel), bias === '' ? 0 : all(bias)),
    };
  },
};

function dense(from: number, to: number, hasBias: boolean): number {
  const weights = product(from, to);
  return weights === UNKNOWN ? UNKNOWN : weights + (hasBias ? to : 0);
}

function total(...parts: readonly number[]): number {
  return parts.includes(UNKNOWN) ? 0 : parts.reduce((sum, part) => sum + part, 0);
}

function known(size: number): number {
  return size === UNKNOWN ? 0 : size;
}

function at(shape: Shape, axis: number): number {
  return axis < 0 ? shape.length + axis : axis;
}

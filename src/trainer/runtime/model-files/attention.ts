/**
 * Keras's attention: queries look at keys, and take of values by how much they fit. TensorFlow.js has none of these
 * layers. What they are called with is told apart by the call as the file has it.
 *
 * @see https://keras.io/api/layers/attention_layers/
 */
import * as tf from '@tensorflow/tfjs';
import type { KerasArgument, KerasCall } from '../../../shared/models/keras/tensor-places.js';
import { contracted, contractionOf, type Contraction } from './contraction.js';
import type { GivenConfig } from './given-config.js';
import type { LayerMaker } from './layer-maker.js';
import { ownLayer, type Calling, type OwnWeight, type Sizes } from './own-layer.js';
import { Refusal } from './refusal.js';

const roles = ['query', 'value', 'key', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'] as const;
type Role = (typeof roles)[number];

/** What a layer is called with: which of its inputs is what, and the switches of the call. */
interface Manner {
  readonly inputs: readonly Role[];
  readonly isCausal: boolean;
  readonly givesScores: boolean;
}

/** @throws Refusal where it is called in ways that are not known, or in several */
function mannerOf({ layer: { calls } }: GivenConfig): Manner {
  const manners = calls.map(mannerOfCall);
  const [first = mannerOfCall({ inputs: [], args: [], named: {} })] = manners;
  if (manners.some((one) => JSON.stringify(one) !== JSON.stringify(first)))
    throw new Refusal('it is called in several ways');
  return first;
}

function mannerOfCall({ inputs, args, named }: KerasCall): Manner {
  const isTensor = (one: KerasArgument): boolean => one.kind === 'tensor';
  // Some take a list, others one after the other; older files name tensors alone.
  const [first] = args;
  const listed = first?.kind === 'list' ? first.items : args;
  const byPlace =
    args.length > 0 ? roles.filter((_, at) => listed[at] && isTensor(listed[at])) : roles.slice(0, inputs.length);
  const byName = Object.keys(named).filter((name): name is Role => Array.isArray(named[name]));
  if (
    byPlace.length !== inputs.length ||
    byName.some((name) => !roles.includes(name) || (named[name] as readonly unknown[]).length !== 1)
  )
    throw new Refusal('it is called with what is not known');
  return {
    inputs: [...byPlace, ...byName],
    isCausal: named['use_causal_mask'] === true,
    givesScores: named['return_attention_scores'] === true,
  };
}

/** What of each role comes in, by the order in which inputs come. */
function inRoles<T>({ inputs }: Manner, given: readonly T[]): Partial<Record<Role, T>> {
  return Object.fromEntries(inputs.map((role, at) => [role, given[at]]));
}

interface Given<T> {
  readonly query: T;
  readonly value: T;
  readonly key: T;
}

/** @throws Refusal where there is no query or no value */
function lookedAt<T>(manner: Manner, given: readonly T[]): Given<T> {
  const { query, value, key } = inRoles(manner, given);
  if (query === undefined || value === undefined) throw new Refusal('it is called without a query or a value');
  return { query, value, key: key ?? value };
}

/** Where a query may look, 1 or 0, so that it stretches over the scores: [batch, queries, keys]; of none, everywhere. */
function allowed(manner: Manner, inputs: readonly tf.Tensor[], { masks }: Calling, isOfQueries: boolean): tf.Tensor[] {
  const { query, value } = lookedAt(manner, inputs);
  const told = inRoles(manner, inputs);
  const known = inRoles(manner, masks);
  const found: tf.Tensor[] = [];
  const add = (mask: tf.Tensor | undefined, axis: number): void => {
    if (mask) found.push(tf.expandDims(tf.cast(mask, 'float32'), axis));
  };
  if (isOfQueries) add(told.query_mask ?? known.query, 2);
  add(told.value_mask ?? known.value, 1);
  if (isOfQueries && told.key !== undefined) add(told.key_mask ?? known.key, 1);
  if (told.attention_mask) found.push(tf.cast(told.attention_mask, 'float32'));
  if (manner.isCausal) {
    const [queries, keys] = [query.shape[1]!, value.shape[1]!];
    const rows = tf.expandDims(tf.range(0, queries), 1);
    found.push(tf.expandDims(tf.cast(tf.greaterEqual(rows, tf.range(0, keys)), 'float32'), 0));
  }
  return found;
}

const NOWHERE = -1e9;

interface Sharing {
  /** Of shares that training leaves out. */
  readonly rate: number;
  /** Whether queries that may look nowhere take nothing, not a little of everything. */
  readonly isStrict: boolean;
}

/** How much each query takes of each value. */
function shares(
  scores: tf.Tensor,
  where: readonly tf.Tensor[],
  { rate, isStrict }: Sharing,
  { training }: Calling,
): tf.Tensor {
  const leave = (taken: tf.Tensor): tf.Tensor => (training && rate > 0 ? tf.dropout(taken, rate) : taken);
  if (where.length === 0) return leave(tf.softmax(scores));
  const all = tf.broadcastTo(
    where.reduce((a, b) => tf.mul(a, b)),
    scores.shape,
  );
  const taken = tf.softmax(tf.where(tf.greater(all, 0), scores, NOWHERE));
  return leave(isStrict ? tf.mul(taken, all) : taken);
}

const names = ['query', 'key', 'value', 'attention_output'] as const;

const multiHeadAttention: LayerMaker = (given) => {
  for (const name of ['use_gate', 'sliding_window']) given.insist(name, (value) => value === false);
  given.insist('attention_axes', (axes) => axes === 1 || (Array.isArray(axes) && axes.join() === '1'));
  const manner = mannerOf(given);
  const [heads, width] = [given.count('num_heads'), given.count('key_dim')];
  const valueWidth = given.count('value_dim', width);
  const rate = given.number('dropout', 0);
  const hasBias = given.boolean('use_bias', true);
  const last = ({ query }: Given<Sizes>): number => {
    const own = given.has('output_shape') ? given.integers('output_shape') : [query.at(-1) ?? 0];
    if (own.length !== 1) throw new Refusal('its output has several dimensions');
    return own[0]!;
  };
  const [project, score, take, join] = ['btd,dhk->bthk', 'bthk,bshk->bhts', 'bhts,bshv->bthv', 'bthv,hve->bte'].map(
    (equation, at) => contractionOf(equation, at === 0 ? 3 : 4),
  ) as [Contraction, Contraction, Contraction, Contraction];
  return ownLayer(given, {
    passesMask: true,
    weights(shapes) {
      const inputs = lookedAt(manner, shapes);
      if ([inputs.query, inputs.value, inputs.key].some((shape) => shape.length !== 3))
        throw new Refusal('what it is called with has more dimensions than steps and features');
      return names.flatMap((name): OwnWeight[] => {
        const isLast = name === 'attention_output';
        const heading = [heads, name === 'value' || isLast ? valueWidth : width];
        const outside = isLast ? last(inputs) : (inputs[name].at(-1) ?? 0);
        const kernel = isLast ? [...heading, outside] : [outside, ...heading];
        const bias: OwnWeight[] = hasBias
          ? [{ name: `${name}_bias`, settings: 'bias', initializer: 'zeros', shape: isLast ? [outside] : heading }]
          : [];
        return [{ name: `${name}_kernel`, settings: 'kernel', shape: kernel }, ...bias];
      });
    },
    shape(shapes) {
      const inputs = lookedAt(manner, shapes);
      const { query, value } = inputs;
      const [batch = null, queries = null] = query;
      const made = [batch, queries, last(inputs)];
      return manner.givesScores ? [made, [batch, heads, queries, value[1] ?? null]] : made;
    },
    compute(inputs, weights, calling) {
      const parts = Object.fromEntries(
        names.map((name, at) => [name, hasBias ? weights.slice(2 * at, 2 * at + 2) : [weights[at]!]]),
      ) as Record<(typeof names)[number], [tf.Tensor, tf.Tensor?]>;
      const dense = (by: Contraction, x: tf.Tensor, [kernel, bias]: [tf.Tensor, tf.Tensor?]): tf.Tensor => {
        const product = contracted(by, x, kernel);
        return bias ? tf.add(product, bias) : product;
      };
      const { query, key, value } = lookedAt(manner, inputs);
      const asked = tf.mul(dense(project, query, parts.query), 1 / Math.sqrt(width));
      const scores = contracted(score, asked, dense(project, key, parts.key));
      const where = allowed(manner, inputs, calling, true).map((one) => (one.rank === 3 ? tf.expandDims(one, 1) : one));
      // Keras computes in two ways, of which only the one for dropout and scores leaves such queries empty.
      const isStrict = manner.givesScores || rate > 0;
      const taken = shares(scores, where, { rate, isStrict }, calling);
      const made = dense(join, contracted(take, taken, dense(project, value, parts.value)), parts.attention_output);
      return manner.givesScores ? [made, taken] : made;
    },
  });
};

/** Scores of all queries and keys, [batch, queries, keys]. */
type Scoring = (query: tf.Tensor, key: tf.Tensor, weights: readonly tf.Tensor[]) => tf.Tensor;

function attentionBy(
  scoring: (given: GivenConfig) => Scoring,
  weights: (given: GivenConfig, width: number) => OwnWeight[],
): LayerMaker {
  return (given) => {
    const manner = mannerOf(given);
    const rate = given.number('dropout', 0);
    const scored = scoring(given);
    return ownLayer(given, {
      passesMask: true,
      weights: (shapes) => weights(given, lookedAt(manner, shapes).query.at(-1) ?? 0),
      shape(shapes) {
        const { query, value } = lookedAt(manner, shapes);
        const made = [...query.slice(0, -1), value.at(-1) ?? null];
        return manner.givesScores ? [made, [...query.slice(0, -1), value.at(-2) ?? null]] : made;
      },
      compute(inputs, own, calling) {
        const { query, key, value } = lookedAt(manner, inputs);
        const taken = shares(
          scored(query, key, own),
          allowed(manner, inputs, calling, false),
          { rate, isStrict: false },
          calling,
        );
        const made = tf.matMul(taken, value);
        const mask = inRoles(manner, calling.masks).query;
        const shown = mask ? tf.mul(made, tf.expandDims(tf.cast(mask, 'float32'), -1)) : made;
        return manner.givesScores ? [shown, taken] : shown;
      },
    });
  };
}

/** The sum of tanh(query + key) along their features, weighted before or after. */
function additive(query: tf.Tensor, key: tf.Tensor, weigh: (sum: tf.Tensor) => tf.Tensor): tf.Tensor {
  return weigh(tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1)));
}

const attention = attentionBy(
  (given) => {
    const isScaled = given.boolean('use_scale', false);
    if (given.choice('score_mode', ['dot', 'concat'], 'dot') === 'dot')
      return (query, key, [scale]) => {
        const scores = tf.matMul(query, key, false, true);
        return isScaled ? tf.mul(scores, scale!) : scores;
      };
    return (query, key, weights) =>
      additive(query, key, (sum) =>
        tf.mul(tf.sum(tf.tanh(isScaled ? tf.mul(sum, weights[0]!) : sum), -1), weights.at(-1)!),
      );
  },
  (given) => [
    ...(given.boolean('use_scale', false) ? [{ name: 'scale', shape: [], initializer: 'ones' as const }] : []),
    ...(given.get('score_mode') === 'concat'
      ? [{ name: 'concat_score_weight', shape: [], initializer: 'ones' as const }]
      : []),
  ],
);

const additiveAttention = attentionBy(
  () =>
    (query, key, [scale]) =>
      additive(query, key, (sum) => tf.sum(scale ? tf.mul(tf.tanh(sum), scale) : tf.tanh(sum), -1)),
  (given, width) => (given.boolean('use_scale', true) ? [{ name: 'scale', shape: [width] }] : []),
);

export const attentionMakers: Readonly<Record<string, LayerMaker>> = {
  MultiHeadAttention: multiHeadAttention,
  Attention: attention,
  AdditiveAttention: additiveAttention,
};

/** Where Keras stores the weights of a layer that is made of others, in the order that they have here. */
export const partsOfMultiHeadAttention = ['query_dense', 'key_dense', 'value_dense', 'output_dense'] as const;

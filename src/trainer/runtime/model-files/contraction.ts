/**
 * Products of two tensors by Einstein's notation, `btd,dhk->bthk`, made of matrix products: those have gradients, where
 * TensorFlow.js's einsum has none.
 */
import * as tf from '@tensorflow/tfjs';
import { Refusal } from './refusal.js';

/** Letters of the two tensors and of the result, one for each dimension. */
export interface Contraction {
  readonly left: string;
  readonly right: string;
  readonly result: string;
}

/** @param rank of the first tensor, for what `...` stands for. @throws Refusal where it is no product of two */
export function contractionOf(equation: string, rank: number): Contraction {
  const parts = /^([a-z.]+),([a-z]+)->([a-z.]+)$/i.exec(equation.replaceAll(' ', ''));
  const [, first = '', right = '', last = ''] = parts ?? [];
  // Letters of the other case stand for dimensions that are not named.
  const open = Array.from({ length: Math.max(0, rank - first.replace('...', '').length) }, (_, at) =>
    String.fromCharCode(0x3b1 + at),
  ).join('');
  const [left, result] = [first, last].map((letters) => letters.replace('...', open)) as [string, string];
  const isPlain = [left, right, result].every((letters) => new Set(letters).size === letters.length);
  const comes = (letter: string): number => Number(left.includes(letter)) + Number(right.includes(letter));
  const isProduct = [...left, ...right].every((letter) => result.includes(letter) || comes(letter) === 2);
  if (!parts || !isPlain || !isProduct || left.length !== rank || [...result].some((letter) => comes(letter) === 0))
    throw new Refusal(
      `its equation ${equation.slice(0, 60)} is no product of two tensors that TensorFlow.js can compute`,
    );
  return { left, right, result };
}

export function contracted({ left, right, result }: Contraction, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const size = new Map([...left].map((letter, at) => [letter, a.shape[at]!]));
    [...right].forEach((letter, at) => size.set(letter, b.shape[at]!));
    const kept = [...left].filter((letter) => result.includes(letter));
    const both = kept.filter((letter) => right.includes(letter)).join('');
    const rows = kept.filter((letter) => !right.includes(letter)).join('');
    const inner = [...left].filter((letter) => !result.includes(letter)).join('');
    const columns = [...right].filter((letter) => !left.includes(letter)).join('');
    const count = (letters: string): number => [...letters].reduce((product, letter) => product * size.get(letter)!, 1);
    const batch = both === '' ? [] : [count(both)];
    const x = tf.reshape(inOrder(a, left, both + rows + inner), [...batch, count(rows), count(inner)]);
    const y = tf.reshape(inOrder(b, right, both + inner + columns), [...batch, count(inner), count(columns)]);
    const made = both + rows + columns;
    const product = tf.reshape(
      tf.matMul(x, y),
      [...made].map((letter) => size.get(letter)!),
    );
    return inOrder(product, made, result);
  });
}

function inOrder(x: tf.Tensor, letters: string, wanted: string): tf.Tensor {
  return letters === wanted
    ? x
    : tf.transpose(
        x,
        [...wanted].map((letter) => letters.indexOf(letter)),
      );
}

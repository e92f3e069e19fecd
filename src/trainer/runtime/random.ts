/**
 * Where everything random of a training comes from. TensorFlow.js draws initial weights, dropout and
 * noise through `Math.random`; here it answers from generators that follow from the run's seed, one
 * stream a purpose, begun anew with every step, so that no step's draws depend on an earlier one's.
 * Knows nothing of models.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import * as tf from '@tensorflow/tfjs';
import { mix } from './data/random.js';

/** What randomness is for. `user` is everything outside of a run's own work: top-level code, looks, evaluated expressions. */
export type RandomStream = 'user' | 'init' | 'step' | 'data' | 'validation';
const streamNumbers: Readonly<Record<RandomStream, number>> = { user: 1, init: 2, step: 3, data: 4, validation: 5 };

const ROUNDS_BEFORE_USE = 12;

/** sfc32 by Chris Doty-Humphrey (PractRand, public domain): 128 bits of state, quick in 32-bit integers. */
export class Sfc32 {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(...seeds: readonly number[]) {
    this.a = mix(...seeds, 1);
    this.b = mix(...seeds, 2);
    this.c = mix(...seeds, 3);
    for (let round = 0; round < ROUNDS_BEFORE_USE; round++) this.next();
  }

  /** How many numbers have been drawn. */
  get draws(): number {
    return this.counter - ROUNDS_BEFORE_USE - 1;
  }

  /** In [0, 1), a multiple of 2⁻³². */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }
}

/** What the numbers that are drawn now follow from: `index` is the step, for example. */
export interface RandomPosition {
  readonly seed: number;
  readonly stream: RandomStream;
  readonly index: number;
}

/** A pass over a `tf.data` pipeline: what its callbacks draw is kept apart from the step that runs meanwhile. */
interface PipelineContext {
  readonly random: Sfc32;
  readonly seed: number;
  readonly epoch: number;
}

const pipelines = new AsyncLocalStorage<PipelineContext>();
let current = new Sfc32(0, streamNumbers.user, 0);
let position: RandomPosition = { seed: 0, stream: 'user', index: 0 };
/** Before all others, while something is done beside the training. */
let aside: Sfc32 | undefined;
let holders = 0;
let shuffles = 0;
let restoreAll: (() => void) | undefined;

/** Draws from here on follow from these three alone. Negative or huge seeds count by their lower 32 bits. */
export function reseed(seed: number, stream: RandomStream, index: number): void {
  current = generatorFor(seed, stream, index);
  position = { seed, stream, index };
}

/** Where the training's own draws stand. */
export function randomPosition(): RandomPosition & { readonly draws: number } {
  return { ...position, draws: current.draws };
}

export function generatorFor(seed: number, stream: RandomStream, index: number): Sfc32 {
  return new Sfc32(seed, streamNumbers[stream], index);
}

/** Runs `work` on a generator of its own and goes on with the old one after it, as if nothing had been drawn. */
export function withOwnRandom<T>(generator: Sfc32, work: () => T): T {
  const before = current;
  current = generator;
  try {
    return work();
  } finally {
    current = before;
  }
}

/** Until what is given back is called, whatever is drawn, in a pipeline too, leaves the course of the training as it is. */
export function drawAside(generator: Sfc32): () => void {
  const before = { aside, shuffles };
  aside = generator;
  return () => ({ aside, shuffles } = before);
}

/** Runs `work`, and whatever it awaits, inside a pass over a pipeline. */
export function inPipeline<T>(context: PipelineContext, work: () => T): T {
  return pipelines.run(context, work);
}

/**
 * Takes over `Math.random`, and makes `tf.data`'s shuffles, which draw their seed from the clock,
 * follow from the seed of the run. To be called before the experiment is imported, so that its
 * top-level code is deterministic too; calls nest. Gives back how to undo it.
 */
export function takeOverRandom(): () => void {
  if (holders++ === 0) restoreAll = patch();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    if (--holders === 0) restoreAll?.();
  };
}

/** Shuffles are numbered in the order that the experiment makes them; a run begins to count anew. */
export function countShufflesAnew(): void {
  shuffles = 0;
}

function patch(): () => void {
  const mathRandom = Math.random;
  const prototype = tf.data.Dataset.prototype;
  // Kept to be put back and called with its own `this`.
  const shuffle = prototype.shuffle;
  current = new Sfc32(0, streamNumbers.user, 0);
  Math.random = () => (aside ?? pipelines.getStore()?.random ?? current).next();
  prototype.shuffle = function (this: tf.data.Dataset<tf.TensorContainer>, bufferSize, seed, reshuffleEachIteration) {
    const index = ++shuffles;
    const shuffled = shuffle.call(this, bufferSize, seed, reshuffleEachIteration);
    let iterations = 0;
    shuffled.iterator = async () => {
      const context = pipelines.getStore();
      const textSeed = seed ?? `backstep ${context?.seed ?? position.seed} ${index}`;
      // Outside of a run's own passes, as in a script's, each iteration is the next epoch's.
      const epoch = context?.epoch ?? ++iterations;
      const order = await orderOfEpoch(shuffle, bufferSize, textSeed, reshuffleEachIteration, epoch);
      return (await this.iterator()).shuffle(bufferSize, order);
    };
    return shuffled;
  };
  return () => {
    Math.random = mathRandom;
    prototype.shuffle = shuffle;
  };
}

type Shuffle = typeof tf.data.Dataset.prototype.shuffle;

/**
 * The seed that `tf.data` itself would use the `epoch`-th time that a shuffled dataset is iterated:
 * asked of its own code, over a stand-in whose iterator gives back the seed it is handed. So a run
 * that continues in a later epoch sees the order that an uninterrupted one sees.
 */
async function orderOfEpoch(
  shuffle: Shuffle,
  bufferSize: number,
  seed: string,
  reshuffleEachIteration: boolean | undefined,
  epoch: number,
): Promise<string> {
  const standIn = { size: null, iterator: () => Promise.resolve({ shuffle: (_size: number, order: string) => order }) };
  const seeds = shuffle.call(
    standIn as unknown as tf.data.Dataset<tf.TensorContainer>,
    bufferSize,
    seed,
    reshuffleEachIteration,
  );
  let order = '';
  for (let time = 0; time < epoch; time++) order = (await seeds.iterator()) as unknown as string;
  return order;
}

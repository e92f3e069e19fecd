/**
 * Everything that training goes on from, as plain data: weights, the optimizer's slots and counters,
 * where in the data it stands. Taking it and putting it back are exact to the bit. Randomness needs
 * no more than the seed and the counters, since every step begins its stream anew. Knows no files.
 */
import * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import type { LabelledWeight } from './layer-labels.js';
import { fillSlot, learningRateOf, numbersOf, setLearningRate, setNumbers, slotsOf } from './optimizer-state.js';

/** Where training stands in its data. */
export interface Cursor {
  /** Epochs that are done, validation included. */
  readonly epochsDone: number;
  /** Steps done of the epoch after those. */
  readonly stepInEpoch: number;
  /** Updates applied so far. */
  readonly step: number;
}

/** Sums over the examples of the epoch under way, from which its means follow. */
export interface EpochSums {
  readonly examples: number;
  readonly totals: readonly number[];
}

export type TensorData = Float32Array | Int32Array | Uint8Array;

export interface SavedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly data: TensorData;
}

export interface SavedSlot extends SavedTensor {
  readonly key: string;
  readonly index?: number;
  /** Name of the weight it belongs to, and what of it. */
  readonly weight?: string;
  readonly suffix?: string;
}

export interface SavedOptimizer {
  readonly className: string;
  /** What the experiment made it with. */
  readonly configuredLearningRate?: number;
  readonly learningRate?: number;
  /** Counters: numbers that have changed since it was made. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly slots: readonly SavedSlot[];
}

export interface TrainingState {
  readonly seed: number;
  readonly cursor: Cursor;
  readonly epochSums: EpochSums;
  readonly weights: readonly SavedTensor[];
  readonly optimizer: SavedOptimizer;
}

/** The live things that a state is taken of and put back into. */
export interface StateHolder {
  readonly seed: number;
  readonly weights: readonly LabelledWeight[];
  readonly optimizer: tf.Optimizer;
  /** Of the optimizer as the experiment made it. */
  readonly initialNumbers: Readonly<Record<string, number>>;
  readonly configuredLearningRate: number | undefined;
}

/** A copy; nothing of it changes when training goes on. */
export function takeState(holder: StateHolder, cursor: Cursor, epochSums: EpochSums): TrainingState {
  const namesByVariable = new Map(holder.weights.map((weight) => [weight.variable.name, weight.name]));
  return {
    seed: holder.seed,
    cursor,
    epochSums,
    weights: holder.weights.map(({ name, variable }) => saved(name, variable)),
    optimizer: {
      className: holder.optimizer.getClassName(),
      configuredLearningRate: holder.configuredLearningRate,
      learningRate: learningRateOf(holder.optimizer),
      numbers: changedNumbers(holder),
      slots: slotsOf(holder.optimizer).map(({ key, index, owner, suffix, variable }) => ({
        key,
        index,
        weight: owner === undefined ? undefined : namesByVariable.get(owner),
        suffix,
        // Last: names behind a spread take V8 microseconds each, and some ask for a hash of each step.
        ...saved(index === undefined ? key : `${key}/${index}`, variable),
      })),
    },
  };
}

function changedNumbers(holder: StateHolder): Record<string, number> {
  const now = Object.entries(numbersOf(holder.optimizer));
  return Object.fromEntries(
    now.filter(([key, value]) => key === 'iterations_' || !Object.is(value, holder.initialNumbers[key])),
  );
}

function saved(name: string, tensor: tf.Tensor): SavedTensor {
  const { dtype } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(`${name} has the type ${dtype}, which cannot be saved`);
  // Backends may hand out their own memory (cpu does): the copy is what makes it a snapshot.
  return { name, shape: [...tensor.shape], dtype, data: tensor.dataSync().slice() };
}

/**
 * Puts a state back, by name and shape, and says what could not be carried over, in words for the
 * person; nothing where all was. Weights are assigned as they are: a constraint was applied, or not,
 * when they were made.
 */
export function restoreState(holder: StateHolder, state: TrainingState): string[] {
  const lost: string[] = [];
  const savedWeights = new Map(state.weights.map((weight) => [weight.name, weight]));
  const carried = new Map<string, LabelledWeight>();
  for (const weight of holder.weights) {
    const given = savedWeights.get(weight.name);
    savedWeights.delete(weight.name);
    if (!given) lost.push(`${weight.name} is new and starts afresh`);
    else if (!sameKind(given, weight.variable)) {
      lost.push(
        `${weight.name} was ${given.shape.join('×')}, is ${weight.variable.shape.join('×')} now, and starts afresh`,
      );
    } else {
      assign(weight.variable, given);
      carried.set(weight.name, weight);
    }
  }
  for (const name of savedWeights.keys()) lost.push(`${name} is no longer in the model`);
  lost.push(...restoreOptimizer(holder, state, carried));
  return lost;
}

function restoreOptimizer(
  holder: StateHolder,
  state: TrainingState,
  carried: ReadonlyMap<string, LabelledWeight>,
): string[] {
  const { optimizer } = holder;
  const from = state.optimizer;
  const className = optimizer.getClassName();
  if (from.className !== className)
    return [`the optimizer was ${from.className}, is ${className} now, and starts afresh`];
  const lost: string[] = [];
  setNumbers(optimizer, from.numbers);
  if (from.learningRate !== undefined && learningRateOf(optimizer) !== undefined) {
    if (from.configuredLearningRate === holder.configuredLearningRate) setLearningRate(optimizer, from.learningRate);
    else if (from.learningRate !== holder.configuredLearningRate) {
      lost.push(
        `the learning rate is ${holder.configuredLearningRate}, as the experiment says now; it was ${from.learningRate}`,
      );
    }
  }
  const exact = carried.size === holder.weights.length && carried.size === state.weights.length;
  const trained = holder.weights.filter((weight) => weight.trainable).map((weight) => weight.name);
  for (const slot of from.slots) {
    const weight = slot.weight === undefined ? undefined : carried.get(slot.weight);
    // A slot follows its weight; where the weight is gone or has another shape, it starts afresh with it.
    if (slot.weight !== undefined && !weight) continue;
    const index =
      exact || slot.index === undefined || slot.weight === undefined ? slot.index : trained.indexOf(slot.weight);
    if (index !== undefined && index < 0) continue;
    const originalName = weight ? `${weight.variable.name}/${slot.suffix}` : (slot.suffix ?? slot.name);
    const filled = withTensor(slot, (tensor) => fillSlot(optimizer, { key: slot.key, index, originalName }, tensor));
    if (!filled) lost.push(`the optimizer's ${slot.name} has no place in it any more`);
  }
  return lost;
}

function sameKind(given: SavedTensor, variable: tf.Variable): boolean {
  return given.dtype === variable.dtype && tf.util.arraysEqual([...given.shape], variable.shape);
}

function assign(variable: tf.Variable, given: SavedTensor): void {
  withTensor(given, (tensor) => variable.assign(tensor));
}

function withTensor<T>(given: SavedTensor, use: (tensor: tf.Tensor) => T): T {
  const tensor = tf.tensor(given.data.slice(), [...given.shape], given.dtype);
  try {
    return use(tensor);
  } finally {
    tensor.dispose();
  }
}

/**
 * The first 16 hexadecimal digits of SHA-256 over the state: counters and shapes as JSON, then the
 * values. Names are left out, as they say nothing of what training goes on from.
 */
export function hashState(state: TrainingState): string {
  const hash = createHash('sha256');
  const kind = ({ shape, dtype }: SavedTensor): unknown => [shape, dtype];
  const { optimizer } = state;
  hash.update(
    JSON.stringify({
      seed: state.seed,
      cursor: [state.cursor.epochsDone, state.cursor.stepInEpoch, state.cursor.step],
      weights: state.weights.map(kind),
      optimizer: [
        optimizer.className,
        String(optimizer.learningRate),
        Object.keys(optimizer.numbers)
          .sort()
          .map((key) => [key, String(optimizer.numbers[key])]),
        optimizer.slots.map((slot) => [slot.key, slot.index ?? -1, ...(kind(slot) as unknown[])]),
      ],
    }),
  );
  for (const { data } of [...state.weights, ...optimizer.slots]) hash.update(bytesOf(data));
  return hash.digest('hex').slice(0, 16);
}

export function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * A layer's configuration as Keras writes it, read value by value for TensorFlow.js: what is not as it
 * should be, and what TensorFlow.js cannot do, is refused in words. Makes no layers.
 */
import type * as tf from '@tensorflow/tfjs';
import type { KerasLayer } from '../../../shared/models/keras/architecture.js';
import { isRecord } from '../../../shared/models/is-record.js';
import { activationNamed, activationOf, constraintOf, initializerOf, regularizerOf } from './parts-of-layers.js';
import { Refusal } from './refusal.js';

/** Keras 3 computes some things in another way than the versions before, and than TensorFlow.js. */
export type KerasGeneration = 2 | 3;

/** What layers of TensorFlow.js are made with. */
export type LayerArguments = Record<string, unknown>;

export class GivenConfig {
  constructor(
    readonly layer: KerasLayer,
    readonly generation: KerasGeneration,
    /** Whether a model around it is frozen. */
    private readonly isFrozen: boolean,
  ) {}

  get(name: string): unknown {
    return this.layer.config[name];
  }

  has(name: string): boolean {
    const value = this.get(name);
    return value !== undefined && value !== null;
  }

  /** Its name, and whether it is trained. */
  common(): LayerArguments {
    return { name: this.layer.name, trainable: !this.isFrozen && this.get('trainable') !== false };
  }

  number(name: string, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Refusal(`its ${name} is no number`);
    return value;
  }

  /** A whole number from 1. */
  count(name: string, otherwise?: number): number {
    const value = this.number(name, otherwise);
    if (!Number.isSafeInteger(value) || value < 1) throw new Refusal(`its ${name} is ${value}`);
    return value;
  }

  boolean(name: string, otherwise: boolean): boolean {
    return typeof this.get(name) === 'boolean' ? this.get(name) === true : otherwise;
  }

  /** One of `known`, in lower case. */
  choice<T extends string>(name: string, known: readonly T[], otherwise: T): T {
    const value = this.get(name) ?? otherwise;
    const found = known.find((one) => one === value);
    if (found === undefined) throw new Refusal(`TensorFlow.js has no ${name} ${JSON.stringify(value)} for it`);
    return found;
  }

  /** One whole number for each dimension; a single one stands for all. */
  sizes(name: string, rank: number, otherwise?: number): number[] {
    const value = this.get(name) ?? otherwise;
    const list = Array.isArray(value) ? (value as unknown[]) : Array<unknown>(rank).fill(value);
    const isSize = (size: unknown): size is number => Number.isSafeInteger(size) && (size as number) >= 1;
    if (list.length !== rank || !list.every(isSize)) throw new Refusal(`its ${name} is ${JSON.stringify(value)}`);
    return list;
  }

  /** The same of pictures, [height, width]; steps are a picture of one row. */
  pictureSizes(name: string, rank: 1 | 2, otherwise?: number): [height: number, width: number] {
    const sizes = this.sizes(name, rank, otherwise);
    return [rank === 1 ? 1 : sizes[0]!, sizes.at(-1)!];
  }

  /** Whole numbers as they are, such as axes and shapes; −1 for those that are open. */
  integers(name: string): number[] {
    const value = this.get(name);
    const list = Array.isArray(value) ? value.map((item: unknown) => item ?? -1) : [value];
    if (!list.every((item): item is number => Number.isSafeInteger(item)))
      throw new Refusal(`its ${name} is ${JSON.stringify(value)}`);
    return list;
  }

  /** @throws Refusal where `name` is other than what TensorFlow.js can do */
  insist(name: string, isFine: (value: unknown) => boolean): void {
    const value = this.get(name);
    if (value === undefined || value === null || isFine(value)) return;
    const said =
      isRecord(value) && typeof value['class_name'] === 'string' ? value['class_name'] : JSON.stringify(value);
    throw new Refusal(`TensorFlow.js has no ${name}=${said} for it`);
  }

  /** @throws Refusal where channels come first */
  channelsLast(): void {
    this.insist('data_format', (format) => format === 'channels_last');
  }

  dataFormat(): LayerArguments {
    const format = this.choice('data_format', ['channels_last', 'channels_first'], 'channels_last');
    return { dataFormat: format === 'channels_last' ? 'channelsLast' : 'channelsFirst' };
  }

  activation(name = 'activation'): unknown {
    return activationNamed(this.get(name), this.generation);
  }

  /** What its activation computes. */
  activate(): (x: tf.Tensor) => tf.Tensor {
    return activationOf(this.get('activation'), this.generation);
  }

  /** Initializer, regularizer and constraint of each of the weights. */
  weights(...names: readonly string[]): LayerArguments {
    this.insist('activity_regularizer', () => false);
    const all: LayerArguments = {};
    for (const name of names) {
      const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      const { initializer, regularizer, constraint } = this.beginning(name);
      all[`${camel}Initializer`] = initializer;
      all[`${camel}Regularizer`] = regularizer;
      all[`${camel}Constraint`] = constraint;
    }
    return all;
  }

  /** How one weight begins and is held, by the name that the configuration has for it. */
  beginning(name: string): {
    readonly initializer: unknown;
    readonly regularizer: unknown;
    readonly constraint: unknown;
  } {
    return {
      initializer: initializerOf(this.get(`${name}_initializer`)),
      regularizer: regularizerOf(this.get(`${name}_regularizer`)),
      constraint: constraintOf(this.get(`${name}_constraint`)),
    };
  }
}

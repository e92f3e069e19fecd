/** A value in one or a few lines, for a person. Reads small tensors, and larger ones once a stop. */
import { inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { TensorStatistics } from '../../shared/protocol/training.js';
import { isOptimizer } from '../runtime/tfjs-internals.js';
import { statisticsOf } from '../runtime/tensor-statistics.js';

export type Values = Exclude<tf.backend_util.TypedArray, string[]>;

const VALUES_SHOWN = 20;
/** Beyond this, statistics are taken when they are asked for. */
const SUMMED_UP_TO = 1 << 20;
/** Of values read and kept for the rest of a stop. */
const MOST_BYTES = 512 * 2 ** 20;

/** What has been read of tensors: none is read twice in one stop, unless memory asks for it. */
export class TensorReads {
  private values = new Map<object, Values>();
  private statistics = new Map<object, TensorStatistics>();
  private bytes = 0;

  /** @throws Error where the backend cannot read while the thread stands still */
  valuesOf(tensor: tf.Tensor): Values {
    const known = this.values.get(tensor.dataId);
    if (known) return known;
    const values = tensor.dataSync() as Values;
    this.bytes += values.byteLength;
    if (this.bytes > MOST_BYTES) {
      this.values.clear();
      this.bytes = values.byteLength;
    }
    this.values.set(tensor.dataId, values);
    return values;
  }

  statisticsOf(tensor: tf.Tensor): TensorStatistics {
    let known = this.statistics.get(tensor.dataId);
    if (!known) this.statistics.set(tensor.dataId, (known = statisticsOf(this.valuesOf(tensor))));
    return known;
  }

  /** Values may have changed. */
  forget(): void {
    this.values.clear();
    this.statistics.clear();
    this.bytes = 0;
  }
}

export function describeValue(value: unknown, reads = new TensorReads()): string {
  if (value instanceof tf.Variable) return `${tensorText(value, reads)} (variable ${value.name})`;
  if (value instanceof tf.Tensor) return tensorText(value, reads);
  if (value instanceof tf.layers.Layer && !(value instanceof tf.LayersModel)) {
    return `${value.getClassName()} ${value.name}`;
  }
  if (value instanceof tf.LayersModel) return `model ${value.name} with ${value.layers.length} layers`;
  if (isOptimizer(value)) return `${value.getClassName()} optimizer`;
  if (typeof value === 'string') return inspectedText(value);
  if (typeof value === 'function') return `ƒ ${value.name || '(anonymous)'}`;
  if (Array.isArray(value) && value.some(isOfTensorFlow)) {
    const shown = value.slice(0, 8).map((one) => describeValue(one, reads));
    return `[${shown.join(', ')}${value.length > 8 ? `, … ${value.length} in all` : ''}]`;
  }
  const entries = plainEntries(value);
  if (entries?.some(([, one]) => isOfTensorFlow(one))) {
    const shown = entries.slice(0, 8).map(([name, one]) => `${name}: ${describeValue(one, reads)}`);
    return `{ ${shown.join(', ')}${entries.length > 8 ? ', …' : ''} }`;
  }
  return inspect(value, { depth: 2, maxArrayLength: 20, maxStringLength: 500, breakLength: 100 });
}

const TEXT_SHOWN = 10_000;

function inspectedText(text: string): string {
  return JSON.stringify(text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text);
}

function isOfTensorFlow(value: unknown): boolean {
  return value instanceof tf.Tensor || value instanceof tf.layers.Layer;
}

function plainEntries(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  return Object.entries(Object.getOwnPropertyDescriptors(value)).map(([name, { value: one }]) => [
    name,
    one as unknown,
  ]);
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

function tensorText(tensor: tf.Tensor, reads: TensorReads): string {
  const kind = `Tensor ${tensor.dtype} ${shapeText(tensor.shape)}`;
  if (tensor.isDisposed) return `${kind} (disposed)`;
  // What stands for a value while a model is being built is no tensor of values.
  if (!(tensor instanceof tf.Tensor)) return kind;
  try {
    if (tensor.dtype === 'string' || tensor.size <= VALUES_SHOWN) {
      if (tensor.size > VALUES_SHOWN) return kind;
      return `${kind} ${inspect(tensor.arraySync(), { breakLength: Infinity, depth: 6 })}`;
    }
    if (tensor.size > SUMMED_UP_TO || (tensor.dtype !== 'float32' && tensor.dtype !== 'int32')) return kind;
    return `${kind} · ${statisticsText(reads.statisticsOf(tensor))}`;
  } catch (error) {
    return `${kind} (its values cannot be read here: ${error instanceof Error ? error.message : String(error)})`;
  }
}

/** `mean 0.12 ± 0.5, −1.2 … 3.4, 12 % zeros, 3 % not finite`. */
export function statisticsText({ min, max, mean, spread, zeros, notFinite }: TensorStatistics): string {
  const parts = [];
  if (notFinite < 1) parts.push(`mean ${short(mean)} ± ${short(spread)}`, `${short(min)} … ${short(max)}`);
  if (zeros > 0) parts.push(`${share(zeros)} zeros`);
  if (notFinite > 0) parts.push(`${share(notFinite)} not finite`);
  return parts.join(', ');
}

function short(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

function share(part: number): string {
  const percent = part * 100;
  return `${percent > 0 && percent < 0.1 ? '< 0.1' : Number(percent.toFixed(1))} %`;
}

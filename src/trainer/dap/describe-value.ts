/** A value in one or a few lines, for a person. Reads small tensors, and larger ones once a stop. */
import { inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../shared/base/message-of.js';
import { isOptimizer } from '../runtime/tfjs-internals.js';
import { QUICK_TO_SUM, TensorSums } from '../tensors/look-at-tensor.js';
import type { TensorSum } from '../tensors/sum-up.js';
import type { TensorSource } from '../tensors/tensor-source.js';
import { deviceOf, valuesOf } from '../tensors/tensor-values.js';

const VALUES_SHOWN = 20;
/** Of copies of values kept for the rest of a stop. */
const MOST_BYTES = 64 * 2 ** 20;
/** Values that are gone over for the tensors of one answer; beyond that, statistics are taken when they are asked for. */
const SUMMED_AT_ONCE = 4 * QUICK_TO_SUM;

/** What has been read of tensors: small ones are not read twice in one stop. */
export class TensorReads {
  readonly sums = new TensorSums();
  private readonly sources = new Map<object, TensorSource>();
  private bytes = 0;
  private room = SUMMED_AT_ONCE;

  /** @throws Error in words where there are no numbers, or the backend cannot read while the thread stands still */
  valuesOf(tensor: tf.Tensor): TensorSource {
    const known = this.sources.get(tensor.dataId);
    if (known) return known;
    const source = valuesOf(tensor);
    this.bytes += source.size * 4;
    if (this.bytes > MOST_BYTES) {
      this.sources.clear();
      this.bytes = source.size * 4;
    }
    this.sources.set(tensor.dataId, source);
    return source;
  }

  statisticsOf(tensor: tf.Tensor): TensorSum {
    return this.sums.of(tensor, this.valuesOf(tensor));
  }

  histogramOf(tensor: tf.Tensor, bins: number): readonly number[] | undefined {
    return this.sums.histogram(tensor, bins, this.valuesOf(tensor));
  }

  /** Another answer begins. */
  begin(): void {
    this.room = SUMMED_AT_ONCE;
  }

  /** Whether a tensor may be gone over for the answer under way. */
  hasTimeFor(tensor: tf.Tensor): boolean {
    if (this.sums.known(tensor)) return true;
    if (tensor.size > QUICK_TO_SUM || tensor.size > this.room) return false;
    this.room -= tensor.size;
    return true;
  }

  /** Values may have changed. */
  forget(): void {
    this.sources.clear();
    this.sums.forget();
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
  return preview(value, reads);
}

/** On one line, but for an error with its stack. */
function preview(value: unknown, reads: TensorReads): string {
  const text = inspectWithTensors(value, reads);
  return text.length > PREVIEW_SHOWN && !(value instanceof Error) ? `${text.slice(0, PREVIEW_SHOWN)}…` : text;
}

/** What TensorFlow.js has inside of its objects is nobody's business: for as long as this takes they say what they are. */
function inspectWithTensors(value: unknown, reads: TensorReads): string {
  const prototypes = [tf.Tensor, tf.layers.Layer, tf.Optimizer].map(
    ({ prototype }) => prototype as unknown as Record<symbol, unknown>,
  );
  for (const prototype of prototypes) {
    Object.defineProperty(prototype, inspect.custom, {
      configurable: true,
      value(this: unknown) {
        return describeValue(this, reads);
      },
    });
  }
  try {
    return inspect(value, {
      depth: 2,
      maxArrayLength: 20,
      maxStringLength: 500,
      breakLength: Infinity,
      compact: value instanceof Error ? 3 : true,
    });
  } finally {
    for (const prototype of prototypes) delete prototype[inspect.custom];
  }
}

const PREVIEW_SHOWN = 2_000;
const TEXT_SHOWN = 10_000;

function inspectedText(text: string): string {
  return JSON.stringify(text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text);
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

function tensorText(tensor: tf.Tensor, reads: TensorReads): string {
  const { dtype, shape, size } = tensor;
  const bare = `Tensor ${dtype} ${shapeText(shape)}`;
  if (tensor.isDisposed) return `${bare} (disposed)`;
  // What stands for a value while a model is being built is no tensor of values.
  if (!(tensor instanceof tf.Tensor)) return bare;
  const device = deviceOf(tensor);
  const kind = device === 'CPU' ? bare : `${bare} on ${device}`;
  try {
    if (size <= VALUES_SHOWN) return `${kind} ${inspect(tensor.arraySync(), { breakLength: Infinity, depth: 6 })}`;
    if (!isNumeric(dtype) || !reads.hasTimeFor(tensor)) return kind;
    return `${kind} · ${statisticsText(reads.statisticsOf(tensor))}`;
  } catch (error) {
    return `${kind} (its values cannot be read here: ${messageOf(error)})`;
  }
}

export function isNumeric(dtype: tf.DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** `mean 0.12 ± 0.5, −1.2 … 3.4, 12 % zeros, 3 % not finite`. */
export function statisticsText({ min, max, mean, spread, zeros, notFinite }: TensorSum): string {
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

/** A value in one or a few lines, for a person. Reads small tensors, and larger ones once a stop. */
import { inspect, types } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../shared/base/message-of.js';
import { isOptimizer } from '../runtime/tfjs-internals.js';
import { QUICK_TO_SUM, TensorSums } from '../tensors/look-at-tensor.js';
import type { TensorSum } from '../tensors/sum-up.js';
import { elementsOf, type ElementReader } from '../tensors/tensor-elements.js';
import type { TensorSource } from '../tensors/tensor-source.js';
import { deviceOf, valuesOf } from '../tensors/tensor-values.js';

const VALUES_SHOWN = 20;
/** Of each text among a tensor's values. */
const LETTERS_SHOWN = 100;
/** Of copies of values kept for the rest of a stop. */
const MOST_BYTES = 64 * 2 ** 20;
/** Values that are gone over for the tensors of one answer; beyond that, statistics are taken when they are asked for. */
const SUMMED_AT_ONCE = 4 * QUICK_TO_SUM;

/** What has been read of tensors: small ones are not read twice in one stop. */
export class TensorReads {
  readonly sums = new TensorSums();
  private readonly sources = new Map<object, TensorSource>();
  private readonly elements = new Map<object, ElementReader>();
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

  /** @throws Error in words, likewise; of complex numbers and text, too */
  elementsOf(tensor: tf.Tensor): ElementReader {
    let known = this.elements.get(tensor.dataId);
    if (!known) this.elements.set(tensor.dataId, (known = elementsOf(tensor, () => this.valuesOf(tensor))));
    return known;
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
    this.elements.clear();
    this.sums.forget();
    this.bytes = 0;
  }
}

/** Never throws, whatever a value's own code does. */
export function describeValue(value: unknown, reads = new TensorReads()): string {
  try {
    return described(value, reads);
  } catch (error) {
    return cannotBeShown(error);
  }
}

/** In place of a value whose own code fails while it is looked at. */
export function cannotBeShown(error: unknown): string {
  return `(cannot be shown: ${messageOf(error)})`;
}

function described(value: unknown, reads: TensorReads): string {
  // What it stands for: asking it anything would run its traps.
  if (types.isProxy(value)) return preview(value, reads);
  if (types.isPromise(value)) return promiseText(value);
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

/** Without what Node notes on it for its own use. */
function promiseText(promise: Promise<unknown>): string {
  return inspect(promise, { depth: 0, breakLength: Infinity, compact: true, customInspect: false }).replace(
    /,? \[Symbol\(async_id_symbol\)\].*$/s,
    ' }',
  );
}

/** On one line, but for an error with its stack. */
function preview(value: unknown, reads: TensorReads): string {
  const text = inspectWithTensors(value, reads);
  return text.length > PREVIEW_SHOWN && !types.isNativeError(value) ? `${text.slice(0, PREVIEW_SHOWN)}…` : text;
}

/** What TensorFlow.js has inside of its objects is nobody's business: for as long as this takes they say what they are. */
function inspectWithTensors(value: unknown, reads: TensorReads): string {
  const prototypes = [tf.Tensor, tf.layers.Layer, tf.Optimizer, Promise].map(
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
      showProxy: true,
      compact: types.isNativeError(value) ? 3 : true,
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
    if (size <= VALUES_SHOWN) {
      return `${kind} ${elementsText(nested(reads.elementsOf(tensor)(0, size), shape))}`;
    }
    if (!isNumeric(dtype) || !reads.hasTimeFor(tensor)) return kind;
    return `${kind} · ${statisticsText(reads.statisticsOf(tensor))}`;
  } catch (error) {
    return `${kind} (its values cannot be read here: ${messageOf(error)})`;
  }
}

/** Of values of a tensor. */
export function elementsText(values: unknown): string {
  return inspect(values, { breakLength: Infinity, compact: true, depth: 6, maxStringLength: LETTERS_SHOWN });
}

/** As `arraySync` has it. */
function nested(elements: readonly unknown[], [length, ...rest]: readonly number[]): unknown {
  if (length === undefined) return elements[0];
  const each = elements.length / length;
  return Array.from({ length: elements.length === 0 ? 0 : length }, (_, index) =>
    nested(elements.slice(index * each, (index + 1) * each), rest),
  );
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
  return String(Number(value.toPrecision(4))).replaceAll('-', '−');
}

function share(part: number): string {
  const percent = part * 100;
  return `${percent > 0 && percent < 0.1 ? '< 0.1' : Number(percent.toFixed(1))} %`;
}

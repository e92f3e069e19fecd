/** Data that is in memory already, as tensors or arrays. Reads no files. */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../shared/base/message-of.js';
import {
  type DataEnvironment,
  DataError,
  DatasetDescription,
  type DataOutline,
  type LoadedData,
  outlinedTensors,
  type Tensors,
} from './batch-stream.js';
import { allRows, type Column, type Columns, MemoryStream } from './memory-stream.js';
import { splitOff } from './split.js';

/** A tensor, or nested arrays of numbers; the first dimension counts the examples. */
export type NumberArrays = tf.TensorLike;
/** One, several in order, or by name, for models of several inputs or outputs. */
export type TensorSource = tf.Tensor | NumberArrays | tf.Tensor[] | Readonly<Record<string, tf.Tensor>>;

export interface TensorSettings {
  readonly xs: TensorSource;
  readonly ys: TensorSource;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly validationSplit?: number;
}

interface Source {
  readonly tensors: Tensors;
  readonly all: readonly tf.Tensor[];
}

export class TensorData extends DatasetDescription {
  private readonly xs: Source;
  private readonly ys: Source;
  private readonly examples: number;

  /** Takes the tensors over. */
  constructor(private readonly settings: TensorSettings) {
    super();
    this.xs = toSource('xs', settings.xs);
    this.ys = toSource('ys', settings.ys);
    const sizes = [...this.xs.all, ...this.ys.all].map(({ shape }) => shape[0] ?? 0);
    this.examples = sizes[0] ?? 0;
    if (sizes.some((size) => size !== this.examples)) {
      throw new DataError(
        `datasets.tensors: xs and ys must have as many examples as each other; they have ${[...new Set(sizes)].join(' and ')}.`,
        'The first dimension counts the examples.',
      );
    }
    if (this.examples === 0) throw new DataError('datasets.tensors: there are no examples.');
  }

  override async outline(_environment: DataEnvironment): Promise<DataOutline> {
    const shapeOf = ({ tensors }: Source): readonly number[] | undefined =>
      tensors instanceof tf.Tensor ? tensors.shape.slice(1) : undefined;
    const { train, validation } = this.split();
    return {
      info: this.info(train.length, validation?.length),
      inputShape: shapeOf(this.xs),
      targetShape: shapeOf(this.ys),
      inputs: outlinedTensors(this.xs.tensors),
      targets: outlinedTensors(this.ys.tensors),
      batchSize: this.settings.batchSize,
    };
  }

  override async load(_environment: DataEnvironment): Promise<LoadedData> {
    const { batchSize, shuffle } = this.settings;
    const [xs, ys] = [await toColumns(this.xs.tensors), await toColumns(this.ys.tensors)];
    const { train, validation } = this.split();
    const stream = (rows: Int32Array, shuffled: boolean): MemoryStream =>
      new MemoryStream({ xs, ys, rows, batchSize, shuffle: shuffled, name: (row) => `row ${row + 1}` });
    return {
      info: this.info(train.length, validation?.length),
      train: stream(train, shuffle),
      ...(validation && { validation: stream(validation, false) }),
      close: async () => tf.dispose([...this.xs.all, ...this.ys.all]),
    };
  }

  private info(trainExamples: number, validationExamples?: number): LoadedData['info'] {
    return {
      name: 'tensors',
      source: 'memory',
      description: `${this.examples} examples in memory`,
      trainExamples,
      ...(validationExamples !== undefined && { validationExamples }),
      skipped: [],
      skippedCount: 0,
    };
  }

  private split(): { readonly train: Int32Array; readonly validation?: Int32Array } {
    return splitRows(this.examples, this.settings.validationSplit);
  }
}

/** All rows, or two parts of them; the same ones every time. */
export function splitRows(
  count: number,
  share: number | undefined,
): { readonly train: Int32Array; readonly validation?: Int32Array } {
  if (share === undefined) return { train: allRows(count) };
  const { kept, taken } = splitOff([...allRows(count)], share, 'rows');
  return { train: Int32Array.from(kept), ...(taken.length > 0 && { validation: Int32Array.from(taken) }) };
}

function toSource(name: string, source: TensorSource): Source {
  const asTensor = (value: unknown, label: string): tf.Tensor => {
    const tensor = value instanceof tf.Tensor ? value : makeTensor(value, label);
    if (tensor.rank === 0) {
      throw new DataError(`datasets.tensors: ${label} is a single number.`, 'The first dimension counts the examples.');
    }
    if (tensor.dtype === 'string' || tensor.dtype === 'complex64') {
      throw new DataError(`datasets.tensors: ${label} holds ${tensor.dtype} values; a model takes numbers.`);
    }
    return tensor;
  };
  if (Array.isArray(source) && source.length > 0 && source.every((item) => item instanceof tf.Tensor)) {
    const all = source.map((item, index) => asTensor(item, `${name}[${index}]`));
    return { tensors: all, all };
  }
  if (isRecord(source)) {
    const tensors = Object.fromEntries(
      Object.entries(source).map(([key, value]) => [key, asTensor(value, `${name}.${key}`)]),
    );
    return { tensors, all: Object.values(tensors) };
  }
  const tensor = asTensor(source, name);
  return { tensors: tensor, all: [tensor] };
}

function makeTensor(value: unknown, label: string): tf.Tensor {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    throw new DataError(
      `datasets.tensors: ${label} is ${value === undefined ? 'missing' : `a ${typeof value}`}.`,
      'Give a tensor or arrays of numbers.',
    );
  }
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  if (shapeText(rows).includes(uneven)) {
    throw new DataError(
      `datasets.tensors: the rows of ${label} have different lengths.`,
      'Every example needs as many numbers as the others.',
    );
  }
  try {
    return tf.tensor(value as tf.TensorLike);
  } catch (error) {
    throw new DataError(`datasets.tensors: ${label} cannot be made a tensor: ${messageOf(error)}`);
  }
}

const uneven = 'uneven';

/** TensorFlow.js itself takes rows of different lengths, and mixes them up. */
function shapeText(value: unknown): string {
  if (ArrayBuffer.isView(value)) return String((value as Float32Array).length);
  if (!Array.isArray(value)) return '';
  const inner = new Set(value.map(shapeText));
  return inner.size > 1 ? uneven : `${value.length},${[...inner].join('')}`;
}

const isRecord = (source: TensorSource): source is Readonly<Record<string, tf.Tensor>> =>
  typeof source === 'object' && !Array.isArray(source) && !ArrayBuffer.isView(source) && !(source instanceof tf.Tensor);

async function toColumns(tensors: Tensors): Promise<Columns> {
  if (tensors instanceof tf.Tensor) return { kind: 'one', column: await toColumn(tensors) };
  if (Array.isArray(tensors)) return { kind: 'list', columns: await Promise.all(tensors.map(toColumn)) };
  const entries = Object.entries(tensors).map(async ([name, tensor]) => [name, await toColumn(tensor)] as const);
  return { kind: 'named', columns: Object.fromEntries(await Promise.all(entries)) };
}

async function toColumn(tensor: tf.Tensor): Promise<Column> {
  return {
    values: (await tensor.data()) as Column['values'],
    shape: tensor.shape.slice(1),
    dtype: tensor.dtype as Column['dtype'],
  };
}

/**
 * Values of the stopped training thread, as a person opens them one after the other: tensors by
 * statistics and rows, layers by weights, outputs and gradients, everything else by its properties.
 * Nothing is read before it is asked for. Handles are good for one stop. Knows no inspector.
 */
import * as tf from '@tensorflow/tfjs';
import { describeValue, shapeText, statisticsText, TensorReads } from './describe-value.js';

/** What the debug thread gets of a value. */
export interface ShownValue {
  readonly value: string;
  readonly type: string;
  /** Asks for what is inside; 0 where there is nothing. */
  readonly handle: number;
  /** Numbers of children by index and by name, where there are many by index. */
  readonly indexed?: number;
  readonly named?: number;
  readonly evaluateName?: string;
}

export interface ShownVariable extends ShownValue {
  readonly name: string;
  readonly readOnly: boolean;
}

/** Which children are wanted; those by index in pages. */
export interface Part {
  readonly filter?: 'indexed' | 'named';
  readonly start?: number;
  readonly count?: number;
}

/** One thing inside another. */
export interface Entry {
  readonly name: string;
  readonly value: unknown;
  readonly evaluateName?: string;
  /** Changes it; not there where it cannot be changed. @throws Error that says why not this value */
  readonly set?: (value: unknown) => void;
}

/** Something of the training's own that is no object of the person's: made up of entries when it is opened. */
export class Branch {
  constructor(
    readonly text: string,
    readonly entries: () => readonly Entry[],
    readonly type = '',
  ) {}
}

/** Rows of a tensor below its first dimension, or a range of a long list. */
class Rows {
  constructor(
    readonly tensor: tf.Tensor,
    readonly offset: number,
    readonly shape: readonly number[],
  ) {}
}

/** What an object has inside beside its properties, such as a layer's outputs in this step. */
export type Additions = (value: object) => readonly Entry[];

/** More children than this are shown in ranges to a front end that asks for all at once. */
const PAGE = 100;

export class Inspection {
  private readonly held = new Map<number, { readonly value: unknown; readonly evaluateName?: string }>();
  private nextHandle = 1;
  readonly reads = new TensorReads();

  constructor(private readonly additions: Additions) {}

  show(value: unknown, evaluateName?: string): ShownValue {
    const name = evaluateName === undefined ? {} : { evaluateName };
    if (value instanceof Branch) return { value: value.text, type: value.type, handle: this.hold(value), ...name };
    if (value instanceof Rows) {
      const { shape, tensor, offset } = value;
      return { ...this.list(value, shape[0]!), value: this.rowText(tensor, offset, shape), type: '', ...name };
    }
    const text = describeValue(value, this.reads);
    if (!isObject(value)) return { value: text, type: typeof value, handle: 0, ...name };
    const type = typeName(value);
    if (value instanceof tf.Tensor) {
      const rows = value.isDisposed || value.dtype === 'string' ? 0 : (value.shape[0] ?? 0);
      return { ...this.list(value, rows, evaluateName), value: text, type, ...name };
    }
    const length = lengthOf(value);
    return { ...this.list(value, length, evaluateName), value: text, type, ...name };
  }

  /** @throws Error for a handle of an earlier stop */
  children(handle: number, part: Part = {}): ShownVariable[] {
    return this.entriesOf(handle, part).map(({ name, value, evaluateName, set }) => ({
      name,
      readOnly: set === undefined,
      ...this.show(value, evaluateName),
    }));
  }

  /** Changes the child called `name`. @returns what it is then */
  set(handle: number, name: string, value: unknown): ShownValue {
    const held = this.get(handle);
    const index = /^\d+$/.test(name) ? Number(name) : undefined;
    const find = (): Entry | undefined => {
      const part: Part = index === undefined ? { filter: 'named' } : { filter: 'indexed', start: index, count: 1 };
      return this.entriesOf(handle, part).find((entry) => entry.name === name);
    };
    const entry = find();
    if (!entry) throw new Error(`There is no ${name} here.`);
    if (!entry.set) throw new Error(`${name} cannot be changed here.`);
    entry.set(value);
    this.reads.forget();
    return this.show(find()?.value ?? held, entry.evaluateName);
  }

  /** Ends all handles. */
  release(): void {
    this.held.clear();
    this.reads.forget();
  }

  private hold(value: unknown, evaluateName?: string): number {
    const handle = this.nextHandle++;
    this.held.set(handle, { value, evaluateName });
    return handle;
  }

  private list(
    value: object,
    indexed: number,
    evaluateName?: string,
  ): Pick<ShownValue, 'handle' | 'indexed' | 'named'> {
    const handle = this.hold(value, evaluateName);
    return indexed > PAGE ? { handle, indexed, named: this.entriesOf(handle, { filter: 'named' }).length } : { handle };
  }

  private get(handle: number): unknown {
    const held = this.held.get(handle);
    if (!held) throw new Error('This value belongs to an earlier stop.');
    return held.value;
  }

  private entriesOf(handle: number, part: Part): readonly Entry[] {
    const value = this.get(handle);
    const evaluateName = this.held.get(handle)?.evaluateName;
    if (value instanceof Branch) return part.filter === 'indexed' ? [] : value.entries();
    const named = part.filter === 'indexed' ? [] : this.namedEntries(value as object, evaluateName);
    return part.filter === 'named' ? named : [...named, ...this.indexedEntries(value as object, part, evaluateName)];
  }

  private namedEntries(value: object, evaluateName: string | undefined): readonly Entry[] {
    if (value instanceof Rows) return [];
    if (value instanceof tf.Tensor) return this.tensorEntries(value);
    if (ArrayBuffer.isView(value)) return [];
    const more = this.additions(value);
    if (value instanceof Map || value instanceof Set) return more;
    const indexed = Array.isArray(value);
    const own = Object.entries(Object.getOwnPropertyDescriptors(value))
      .filter(([name, { enumerable }]) => enumerable && !(indexed && /^\d+$/.test(name)))
      .map(([name, property]) => propertyEntry(value, name, property, evaluateName));
    const error =
      value instanceof Error
        ? [
            { name: 'message', value: value.message },
            { name: 'stack', value: value.stack },
          ]
        : [];
    return [...more, ...error, ...own];
  }

  private tensorEntries(tensor: tf.Tensor): readonly Entry[] {
    const facts: Entry[] = [
      {
        name: 'shape',
        value: new Branch(shapeText(tensor.shape), () =>
          tensor.shape.map((size, index) => ({ name: `[${index}]`, value: size })),
        ),
      },
      { name: 'dtype', value: tensor.dtype },
    ];
    if (tensor.isDisposed) return [...facts, { name: 'disposed', value: true }];
    const numeric = tensor.dtype === 'float32' || tensor.dtype === 'int32';
    if (!numeric || tensor.size < 2) return facts;
    const statistics = new Branch('', () => {
      const { min, mean, max, spread, zeros, notFinite } = this.reads.statisticsOf(tensor);
      return Object.entries({ min, mean, max, spread, zeros, notFinite }).map(([name, value]) => ({ name, value }));
    });
    const known = tensor.size <= 1 << 20 ? statisticsText(this.reads.statisticsOf(tensor)) : 'open to compute';
    return [...facts, { name: 'statistics', value: new Branch(known, statistics.entries) }];
  }

  private indexedEntries(value: object, part: Part, evaluateName: string | undefined): readonly Entry[] {
    const whole = value instanceof tf.Tensor && !value.isDisposed && value.dtype !== 'string' && value.rank > 0;
    const rows = value instanceof Rows ? value : whole ? new Rows(value, 0, value.shape) : undefined;
    const length = rows ? rows.shape[0]! : value instanceof tf.Tensor ? 0 : lengthOf(value);
    const start = part.start ?? 0;
    const paged = part.start !== undefined || part.count !== undefined || part.filter === 'indexed';
    const end = Math.min(length, start + (part.count || length));
    const at = (index: number): Entry => (rows ? this.rowEntry(rows, index) : elementEntry(value, index, evaluateName));
    const entries: Entry[] = [];
    const last = paged ? end : Math.min(end, PAGE);
    for (let index = start; index < last; index++) entries.push(at(index));
    if (last < end) entries.push(...ranges(last, end, at));
    return entries;
  }

  private rowEntry({ tensor, offset, shape }: Rows, index: number): Entry {
    const rest = shape.slice(1);
    const size = rest.reduce((product, dimension) => product * dimension, 1);
    const from = offset + index * size;
    if (rest.length > 0) return { name: String(index), value: new Rows(tensor, from, rest) };
    const value = this.reads.valuesOf(tensor)[from]!;
    if (!(tensor instanceof tf.Variable)) return { name: String(index), value };
    return { name: String(index), value, set: (changed) => setWeight(tensor, from, changed) };
  }

  private rowText(tensor: tf.Tensor, offset: number, shape: readonly number[]): string {
    if (shape.length > 1) return shapeText(shape);
    const values = this.reads.valuesOf(tensor).subarray(offset, offset + shape[0]!);
    const shown = Array.from(values.subarray(0, 8), (value) => String(Number(value.toPrecision(4))));
    return `[${shown.join(', ')}${values.length > 8 ? ', …' : ''}]`;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function typeName(value: object): string {
  if (typeof value === 'function') return 'function';
  const { constructor } = value as { readonly constructor?: { readonly name?: string } };
  // Bundling marks some classes with an underscore.
  return (typeof constructor === 'function' ? constructor.name : '').replace(/^_/, '') || 'Object';
}

function lengthOf(value: object): number {
  if (Array.isArray(value)) return value.length;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return (value as Uint8Array).length;
  return value instanceof Map || value instanceof Set ? value.size : 0;
}

function elementEntry(value: object, index: number, evaluateName: string | undefined): Entry {
  const name = String(index);
  if (value instanceof Map) {
    const [key, one] = [...(value as Map<unknown, unknown>)][index]!;
    return {
      name,
      value: new Branch(`${describeValue(key)} → ${describeValue(one)}`, () => [
        { name: 'key', value: key },
        { name: 'value', value: one },
      ]),
    };
  }
  if (value instanceof Set) return { name, value: [...(value as Set<unknown>)][index] };
  const list = value as Record<number, unknown>;
  return {
    name,
    value: list[index],
    evaluateName: evaluateName && `${evaluateName}[${index}]`,
    set: (changed) => (list[index] = changed),
  };
}

function propertyEntry(
  owner: object,
  name: string,
  property: PropertyDescriptor,
  evaluateName: string | undefined,
): Entry {
  const path = /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  const nested = evaluateName === undefined ? {} : { evaluateName: evaluateName + path };
  if (property.get) {
    const read = (): Entry[] => [{ name: 'value', value: (owner as Record<string, unknown>)[name], ...nested }];
    return { name, value: new Branch('(computed when opened)', read), ...nested };
  }
  const set = property.writable
    ? { set: (changed: unknown) => void ((owner as Record<string, unknown>)[name] = changed) }
    : {};
  return { name, value: property.value as unknown, ...nested, ...set };
}

function ranges(from: number, to: number, at: (index: number) => Entry): Entry[] {
  let size = PAGE;
  while ((to - from) / size > PAGE) size *= PAGE;
  const entries: Entry[] = [];
  for (let start = from; start < to; start += size) {
    const end = Math.min(to, start + size);
    const inside = (): Entry[] =>
      size > PAGE ? ranges(start, end, at) : Array.from({ length: end - start }, (_, index) => at(start + index));
    entries.push({ name: `${start} … ${end - 1}`, value: new Branch('', inside) });
  }
  return entries;
}

/** In place, so that whoever holds the variable sees it. */
function setWeight(variable: tf.Variable, index: number, value: unknown): void {
  const number = value instanceof tf.Tensor && value.size === 1 ? value.dataSync()[0]! : value;
  if (typeof number !== 'number') throw new Error('A weight is a number.');
  const values = variable.dataSync().slice() as Float32Array;
  values[index] = number;
  const changed = tf.tensor(values, variable.shape, variable.dtype);
  variable.assign(changed);
  changed.dispose();
}

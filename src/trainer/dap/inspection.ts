/**
 * Values of the stopped training thread, as a person opens them one after the other: tensors by
 * statistics and rows, layers by weights, outputs and gradients, everything else by its properties.
 * Nothing is read before it is asked for. Handles are good for one stop. Knows no inspector.
 */
import { types } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { TensorView } from '../../shared/protocol/tensors.js';
import type { TensorRole } from '../tensors/fitting-views.js';
import { ComplexNumber } from '../tensors/tensor-elements.js';
import { fittingViews } from '../tensors/look-at-tensor.js';
import { deviceOf } from '../tensors/tensor-values.js';
import {
  cannotBeShown,
  describeValue,
  elementsText,
  isNumeric,
  shapeText,
  statisticsText,
  TensorReads,
} from './describe-value.js';
import { Branch, type Entry } from './entries.js';
import { elementsOf, lengthOf, mayHaveHiddenFields, propertiesOf } from './value-entries.js';

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
  readonly tensor?: TensorHints;
}

/** What offers more of a tensor than its text. */
export interface TensorHints {
  /** The best one first. */
  readonly views: readonly TensorView[];
  readonly device: string;
  /** Counts of equal bins from the least value to the largest; of tensors that are quickly gone over. */
  readonly spark?: readonly number[];
}

export interface ShownVariable extends ShownValue {
  readonly name: string;
  readonly watch?: Entry['watch'];
  readonly readOnly: boolean;
}

/** Which children are wanted; those by index in pages. */
export interface Part {
  readonly filter?: 'indexed' | 'named';
  readonly start?: number;
  readonly count?: number;
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
/** And more than this to one that asks for so many of them: nobody reads more, and each is to be made and sent. */
const LARGEST_PAGE = 10_000;

/** Where a value was found. */
type Origin = Pick<Entry, 'evaluateName' | 'role' | 'fullName'> & {
  readonly name?: string;
  /** What that is in which it stands. */
  readonly inherited?: TensorRole;
};

interface Held extends Origin {
  readonly value: unknown;
}

const SPARK_BINS = 20;

export class Inspection {
  private readonly handles = new Map<number, Held>();
  private nextHandle = 1;
  readonly reads = new TensorReads();

  constructor(private readonly additions: Additions) {}

  /** Each value of an answer; `begin` before the first. */
  show(value: unknown, origin: Origin = {}): ShownValue {
    try {
      return this.shown(value, origin);
    } catch (error) {
      return { value: cannotBeShown(error), type: '', handle: 0 };
    }
  }

  private shown(value: unknown, origin: Origin): ShownValue {
    const { evaluateName } = origin;
    const name = evaluateName === undefined ? {} : { evaluateName };
    // Even what it is an instance of would be asked of its traps.
    if (types.isProxy(value))
      return { value: describeValue(value, this.reads), type: 'Proxy', handle: this.hold(value, origin), ...name };
    if (value instanceof Branch) return { value: value.text, type: value.type, handle: this.hold(value), ...name };
    if (value instanceof Rows) {
      const { shape, tensor, offset } = value;
      return { ...this.list(value, shape[0]!), value: this.rowText(tensor, offset, shape), type: '', ...name };
    }
    const text = describeValue(value, this.reads);
    if (!isObject(value)) return { value: text, type: typeof value, handle: 0, ...name };
    const type = typeName(value);
    if (value instanceof tf.Tensor) {
      const rows = value.isDisposed ? 0 : (value.shape[0] ?? 0);
      const known = { ...origin, role: origin.role ?? roleOf(origin.name, value) ?? origin.inherited };
      const tensor = this.hintsOf(value, known.role);
      return { ...this.list(value, rows, known), value: text, type, ...name, ...(tensor ? { tensor } : {}) };
    }
    const length = lengthOf(value);
    return { ...this.list(value, length, origin), value: text, type, ...name };
  }

  /** @throws Error for a handle of an earlier stop */
  children(handle: number, part: Part = {}): ShownVariable[] {
    const inherited = this.held(handle).role;
    this.reads.begin();
    return this.entriesOf(handle, part).map(({ set, ...entry }) => ({
      name: entry.name,
      ...(entry.watch ? { watch: entry.watch } : {}),
      readOnly: set === undefined,
      ...this.show(entry.value, { ...entry, inherited }),
    }));
  }

  /** Changes the child called `name`. @returns what it is then */
  set(handle: number, name: string, value: unknown): ShownValue {
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
    this.reads.begin();
    return this.show(find()?.value, entry);
  }

  /** What a handle stands for. @throws Error for a handle of an earlier stop */
  held(handle: number): Held {
    const held = this.handles.get(handle);
    if (!held) throw new Error('This value belongs to an earlier stop.');
    return { ...held, name: held.fullName ?? held.evaluateName ?? held.name };
  }

  /** What has fields that only V8's debugger sees; `undefined` where a handle stands for nothing of the kind. */
  withHiddenFields(handle: number): object | undefined {
    const { value } = this.held(handle);
    if (types.isProxy(value)) return value as object;
    const isPlain = !isObject(value) || value instanceof Branch || value instanceof Rows || value instanceof tf.Tensor;
    return !isPlain && mayHaveHiddenFields(value) ? value : undefined;
  }

  /** Ends all handles. */
  release(): void {
    this.handles.clear();
    this.reads.forget();
  }

  private hold(value: unknown, origin: Origin = {}): number {
    const handle = this.nextHandle++;
    const { name, evaluateName, role, fullName } = origin;
    this.handles.set(handle, { value, name, evaluateName, role, fullName });
    return handle;
  }

  private list(value: object, indexed: number, origin?: Origin): Pick<ShownValue, 'handle' | 'indexed' | 'named'> {
    const handle = this.hold(value, origin);
    return indexed > PAGE ? { handle, indexed, named: this.entriesOf(handle, { filter: 'named' }).length } : { handle };
  }

  private hintsOf(tensor: tf.Tensor, role: TensorRole | undefined): TensorHints | undefined {
    if (tensor.isDisposed) return undefined;
    const hints = { views: fittingViews({ tensor, role }), device: deviceOf(tensor) };
    if (!isNumeric(tensor.dtype) || tensor.size < 2 || !this.reads.hasTimeFor(tensor)) return hints;
    const spark = this.reads.histogramOf(tensor, SPARK_BINS);
    return spark ? { ...hints, spark } : hints;
  }

  private entriesOf(handle: number, part: Part): readonly Entry[] {
    const { value, evaluateName } = this.held(handle);
    // What a proxy has inside is its target and handler, which are hidden fields.
    if (types.isProxy(value)) return [];
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
    return [...more, ...propertiesOf(value, evaluateName)];
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
    facts.push({ name: 'device', value: deviceOf(tensor) });
    if (!isNumeric(tensor.dtype) || tensor.size < 2) return facts;
    const statistics = new Branch('', () => {
      const { min, mean, max, spread, norm, zeros, notFinite } = this.reads.statisticsOf(tensor);
      return Object.entries({ min, mean, max, spread, norm, zeros, notFinite }).map(([name, value]) => ({
        name,
        value,
      }));
    });
    const known = this.reads.hasTimeFor(tensor) ? statisticsText(this.reads.statisticsOf(tensor)) : 'open to compute';
    return [...facts, { name: 'statistics', value: new Branch(known, statistics.entries) }];
  }

  private indexedEntries(value: object, part: Part, evaluateName: string | undefined): readonly Entry[] {
    const whole = value instanceof tf.Tensor && !value.isDisposed && value.rank > 0;
    const rows = value instanceof Rows ? value : whole ? new Rows(value, 0, value.shape) : undefined;
    const length = rows ? rows.shape[0]! : value instanceof tf.Tensor ? 0 : lengthOf(value);
    const start = part.start ?? 0;
    const paged = part.start !== undefined || part.count !== undefined || part.filter === 'indexed';
    const end = Math.min(length, start + (part.count || length));
    const at = rows ? (index: number) => this.rowEntry(rows, index) : elementsOf(value, evaluateName);
    const entries: Entry[] = [];
    const last = Math.min(end, paged ? start + LARGEST_PAGE : PAGE);
    for (let index = start; index < last; index++) entries.push(at(index));
    if (last < end) entries.push(...ranges(last, end, at));
    return entries;
  }

  private rowEntry({ tensor, offset, shape }: Rows, index: number): Entry {
    const rest = shape.slice(1);
    const size = rest.reduce((product, dimension) => product * dimension, 1);
    const from = offset + index * size;
    if (rest.length > 0) return { name: String(index), value: new Rows(tensor, from, rest) };
    const [element] = this.reads.elementsOf(tensor)(from, 1);
    const value = element instanceof ComplexNumber ? complexBranch(element) : element;
    if (!(tensor instanceof tf.Variable)) return { name: String(index), value };
    return { name: String(index), value, set: (changed) => setWeight(tensor, from, changed) };
  }

  private rowText(tensor: tf.Tensor, offset: number, shape: readonly number[]): string {
    if (shape.length > 1) return shapeText(shape);
    const length = shape[0]!;
    const values = this.reads.elementsOf(tensor)(offset, Math.min(length, VALUES_OF_ROW));
    const shown = values.map((value) => (typeof value === 'number' ? roundedText(value) : elementsText(value)));
    return `[${shown.join(', ')}${length > VALUES_OF_ROW ? ', …' : ''}]`;
  }
}

const VALUES_OF_ROW = 8;

/** A whole number may be a name, as of a word: it is told in full. */
function roundedText(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

function complexBranch(number: ComplexNumber): Branch {
  const { real, imaginary } = number;
  const magnitude = Math.hypot(real, imaginary);
  return new Branch(String(number), () =>
    Object.entries({ real, imaginary, magnitude }).map(([name, value]) => ({ name, value })),
  );
}

/** By what it is, and by the names that the library gives an op's inputs. */
function roleOf(name: string | undefined, value: unknown): TensorRole | undefined {
  return value instanceof tf.Variable || (name === 'filter' && value instanceof tf.Tensor) ? 'weight' : undefined;
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

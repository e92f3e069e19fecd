/**
 * HDF5 files read in parts: groups, attributes and datasets as Keras writes them, of a source that is
 * read where the library looks. Knows no Keras. Links to other files are not followed: the library sees
 * no file but this one.
 */
import type { Attribute, Dataset, File, Group } from 'h5wasm';
import type { ByteSource } from '../../base/byte-source.js';
import { ModelFileError } from '../model-file-error.js';

export interface Hdf5Dataset {
  readonly shape: readonly number[];
  /** How many numbers its shape makes. */
  readonly length: number;
  /** All of it, in row-major order. @throws ModelFileError where it holds no numbers */
  read(): Float32Array;
}

export interface Hdf5File {
  /** Names within a group, in the file's order; empty where there is none. */
  names(group: string): readonly string[];
  /** `undefined` where there is none. */
  text(group: string, attribute: string): string | undefined;
  /** A list of texts, also one that Keras split into `name0`, `name1`, … for its length. */
  texts(group: string, attribute: string): readonly string[] | undefined;
  dataset(path: string): Hdf5Dataset | undefined;
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Configurations are text; one that is longer is none. */
const MOST_ATTRIBUTE_BYTES = 64 * 1024 * 1024;
/** Larger datasets are read in parts, for the library keeps what it reads in a memory of its own. */
const PART_BYTES = 64 * 1024 * 1024;
let opened = 0;

export function isHdf5(head: Uint8Array): boolean {
  return signature.every((byte, index) => head[index] === byte);
}

/**
 * Opens the file for as long as `work` takes.
 * @throws ModelFileError, or what the library throws at a file that is damaged
 */
export async function withHdf5<T>(source: ByteSource, work: (file: Hdf5File) => T | Promise<T>): Promise<T> {
  // Megabytes of WebAssembly, which no other format needs.
  const hdf5 = await import('h5wasm');
  const library = await hdf5.ready;
  // Set by now.
  const files = hdf5.FS! as unknown as SmallFileSystem;
  // Otherwise its complaints go to the console, one for each level of its own.
  library.activate_throwing_error_handler();
  const place = `/model-${++opened}.h5`;
  files.writeFile(place, new Uint8Array(0));
  readFrom(source, files.lookupPath(place).node);
  try {
    const file = new hdf5.File(place, 'r');
    try {
      return await work(inWords(reading(file, hdf5.Attribute)));
    } finally {
      file.close();
    }
  } catch (error) {
    throw inPlainWords(error);
  } finally {
    files.unlink(place);
  }
}

/** The library tells of each of its own levels, the reason last. */
function inPlainWords(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('HDF5-DIAG')) return error;
  const reasons = [...error.message.matchAll(/in \w+\(\): (.*)/g)];
  const reason = reasons.at(-1)?.[1] ?? 'its library cannot read it';
  const short = /truncated file: eof = (\d+),.*stored_eof = (\d+)/.exec(reason);
  if (!short) return new ModelFileError(`It is damaged or not complete (HDF5: ${reason}).`);
  const [there, wanted] = [Number(short[1]), Number(short[2])].map((bytes) => bytes.toLocaleString('en-US'));
  return new ModelFileError(`It is cut off: it has ${there} of ${wanted} bytes.`, 'Copy or download it again.');
}

/** Also what is asked of it after `work` has given it away fails in words. */
function inWords(file: Hdf5File): Hdf5File {
  const plainly = <T>(look: () => T): T => {
    try {
      return look();
    } catch (error) {
      throw inPlainWords(error);
    }
  };
  return {
    names: (group) => plainly(() => file.names(group)),
    text: (group, attribute) => plainly(() => file.text(group, attribute)),
    texts: (group, attribute) => plainly(() => file.texts(group, attribute)),
    dataset: (path) => {
      const found = plainly(() => file.dataset(path));
      return found && { ...found, read: () => plainly(() => found.read()) };
    },
  };
}

/** Of Emscripten's file system in memory, what is used here. */
interface SmallFileSystem {
  writeFile(path: string, bytes: Uint8Array): void;
  lookupPath(path: string): { readonly node: FileNode };
  unlink(path: string): void;
}

interface FileNode {
  usedBytes: number;
  stream_ops: { readonly read: (stream: unknown, ...rest: [Uint8Array, number, number, number]) => number };
}

/** What the library reads of the file comes from the source, unheld. */
function readFrom(source: ByteSource, node: FileNode): void {
  node.usedBytes = source.size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, heap, offset, length, position) =>
      // The heap's bytes are of Int8Array where Emscripten has it so.
      source.read(new Uint8Array(heap.buffer, heap.byteOffset + offset, length), position),
  };
}

function reading(file: File, Named: typeof Attribute): Hdf5File {
  const groupAt = (path: string): Group | undefined => {
    const found = path === '' ? file : file.get(path);
    return found && 'keys' in found ? found : undefined;
  };
  const value = (path: string, name: string): unknown => {
    const group = groupAt(path);
    const attribute = group && attributeOf(Named, group, name);
    if (!attribute) return undefined;
    const { metadata } = attribute;
    if (metadata.size * metadata.total_size > MOST_ATTRIBUTE_BYTES)
      throw new ModelFileError(`Its attribute ${name} is larger than any model’s.`);
    return attribute.value;
  };
  return {
    names: (path) => groupAt(path)?.keys() ?? [],
    text: (path, name) => {
      const found = value(path, name);
      return typeof found === 'string' ? found : undefined;
    },
    texts: (path, name) => {
      const whole = textsOf(value(path, name));
      if (whole) return whole;
      const parts: string[] = [];
      for (let part = 0; ; part++) {
        const next = textsOf(value(path, `${name}${part}`));
        if (!next) return part === 0 ? undefined : parts;
        parts.push(...next);
      }
    },
    dataset: (path) => {
      const found = file.get(path);
      return found && 'slice' in found && 'filters' in found ? numbersIn(found, path) : undefined;
    },
  };
}

/** By its name: a list of all names would be as long as a damaged file says that it is. */
function attributeOf(Named: typeof Attribute, owner: Group, name: string): Attribute | undefined {
  try {
    return new Named(owner.file_id, owner.path, name);
  } catch (error) {
    // Said of one that is not there, and of nothing else.
    if (error instanceof Error && error.message.includes('name not defined')) return undefined;
    throw error;
  }
}

function textsOf(value: unknown): readonly string[] | undefined {
  // Python writes an empty list as one of numbers.
  if (ArrayBuffer.isView(value) && value.byteLength === 0) return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function numbersIn(dataset: Dataset, path: string): Hdf5Dataset {
  const shape = dataset.shape ?? [];
  const length = shape.reduce((product, size) => product * size, 1);
  return {
    shape,
    length,
    read: () => {
      const { type, size, littleEndian } = dataset.metadata;
      // 0 and 1 are HDF5's classes of whole numbers and of floating-point ones.
      // NumPy has no bfloat16: Keras writes it as bytes without a meaning.
      if (type !== 0 && size === 2) {
        throw new ModelFileError(
          `${path} in it has half precision, which cannot be read.`,
          'Save it in Keras with single precision (float32).',
        );
      }
      if ((type !== 0 && type !== 1) || size > 8) throw new ModelFileError(`${path} in it holds no numbers.`);
      if (!littleEndian && size > 1)
        throw new ModelFileError(
          `${path} in it has its bytes in the order of old machines.`,
          'Save it anew with Keras.',
        );
      const numbers = new Float32Array(length);
      const [rows = 1] = shape;
      const rowBytes = rows === 0 ? 0 : (length / rows) * size;
      if (length === 0) return numbers;
      if (shape.length === 0 || rowBytes * rows <= PART_BYTES) {
        numbers.set(floats(dataset.value, path));
        return numbers;
      }
      const step = Math.max(1, Math.floor(PART_BYTES / rowBytes));
      for (let row = 0; row < rows; row += step) {
        const part = dataset.slice([[row, Math.min(rows, row + step)], ...shape.slice(1).map((): [] => [])]);
        numbers.set(floats(part, path), row * (length / rows));
      }
      return numbers;
    },
  };
}

function floats(value: unknown, path: string): ArrayLike<number> {
  if (typeof value === 'number') return [value];
  if (typeof value === 'bigint') return [Number(value)];
  if (!ArrayBuffer.isView(value)) throw new ModelFileError(`${path} in it holds no numbers.`);
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Array.from(value, Number);
  return value as unknown as ArrayLike<number>;
}

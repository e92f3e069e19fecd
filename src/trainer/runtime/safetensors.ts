/**
 * The safetensors format (huggingface/safetensors, "Format"): 8 bytes little-endian header length, a
 * JSON header of names with dtype, shape and offsets, padded with spaces, then the data without gaps.
 * Knows nothing of models.
 */

export type SafetensorsDtype = 'F64' | 'F32' | 'I64' | 'I32' | 'U8' | 'BOOL';

const bytesPerElement: Readonly<Record<SafetensorsDtype, number>> = { F64: 8, F32: 4, I64: 8, I32: 4, U8: 1, BOOL: 1 };
/** As the format's own reader has it: a longer header is an attack, not a model. */
const MOST_HEADER_BYTES = 100_000_000;

export interface StoredTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Little-endian, row-major; `size × bytes` long. */
  readonly data: Uint8Array;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly StoredTensor[];
}

/** A damaged or foreign file, in words for the person. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** The file in pieces, header first: large data is not copied together. Wide elements come first, so that all are aligned. */
export function encodeSafetensors(file: SafetensorsFile): Uint8Array[] {
  const ordered = [...file.tensors].sort((one, other) => bytesPerElement[other.dtype] - bytesPerElement[one.dtype]);
  const header: Record<string, unknown> = {};
  if (Object.keys(file.metadata).length > 0) header['__metadata__'] = file.metadata;
  let offset = 0;
  for (const { name, dtype, shape, data } of ordered) {
    if (name === '__metadata__' || Object.hasOwn(header, name)) throw new Error(`the name ${name} is taken`);
    if (data.byteLength !== sizeOf(shape) * bytesPerElement[dtype])
      throw new Error(`${name} has ${data.byteLength} bytes, not those of its shape`);
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const head = new Uint8Array(8 + padded).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return [head, ...ordered.map(({ data }) => data)];
}

/** Tensors are views into `file`, in the order of their data. @throws SafetensorsError */
export function decodeSafetensors(file: Uint8Array): SafetensorsFile {
  // Node's Buffer is one too, but its slices are no copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const header = readHeader(bytes);
  const data = bytes.subarray(header.byteLength);
  const tensors: StoredTensor[] = [];
  const spans: { readonly begin: number; readonly tensor: StoredTensor; readonly end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header.json)) {
    if (name === '__metadata__') {
      metadata = textMap(entry);
      continue;
    }
    const { dtype, shape, begin, end } = tensorEntry(name, entry);
    if (end > data.byteLength) throw new SafetensorsError(`The file is cut off: ${name} is not all there.`);
    if (end - begin !== sizeOf(shape) * bytesPerElement[dtype])
      throw new SafetensorsError(`The bytes of ${name} do not fit its shape.`);
    spans.push({ begin, end, tensor: { name, dtype, shape, data: data.subarray(begin, end) } });
  }
  spans.sort((one, other) => one.begin - other.begin || one.end - other.end);
  let position = 0;
  for (const { begin, end, tensor } of spans) {
    if (begin !== position) throw new SafetensorsError(`The data has a gap or an overlap before ${tensor.name}.`);
    position = end;
    tensors.push(tensor);
  }
  if (position !== data.byteLength) throw new SafetensorsError('There are bytes after the last tensor.');
  return { metadata, tensors };
}

function readHeader(bytes: Uint8Array): { readonly json: Record<string, unknown>; readonly byteLength: number } {
  if (bytes.byteLength < 8) throw new SafetensorsError('The file is too short to be a safetensors file.');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MOST_HEADER_BYTES)
    throw new SafetensorsError('This is not a safetensors file: its header would be too long.');
  const byteLength = 8 + Number(length);
  if (byteLength > bytes.byteLength) throw new SafetensorsError('The file is cut off within its header.');
  if (length === 0n || bytes[8] !== 0x7b)
    throw new SafetensorsError('This is not a safetensors file: its header does not begin with {.');
  try {
    return {
      json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, byteLength))) as Record<
        string,
        unknown
      >,
      byteLength,
    };
  } catch (cause) {
    throw new SafetensorsError('The header of the safetensors file is damaged.', { cause });
  }
}

function tensorEntry(
  name: string,
  entry: unknown,
): {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
} {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) {
    throw new SafetensorsError(`${name} has the type ${String(dtype)}, which cannot be read here.`);
  }
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new SafetensorsError(`The shape of ${name} is damaged.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0]! > offsets[1]!) {
    throw new SafetensorsError(`The place of ${name} in the file is damaged.`);
  }
  return { dtype: dtype as SafetensorsDtype, shape, begin: offsets[0]!, end: offsets[1]! };
}

function textMap(entry: unknown): Record<string, string> {
  if (typeof entry !== 'object' || entry === null || Object.values(entry).some((value) => typeof value !== 'string')) {
    throw new SafetensorsError('The metadata of the safetensors file is damaged.');
  }
  return { ...entry } as Record<string, string>;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

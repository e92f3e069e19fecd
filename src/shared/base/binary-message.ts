/**
 * Messages that may hold rows of numbers: JSON text where they hold none, else one binary message of the JSON and,
 * behind it, the bytes of its typed arrays. Little endian, as every machine that Backstep runs on. Knows no socket.
 *
 * Binary: u32 length of the JSON, the JSON, zeros up to a multiple of 8, then each array at a multiple of 8. In the
 * JSON an array is `{ "$array": <type>, "at": <byte>, "length": <entries> }`, `at` counted from the first array.
 */
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { parseMessage, stringifyMessage } from './message-json.js';

const TYPES = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array } as const;
type TypeName = keyof typeof TYPES;
type Row = InstanceType<(typeof TYPES)[TypeName]>;

interface PlacedRow {
  readonly $array: TypeName;
  readonly at: number;
  readonly length: number;
}

const toEight = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** Text where `value` holds no typed arrays. A Node `Buffer` is not one of them: hand over a `Uint8Array`. */
export function encodeMessage(value: unknown): string | Uint8Array<ArrayBuffer> {
  /** A row that is in the message twice travels once. */
  const rows = new Map<Row, PlacedRow>();
  let bytes = 0;
  const json = stringifyMessage(value, (entry) => {
    const type = typeName(entry);
    if (!type) return entry;
    const row = entry as Row;
    let placed = rows.get(row);
    if (!placed) {
      rows.set(row, (placed = { $array: type, at: bytes, length: row.length }));
      bytes += toEight(row.byteLength);
    }
    return placed;
  });
  if (rows.size === 0) return json;
  const text = getTextEncoding().encodeUtf8(json);
  const start = toEight(4 + text.length);
  const message = new Uint8Array(start + bytes);
  new DataView(message.buffer).setUint32(0, text.length, true);
  message.set(text, 4);
  for (const [row, { at }] of rows) {
    message.set(new Uint8Array(row.buffer, row.byteOffset, row.byteLength), start + at);
  }
  return message;
}

/** The arrays are views into `message`. @throws where it is not such a message */
export function decodeMessage(message: ArrayBuffer): unknown {
  const length = new DataView(message).getUint32(0, true);
  const start = toEight(4 + length);
  const text = getTextEncoding().decodeUtf8(new Uint8Array(message, 4, length));
  return revived(parseMessage(text), message, start);
}

function revived(value: unknown, message: ArrayBuffer, start: number): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = revived(value[index], message, start);
    return value;
  }
  if ('$array' in value) {
    const { $array, at, length } = value as PlacedRow;
    return new TYPES[$array](message, start + at, length);
  }
  const record = value as Record<string, unknown>;
  for (const key in record) record[key] = revived(record[key], message, start);
  return record;
}

function typeName(value: unknown): TypeName | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = value.constructor.name;
  if (!(name in TYPES)) throw new TypeError(`rows of ${name} do not travel`);
  return name as TypeName;
}

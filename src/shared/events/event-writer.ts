/**
 * Makes the bytes of a TensorBoard event file, record by record. A file begins with
 * `encodeFileVersion`; the records may then be appended in any number and be read while it grows.
 * Knows no files: opening, flushing and naming (`events.out.tfevents.<seconds>.<host>.<pid>.v2`) are
 * the caller's.
 */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { crc32c, type Crc32c } from './crc32c.js';
import { EventSchema } from './generated/event_pb.js';
import { DataClass } from './generated/summary_pb.js';
import { DataType } from './generated/types_pb.js';
import { encodeRecord } from './record-frames.js';

/** The record that every event file begins with. */
export function encodeFileVersion(wallTimeSeconds: number, crc: Crc32c = crc32c): Uint8Array {
  return encodeEvent({ wallTime: wallTimeSeconds, what: { case: 'fileVersion', value: 'brain.Event:2' } }, crc);
}

/**
 * One record with the values of one step, as `tf.summary.scalar` writes them: rank-0 float32 tensors
 * of the scalars plug-in. NaN and ±Infinity are kept. Steps must fit a 64-bit integer.
 */
export function encodeScalars(
  step: number,
  wallTimeSeconds: number,
  scalars: readonly (readonly [tag: string, value: number])[],
  crc: Crc32c = crc32c,
): Uint8Array {
  const value = scalars.map(([tag, number]) => ({
    tag,
    metadata: { pluginData: { pluginName: 'scalars' }, dataClass: DataClass.SCALAR },
    value: {
      case: 'tensor' as const,
      value: { dtype: DataType.DT_FLOAT, tensorShape: {}, floatVal: [number] },
    },
  }));
  return encodeEvent(
    { wallTime: wallTimeSeconds, step: BigInt(Math.trunc(step)), what: { case: 'summary', value: { value } } },
    crc,
  );
}

/** Any event as one whole framed record. */
export function encodeEvent(event: MessageInitShape<typeof EventSchema>, crc: Crc32c = crc32c): Uint8Array {
  return encodeRecord(toBinary(EventSchema, create(EventSchema, event)), crc);
}

/**
 * Makes the bytes of a TensorBoard event file, record by record. A file begins with
 * `encodeFileVersion`; the records may then be appended in any number and be read while it grows.
 * Knows no files: opening, flushing and naming (`events.out.tfevents.<seconds>.<host>.<pid>.v2`) are
 * the caller's.
 */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { crc32c, type Crc32c } from './crc32c.js';
import { EventSchema } from '../generated/tensorflow/core/util/event_pb.js';
import { DataClass, Summary_ValueSchema, SummarySchema } from '../generated/tensorflow/core/framework/summary_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';
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
  const summary = new BinaryWriter();
  for (const [tag, number] of scalars) {
    const { template, at } = templateOf(tag);
    const bytes = template.slice();
    new DataView(bytes.buffer).setFloat32(at, number, true);
    summary.tag(SummarySchema.field.value.number, WireType.LengthDelimited).bytes(bytes);
  }
  const event = new BinaryWriter()
    .tag(EventSchema.field.wallTime.number, WireType.Bit64)
    .double(wallTimeSeconds)
    .tag(EventSchema.field.step.number, WireType.Varint)
    .int64(BigInt(Math.trunc(step)))
    .tag(EventSchema.field.summary.number, WireType.LengthDelimited)
    .bytes(summary.finish());
  return encodeRecord(event.finish(), crc);
}

interface ScalarTemplate {
  /** A whole `Summary.Value`. */
  readonly template: Uint8Array;
  /** Where its four bytes of value are. */
  readonly at: number;
}

/** Steps come thousands a second, and all that changes of a scalar is its value. */
const templates = new Map<string, ScalarTemplate>();
const MOST_TEMPLATES = 10_000;

function templateOf(tag: string): ScalarTemplate {
  let found = templates.get(tag);
  if (!found) {
    const [one, other] = [1, -2].map((value) => encodeScalar(tag, value));
    // Both numbers differ in their two highest bytes alone, which come last.
    const highest = one!.findLastIndex((byte, index) => byte !== other![index]);
    found = { template: one!, at: highest - 3 };
    if (templates.size >= MOST_TEMPLATES) templates.clear();
    templates.set(tag, found);
  }
  return found;
}

function encodeScalar(tag: string, value: number): Uint8Array {
  const message = create(Summary_ValueSchema, {
    tag,
    metadata: { pluginData: { pluginName: 'scalars' }, dataClass: DataClass.SCALAR },
    value: { case: 'tensor', value: { dtype: DataType.DT_FLOAT, tensorShape: {}, floatVal: [value] } },
  });
  return toBinary(Summary_ValueSchema, message);
}

/** Any event as one whole framed record. */
export function encodeEvent(event: MessageInitShape<typeof EventSchema>, crc: Crc32c = crc32c): Uint8Array {
  return encodeRecord(toBinary(EventSchema, create(EventSchema, event)), crc);
}

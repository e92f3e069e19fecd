/**
 * Values of TensorBoard's plug-ins beside scalars, as version 2 of its summaries has them: tensors with
 * the plug-in's metadata. What is encoded here is shown by TensorBoard as it stands. Knows no files,
 * and not where numbers and pictures come from.
 */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, getTextEncoding, WireType } from '@bufbuild/protobuf/wire';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { crc32c, type Crc32c } from './crc32c.js';
import { encodeEvent } from './event-writer.js';
import { DataClass, type Summary_ValueSchema } from '../generated/tensorflow/core/framework/summary_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';

/** One tag's value at one step. */
export type SummaryValue = MessageInitShape<typeof Summary_ValueSchema>;

/** One framed record with all values of a step. Several records of a step are as good as one. */
export function encodeSummary(
  step: number,
  wallTimeSeconds: number,
  values: readonly SummaryValue[],
  crc: Crc32c = crc32c,
): Uint8Array {
  const summary = { case: 'summary' as const, value: { value: [...values] } };
  return encodeEvent({ wallTime: wallTimeSeconds, step: BigInt(Math.trunc(step)), what: summary }, crc);
}

/** The record of a run's graph: a serialized `tensorflow.GraphDef`. */
export function encodeGraphEvent(wallTimeSeconds: number, graphDef: Uint8Array, crc: Crc32c = crc32c): Uint8Array {
  return encodeEvent({ wallTime: wallTimeSeconds, what: { case: 'graphDef', value: graphDef } }, crc);
}

export function scalarValue(tag: string, value: number): SummaryValue {
  return {
    tag,
    metadata: { pluginData: { pluginName: 'scalars' }, dataClass: DataClass.SCALAR },
    value: { case: 'tensor', value: { dtype: DataType.DT_FLOAT, tensorShape: {}, floatVal: [value] } },
  };
}

/** `bins`: triples of left edge, right edge and count, from the least value to the greatest. */
export function histogramValue(tag: string, bins: Float64Array): SummaryValue {
  return {
    tag,
    metadata: { pluginData: { pluginName: 'histograms' }, dataClass: DataClass.TENSOR },
    value: {
      case: 'tensor',
      value: {
        dtype: DataType.DT_DOUBLE,
        tensorShape: shapeOf([bins.length / 3, 3]),
        tensorContent: bytesOf(bins),
      },
    },
  };
}

export interface EncodedImage {
  readonly width: number;
  readonly height: number;
  /** A whole PNG file. */
  readonly png: Uint8Array;
}

/** Images of one size, side by side under one tag. */
export function imageValue(tag: string, images: readonly EncodedImage[]): SummaryValue {
  const [first] = images;
  const size = [first?.width ?? 0, first?.height ?? 0].map((number) => utf8(String(number)));
  return {
    tag,
    metadata: { pluginData: { pluginName: 'images' }, dataClass: DataClass.BLOB_SEQUENCE },
    value: { case: 'tensor', value: stringTensor([...size, ...images.map(({ png }) => png)]) },
  };
}

/** Markdown. */
export function textValue(tag: string, markdown: string): SummaryValue {
  return {
    tag,
    metadata: { pluginData: { pluginName: 'text' }, dataClass: DataClass.TENSOR },
    value: { case: 'tensor', value: stringTensor([utf8(markdown)]) },
  };
}

/** Rows of true and false positives, true and false negatives, precision, recall; a column a threshold from 0 to 1. */
export function prCurveValue(tag: string, curve: Float32Array, title: string): SummaryValue {
  const thresholds = curve.length / 6;
  return {
    tag,
    metadata: {
      // PrCurvePluginData: version 0, num_thresholds.
      pluginData: {
        pluginName: 'pr_curves',
        content: new BinaryWriter().tag(2, WireType.Varint).uint32(thresholds).finish(),
      },
      displayName: title,
      dataClass: DataClass.TENSOR,
    },
    value: { case: 'tensor', value: floatTensor([6, thresholds], curve) },
  };
}

/** A tensor under a plug-in's name that TensorBoard does not have; `content` is for whoever knows it. */
export function tensorValue(
  tag: string,
  plugin: { readonly name: string; readonly content: object },
  shape: readonly number[],
  values: Float32Array,
): SummaryValue {
  return {
    tag,
    metadata: {
      pluginData: { pluginName: plugin.name, content: utf8(JSON.stringify(plugin.content)) },
      dataClass: DataClass.TENSOR,
    },
    value: { case: 'tensor', value: floatTensor(shape, values) },
  };
}

/** The model by its layers, as Keras's `model.to_json()` has it: TensorBoard's conceptual graph. */
export function kerasModelValue(json: string): SummaryValue {
  return {
    tag: 'keras',
    metadata: {
      pluginData: { pluginName: 'graph_keras_model', content: utf8('1') },
      dataClass: DataClass.BLOB_SEQUENCE,
    },
    value: { case: 'tensor', value: stringTensor([utf8(json)]) },
  };
}

export type HyperParameter = string | number | boolean;

/** What a run was started with: the row that TensorBoard's table of hyper-parameters has of it. */
export function sessionStartValue(
  hyperParameters: Readonly<Record<string, HyperParameter>>,
  startSeconds: number,
  groupName: string,
): SummaryValue {
  const start = new BinaryWriter();
  for (const [name, value] of Object.entries(hyperParameters)) {
    const entry = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .string(name)
      .tag(2, WireType.LengthDelimited)
      .bytes(protobufValue(value));
    start.tag(1, WireType.LengthDelimited).bytes(entry.finish());
  }
  start.tag(4, WireType.LengthDelimited).string(groupName);
  start.tag(5, WireType.Bit64).double(startSeconds);
  return hyperParametersValue('_hparams_/session_start_info', 3, start.finish());
}

/** How the run ended. */
export function sessionEndValue(status: 'success' | 'failure', endSeconds: number): SummaryValue {
  const end = new BinaryWriter()
    .tag(1, WireType.Varint)
    .int32(status === 'success' ? 1 : 2)
    .tag(2, WireType.Bit64)
    .double(endSeconds);
  return hyperParametersValue('_hparams_/session_end_info', 4, end.finish());
}

/** `field` of the message HParamsPluginData; what it says stands in the metadata alone. */
function hyperParametersValue(tag: string, field: number, message: Uint8Array): SummaryValue {
  const content = new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(message).finish();
  return {
    tag,
    metadata: { pluginData: { pluginName: 'hparams', content }, dataClass: DataClass.TENSOR },
    value: { case: 'tensor', value: floatTensor([0], new Float32Array(0)) },
  };
}

function protobufValue(value: HyperParameter): Uint8Array {
  const kind =
    typeof value === 'number'
      ? { case: 'numberValue' as const, value }
      : typeof value === 'boolean'
        ? { case: 'boolValue' as const, value }
        : { case: 'stringValue' as const, value };
  return toBinary(ValueSchema, create(ValueSchema, { kind }));
}

function shapeOf(shape: readonly number[]): { dim: { size: bigint }[] } {
  return { dim: shape.map((size) => ({ size: BigInt(size) })) };
}

function floatTensor(shape: readonly number[], values: Float32Array) {
  return { dtype: DataType.DT_FLOAT, tensorShape: shapeOf(shape), tensorContent: bytesOf(values) };
}

function stringTensor(strings: Uint8Array[]) {
  return { dtype: DataType.DT_STRING, tensorShape: shapeOf([strings.length]), stringVal: strings };
}

/** Little endian, as every machine that this runs on is. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return getTextEncoding().encodeUtf8(text);
}

/** What a TensorFlow Lite file says of one operator and of one tensor, in words for a person. Knows no graph. */
import type { Tables } from './containers/flatbuffer.js';
import { activations, builtinOptions, laterOptions } from './generated/tflite-options.js';
import { ownEntry } from './own-entry.js';
import type { TensorFacts } from './shapes/tensor-facts.js';
import { unknownSize } from './shapes/tensor-facts.js';
import { tensorTypes } from './tflite-names.js';

/** A part of the model that an operator runs. */
export interface CalledSubgraph {
  /** `body`, `cond`, `then`. */
  readonly name: string;
  readonly index: number;
}

export interface OperatorFacts {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly called: readonly CalledSubgraph[];
}

/** Fields of `Operator` in the schema. */
const OPTIONS_TYPE = 3;
const OPTIONS = 4;
const CUSTOM_OPTIONS = 5;
const LATER_OPTIONS_TYPE = 11;
const LATER_OPTIONS = 12;

export function operatorFacts(buffer: Tables, operator: number): OperatorFacts {
  const attributes: Record<string, unknown> = {};
  const called: CalledSubgraph[] = [];
  const add = (table: number | undefined, definition: string | undefined): void => {
    if (table === undefined || definition === undefined) return;
    for (const field of definition.split(' ')) {
      const { number, name, type, usual } = readField(field);
      const value = valueOf(buffer, table, number, type, usual);
      const part = /^(?:(\w+?)_)?subgraph(?:_ind(?:ex|ices))?$/.exec(name);
      if (!part) attributes[name] = value;
      else {
        const indices = Array.isArray(value) ? (value as number[]) : [Number(value)];
        for (const [at, index] of indices.entries())
          called.push({ name: `${part[1] ?? 'body'}${indices.length > 1 ? `_${at}` : ''}`, index });
      }
    }
  };
  add(buffer.table(operator, OPTIONS), ownEntry(builtinOptions, String(buffer.int8(operator, OPTIONS_TYPE) & 0xff)));
  add(buffer.table(operator, LATER_OPTIONS), ownEntry(laterOptions, String(buffer.int8(operator, LATER_OPTIONS_TYPE))));
  const custom = buffer.byteCount(operator, CUSTOM_OPTIONS);
  if (custom > 0) attributes['custom_options'] = `${custom.toLocaleString('en-US')} bytes`;
  return { attributes, called };
}

function readField(field: string) {
  const [number, name, definition] = field.split(':') as [string, string, string];
  const [type, usual = '0'] = definition.split('=') as [string, string?];
  return { number: Number(number), name, type, usual: Number(usual) };
}

function valueOf(buffer: Tables, table: number, field: number, type: string, usual: number): unknown {
  switch (type) {
    case 'Padding':
      return buffer.int8(table, field, usual) === 0 ? 'SAME' : 'VALID';
    case 'Activation':
      return activations[buffer.int8(table, field, usual)] ?? 'unknown';
    case 'Type':
      return tensorTypes[buffer.int8(table, field, usual)] ?? 'unknown';
    case 'Bool':
      return buffer.int8(table, field, usual) !== 0;
    case 'Int8':
      return buffer.int8(table, field, usual);
    case 'Int64':
      return buffer.int64(table, field, usual);
    case 'Float32':
      return buffer.float32(table, field, usual);
    case 'Int32[]':
      return buffer.numbers(table, field);
    case 'Int64[]':
      return buffer.largeNumbers(table, field);
    case 'Float32[]':
      return buffer.floats(table, field);
    default:
      return buffer.int32(table, field, usual);
  }
}

export interface TensorOfFile {
  readonly name: string;
  readonly facts: TensorFacts;
  readonly isVariable: boolean;
  /** `scale 0.0078, zero point −1`; none where it is of plain numbers. */
  readonly quantization: string | undefined;
}

/** Fields of `Tensor` in the schema. */
const SHAPE = 0;
const TYPE = 1;
const NAME = 3;
const QUANTIZATION = 4;
const IS_VARIABLE = 5;
const SHAPE_SIGNATURE = 7;

export function tensorOf(buffer: Tables, tensor: number): TensorOfFile {
  // The signature has −1 where a size is not known before the model runs.
  const signature = buffer.numbers(tensor, SHAPE_SIGNATURE);
  const shape = signature.length > 0 ? signature : buffer.numbers(tensor, SHAPE);
  const quantization = buffer.table(tensor, QUANTIZATION);
  return {
    name: buffer.text(tensor, NAME),
    facts: {
      shape: shape.map((size) => (size < 0 ? unknownSize() : size)),
      dtype: tensorTypes[buffer.int8(tensor, TYPE)] ?? 'unknown',
    },
    isVariable: buffer.int8(tensor, IS_VARIABLE) !== 0,
    quantization: quantization === undefined ? undefined : quantizationIn(buffer, quantization),
  };
}

/** Fields of `QuantizationParameters` in the schema. */
const SCALE = 2;
const ZERO_POINT = 3;
const QUANTIZED_DIMENSION = 6;

function quantizationIn(buffer: Tables, table: number): string | undefined {
  const scales = buffer.floats(table, SCALE);
  const zeros = buffer.largeNumbers(table, ZERO_POINT);
  if (scales.length === 0) return undefined;
  if (scales.length === 1) return `scale ${number(scales[0]!)}, zero point ${number(zeros[0] ?? 0)}`;
  const points = zeros.every((zero) => zero === zeros[0])
    ? `zero point ${number(zeros[0] ?? 0)}`
    : `zero points ${between(zeros)}`;
  const axis = buffer.int32(table, QUANTIZED_DIMENSION);
  return `${scales.length.toLocaleString('en-US')} scales ${between(scales)} along axis ${axis}, ${points}`;
}

function between(values: readonly number[]): string {
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Infinity,
    -Infinity,
  ] as readonly [number, number]);
  return `${number(least)} – ${number(most)}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

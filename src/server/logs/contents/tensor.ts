/** Texts and tensors of an event file, as much of them as a person can look at, and the curves of precision and recall. */
import { z } from 'zod';
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import { numbersOfTensor, sizeOfTensor } from '../../../shared/events/numbers-of-tensor.js';
import type { LogPrCurve, LogTensor } from '../../../shared/protocol/summaries.js';
import { Failure } from '../../failure.js';
import type { StoredValue } from './stored-value.js';

const MOST_VALUES = 1_000_000;
const MOST_TEXTS = 1000;
const LONGEST_TEXT = 1_000_000;
/** Of all texts together. */
const MOST_CHARACTERS = 8_000_000;

/** @throws Failure where what is stored is of no form that can be shown */
export function tensorOf({ step, wallMs, value: { value, tag, metadata } }: StoredValue): LogTensor {
  if (value.case !== 'tensor') throw new Failure('damaged', `“${tag}” holds no tensor here.`);
  const tensor = value.value;
  const shape = (tensor.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const facts = { step, wallMs, dtype: nameOf(tensor.dtype), shape };
  if (tensor.dtype === DataType.DT_STRING) return { ...facts, ...textsOf(tensor.stringVal) };
  const values = numbersOfTensor(tensor, MOST_VALUES);
  if (!values)
    throw new Failure(
      'damaged',
      `“${tag}” is a tensor of ${facts.dtype} whose values cannot be shown, or are not all there.`,
    );
  const { pluginName = '', content } = metadata?.pluginData ?? {};
  const classNames = pluginName === 'confusion_matrix' ? classNamesIn(content) : undefined;
  return { ...facts, values, cut: (sizeOfTensor(tensor) ?? 0) > values.length, ...(classNames && { classNames }) };
}

/** As `tensorValue` of the trainer writes them; anybody else may mean something else by the plug-in's name. */
function classNamesIn(content: Uint8Array | undefined): string[] | undefined {
  if (!content || content.length > LONGEST_TEXT) return undefined;
  try {
    return z.object({ classNames: z.array(z.string()) }).parse(JSON.parse(new TextDecoder().decode(content)))
      .classNames;
  } catch {
    // Somebody else's: rows and columns are counted instead.
    return undefined;
  }
}

function textsOf(stored: readonly Uint8Array[]): Pick<LogTensor, 'values' | 'texts' | 'cut'> {
  const texts: string[] = [];
  let left = MOST_CHARACTERS;
  let cut = stored.length > MOST_TEXTS;
  for (const bytes of stored.slice(0, MOST_TEXTS)) {
    const most = Math.min(LONGEST_TEXT, left);
    const text = new TextDecoder().decode(bytes.subarray(0, 4 * most)).slice(0, most);
    if (4 * most < bytes.length) cut = true;
    left -= text.length;
    texts.push(text);
  }
  return { values: new Float64Array(0), texts, cut };
}

/** `float32`, as everywhere else here. */
function nameOf(dtype: DataType): string {
  const name = (DataType[dtype] ?? `type ${dtype}`).replace(/^DT_/, '').toLowerCase();
  const usual: Readonly<Record<string, string>> = { float: 'float32', double: 'float64', half: 'float16' };
  return usual[name] ?? name;
}

const ROWS = 6;

/** Source: TensorBoard's pr_curves plug-in. @throws Failure where it is none */
export function prCurveOf({ step, wallMs, value: { value, tag } }: StoredValue): LogPrCurve {
  const numbers = value.case === 'tensor' ? numbersOfTensor(value.value) : undefined;
  const shape = value.case === 'tensor' ? (value.value.tensorShape?.dim ?? []) : [];
  if (!numbers || shape.length !== 2 || shape[0]!.size !== BigInt(ROWS)) {
    throw new Failure('damaged', `“${tag}” holds no curve of precision and recall here.`);
  }
  const count = numbers.length / ROWS;
  const row = (index: number) => numbers.slice(index * count, (index + 1) * count);
  return {
    step,
    wallMs,
    thresholds: new Float64Array(count).map((_, index) => (count > 1 ? index / (count - 1) : 0)),
    truePositives: row(0),
    falsePositives: row(1),
    trueNegatives: row(2),
    falseNegatives: row(3),
    precision: row(4),
    recall: row(5),
  };
}

/** One item of a tag as its file has it: read when somebody looks, for pictures and histograms are not kept in memory. */
import { fromBinary } from '@bufbuild/protobuf';
import { messageOf } from '../../../shared/base/message-of.js';
import {
  Summary_ValueSchema,
  type Summary_Value,
} from '../../../shared/generated/tensorflow/core/framework/summary_pb.js';
import { asFailure, Failure } from '../../failure.js';
import { itemAt, type RunTag } from '../log-run.js';

export interface StoredValue {
  readonly step: number;
  readonly wallMs: number;
  readonly value: Summary_Value;
}

/** @throws Failure where it is not there (any more), or not what was read before */
export function storedValue(tag: RunTag, index: number): StoredValue {
  const found = itemAt(tag, index);
  if (!found) throw new Failure('not-found', `“${tag.name}” has no item ${index} (any more).`);
  const { file, item } = found;
  let bytes: Uint8Array;
  try {
    bytes = file.part(item.offset, item.length);
  } catch (error) {
    const { tag: kind, message, hint } = asFailure(error, file.path);
    throw new Failure(kind, message, hint);
  }
  try {
    if (bytes.length < item.length) throw new Error('the file is shorter than it was');
    return { step: item.step, wallMs: item.wallMs, value: fromBinary(Summary_ValueSchema, bytes) };
  } catch (error) {
    throw new Failure(
      'damaged',
      `What “${tag.name}” had here is no longer in its file: ${messageOf(error)}.`,
      'The file was changed by its writer; look again in a moment.',
    );
  }
}

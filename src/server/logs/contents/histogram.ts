/** A histogram of an event file with all its bins, of version 1 and 2. Source: TensorBoard's `data_compat.py` and histogram plug-in. */
import type { HistogramProto } from '../../../shared/generated/xla/tsl/protobuf/histogram_pb.js';
import { numbersOfTensor } from '../../../shared/events/numbers-of-tensor.js';
import type { LogHistogram } from '../../../shared/protocol/summaries.js';
import type { StoredValue } from './stored-value.js';

/** Without bins where it has none, or is none. */
export function histogramOf({ step, wallMs, value: { value } }: StoredValue): LogHistogram {
  const bins =
    value.case === 'histo'
      ? fromLimits(value.value)
      : value.case === 'tensor'
        ? fromRows(numbersOfTensor(value.value) ?? new Float64Array(0))
        : { limits: new Float64Array(0), counts: new Float64Array(0) };
  return { step, wallMs, ...bins };
}

type Bins = Pick<LogHistogram, 'limits' | 'counts'>;

/** Outermost limits are the least and greatest value: the stated ones may be as large as numbers get. */
function fromLimits({ bucket, bucketLimit, min, max }: HistogramProto): Bins {
  const first = bucket.findIndex((count) => count > 0);
  const last = bucket.findLastIndex((count) => count > 0);
  if (first < 0 || bucketLimit.length < bucket.length) {
    return { limits: new Float64Array(0), counts: new Float64Array(0) };
  }
  const limits = new Float64Array(last - first + 2);
  limits[0] = min;
  limits.set(bucketLimit.slice(first, last), 1);
  limits[limits.length - 1] = max;
  return { limits, counts: Float64Array.from(bucket.slice(first, last + 1)) };
}

/** Rows of left edge, right edge and count, one beside the other. */
function fromRows(rows: Float64Array): Bins {
  const count = Math.floor(rows.length / 3);
  const limits = new Float64Array(count === 0 ? 0 : count + 1);
  const counts = new Float64Array(count);
  for (let bin = 0; bin < count; bin++) {
    limits[bin] = rows[3 * bin]!;
    limits[bin + 1] = rows[3 * bin + 1]!;
    counts[bin] = rows[3 * bin + 2]!;
  }
  return { limits, counts };
}

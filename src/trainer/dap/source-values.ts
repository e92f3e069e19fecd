/** What a step's ops begin with: weights and the batch, measured, by their names in the graph. Knows no ops. */
import type { ValueNumbers } from '../../shared/graph/op-statistics.js';
import { namedInputs } from '../runtime/data/batch-names.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import type { LabelledWeight } from '../runtime/layer-labels.js';
import { valueNumbersOf } from '../tensors/value-numbers.js';

/** To be called aside of the training. */
export function sourceValues(
  weights: readonly LabelledWeight[],
  batch: Batch | undefined,
): Readonly<Record<string, ValueNumbers>> {
  const sources = [
    ...weights.map(({ name, variable }) => ({ name, tensor: variable })),
    ...(batch ? namedInputs(batch) : []).map(({ name, tensor }) => ({ name: `input/${name}`, tensor })),
  ];
  return Object.fromEntries(
    sources.flatMap(({ name, tensor }) => {
      const values = valueNumbersOf(tensor);
      return values ? [[name, values]] : [];
    }),
  );
}

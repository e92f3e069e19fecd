/** A series as lists of what stands, for those who want to see nothing of restarts. */
import type { Series } from '../../shared/protocol/rpc.js';
import type { ScalarSeries } from './scalar-series.js';

/** Steps ascending; where a step was written twice, its last value. */
export function standingPoints(series: ScalarSeries): Omit<Series, 'name'> {
  const { steps, wallMs, values } = series.points;
  const found = { steps: [] as number[], wallTimes: [] as number[], values: [] as number[] };
  for (const { from, to, superseded } of series.stretches) {
    if (superseded) continue;
    for (let index = from; index < to; index++) {
      if (found.steps.at(-1) === steps[index]) {
        found.steps.pop();
        found.wallTimes.pop();
        found.values.pop();
      }
      found.steps.push(steps[index]!);
      found.wallTimes.push(wallMs[index]!);
      found.values.push(values[index]!);
    }
  }
  return found;
}

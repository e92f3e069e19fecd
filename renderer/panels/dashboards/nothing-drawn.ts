/** Why a chart shows nothing although its series have points. Pure. */
import type { Curve } from '../../charts/curve.js';

/** `undefined` where there is something to see, or no point yet. */
export function whyNothingDrawn(curves: readonly Curve[], logarithmic: boolean): string | undefined {
  let finite = false;
  let some = false;
  for (const { source } of curves) {
    const { values } = source;
    some ||= values.length > 0;
    // One point is enough, and is mostly the first.
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (!Number.isFinite(value)) continue;
      if (!logarithmic || value > 0) return undefined;
      finite = true;
    }
  }
  if (finite) return 'No value is above zero: a logarithmic axis has no place for them.';
  return some ? 'No value is finite: all are infinite, or no number.' : undefined;
}

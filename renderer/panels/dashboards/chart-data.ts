/** All points of a chart as text: CSV and JSON. Pure. */
import { stringifyMessage } from '../../../src/shared/base/message-json.js';
import type { Curve } from '../../charts/curve.js';
import { csvCell } from './runs/run-columns.js';

/** Parts of a text, so that millions of rows make no single string. */
export function* csvOf(curves: readonly Curve[]): Generator<string> {
  yield 'series,step,wall_time,value\n';
  for (const { label, source } of curves) {
    const name = csvCell(label);
    const { steps, values, wallTimes } = source;
    let rows: string[] = [];
    for (let index = 0; index < values.length; index++) {
      const time = wallTimes?.[index];
      rows.push(`${name},${steps[index]!},${time === undefined ? '' : time / 1000},${values[index]!}\n`);
      if (rows.length < 10_000) continue;
      yield rows.join('');
      rows = [];
    }
    yield rows.join('');
  }
}

export function jsonOf(title: string, curves: readonly Curve[]): string {
  const series = curves.map(({ label, source }) => {
    // First: what is computed has the points that its values were asked for.
    const { values } = source;
    return {
      name: label,
      steps: Array.from(source.steps).slice(0, values.length),
      ...(source.wallTimes ? { wallTimes: Array.from(source.wallTimes, (time) => time / 1000) } : {}),
      values: Array.from(values, (value) => (Number.isFinite(value) ? value : String(value))),
    };
  });
  return stringifyMessage({ title, series });
}

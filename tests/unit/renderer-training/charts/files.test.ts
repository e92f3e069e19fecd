import { describe, expect, it } from 'vitest';
import { sortRows } from '../../../../renderer/charts/chart-tip.js';
import { SvgPen } from '../../../../renderer/charts/pen.js';
import { formatX, sayX, xMapping, xTicks } from '../../../../renderer/charts/x-axis.js';
import { linearScale, logScale, logTicks } from '../../../../renderer/charts/scale.js';
import { yRangeOf } from '../../../../renderer/panels/dashboards/y-range.js';
import { csvOf, jsonOf } from '../../../../renderer/panels/dashboards/chart-data.js';

const source = { steps: [1, 2], values: [0.5, Number.NaN], wallTimes: [1000, 3000] };

describe('a chart as a file', () => {
  it('has every point, and names that a spreadsheet takes for text', () => {
    const curves = [{ id: 'a', label: '=cmd,"x"', colour: 'red', source }];
    expect([...csvOf(curves)].join('')).toBe(
      'series,step,wall_time,value\n"\'=cmd,""x""",1,1,0.5\n"\'=cmd,""x""",2,3,NaN\n',
    );
    expect(JSON.parse(jsonOf('t', curves))).toEqual({
      title: 't',
      series: [{ name: '=cmd,"x"', steps: [1, 2], wallTimes: [1, 3], values: [0.5, 'NaN'] }],
    });
  });

  it('is a picture whose texts are no markup', () => {
    const pen = new SvgPen(10, 10, () => ({ width: 5 }) as TextMetrics);
    pen.font = '600 15px "A" sans-serif';
    pen.fillText('<script>&\u0000', 1, 2);
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.lineTo(5.123456, 5);
    pen.stroke();
    const svg = pen.finish();
    expect(svg).toContain('&#60;script&#62;&#38;\ufffd</text>');
    expect(svg).toContain('d="M0 0L5.12 5"');
    expect(svg).not.toContain('<script');
  });
});

describe('the values under the pointer', () => {
  const row = (label: string, value: number, distance: number) => ({ label, value, distance, colour: 'red' });
  const rows = [row('b10', 2, 30), row('b9', Number.NaN, 10), row('a', 3, 20)];
  it.each([
    ['nearest', ['b9', 'a', 'b10']],
    ['value', ['a', 'b10', 'b9']],
    ['name', ['a', 'b9', 'b10']],
  ] as const)('stand in order: %s', (order, labels) => {
    expect(sortRows(rows, order).map(({ label }) => label)).toEqual(labels);
  });
});

describe('a range of y as it is typed', () => {
  it.each<[string, { min: number; max: number } | undefined]>([
    ['0 to 1', { min: 0, max: 1 }],
    ['-1, 1e-3', { min: -1, max: 0.001 }],
    ['−2 … 0.5', { min: -2, max: 0.5 }],
    ['0–10', { min: 0, max: 10 }],
    ['1 to 0', undefined],
    ['0 1 2', undefined],
    ['a to b', undefined],
    ['', undefined],
  ])('%s', (text, range) => expect(yRangeOf(text)).toEqual(range));
});

describe('the x axis', () => {
  it('counts steps, epochs, time since the beginning, and the clock', () => {
    expect(xMapping('epoch', { source, stepsPerEpoch: 4 })).toEqual({ base: 'steps', scale: 0.25, offset: 0 });
    expect(xMapping('relative', { source })).toEqual({ base: 'wallTimes', scale: 1, offset: -1000 });
    expect(xMapping('wall', { source: { steps: [1], values: [1] } })).toBeUndefined();
  });

  it('has round marks', () => {
    expect(xTicks('relative', linearScale(0, 600_000), 5)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
    expect(formatX('relative', 120_000, 600_000)).toBe('2 min');
    expect(formatX('relative', 3_725_250, 4000)).toBe('1:02:05.250');
    expect(xTicks('step', logScale(1, 1e6), 4)).toEqual([1, 100, 10_000, 1_000_000]);
    expect(logTicks(1, 100, 10)).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(sayX('step', 1185)).toBe('step 1,185');
    expect(sayX('relative', 61_000)).toBe('after 1 min 1 s');
  });
});

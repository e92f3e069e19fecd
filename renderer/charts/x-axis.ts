/** What x is: steps, epochs, time since the run's beginning, or the clock. Where a curve's points lie on it, and how it is written. Pure. */
import type { CurveSource, XBase } from './curve-view.js';
import { formatCount, formatDuration, formatTick, tickLabels } from './format.js';
import { logTicks, niceTicks, type Scale } from './scale.js';

export type XKind = 'step' | 'relative' | 'wall' | 'epoch';

export const xKinds: readonly { readonly kind: XKind; readonly label: string; readonly title: string }[] = [
  { kind: 'step', label: 'step', title: 'Training steps' },
  { kind: 'epoch', label: 'epoch', title: 'Epochs: steps by the length of each run’s epoch' },
  { kind: 'relative', label: 'relative', title: 'Time since each run’s first point' },
  { kind: 'wall', label: 'wall time', title: 'Date and time' },
];

/** x = base × scale + offset. */
export interface XMapping {
  readonly base: XBase;
  readonly scale: number;
  readonly offset: number;
}

export interface CurveTimes {
  readonly source: CurveSource;
  /** Milliseconds; where `relative` begins. */
  readonly originMs?: number;
  /** 1 where the steps are epochs already, or nobody knows. */
  readonly stepsPerEpoch?: number;
}

/** `undefined` where nothing is known of the curve's times. */
export function xMapping(kind: XKind, { source, originMs, stepsPerEpoch }: CurveTimes): XMapping | undefined {
  switch (kind) {
    case 'step':
      return { base: 'steps', scale: 1, offset: 0 };
    case 'epoch':
      return { base: 'steps', scale: 1 / (stepsPerEpoch ?? 1), offset: 0 };
    case 'wall':
      return source.wallTimes ? { base: 'wallTimes', scale: 1, offset: 0 } : undefined;
    case 'relative': {
      if (!source.wallTimes) return undefined;
      const origin = originMs ?? source.wallTimes[0] ?? 0;
      return { base: 'wallTimes', scale: 1, offset: -origin };
    }
  }
}

/** The same axis in what a curve's points are counted in. */
export function inBase(scale: Scale, mapping: XMapping): Scale {
  if (mapping.scale === 1 && mapping.offset === 0) return scale;
  const base = (x: number) => (x - mapping.offset) / mapping.scale;
  const x = (value: number) => value * mapping.scale + mapping.offset;
  return {
    min: base(scale.min),
    max: base(scale.max),
    logarithmic: scale.logarithmic,
    share: (value) => scale.share(x(value)),
    at: (share) => base(scale.at(share)),
  };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const timeSteps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
];

export function xTicks(kind: XKind, scale: Scale, count: number): readonly number[] {
  if (scale.logarithmic) return logTicks(scale.min, scale.max, count);
  const { min, max } = scale;
  if (kind === 'step' || kind === 'epoch') return niceTicks(min, max, count, kind === 'step');
  const rough = (max - min) / Math.max(1, count);
  const step = timeSteps.find((one) => one >= rough) ?? Math.ceil(rough / DAY) * DAY;
  // Whole hours and days are those of this place's clock.
  const zone = kind === 'wall' ? new Date(min).getTimezoneOffset() * MINUTE : 0;
  const ticks: number[] = [];
  for (let tick = Math.ceil((min - zone) / step) * step + zone; tick <= max; tick += step) ticks.push(tick);
  return ticks;
}

/** Of one axis together: each is written so that it differs from its neighbours. */
export function xTickLabels(kind: XKind, ticks: readonly number[], scale: Scale): readonly string[] {
  if (kind === 'step' || kind === 'epoch') return tickLabels(ticks, 11);
  return ticks.map((tick) => formatX(kind, tick, scale.max - scale.min));
}

/** `span`: the whole of the axis, which decides how much of a time is written. */
export function formatX(kind: XKind, value: number, span: number): string {
  switch (kind) {
    case 'step':
    case 'epoch':
      return formatTick(value);
    case 'relative':
      return value === 0 ? '0' : shortDuration(value, span);
    case 'wall':
      return clock(value, span);
  }
}

/** For a tooltip's head: `step 1,185`, `epoch 3.42`, `after 2 min 4 s`, `3 Mar 14:05:09`. */
export function sayX(kind: XKind, value: number): string {
  switch (kind) {
    case 'step':
      return `step ${Number.isInteger(value) ? formatCount(value) : formatTick(value)}`;
    case 'epoch':
      return `epoch ${String(Number(value.toFixed(3)))}`;
    case 'relative':
      return `after ${formatDuration(value)}`;
    case 'wall':
      return `${clock(value, 10 * DAY)} ${clock(value, MINUTE)}`;
  }
}

function shortDuration(ms: number, span: number): string {
  // A close look at what was long after the beginning.
  if (span < 3 * MINUTE && ms >= 3 * MINUTE) {
    const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
    const whole = `${Math.floor(ms / HOUR)}:${two((ms % HOUR) / MINUTE)}:${two((ms % MINUTE) / SECOND)}`;
    return span < 10 * SECOND ? `${whole}.${String(Math.round(ms % SECOND)).padStart(3, '0')}` : whole;
  }
  if (span < 2 * SECOND) return `${formatTick(ms)} ms`;
  if (span < 3 * MINUTE) return `${formatTick(ms / SECOND)} s`;
  if (span < 3 * HOUR) return `${formatTick(ms / MINUTE)} min`;
  return span < 3 * DAY ? `${formatTick(ms / HOUR)} h` : `${formatTick(ms / DAY)} d`;
}

function clock(value: number, span: number): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return '–';
  const two = (number: number) => String(number).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (span <= 10 * SECOND)
    return `${time}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  if (span <= 10 * MINUTE) return `${time}:${two(date.getSeconds())}`;
  if (span <= 2 * DAY) return time;
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const day = `${date.getDate()} ${months[date.getMonth()]}`;
  return span <= 400 * DAY ? day : `${day} ${date.getFullYear()}`;
}

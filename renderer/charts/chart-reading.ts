/** What a chart's curves say at a place: the points under the cross-hair, the step there, where values are no numbers. Draws nothing. */
import { mappingOf, type Curve } from './curve.js';
import { curveView, type CurvePoint } from './curve-view.js';
import type { Scale } from './scale.js';
import { inBase, type XKind, type XMapping } from './x-axis.js';

export interface Read {
  readonly curve: Curve;
  readonly point: CurvePoint;
  /** On the chart's x axis. */
  readonly x: number;
}

/** One point of each curve that reaches so far. */
export function readCurves(curves: readonly Curve[], kind: XKind, x: number, visible: Scale): Read[] {
  return curves.flatMap((curve): Read[] => {
    const mapping = mappingOf(curve, kind);
    const point =
      mapping && readAt(curve, (x - mapping.offset) / mapping.scale, inBase(visible, mapping), mapping.base);
    return point ? [{ curve, point, x: xOf(point.x, mapping) }] : [];
  });
}

/** The step of the point nearest to an x: of the curve on top, which is the run under way where there is one. */
export function stepAtX(curves: readonly Curve[], kind: XKind, x: number): number | undefined {
  for (const curve of curves.toReversed()) {
    if (curve.dots && curves.some((other) => !other.dots)) continue;
    const mapping = mappingOf(curve, kind);
    const point = mapping && curveView(curve.source).nearest((x - mapping.offset) / mapping.scale, mapping.base);
    if (point) return point.step;
  }
  return undefined;
}

/** Where a step lies on x: by the curve on top that knows. */
export function xOfStep(curves: readonly Curve[], kind: XKind, step: number): number | undefined {
  if (kind === 'step') return step;
  for (const curve of curves.toReversed()) {
    const mapping = mappingOf(curve, kind);
    const x = mapping && stepOnX(curve, mapping, step);
    if (x !== undefined) return x;
  }
  return undefined;
}

/** Two runs with training and validation are four curves: so many are no crowd. */
const FEW = 12;

/** Of a crowd of curves only those that stand out. */
export function notFiniteOf(curves: readonly Curve[], kind: XKind): number[] {
  return curves
    .filter((curve) => !curve.quiet || curves.length <= FEW)
    .flatMap((curve) => {
      const mapping = mappingOf(curve, kind);
      if (!mapping) return [];
      return curveView(curve.source).notFiniteSteps.flatMap((step) => stepOnX(curve, mapping, step) ?? []);
    });
}

/** Low and high of a group's spread at a step. */
export function bandAt(band: NonNullable<Curve['band']>, step: number): readonly [number, number] | undefined {
  const low = curveView(band.low).nearest(step);
  const high = curveView(band.high).nearest(step);
  return low && high ? [low.value, high.value] : undefined;
}

function stepOnX(curve: Curve, mapping: XMapping, step: number): number | undefined {
  if (mapping.base === 'steps') return xOf(step, mapping);
  const wallTime = curveView(curve.source).nearest(step)?.wallTimeMs;
  return wallTime === undefined ? undefined : xOf(wallTime, mapping);
}

function xOf(value: number, { scale, offset }: XMapping): number {
  return value * scale + offset;
}

/** Nothing where the curve does not reach so far. */
function readAt(curve: Curve, x: number, visible: Scale, base: 'steps' | 'wallTimes'): CurvePoint | undefined {
  const view = curveView(curve.source);
  const span = view.span(base);
  if (!span) return undefined;
  const room = Math.max(base === 'steps' ? 1 : 0, (visible.max - visible.min) * 0.02);
  return x > span.max + room || x < span.min - room ? undefined : view.nearest(x, base);
}

/** A curve of a chart as whoever draws it is told; the chart knows nothing of runs or sessions. */
import type { CurveSource } from './curve-view.js';
import { xMapping, type CurveTimes, type XKind, type XMapping } from './x-axis.js';

export interface Curve extends CurveTimes {
  readonly id: string;
  /** For the tooltip: "train", "validation", a run's name. Text, never markup. */
  readonly label: string;
  /** In the legend, where it has an entry of its own there. */
  readonly legend?: string;
  /** A CSS colour; variables of the theme are resolved. */
  readonly colour: string;
  readonly dashed?: boolean;
  /** Points are drawn too: for curves of one point an epoch. */
  readonly dots?: boolean;
  /** Never smoothed: few points, or a setting rather than a measurement. */
  readonly exact?: boolean;
  /** Without the faint raw line below the smoothed one. */
  readonly quiet?: boolean;
  readonly source: CurveSource;
  /** The area between two others with the same steps: a group's spread. Drawn faint, and not smoothed. */
  readonly band?: { readonly low: CurveSource; readonly high: CurveSource };
}

const mappings = new WeakMap<Curve, Partial<Record<XKind, XMapping | undefined>>>();

export function mappingOf(curve: Curve, kind: XKind): XMapping | undefined {
  let known = mappings.get(curve);
  if (!known) mappings.set(curve, (known = {}));
  if (!(kind in known)) {
    // Nothing is known of a time before its first point.
    if (kind === 'relative' && curve.originMs === undefined && !curve.source.wallTimes?.length) return undefined;
    known[kind] = xMapping(kind, curve);
  }
  return known[kind];
}

/** How far a chart's x axis goes, where epochs end on it, and who is told that curves have grown. */
import { mappingOf, type Curve } from '../../charts/curve.js';
import { xOfStep } from '../../charts/chart-reading.js';
import { curveView } from '../../charts/curve-view.js';
import type { StepRange } from '../../charts/chart-group.js';
import { liveEnd } from '../../charts/scale.js';
import type { XKind } from '../../charts/x-axis.js';
import { hasEnded } from '../../../src/shared/session/session-state.js';
import { appStore } from '../../state/app-state.js';
import { seriesStore } from '../../state/curve-data.js';

const growthListeners = new Set<() => void>();
let growth = 0;
const tellGrowth = () => {
  growth++;
  for (const listener of growthListeners) listener();
};
appStore.subscribe((state, before) => {
  if (state.session !== before.session) tellGrowth();
});
seriesStore.onGrowth(tellGrowth);

/** Called whenever points were added to any curve. */
export function onGrowth(listener: () => void): () => void {
  growthListeners.add(listener);
  return () => growthListeners.delete(listener);
}

let end: number | undefined;

const ranges = new WeakMap<
  readonly Curve[],
  { readonly kind: XKind; readonly growth: number; readonly range: StepRange }
>();

/** As `rangeOf`; looked at several times a frame, and computed only after something grew. */
export function chartRange(curves: readonly Curve[], kind: XKind): StepRange {
  const known = ranges.get(curves);
  if (known?.kind === kind && known.growth === growth) return known.range;
  const range = rangeOf(curves, kind);
  ranges.set(curves, { kind, growth, range });
  return range;
}

/** From the first to the last point of all curves; of what trains now on to a round number beyond it. */
function rangeOf(curves: readonly Curve[], kind: XKind): StepRange {
  let min = Infinity;
  let max = -Infinity;
  for (const curve of curves) {
    const mapping = mappingOf(curve, kind);
    if (!mapping) continue;
    const view = curveView(curve.source);
    // Points that came since it was drawn count too.
    if (view.length === 0) view.update();
    const span = view.span(mapping.base);
    if (!span) continue;
    const last = curve.source[mapping.base]?.[curve.source.values.length - 1] ?? span.max;
    min = Math.min(min, span.min * mapping.scale + mapping.offset);
    max = Math.max(max, Math.max(span.max, last) * mapping.scale + mapping.offset);
  }
  const { session } = appStore.getState();
  if (session && kind === 'step' && curves.some(({ source }) => isOfSession(source, session.scalars))) {
    const { epochs, stepsPerEpoch } = session.start ?? {};
    max = Math.max(max, session.step);
    if (hasEnded(session)) end = undefined;
    else {
      end = liveEnd(end, max, epochs && stepsPerEpoch ? Math.max(max, epochs * stepsPerEpoch) : undefined);
      max = Math.max(max, end);
    }
    min = Math.min(min, (session.start?.startStep ?? 0) + 1);
  }
  if (!(min <= max)) return { min: 0, max: 1 };
  if (kind === 'step' || kind === 'epoch') {
    // An axis that begins at nothing is easier to read than one that begins at the first step.
    if (min > 0 && min <= Math.max(1, max * 0.1)) min = 0;
    return { min, max: max > min ? max : min + 1 };
  }
  return { min, max: max > min ? max : min + 1000 };
}

function isOfSession(source: Curve['source'], scalars: Readonly<Record<string, Curve['source']>>): boolean {
  for (const column of Object.values(scalars)) if (column === source) return true;
  return false;
}

/** Of the training under way. */
export function epochEndsOn(kind: XKind): readonly number[] {
  const { session } = appStore.getState();
  const ends = session?.scalars['train/epoch_loss'];
  if (!ends) return [];
  switch (kind) {
    case 'step':
      return ends.steps;
    case 'epoch':
      return ends.steps.map((_, index) => index + 1);
    case 'wall':
      return ends.wallTimes;
    case 'relative':
      return ends.wallTimes.map((time) => time - (session.start?.wallTime ?? 0));
  }
}

/** Where a step of the training under way lies on x. */
export function sessionX(step: number, kind: XKind): number | undefined {
  const { session } = appStore.getState();
  const source = session?.scalars['train/loss'];
  if (!session || !source) return undefined;
  curveView(source).update();
  const { stepsPerEpoch, wallTime } = session.start ?? {};
  const curve: Curve = { id: '', label: '', colour: '', source, stepsPerEpoch, originMs: wallTime };
  return xOfStep([curve], kind, step);
}

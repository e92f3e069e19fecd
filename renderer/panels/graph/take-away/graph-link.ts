/**
 * What a link says of the graph: the file it is of, what is open, selected and coloured, where one looks. And the
 * way back: a link is text by anybody, so nothing of it is taken that makes no sense. Pure.
 */
import { relativePath } from '../../../state/paths.js';
import type { View } from '../drawing/tiles.js';
import { colourings, type Colouring } from '../colours/graph-colours.js';
import { graphViews, type GraphViewKind } from '../graph-views.js';

export interface GraphWish {
  /** Ids of groups. */
  readonly open: readonly string[];
  readonly selected?: string;
  readonly colouring?: Colouring;
  readonly view?: GraphViewKind;
  readonly at?: View;
}

/** More groups than these are all of them. */
const MOST_OPEN = 500;
const LONGEST_ID = 500;
const ALL = '*';

export type LinkParts = readonly (readonly [name: string, value: string | undefined])[];

export interface LinkedGraph extends Omit<GraphWish, 'open'> {
  /** Absolute. */
  readonly folder: string;
  readonly experiment?: string;
  readonly model?: { readonly path: string; readonly index: number };
  readonly open: ReadonlySet<string>;
}

/** `undefined` for what lies outside of the folder: no link leads there. */
export function partsOf({
  folder,
  experiment,
  model,
  open,
  selected,
  colouring,
  view,
  at,
}: LinkedGraph): LinkParts | undefined {
  const file = model?.path ?? experiment;
  const relative = file === undefined ? undefined : relativePath(folder, file);
  if (relative === undefined) return undefined;
  return [
    [model ? 'model' : 'experiment', relative],
    ['index', model && model.index > 0 ? String(model.index) : undefined],
    ...openParts(open),
    ['selected', selected],
    ['colour', colouring === 'phase' ? undefined : colouring],
    ['show', view === 'graph' ? undefined : view],
    ['at', viewText(at)],
  ];
}

export function wishOf(parts: URLSearchParams): GraphWish {
  return {
    open: openIn(parts),
    selected: shortId(parts.get('selected')),
    colouring: colourings.find((one) => one === parts.get('colour')),
    view: graphViews.find((one) => one === parts.get('show')),
    at: viewOf(parts.get('at') ?? ''),
  };
}

export function openParts(open: ReadonlySet<string>): LinkParts {
  const opened = open.size > MOST_OPEN ? [ALL] : [...open].filter((id) => id.length <= LONGEST_ID);
  return opened.map((id) => ['open', id] as const);
}

export function openIn(parts: URLSearchParams): readonly string[] {
  return parts.getAll('open').slice(0, MOST_OPEN);
}

export function shortId(id: string | null): string | undefined {
  return id !== null && id.length <= LONGEST_ID ? id : undefined;
}

export function viewText(at: View | undefined): string | undefined {
  return at && [at.x, at.y, at.zoom].map((one) => String(Math.round(one * 1000) / 1000)).join(',');
}

const FARTHEST = 10_000_000;

export function viewOf(text: string): View | undefined {
  const numbers = text.split(',').map(Number);
  const [x, y, zoom] = numbers;
  if (numbers.length !== 3 || numbers.some((one) => !Number.isFinite(one) || Math.abs(one) > FARTHEST))
    return undefined;
  return zoom! > 0 ? { x: x!, y: y!, zoom: Math.min(3, Math.max(0.001, zoom!)) } : undefined;
}

/** Of a graph with these groups; how many there are no more of. */
export function openedGroups(
  open: readonly string[],
  groups: ReadonlyMap<string, unknown>,
): { readonly open: ReadonlySet<string>; readonly gone: number } {
  if (open.includes(ALL)) return { open: new Set(groups.keys()), gone: 0 };
  const there = open.filter((id) => id !== '' && groups.has(id));
  return { open: new Set(there), gone: open.length - there.length };
}

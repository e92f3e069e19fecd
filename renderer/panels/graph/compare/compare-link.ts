/** What a link says of a comparison: what both sides are of, what is open, the difference that one is at, where one looks. Pure. */
import type { ComparisonWish, GraphOrigin } from '../../../state/graph-comparison.js';
import { joinPath, relativePath } from '../../../state/paths.js';
import { openIn, openParts, shortId, viewOf, viewText, type LinkParts } from '../take-away/graph-link.js';

export interface LinkedComparison {
  /** Absolute. */
  readonly folder: string;
  readonly before?: GraphOrigin;
  readonly after?: GraphOrigin;
  readonly open: ReadonlySet<string>;
  readonly current?: string;
  readonly at?: ComparisonWish['at'];
}

/** `undefined` where a side cannot be had again, or lies outside of the folder. */
export function comparisonParts({ folder, before, after, open, current, at }: LinkedComparison): LinkParts | undefined {
  const [one, other] = [before && sideText(folder, before), after && sideText(folder, after)];
  if (one === undefined || other === undefined) return undefined;
  return [['before', one], ['after', other], ...openParts(open), ['difference', current], ['at', viewText(at)]];
}

function sideText(folder: string, origin: GraphOrigin): string | undefined {
  if (origin.kind === 'run') return `run:${origin.id}`;
  const relative = relativePath(folder, origin.path);
  if (relative === undefined) return undefined;
  return `${origin.kind}:${relative}${origin.kind === 'model' && origin.index > 0 ? `#${origin.index}` : ''}`;
}

/** Links are text by anybody: what names no run and no file of the folder is `undefined`. */
export function sideOf(folder: string, text: string | null): GraphOrigin | undefined {
  const [, kind, rest] = /^(\w+):(.+)$/s.exec(text ?? '') ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  if (kind === 'run') return { kind, id: rest };
  const [, file = rest, index = '0'] = kind === 'model' ? (/^(.*?)(?:#(\d{1,3}))?$/s.exec(rest) ?? []) : [];
  if (file === '' || /^([\\/]|\w:)/.test(file) || file.split(/[\\/]/).includes('..')) return undefined;
  const path = joinPath(folder, file);
  if (kind === 'model') return { kind, path, index: Number(index) };
  return kind === 'experiment' || kind === 'saved' ? { kind, path } : undefined;
}

export function comparisonWish(parts: URLSearchParams): ComparisonWish {
  return { open: openIn(parts), current: shortId(parts.get('difference')), at: viewOf(parts.get('at') ?? '') };
}

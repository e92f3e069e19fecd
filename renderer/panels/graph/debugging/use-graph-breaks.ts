/** The debugger's side of the graph: signs of breakpoints, where training stands, and the menus that set them. */
import { useMemo } from 'react';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import type { PlacedItem, TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { BreakpointPlace } from '../../../../src/shared/protocol/training.js';
import { atLayer, markOf, type PlaceMark } from '../../../state/breakpoint-words.js';
import { isSamePlace, togglePlace } from '../../../state/session-breakpoints.js';
import { breakLabel, layerItems, placeItems, told } from '../../../training/break-menu.js';
import type { PopupItem } from '../../../ui/popup-menu.js';
import { useBreakpointMessages } from '../../../training/use-breakpoint-messages.js';
import { useApp } from '../../../use-app.js';
import { canBreakAt, layerOfGroup, opPlaces, placeOfItem, standingIn, stopsAt, type Standing } from './graph-places.js';

export interface GraphBreaks {
  readonly standing?: Standing;
  /** By the item's id, or `group <id>` for the head of a group. */
  readonly marks: ReadonlyMap<string, PlaceMark>;
  /** Whether something can be stopped at there. */
  canBreak(item: PlacedItem): boolean;
  toggle(item: PlacedItem): void;
  items(item: PlacedItem): readonly PopupItem[];
  groupItems(group: string): readonly PopupItem[];
}

export function useGraphBreaks(graph: OpGraph, layout: TreeLayout): GraphBreaks {
  const breakpoints = useApp((state) => state.breakpoints);
  const messages = useBreakpointMessages();
  const stop = useApp((state) =>
    state.session?.status === 'paused' && state.session.experiment === state.experiment
      ? state.session.stop
      : undefined,
  );
  // Not before somebody asks: a graph is to be seen first.
  const places = useMemo(() => onDemand(() => opPlaces(graph)), [graph]);
  const standing = useMemo(() => stop && standingIn(graph, places(), stop), [graph, places, stop]);
  const marks = useMemo(() => {
    const found = new Map<string, PlaceMark>();
    const keep = (id: string, mark: PlaceMark | undefined) => mark && found.set(id, mark);
    if (breakpoints.length === 0) return found;
    for (const item of layout.items) {
      const own = placeOfItem(item, places());
      const entries = breakpoints.filter(
        (entry) =>
          (own !== undefined && isSamePlace(entry.at, own)) ||
          isAfterOf(entry.at, own) ||
          item.ops.some(({ id }) => {
            const place = places().get(id);
            return place !== undefined && stopsAt(entry, place);
          }),
      );
      keep(item.id, markOf(entries, messages));
    }
    for (const { group } of layout.groups) {
      const layer = layerOfGroup(group.id);
      if (layer !== undefined) keep(`group ${group.id}`, markOf(atLayer(breakpoints, layer), messages));
    }
    return found;
  }, [layout, places, breakpoints, messages]);

  return useMemo(
    () => ({
      standing,
      marks,
      canBreak: canBreakAt,
      toggle(item: PlacedItem) {
        const at = placeOfItem(item, places());
        if (at) told(togglePlace(at));
      },
      items(item: PlacedItem): readonly PopupItem[] {
        const at = placeOfItem(item, places());
        if (!at) return [];
        if (at.kind === 'layer') return layerItems(at.layer, { key: at.pass === 'forward' ? 'F9' : undefined });
        if (at.kind !== 'op') return placeItems(at, breakLabel(at), 'F9');
        const kinds: BreakpointPlace[] = [
          ...(at.layer === undefined ? [] : [{ kind: 'op', op: at.op, layer: at.layer } as const]),
          { kind: 'op', op: at.op },
        ];
        const [own, ...writing] = placeItems(at, 'Break at This Op', 'F9');
        return [
          own!,
          ...kinds.map((kind) => placeItems(kind, `Break at Every ${breakLabel(kind).replace('Break at ', '')}`)[0]!),
          { kind: 'separator' },
          ...writing,
        ];
      },
      groupItems(group: string): readonly PopupItem[] {
        const layer = layerOfGroup(group);
        return layer === undefined ? [] : layerItems(layer);
      },
    }),
    [standing, marks, places],
  );
}

function onDemand<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

/** "After" a layer is set at the same cell as "before" it. */
function isAfterOf(at: BreakpointPlace, own: BreakpointPlace | undefined): boolean {
  return (
    at.kind === 'layer' &&
    own?.kind === 'layer' &&
    at.layer === own.layer &&
    at.pass === own.pass &&
    at.when === 'after'
  );
}

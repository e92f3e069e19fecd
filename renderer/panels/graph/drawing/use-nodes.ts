/** What is in sight as nodes of React Flow. One that looks as before is the same node, so that a pan draws only what comes. */
import { useMemo } from 'react';
import { sizes } from '../../../../src/shared/graph/tree/outline.js';
import { progressOf } from '../debugging/graph-places.js';
import type { GroupNode, ItemNode } from './graph-nodes.js';
import type { LookOf } from './look.js';
import type { Scene } from './scene.js';
import type { Sight } from './use-sight.js';
import type { GraphBreaks } from '../debugging/use-graph-breaks.js';

interface More {
  readonly selected: string | undefined;
  readonly breaks: GraphBreaks;
  onToggle(group: string): void;
}

export function useNodes(
  scene: Scene,
  sight: Sight,
  look: LookOf,
  { selected, breaks, onToggle }: More,
): (GroupNode | ItemNode)[] {
  const known = useMemo(
    () => ({ groups: new Map<number, GroupNode>(), items: new Map<number, ItemNode>() }),
    // What any of a node's look comes from.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [scene, look, selected, breaks, onToggle],
  );
  return useMemo(() => {
    const { colours, found, marks, lit, standingGroup, standing, trace } = look;
    const groupNode = (place: number): GroupNode => {
      const placed = scene.layout.groups[place]!;
      const { id, depth } = placed.group;
      return {
        id: `group ${id}`,
        type: 'frame',
        position: { x: placed.x, y: placed.y },
        width: placed.width,
        // The frame itself is in the picture.
        height: sizes.headHeight,
        data: {
          placed,
          lit: lit?.has(id) ?? false,
          standing: id === standingGroup,
          mark: marks.get(`group ${id}`),
          onToggle,
        },
        selectable: false,
        focusable: false,
        zIndex: depth,
      };
    };
    const itemNode = (place: number): ItemNode => {
      const item = scene.layout.items[place]!;
      return {
        id: item.id,
        type: 'item',
        position: { x: item.x, y: item.y },
        width: item.width,
        height: item.height,
        data: {
          item,
          colour: colours.of(item),
          found: found.size > 0 && item.ops.some(({ id }) => found.has(id)),
          lit: item.ops.length === 1 && (lit?.has(item.id) ?? false),
          current: item.id === selected,
          mark: marks.get(item.id),
          canBreak: breaks.canBreak(item),
          progress: progressOf(item, standing),
          side: trace && (trace.get(item.id) ?? 'off'),
          onBreak: breaks.toggle,
        },
        focusable: false,
        zIndex: 1000,
      };
    };
    return [
      ...sight.groups.map((place) => remembered(known.groups, place, groupNode)),
      ...sight.items.map((place) => remembered(known.items, place, itemNode)),
    ];
  }, [scene, sight, look, selected, breaks, onToggle, known]);
}

function remembered<T>(known: Map<number, T>, place: number, make: (place: number) => T): T {
  let one = known.get(place);
  if (one === undefined) known.set(place, (one = make(place)));
  return one;
}

/** Where the arrow keys lead from an item: along wires where there are some, else to what is nearest that way. Pure. */
import type { PlacedItem, TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';

export type Direction = 'up' | 'down' | 'left' | 'right';

export function walk(layout: TreeLayout, from: string | undefined, direction: Direction): PlacedItem | undefined {
  const start = layout.items.find(({ id }) => id === from);
  if (!start) return layout.items[0];
  const wired = new Set(
    layout.wires.flatMap((wire) => (wire.from === start.id ? [wire.to] : wire.to === start.id ? [wire.from] : [])),
  );
  const ahead = layout.items.filter((item) => item !== start && distance(start, item, direction) > 0);
  const cost = (item: PlacedItem): number => {
    const along = distance(start, item, direction);
    const across =
      direction === 'up' || direction === 'down' ? middle(item).x - middle(start).x : middle(item).y - middle(start).y;
    return along + 2 * Math.abs(across);
  };
  const nearest = (items: readonly PlacedItem[]): PlacedItem | undefined =>
    [...items].sort((a, b) => cost(a) - cost(b))[0];
  return nearest(ahead.filter(({ id }) => wired.has(id))) ?? nearest(ahead);
}

function distance(from: PlacedItem, to: PlacedItem, direction: Direction): number {
  switch (direction) {
    case 'up':
      return from.y - (to.y + to.height) + 1;
    case 'down':
      return to.y - (from.y + from.height) + 1;
    case 'left':
      return from.x - (to.x + to.width) + 1;
    case 'right':
      return to.x - (from.x + from.width) + 1;
  }
}

function middle({ x, y, width, height }: PlacedItem): { readonly x: number; readonly y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

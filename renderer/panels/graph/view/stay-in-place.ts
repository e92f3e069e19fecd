/** How far what one looks at has moved from one layout to the next, so that the view can move with it. Pure. */
import type { PlacedGroup, Point } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { Scene } from '../drawing/scene.js';

export interface Moved extends Point {
  /** The group that it was told by, where it is now. */
  readonly with: PlacedGroup;
}

/**
 * Down by what was opened or closed, or else by the group that is nearest to the middle of what is seen; across by
 * what stands beside and above it, so that a column of layers stays where it is when one of them grows wide.
 */
export function movedBy(before: Scene, after: Scene, middle: Point, toggled: string | undefined): Moved | undefined {
  const now = new Map(after.layout.groups.map((placed) => [placed.group.id, placed]));
  const old =
    (toggled === undefined ? undefined : before.layout.groups.find(({ group }) => group.id === toggled)) ??
    nearest(before, now, middle);
  const its = old && now.get(old.group.id);
  if (!old || !its) return undefined;
  const shifts = before.layout.groups.flatMap((one) => {
    const other = one === old || one.group.parent?.id !== old.group.parent?.id ? undefined : now.get(one.group.id);
    return other && other.width === one.width ? [other.x - one.x] : [];
  });
  shifts.sort((a, b) => a - b);
  return { x: shifts[Math.floor(shifts.length / 2)] ?? its.x - old.x, y: its.y - old.y, with: its };
}

/** Of those that both have; the inner ones before those around them. */
function nearest(before: Scene, now: ReadonlyMap<string, PlacedGroup>, { x, y }: Point): PlacedGroup | undefined {
  let [best, least]: [PlacedGroup | undefined, number] = [undefined, Infinity];
  for (const placed of before.layout.groups) {
    if (!now.has(placed.group.id)) continue;
    const across = Math.max(placed.x - x, 0, x - placed.x - placed.width);
    const distance = across + Math.abs(placed.y - y);
    if (distance <= least) [best, least] = [placed, distance];
  }
  return best;
}

/** Names of groups over a graph that is too small to read, as on a map: as large as on the page, outer ones first, none over another. */
import type { Group } from '../../../../src/shared/graph/tree/group-tree.js';
import { shortened } from '../../../../src/shared/graph/tree/tree-layout.js';
import { detailAt } from './detail.js';
import type { Look } from './look.js';
import type { Brush } from './paint.js';
import { measured } from './text-width.js';
import type { View } from './tiles.js';

const FONT = 11;
const LINE = 16;
const MOST_NAMES = 60;
/** Lower ones have no name. */
const LEAST_TALL = 7;

/** `brush` draws in pixels of the page. */
export function paintNames(brush: Brush, look: Look, view: View, width: number, height: number): void {
  if (!detailAt(view.zoom).names) return;
  const { scene, palette } = look;
  const region = {
    x: -view.x / view.zoom,
    y: -view.y / view.zoom,
    width: width / view.zoom,
    height: height / view.zoom,
  };
  brush.font = `600 ${FONT}px ${palette.font}`;
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  const taken: { readonly left: number; readonly top: number; readonly right: number }[] = [];
  for (const place of scene.groupsIn(region)) {
    const { group, x, y, width: wide, height: tall } = scene.layout.groups[place]!;
    if (tall * view.zoom < LEAST_TALL) continue;
    const text = shortened(group.label, 22) + (group.times === undefined ? '' : ` ×${group.times}`);
    const across = measured(brush, text) + 8;
    // Of a group that begins above, at the upper edge.
    let left = Math.max(x * view.zoom + view.x, 0);
    let top = Math.max(y * view.zoom + view.y, 0);
    const right = Math.min((x + wide) * view.zoom + view.x, width);
    const bottom = (y + tall) * view.zoom + view.y;
    const fits = wide * view.zoom >= 48 && across <= right - left && top + LINE <= bottom;
    if (!fits) {
      // Beside it, where nothing stands.
      left = (x + wide) * view.zoom + view.x;
      top = (y + tall / 2) * view.zoom + view.y - LINE / 2;
      if (left < 0 || left + across > width || top < 0) continue;
      const beside = {
        x: (left + 1 - view.x) / view.zoom,
        y: (top - view.y) / view.zoom,
        width: across / view.zoom,
        height: LINE / view.zoom,
      };
      if (scene.groupsIn(beside).some((other) => !isAround(scene.layout.groups[other]!.group, group))) continue;
    }
    const box = { left, top, right: left + across };
    const isTaken = taken.some(
      (other) => box.left < other.right && other.left < box.right && Math.abs(box.top - other.top) < LINE,
    );
    if (isTaken) continue;
    taken.push(box);
    brush.globalAlpha = 0.85;
    brush.fillStyle = fits ? palette.group : palette.background;
    brush.fillRect(left + 1, top + 1, across - 2, LINE - 2);
    brush.globalAlpha = 1;
    brush.fillStyle = palette.text;
    brush.fillText(text, left + 4, top + LINE / 2);
    if (taken.length >= MOST_NAMES) return;
  }
}

function isAround(outer: Group, { parent }: Group): boolean {
  return parent !== undefined && (parent === outer || isAround(outer, parent));
}

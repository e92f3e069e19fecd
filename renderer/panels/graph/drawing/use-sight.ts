/**
 * What of a graph is in sight, and whether it stands in the page. Changes only when something comes or goes, and not
 * while the view moves: the picture alone is seen then, and a page that is filled meanwhile costs frames.
 */
import { useStore, type ReactFlowState } from '@xyflow/react';
import { useCallback, useRef, useState } from 'react';
import { sizes } from '../../../../src/shared/graph/tree/outline.js';
import { standsInPage } from './detail.js';
import type { Scene } from './scene.js';

export interface Sight {
  readonly inPage: boolean;
  /** Places among the layout's; none where nothing stands in the page. */
  readonly items: readonly number[];
  /** Whose heads are in sight. */
  readonly groups: readonly number[];
}

/** In pixels of the screen: what is this near stands in the page before it comes into sight. */
const AROUND = 160;
const STEP = 128;
const MOST = 400;

interface Sighted {
  readonly sight: Sight;
  /** The view moves, until it rests. */
  onMove(): void;
  onRest(): void;
}

export function useSight(scene: Scene): Sighted {
  const isMoving = useRef(false);
  const [rests, setRests] = useState(0);
  const last = useRef<{ readonly key: string; readonly scene: Scene; readonly sight: Sight }>(undefined);
  const select = useCallback(
    ({ transform: [x, y, zoom], width, height }: ReactFlowState): Sight => {
      if (isMoving.current && last.current?.scene === scene) return last.current.sight;
      // In steps, so that a small pan asks nothing.
      const left = Math.floor((-x - AROUND) / STEP) * STEP;
      const top = Math.floor((-y - AROUND) / STEP) * STEP;
      const key = `${left} ${top} ${zoom} ${width} ${height}`;
      if (last.current?.key === key && last.current.scene === scene) return last.current.sight;
      const region = {
        x: left / zoom,
        y: top / zoom,
        width: (width + 2 * AROUND + STEP) / zoom,
        height: (height + 2 * AROUND + STEP) / zoom,
      };
      const before = last.current?.sight;
      const found = zoom < 0.4 || width === 0 ? [] : scene.itemsIn(region, MOST).sort((a, b) => a - b);
      const inSight = found.filter((place) => {
        const item = scene.layout.items[place]!;
        return (
          (item.x + item.width) * zoom + x > 0 &&
          item.x * zoom + x < width &&
          (item.y + item.height) * zoom + y > 0 &&
          item.y * zoom + y < height
        );
      }).length;
      const inPage = found.length < MOST && standsInPage(zoom, inSight, before?.inPage ?? true);
      const groups = inPage
        ? scene.groupsIn(region).filter((place) => {
            const head = scene.layout.groups[place]!.y;
            return head + sizes.headHeight >= region.y && head <= region.y + region.height;
          })
        : [];
      let sight: Sight = { inPage, items: inPage ? found : [], groups };
      if (before && last.current?.scene === scene && isSame(before, sight)) sight = before;
      last.current = { key, scene, sight };
      return sight;
    },
    // What has come to rest is looked at anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [scene, rests],
  );
  const sight = useStore(select);
  const onMove = useCallback(() => {
    isMoving.current = true;
  }, []);
  const onRest = useCallback(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    setRests((before) => before + 1);
  }, []);
  return { sight, onMove, onRest };
}

function isSame(a: Sight, b: Sight): boolean {
  const equal = (one: readonly number[], other: readonly number[]): boolean =>
    one.length === other.length && one.every((place, index) => place === other[index]);
  return a.inPage === b.inPage && equal(a.items, b.items) && equal(a.groups, b.groups);
}

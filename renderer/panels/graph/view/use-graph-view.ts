/** Where one looks: another graph is fitted, what was opened stays in its place, and what is pointed at here or in the editor comes into sight. */
import { useReactFlow, useStore, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PlacedItem, TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { Region } from '../drawing/box-index.js';
import type { Scene } from '../drawing/scene.js';
import type { View } from '../drawing/tiles.js';
import type { CanvasProps } from '../drawing/graph-canvas.js';
import { BORDER, firstView } from './first-view.js';
import { beginInView, inSight, inView } from './in-view.js';
import { movedBy } from './stay-in-place.js';

interface GraphView {
  /** Whether the view is where it is to be seen first: what is drawn before would be drawn twice. */
  readonly isFitted: boolean;
  /** The zoom at which all of it is in sight, or a little less. */
  readonly least: number;
  fitAll(): void;
  fitTo(region: Region): void;
}

export function useGraphView(
  scene: Scene,
  {
    layout,
    fitKey,
    anchor,
    selected,
    lit,
    standing,
    view,
    onView,
  }: Pick<CanvasProps, 'layout' | 'fitKey' | 'anchor' | 'selected' | 'lit' | 'standing' | 'view' | 'onView'>,
): GraphView {
  const flow = useReactFlow();
  const store = useStoreApi();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const hasSize = width > 0 && height > 0;
  const fitted = useRef<View & { readonly key: string; readonly layout: TreeLayout }>(undefined);
  const [isFitted, setFitted] = useState(false);
  const isLaidOut = layout.groups.length > 0 || layout.items.length > 0;
  const least = Math.min(0.05, 0.8 * zoomFor(layout, width, height));

  const bringIntoView = useCallback(
    (box: Region): void => {
      const pane = store.getState();
      if (pane.width === 0) return;
      void flow.setViewport(inView(box, flow.getViewport(), pane), { duration: 150 });
    },
    [flow, store],
  );

  useLayoutEffect(() => {
    if (!hasSize || !isLaidOut) return;
    setFitted(true);
    const last = fitted.current;
    // Somebody has looked elsewhere or opened something since: a wider panel changes nothing then.
    if (last?.key === fitKey && (last.layout !== layout || !isSameView(last, flow.getViewport()))) return;
    // Somebody says where to look.
    if (view) {
      void flow.setViewport(view);
      fitted.current = { key: fitKey, layout, ...flow.getViewport() };
      return;
    }
    void flow.setViewport(firstView(layout, width, height));
    fitted.current = { key: fitKey, layout, ...flow.getViewport() };
    // Not with every layout: positions stay where the person left them.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [fitKey, width, height, isLaidOut]);
  const before = useRef<{ readonly scene: Scene; readonly key: string }>(undefined);
  useLayoutEffect(() => {
    const last = before.current;
    const toggled = anchor.current?.group;
    anchor.current = undefined;
    before.current = { scene, key: fitKey };
    if (!last || last.key !== fitKey || last.scene === scene) return;
    const pane = store.getState();
    const { x, y, zoom } = flow.getViewport();
    // One has been told to look there, whatever comes to stand there.
    if (toggled === undefined && view && isSameView(view, { x, y, zoom })) return;
    const middle = { x: (pane.width / 2 - x) / zoom, y: (pane.height / 2 - y) / zoom };
    const by = movedBy(last.scene, scene, middle, toggled);
    if (!by) return;
    const stayed = { x: x - by.x * zoom, y: y - by.y * zoom, zoom };
    // Where all was opened, what stayed can be the empty middle of what is wide now.
    const isLost = scene.itemsIn(inSight(stayed, pane), 1).length === 0;
    const seen = toggled !== undefined || isLost ? beginInView(by.with, stayed, pane) : stayed;
    if (!isSameView(seen, { x, y, zoom })) void flow.setViewport(seen);
    // With another layout alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [scene, flow, store]);

  const selectedItem = layout.items[scene.placeOf.get(selected ?? '') ?? -1];
  useEffect(() => {
    if (selectedItem) bringIntoView(selectedItem);
  }, [selectedItem, bringIntoView]);
  const litGroup = layout.groups.find(({ group }) => group.id === lit);
  useEffect(() => {
    // What is selected here has put the editor's cursor there, and is in view by itself.
    if (litGroup && litGroup.group !== selectedItem?.group) bringIntoView(headOf(litGroup));
    // Only when the cursor goes to another layer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [litGroup?.group.id]);
  const stands = standingBox(layout, scene, standing);
  useEffect(() => {
    if (stands) bringIntoView(stands);
    // Only when training stands somewhere else, or the block around it has opened.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [stands?.id, stands?.x, stands?.y, bringIntoView]);

  const transform = useStore((state) => (onView ? state.transform : undefined));
  useEffect(() => {
    // Before there is room nobody looks anywhere.
    if (!onView || !transform || !hasSize || !isLaidOut) return;
    const [x, y, zoom] = store.getState().transform;
    if (!view || !isSameView(view, { x, y, zoom })) onView({ x, y, zoom });
    // What is told is where one has come to look, not where one has been asked to.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [transform, onView, hasSize, isLaidOut]);
  useLayoutEffect(() => {
    if (!view) return;
    if (!isSameView(view, flow.getViewport())) void flow.setViewport(view);
  }, [view, flow]);

  const fitTo = useCallback(
    (region: Region) => {
      const pane = store.getState();
      const zoom = Math.min(1, zoomFor(region, pane.width, pane.height));
      const x = pane.width / 2 - (region.x + region.width / 2) * zoom;
      const y = pane.height / 2 - (region.y + region.height / 2) * zoom;
      void flow.setViewport({ x, y, zoom }, { duration: 200 });
    },
    [flow, store],
  );
  const fitAll = useCallback(() => fitTo({ x: 0, y: 0, width: layout.width, height: layout.height }), [fitTo, layout]);
  return { isFitted, least, fitAll, fitTo };
}

function isSameView(a: View, b: View): boolean {
  return a.x === b.x && a.y === b.y && a.zoom === b.zoom;
}

function zoomFor({ width, height }: Pick<Region, 'width' | 'height'>, paneWidth: number, paneHeight: number): number {
  return Math.min(
    Math.max(1, paneWidth - 2 * BORDER) / Math.max(1, width),
    Math.max(1, paneHeight - 2 * BORDER) / Math.max(1, height),
  );
}

const headOf = (box: Region): Region => ({ ...box, height: Math.min(box.height, 80) });

/** What is brought into view at a stop: the op, its cell, else its group. */
function standingBox(
  layout: TreeLayout,
  scene: Scene,
  standing: CanvasProps['standing'],
): (Region & { readonly id: string }) | undefined {
  if (!standing) return undefined;
  const item: PlacedItem | undefined = layout.items[scene.placeOf.get(standing.item ?? '') ?? -1];
  if (item) return item;
  const placed = layout.groups.find(({ group }) => group.id === standing.group);
  return placed && { ...headOf(placed), id: placed.group.id };
}

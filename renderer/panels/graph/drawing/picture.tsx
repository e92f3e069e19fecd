/**
 * The picture behind the page's own elements: tiles of the graph, and over them what is pointed at. Follows the view of
 * the React Flow that it stands in. Knows no server.
 */
import { useStore } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { detailAt } from './detail.js';
import type { GraphPalette } from './graph-palette.js';
import { Look, type LookOf } from './look.js';
import { paintNames } from './paint-names.js';
import { paintNearWire } from './paint-wires.js';
import { outline, paintRegion } from './paint.js';
import type { Scene } from './scene.js';
import { Tiles, type View } from './tiles.js';

interface PictureProps {
  readonly scene: Scene;
  readonly look: LookOf;
  readonly palette: GraphPalette;
  /** Ids of items. */
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
  /** Nothing is drawn before. */
  readonly isFitted: boolean;
}

/** What a draw takes, as it is when it comes to it. */
interface Now {
  readonly look: Look;
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
  readonly view: View;
}

export function Picture({ scene, look: lookOf, palette, selected, hovered, isFitted }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const now = useRef<Now>(undefined);
  const [tiles] = useState(() => new Tiles(() => undefined));
  const frame = useRef<number>(undefined);
  const fontsReady = useFonts();

  const look = useMemo(() => new Look(scene, palette, lookOf), [scene, palette, lookOf]);
  const drawn = useRef<Scene>(undefined);
  useLayoutEffect(() => {
    // Another layout at once, as far as that goes: tiles of the old one stand at places that are no more.
    tiles.repaint((brush, ...at) => paintRegion(brush, look, ...at), drawn.current !== look.scene);
    drawn.current = look.scene;
  }, [look, tiles, fontsReady]);
  useEffect(
    () => () => {
      if (frame.current !== undefined) cancelAnimationFrame(frame.current);
      tiles.clear();
    },
    [tiles],
  );

  // In the same frame in which the page's own elements move.
  useLayoutEffect(() => {
    if (!isFitted) return;
    now.current = { look, selected, hovered, view: { x, y, zoom } };
    const draw = (): void => {
      if (frame.current !== undefined) cancelAnimationFrame(frame.current);
      frame.current = undefined;
      if (canvas.current && now.current && drawNow(canvas.current, tiles, now.current, width, height))
        frame.current = requestAnimationFrame(draw);
    };
    draw();
  }, [look, fontsReady, selected, hovered, isFitted, x, y, zoom, width, height, tiles]);

  return <canvas ref={canvas} className="graph-picture" aria-hidden />;
}

/** @returns whether to draw again soon */
function drawNow(
  canvas: HTMLCanvasElement,
  tiles: Tiles,
  { look, selected, hovered, view }: Now,
  width: number,
  height: number,
): boolean {
  if (width === 0 || height === 0) return false;
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const brush = canvas.getContext('2d', { alpha: false })!;
  brush.globalAlpha = 1;
  const isUnfinished = tiles.draw(brush, view, ratio, performance.now());
  canvas.dataset['painted'] = isUnfinished ? 'partly' : 'whole';
  const scale = view.zoom * ratio;
  brush.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
  const { scene, palette } = look;
  const origin = { x: 0, y: 0 };
  const detail = detailAt(view.zoom);
  if (selected !== undefined) {
    for (const wire of scene.wiresOf(selected)) paintNearWire(brush, look, wire, origin, scale, detail);
    const item = scene.layout.items[scene.placeOf.get(selected) ?? -1];
    if (item) outline(brush, item, item.x, item.y, 1, palette.cursor, Math.max(2, 2 / scale));
  }
  if (hovered !== undefined && hovered !== selected) {
    const item = scene.layout.items[scene.placeOf.get(hovered) ?? -1];
    if (item) outline(brush, item, item.x, item.y, 0, palette.text, Math.max(1, 1 / scale));
  }
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintNames(brush, look, view, width, height);
  return isUnfinished;
}

/** A canvas draws with what is there: the icons' font comes when something first asks for it. */
function useFonts(): boolean {
  const [ready, setReady] = useState(() => document.fonts.check('12px codicon'));
  useEffect(() => {
    if (ready) return;
    void document.fonts.load('12px codicon').then(() => setReady(true));
  }, [ready]);
  return ready;
}

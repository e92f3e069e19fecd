/** All of the graph in a corner, drawn once a layout; the frame over it is what is in sight, and goes where it is dragged. */
import { useReactFlow, useStore } from '@xyflow/react';
import { useLayoutEffect, useRef, type PointerEvent } from 'react';
import type { Colours } from '../colours/graph-colours.js';
import type { GraphPalette } from './graph-palette.js';
import type { Scene } from './scene.js';

const WIDTH = 72;
const HEIGHT = 110;
/** A graph that is far longer than wide is drawn wider than it is, or it would be a line. */
const MOST_STRETCH = 8;

interface MapProps {
  readonly scene: Scene;
  readonly colours: Colours;
  readonly palette: GraphPalette;
}

export function GraphMap({ scene, colours, palette }: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const flow = useReactFlow();
  const { layout } = scene;
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const { across, down, left, top } = mapScales(layout.width, layout.height);

  useLayoutEffect(() => {
    const own = canvas.current;
    if (!own) return undefined;
    // After what was opened is in sight: what is drawn in the next frame is still drawn before it.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => drawMap(own, scene, colours, palette));
    });
    return () => cancelAnimationFrame(frame);
  }, [scene, colours, palette]);

  const goTo = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    const to = { x: (event.clientX - box.left - left) / across, y: (event.clientY - box.top - top) / down };
    void flow.setViewport({ x: width / 2 - to.x * zoom, y: height / 2 - to.y * zoom, zoom });
  };
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const frame = {
    left: clamp(left + (-x / zoom) * across, WIDTH - 3),
    top: clamp(top + (-y / zoom) * down, HEIGHT - 3),
    right: clamp(left + ((width - x) / zoom) * across, WIDTH),
    bottom: clamp(top + ((height - y) / zoom) * down, HEIGHT),
  };
  return (
    <div
      className="graph-map nopan nowheel"
      role="img"
      aria-label="Overview of the graph"
      onPointerDown={goTo}
      onPointerMove={goTo}
    >
      <canvas ref={canvas} />
      <i
        style={{
          transform: `translate(${frame.left}px, ${frame.top}px)`,
          width: Math.max(3, frame.right - frame.left),
          height: Math.max(3, frame.bottom - frame.top),
        }}
      />
    </div>
  );
}

interface MapScales {
  readonly across: number;
  readonly down: number;
  readonly left: number;
  readonly top: number;
}

/** Pixels of the map for one of the graph, and where the graph begins on it. */
export function mapScales(width: number, height: number): MapScales {
  const [wide, tall] = [(WIDTH - 4) / Math.max(1, width), (HEIGHT - 4) / Math.max(1, height)];
  const across = Math.min(wide, tall * MOST_STRETCH);
  const down = Math.min(tall, wide * MOST_STRETCH);
  return { across, down, left: (WIDTH - width * across) / 2, top: (HEIGHT - height * down) / 2 };
}

function drawMap(canvas: HTMLCanvasElement, { layout }: Scene, colours: Colours, palette: GraphPalette): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = WIDTH * ratio;
  canvas.height = HEIGHT * ratio;
  const brush = canvas.getContext('2d')!;
  const { across, down, left, top } = mapScales(layout.width, layout.height);
  brush.scale(ratio, ratio);
  brush.fillStyle = palette.groupLine;
  brush.globalAlpha = 0.35;
  for (const { group, x, y, width, height } of layout.groups)
    if (group.depth === 1)
      brush.fillRect(left + x * across, top + y * down, width * across, Math.max(0.5, height * down));
  brush.globalAlpha = 1;
  let last = '';
  for (const item of layout.items) {
    const { line } = palette.tone(colours.of(item));
    if (line !== last) brush.fillStyle = last = line;
    const { x, y, width, height } = item;
    brush.fillRect(left + x * across, top + y * down, Math.max(0.8, width * across), Math.max(0.4, height * down));
  }
}

/**
 * A picture of runs that fills its place: what changes seldom on one canvas, what follows the pointer on another above
 * it. Gives pointer and keys on; knows no axes.
 */
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { clearedContext, sizeCanvas } from '../../../charts/canvas-pool.js';
import { readPalette, type Palette } from '../../../charts/palette.js';
import type { Pen } from '../../../charts/pen.js';
import { pictureFile, type PictureFormat } from '../../../charts/picture-file.js';
import { Icon } from '../../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../../ui/popup-menu.js';
import { useApp } from '../../../use-app.js';
import { saveBlob } from './run-actions.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export type Draw = (pen: Pen, palette: Palette) => void;

export interface RunCanvasProps {
  readonly frame: CanvasFrame;
  /** In words, for those who do not see it. */
  readonly label: string;
  /** Another function where something else is to be drawn. */
  readonly draw: Draw;
  /** Above it. */
  readonly overlay: Draw;
  /** Of its files, without ending. */
  readonly fileName: string;
  /** What HTML shows in the window, in its files. */
  readonly drawBeside?: Draw;
  /** Where less is there it scrolls. */
  readonly leastWidth?: number;
  readonly leastHeight?: number;
  /** In HTML, above both. */
  readonly children?: ReactNode;
  /** With `drag` while a button is pressed, and when it is let go; no place: the pointer has left. */
  onPointer(at: Place | undefined, drag?: Drag): void;
  onMenu(at: Place, event: { readonly clientX: number; readonly clientY: number }): void;
  onKey(event: KeyboardEvent): void;
}

export interface Drag {
  readonly from: Place;
  readonly done: boolean;
}

/** A hand that clicks moves by so many pixels. */
const CLICK_PX = 3;

export function isClick({ x, y }: Place, { from }: Drag): boolean {
  return Math.hypot(x - from.x, y - from.y) <= CLICK_PX;
}

export interface CanvasFrame {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly size: Size;
}

/** How large the picture is that `RunCanvas` is going to show. */
export function useCanvasFrame(): CanvasFrame {
  const place = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return { place, size };
}

export function RunCanvas(props: RunCanvasProps) {
  const {
    frame,
    label,
    draw,
    overlay,
    fileName,
    drawBeside,
    leastWidth = 0,
    leastHeight,
    children,
    onPointer,
    onMenu,
    onKey,
  } = props;
  const { place, size } = frame;
  const base = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const theme = useApp((state) => state.theme);
  const pressed = useRef<Place>(undefined);
  const [menu, setMenu] = useState<PopupAt>();
  useEffect(() => paint(base.current, size, draw), [draw, size, theme]);
  useEffect(() => paint(above.current, size, overlay), [overlay, size, theme]);

  const at = (event: { readonly clientX: number; readonly clientY: number }): Place => {
    const box = place.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const save = (format: PictureFormat): PopupItem => ({
    kind: 'item',
    label: `Save as ${format}…`,
    run: () => {
      const palette = readPalette(document.documentElement);
      const picture = pictureFile(format, size, (pen) => {
        pen.fillStyle = palette.background;
        pen.fillRect(0, 0, size.width, size.height);
        for (const part of [draw, overlay, drawBeside]) part?.(pen, palette);
      });
      void saveBlob(`${fileName}.${format.toLowerCase()}`, picture);
    },
  });
  return (
    <div className="run-canvas-scroll">
      <div
        className="run-canvas"
        ref={place}
        style={{ minWidth: leastWidth, minHeight: leastHeight }}
        tabIndex={0}
        role="group"
        aria-label={label}
        onPointerDown={(event) => {
          if (event.button !== 0 || (event.target as Element).closest('button')) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          pressed.current = at(event);
        }}
        onPointerMove={(event) => onPointer(at(event), pressed.current && { from: pressed.current, done: false })}
        onPointerUp={(event) => {
          const from = pressed.current;
          pressed.current = undefined;
          if (from) onPointer(at(event), { from, done: true });
        }}
        onPointerCancel={() => (pressed.current = undefined)}
        onPointerLeave={() => !pressed.current && onPointer(undefined)}
        onContextMenu={(event) => {
          event.preventDefault();
          if (event.clientX > 0 || event.clientY > 0) onMenu(at(event), event);
        }}
        onKeyDown={(event) => event.target === event.currentTarget && onKey(event)}
      >
        <canvas ref={base} />
        <canvas ref={above} />
        {size.width > 0 && children}
        <button
          className="icon-button run-canvas-save"
          title="Save the picture"
          aria-haspopup="menu"
          onClick={(event) => setMenu(popupAt(event))}
        >
          <Icon name="save" />
        </button>
      </div>
      {menu && <PopupMenu items={[save('PNG'), save('SVG')]} at={menu} close={() => setMenu(undefined)} />}
    </div>
  );
}

function paint(canvas: HTMLCanvasElement | null, { width, height }: Size, draw: Draw): void {
  if (!canvas || width === 0 || height === 0) return;
  const ratio = devicePixelRatio;
  sizeCanvas(canvas, width, height, ratio);
  const context = clearedContext(canvas, ratio);
  if (context) draw(context, readPalette(canvas));
}

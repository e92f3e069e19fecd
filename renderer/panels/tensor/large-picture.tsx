/** One picture as large as there is room. The arrow keys move from pixel to pixel, Page up and down from picture to picture. */
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { readPalette } from '../../charts/palette.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import type { PicturePage } from '../../state/tensor-reading.js';
import type { Scheme, Theme } from './colour-scale.js';
import { flatAt, sheetOf } from './picture-canvas.js';
import type { PictureSource } from './pictures.js';
import type { Pointed } from './pointed-at.js';
import { useFocusOfSheet } from './use-focus.js';
import { useSize, type Size } from './use-size.js';

interface Props {
  readonly tab: TensorTab;
  readonly source: PictureSource;
  want(keys: readonly string[]): void;
  readonly picture: number;
  readonly total: number;
  /** Of the tensor's picture, which is drawn in fewer pixels if it is larger than `maxSide`. */
  readonly full: Size;
  readonly maxSide: number;
  /** Its sides are no lengths: they may be stretched each for itself. */
  readonly stretch: boolean;
  readonly version: number;
  readonly scheme: Scheme;
  readonly theme: Theme;
  readonly pointed: Pointed | undefined;
  point(at: Pointed | undefined): void;
  toTable(flat: number): void;
}

const MARGIN = 10;
/** Of one value of a stretched picture. */
const LARGEST_CELL = 56;

export function LargePicture(props: Props) {
  const { tab, source, want, picture, total, full, maxSide, stretch, version, scheme, theme, pointed, point, toTable } =
    props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSize(frame);
  useFocusOfSheet(frame);
  const page = source.pageOf(picture);
  const size = page ? shownSize(page, view, stretch) : { width: 0, height: 0 };

  useLayoutEffect(() => want([source.keyOf(picture)]), [source, picture]); // eslint-disable-line react-hooks/exhaustive-deps -- `want` is the reading's, which `source` changes with

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !page) return;
    const scale = devicePixelRatio;
    element.width = Math.max(1, Math.round(size.width * scale));
    element.height = Math.max(1, Math.round(size.height * scale));
    const sheet = sheetOf(page, scheme, theme);
    const from = sheet.at(picture - page.first);
    context.imageSmoothingEnabled = page.width > element.width;
    context.drawImage(sheet.canvas, from.x, from.y, page.width, page.height, 0, 0, element.width, element.height);
    if (pointed?.picture !== picture) return;
    const [across, down] = [element.width / page.width, element.height / page.height];
    const palette = readPalette(element);
    context.strokeStyle = palette.cursor;
    context.lineWidth = 2;
    const [width, height] = [Math.max(6, across), Math.max(6, down)];
    context.strokeRect((pointed.x + 0.5) * across - width / 2, (pointed.y + 0.5) * down - height / 2, width, height);
  }, [page, version, scheme, theme, size.width, size.height, picture, pointed]);

  const at = (event: React.MouseEvent): Pointed | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box || !page) return undefined;
    const x = Math.floor(((event.clientX - box.left) / box.width) * page.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * page.height);
    return x >= 0 && y >= 0 && x < page.width && y < page.height ? { picture, x, y } : undefined;
  };
  // Keys are heeded while the picture is still on its way, as far as it is known how many pixels it will have.
  const bounds = page ?? (Math.max(full.width, full.height) <= maxSide ? full : undefined);
  const press = (event: KeyboardEvent) => {
    const here = pointed?.picture === picture ? pointed : { picture, x: 0, y: 0 };
    const step = event.ctrlKey ? 10 : 1;
    const moved = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    }[event.key];
    const turned = { PageUp: -1, PageDown: 1 }[event.key];
    if (moved && bounds) {
      const within = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1);
      point({ picture, x: within(here.x + moved[0]!, bounds.width), y: within(here.y + moved[1]!, bounds.height) });
    } else if (turned !== undefined) {
      const to = Math.min(Math.max(picture + turned, 0), total - 1);
      chooseTensor(tab.id, { open: to, picture: to });
    } else if (event.key === 'Enter' && page) toTable(flatAt(page, picture, here.x, here.y));
    else if (event.key === 'Escape' && total > 1) chooseTensor(tab.id, { open: undefined });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="tensor-large"
      ref={frame}
      role="application"
      tabIndex={0}
      data-autofocus
      aria-label="Picture. Arrow keys go from value to value, Enter shows the value in the table."
      onKeyDown={press}
    >
      <canvas
        ref={canvas}
        style={size}
        hidden={!page}
        onPointerMove={(event) => point(at(event))}
        onPointerLeave={() => point(undefined)}
        onClick={(event) => {
          const found = at(event);
          if (found && page) toTable(flatAt(page, picture, found.x, found.y));
        }}
      />
    </div>
  );
}

function shownSize(page: PicturePage, view: Size, stretch: boolean): Size {
  const room = { width: Math.max(1, view.width - 2 * MARGIN), height: Math.max(1, view.height - 2 * MARGIN) };
  const [across, down] = [room.width / page.source.width, room.height / page.source.height];
  if (stretch) {
    return {
      width: Math.round(Math.min(across, LARGEST_CELL) * page.source.width),
      height: Math.round(Math.min(down, LARGEST_CELL) * page.source.height),
    };
  }
  const scale = Math.min(across, down);
  return { width: Math.round(scale * page.source.width), height: Math.round(scale * page.source.height) };
}

/** Pictures side by side, in one canvas that stays in sight while its content scrolls. */
import {
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { readPalette } from '../../charts/palette.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import type { Scheme, Theme } from './colour-scale.js';
import { fittingSide, gridLayout, inSight, nextSide, pictureAt, placeOf, TITLE_HEIGHT } from './grid-layout.js';
import { flatAt, sheetOf } from './picture-canvas.js';
import type { PictureSource } from './pictures.js';
import type { Pointed } from './pointed-at.js';
import { useFocusOfSheet } from './use-focus.js';
import { useSize } from './use-size.js';

interface Props {
  readonly tab: TensorTab;
  readonly source: PictureSource;
  /** What was shown before, where `source` has nothing yet. */
  readonly before: PictureSource | undefined;
  want(keys: readonly string[]): void;
  readonly total: number;
  /** Of a picture, in values. */
  readonly size: { readonly width: number; readonly height: number };
  /** As the person chose it; else what fits is told by `fit`. */
  readonly side: number | undefined;
  fit(side: number): void;
  /** Another one when pictures have come. */
  readonly version: number;
  readonly scheme: Scheme;
  readonly theme: Theme;
  readonly pointed: Pointed | undefined;
  point(at: Pointed | undefined): void;
  toTable(flat: number): void;
}

export function PictureGrid(props: Props) {
  const { tab, source, before, want, total, size, version, scheme, theme, pointed, point, fit } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSize(scroller);
  useFocusOfSheet(scroller);
  const [top, setTop] = useState(0);
  const id = useId();
  const fitting = useMemo(() => fittingSide(view, size, total), [view, size.width, size.height, total]); // eslint-disable-line react-hooks/exhaustive-deps -- `size` is made anew each time
  const side = props.side ?? fitting;
  const layout = useMemo(() => gridLayout(view, size, total, side), [view, size.width, size.height, total, side]); // eslint-disable-line react-hooks/exhaustive-deps -- as above
  const [first, last] = inSight(layout, top, view.height, total);
  const selected = Math.min(tab.choice.picture, total - 1);

  useLayoutEffect(() => fit(fitting), [fit, fitting]);

  useLayoutEffect(() => {
    if (view.width === 0) return;
    const keys = new Set<string>();
    for (let picture = first; picture < last; picture++) keys.add(source.keyOf(picture));
    want([...keys]);
  }, [source, first, last, view.width]); // eslint-disable-line react-hooks/exhaustive-deps -- `want` is the reading's, which `source` changes with

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || view.width === 0) return;
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
    if (element.width !== width || element.height !== height) {
      element.width = width;
      element.height = height;
    }
    const palette = readPalette(element);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    context.font = `10.5px ${palette.font}`;
    context.textBaseline = 'top';
    for (let picture = first; picture < last; picture++) {
      const corner = placeOf(picture, layout);
      const [x, y] = [corner.x, corner.y - top];
      const ready = source.pageOf(picture);
      const page = ready ?? before?.pageOf(picture);
      const within = page ? picture - page.first : 0;
      if (page && within < page.count) {
        const sheet = sheetOf(page, scheme, theme);
        const from = sheet.at(within);
        // Enlarged, pixels stay squares; made smaller, they are mixed.
        context.imageSmoothingEnabled = page.width > layout.width * scale;
        context.globalAlpha = ready ? 1 : 0.35;
        context.drawImage(sheet.canvas, from.x, from.y, page.width, page.height, x, y, layout.width, layout.height);
        context.globalAlpha = 1;
        // What is all of the background's colour has an end, too.
        context.strokeStyle = palette.grid;
        context.lineWidth = 1;
        context.strokeRect(x - 0.5, y - 0.5, layout.width + 1, layout.height + 1);
      } else {
        context.fillStyle = palette.grid;
        context.fillRect(x, y, layout.width, layout.height);
      }
      const isSelected = picture === selected;
      if (isSelected || picture === pointed?.picture) {
        context.strokeStyle = isSelected ? palette.accent : palette.dim;
        context.lineWidth = isSelected ? 2 : 1;
        context.strokeRect(x - 1.5, y - 1.5, layout.width + 3, layout.height + 3);
      }
      context.fillStyle = isSelected ? palette.text : palette.dim;
      const title = shortTitle(page?.titles?.[within] ?? String(picture));
      context.fillText(title, x, y + layout.height + 3, Math.max(34, layout.width));
    }
  }, [source, before, version, first, last, top, layout, view, scheme, theme, selected, pointed?.picture]);

  const at = (event: PointerEvent | React.MouseEvent): Pointed | undefined => {
    const box = scroller.current!.getBoundingClientRect();
    const found = pictureAt(event.clientX - box.left, event.clientY - box.top + top, layout, total);
    const page = found && source.pageOf(found.picture);
    return found && page
      ? { picture: found.picture, x: Math.floor(found.x * page.width), y: Math.floor(found.y * page.height) }
      : undefined;
  };
  const select = (picture: number) => {
    const to = Math.min(Math.max(picture, 0), total - 1);
    chooseTensor(tab.id, { picture: to });
    const { y } = placeOf(to, layout);
    const element = scroller.current;
    if (!element) return;
    if (y < element.scrollTop) element.scrollTop = y - 8;
    const bottom = y + layout.height + TITLE_HEIGHT;
    if (bottom > element.scrollTop + view.height) element.scrollTop = bottom - view.height;
  };
  const press = (event: KeyboardEvent) => {
    const page =
      Math.max(1, Math.floor(view.height / (layout.contentHeight / Math.max(1, layout.rows)))) * layout.columns;
    const to = {
      ArrowLeft: selected - 1,
      ArrowRight: selected + 1,
      ArrowUp: selected - layout.columns,
      ArrowDown: selected + layout.columns,
      PageUp: selected - page,
      PageDown: selected + page,
      Home: 0,
      End: total - 1,
    }[event.key];
    if (to !== undefined) select(to);
    else if (event.key === 'Enter' || event.key === ' ') chooseTensor(tab.id, { open: selected });
    else if (event.key === '+' || event.key === '=') chooseTensor(tab.id, { side: nextSide(side, 1) });
    else if (event.key === '-') chooseTensor(tab.id, { side: nextSide(side, -1) });
    else return;
    event.preventDefault();
  };
  const selectedPage = source.pageOf(selected);
  const selectedRange = selectedPage?.ranges[selected - selectedPage.first];
  return (
    <div
      className="tensor-scroller"
      ref={scroller}
      role="listbox"
      tabIndex={0}
      data-autofocus
      aria-label={`${total} pictures. Arrow keys select, Enter enlarges, plus and minus change their size.`}
      aria-activedescendant={`${id}-selected`}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={press}
      onPointerMove={(event) => point(at(event))}
      onPointerLeave={() => point(undefined)}
      onClick={(event) => {
        const found = at(event);
        const page = found && source.pageOf(found.picture);
        if (!found || !page) return;
        if (event.ctrlKey || event.metaKey) props.toTable(flatAt(page, found.picture, found.x, found.y));
        else select(found.picture);
      }}
      onDoubleClick={(event) => {
        const found = at(event);
        if (found) chooseTensor(tab.id, { open: found.picture, picture: found.picture });
      }}
      onWheel={(event) => {
        if (event.ctrlKey) chooseTensor(tab.id, { side: nextSide(side, event.deltaY > 0 ? -1 : 1) });
      }}
    >
      <div style={{ height: Math.max(layout.contentHeight, view.height) }}>
        <canvas ref={canvas} className="tensor-canvas" style={{ width: view.width, height: view.height }} />
      </div>
      <span id={`${id}-selected`} role="option" aria-selected className="visually-hidden">
        {selectedPage?.titles?.[selected - selectedPage.first] ?? selected}
        {selectedRange && `, from ${selectedRange.min} to ${selectedRange.max}`}
      </span>
    </div>
  );
}

/** Under the pictures there is room for the number alone. */
function shortTitle(title: string): string {
  return title.replace(/^(?:channel|filter|example) /, '');
}

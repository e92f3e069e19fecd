/**
 * What pointer, wheel and keys do to a chart. Dragging marks a range to zoom to; where the charts stand at a
 * step (a pause), or from the cursor's own line, it moves the cursor instead, and Alt marks a range. Shift or the
 * middle button pans. Draws nothing.
 */
import type { ChartController } from './chart-controller.js';
import type { StepRange } from './chart-group.js';

/** A pointer that moves less than this has clicked. */
const CLICK_PX = 4;
const CURSOR_GRAB_PX = 5;

type Drag =
  | { readonly kind: 'zoom'; readonly from: number }
  | { readonly kind: 'pan'; readonly from: number; readonly view: StepRange }
  | { readonly kind: 'cursor' };

/** @param canvas the chart's element: nothing in it takes the pointer, so that places are counted from its corner */
export function listenToPointer(canvas: HTMLElement, chart: ChartController, signal: AbortSignal): void {
  let pressed: { readonly x: number; readonly drag: Drag } | undefined;
  let moved = false;
  let beforeClick: { readonly step: number | undefined } | undefined;

  const dragOf = (event: PointerEvent): Drag => {
    const from = event.offsetX;
    if (event.shiftKey || event.button === 1) {
      const { min, max } = chart.view;
      return { kind: 'pan', from, view: { min, max } };
    }
    const { cursorOffset } = chart;
    const onCursor = cursorOffset !== undefined && Math.abs(cursorOffset - from) <= CURSOR_GRAB_PX;
    return !event.altKey && (onCursor || chart.props().dragMovesCursor) ? { kind: 'cursor' } : { kind: 'zoom', from };
  };

  const moveCursorTo = (offset: number) => {
    const x = chart.xAt(offset);
    const step = x === undefined ? undefined : chart.stepAt(x);
    if (step !== undefined) chart.props().onCursor(step);
  };

  canvas.addEventListener(
    'pointermove',
    (event) => {
      chart.pointerY = event.offsetY;
      const x = chart.xAt(event.offsetX);
      if (x === undefined) return;
      const { group, onPoint } = chart.props();
      if (pressed && (moved || Math.abs(event.offsetX - pressed.x) > CLICK_PX)) {
        moved = true;
        const { drag } = pressed;
        if (drag.kind === 'zoom') {
          const from = chart.xAt(drag.from);
          if (from !== undefined) chart.select({ min: Math.min(from, x), max: Math.max(from, x) });
        } else if (drag.kind === 'pan') panTo(chart, drag.view, (drag.from - event.offsetX) / chart.plotWidth);
        else moveCursorTo(event.offsetX);
      }
      group.setHover(x);
      onPoint?.(chart.stepAt(x));
    },
    { signal },
  );
  canvas.addEventListener(
    'pointerleave',
    () => {
      chart.props().group.setHover(undefined);
      chart.props().onPoint?.(undefined);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button > 1) return;
      // The browser's own scrolling by the middle button.
      if (event.button === 1) event.preventDefault();
      pressed = { x: event.offsetX, drag: dragOf(event) };
      moved = false;
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointerup',
    (event) => {
      const drag = pressed?.drag;
      pressed = undefined;
      if (!moved || drag?.kind !== 'zoom') return;
      const from = chart.xAt(drag.from);
      const to = chart.xAt(event.offsetX);
      if (from !== undefined && to !== undefined) zoomTo(chart, { min: Math.min(from, to), max: Math.max(from, to) });
      chart.select(undefined);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointercancel',
    () => {
      pressed = undefined;
      chart.select(undefined);
    },
    { signal },
  );
  canvas.addEventListener(
    'click',
    (event) => {
      if (moved) {
        moved = false;
        return;
      }
      if (event.detail < 2) beforeClick = { step: chart.props().cursorStep };
      moveCursorTo(event.offsetX);
    },
    { signal },
  );
  canvas.addEventListener(
    'dblclick',
    () => {
      chart.props().group.setZoom(undefined);
      // Its first click was not meant to move the cursor.
      if (beforeClick) chart.props().onCursor(beforeClick.step);
    },
    { signal },
  );
  canvas.addEventListener(
    'wheel',
    (event) => {
      // Where the panel scrolls, the wheel scrolls it; with Ctrl it zooms there too, with Shift it pans.
      const scroller = canvas.closest('[data-chart-scroller]');
      const scrolls = scroller !== null && scroller.scrollHeight > scroller.clientHeight + 1;
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (scrolls && !event.ctrlKey && !event.metaKey && !sideways) return;
      event.preventDefault();
      const delta = sideways ? event.deltaX || event.deltaY : event.deltaY;
      if (sideways) panTo(chart, chart.view, Math.max(-100, Math.min(100, delta)) * 0.001);
      else {
        const x = chart.xAt(event.offsetX);
        if (x !== undefined) zoomAbout(chart, x, Math.exp(Math.max(-100, Math.min(100, delta)) * 0.004));
      }
    },
    { signal, passive: false },
  );
}

/** @returns whether the key was the chart's. */
export function chartKey(
  chart: ChartController,
  event: { readonly key: string; readonly shiftKey: boolean; readonly ctrlKey: boolean },
): boolean {
  const { cursorStep, onCursor, group, range } = chart.props();
  const view = chart.view;
  const steps = { min: chart.stepAt(range().min), max: chart.stepAt(range().max) };
  const at = cursorStep ?? steps.max ?? 0;
  const middle = view.at(0.5);
  const shown = [chart.stepAt(view.max), chart.stepAt(view.min)];
  const by = event.shiftKey ? Math.max(1, Math.round(((shown[0] ?? 0) - (shown[1] ?? 0)) / 20)) : 1;
  switch (event.key) {
    case 'ArrowLeft':
      if (event.ctrlKey) panTo(chart, view, -0.1);
      else onCursor(Math.max(steps.min ?? 0, at - by));
      return true;
    case 'ArrowRight':
      if (event.ctrlKey) panTo(chart, view, 0.1);
      else onCursor(Math.min(steps.max ?? at, at + by));
      return true;
    case 'Home':
    case 'End':
      if (event.ctrlKey) return false;
      onCursor(event.key === 'Home' ? steps.min : steps.max);
      return true;
    case '+':
    case '=':
      zoomAbout(chart, centre(chart) ?? middle, 0.6);
      return true;
    case '-':
      zoomAbout(chart, centre(chart) ?? middle, 1 / 0.6);
      return true;
    case '0':
      group.setZoom(undefined);
      return true;
    case 'p':
      chart.togglePin();
      return true;
    case 'Escape':
      if (chart.unpin()) return true;
      if (!group.zoom) return false;
      group.setZoom(undefined);
      return true;
    default:
      return false;
  }
}

/** Where the cursor is in sight, zooming goes about it. */
function centre(chart: ChartController): number | undefined {
  const { cursorOffset } = chart;
  const x = cursorOffset === undefined ? undefined : chart.xAt(cursorOffset);
  return x === undefined || x <= chart.view.min || x >= chart.view.max ? undefined : x;
}

function zoomAbout(chart: ChartController, x: number, factor: number): void {
  const { view } = chart;
  const share = view.share(x);
  zoomTo(chart, { min: view.at(share * (1 - factor)), max: view.at(share + (1 - share) * factor) });
}

/** By a share of what is visible. */
function panTo(chart: ChartController, from: StepRange, share: number): void {
  const all = chart.scale(chart.props().range());
  const view = chart.scale(from);
  const low = all.share(view.at(share));
  const width = all.share(view.max) - all.share(view.min);
  const start = Math.min(Math.max(low, 0), Math.max(0, 1 - width));
  zoomTo(chart, { min: all.at(start), max: all.at(start + width) });
}

/** Never beyond what there is, nor closer than can be told apart. */
function zoomTo(chart: ChartController, wanted: StepRange): void {
  const { group, range, look } = chart.props();
  const all = chart.scale(range());
  const least = look.x === 'step' ? 2 : (all.max - all.min) / 1e7;
  let low = Math.max(0, all.share(wanted.min));
  let high = Math.min(1, all.share(wanted.max));
  if (!(high > low) || all.at(high) - all.at(low) < least) {
    const middle = (all.at(low) + all.at(high)) / 2;
    low = Math.max(0, all.share(Math.max(middle - least / 2, all.min)));
    high = Math.min(1, all.share(middle + least / 2));
  }
  group.setZoom(low <= 0 && high >= 1 ? undefined : { min: all.at(low), max: all.at(high) });
}

/**
 * What pointer, wheel and keys do to a chart. Dragging marks what to zoom to: along an axis that axis alone, across
 * both a box; where the charts stand at a step (a pause), or from the cursor's own line, it moves the cursor instead,
 * and Alt marks. Shift or the middle button pans. With Alt, or over its numbers, the wheel is the y axis's. Draws nothing.
 */
import type { ChartController } from './chart-controller.js';
import type { StepRange } from './chart-group.js';
import type { Selection } from './chart-overlay.js';
import { panTo, panY, zoomAbout, zoomTo, zoomYAbout } from './chart-zoom.js';
import type { Scale } from './scale.js';

/** A pointer that moves less than this has clicked. */
const CLICK_PX = 4;
const CURSOR_GRAB_PX = 5;
/** So far from a straight line a hand strays that meant one. */
const STRAIGHT_PX = 20;
const STRAIGHT_SHARE = 0.6;

interface Point {
  readonly x: number;
  readonly y: number;
}

type Drag =
  | { readonly kind: 'zoom'; readonly from: Point }
  | { readonly kind: 'pan'; readonly from: Point; readonly view: StepRange; readonly y: Scale | undefined }
  | { readonly kind: 'cursor' };

/** @param canvas the chart's element: nothing in it takes the pointer, so that places are counted from its corner */
export function listenToPointer(canvas: HTMLElement, chart: ChartController, signal: AbortSignal): void {
  let pressed: { readonly at: Point; readonly drag: Drag } | undefined;
  let moved = false;
  let beforeClick: { readonly step: number | undefined } | undefined;

  const dragOf = (event: PointerEvent): Drag => {
    const from = { x: event.offsetX, y: event.offsetY };
    if (event.shiftKey || event.button === 1) {
      const { min, max } = chart.view;
      // All of y stays all of it.
      return { kind: 'pan', from, view: { min, max }, y: chart.yRange && chart.yView };
    }
    const { cursorOffset } = chart;
    const onCursor = cursorOffset !== undefined && Math.abs(cursorOffset - from.x) <= CURSOR_GRAB_PX;
    return !event.altKey && (onCursor || chart.props().dragMovesCursor) ? { kind: 'cursor' } : { kind: 'zoom', from };
  };

  const selectionTo = (from: Point, event: PointerEvent): Selection => {
    const across = Math.abs(event.offsetX - from.x);
    const up = Math.abs(event.offsetY - from.y);
    const range = (a: number | undefined, b: number | undefined) =>
      a === undefined || b === undefined || a === b ? undefined : { min: Math.min(a, b), max: Math.max(a, b) };
    const x = range(chart.xAt(from.x), chart.xAt(event.offsetX));
    const y = range(chart.yAt(from.y), chart.yAt(event.offsetY));
    const alongX = up < Math.min(Math.max(across * STRAIGHT_SHARE, CLICK_PX), STRAIGHT_PX);
    const alongY = !alongX && across < Math.min(up * STRAIGHT_SHARE, STRAIGHT_PX);
    return { ...(x && !alongY ? { x } : {}), ...(y && !alongX ? { y } : {}) };
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
      if (pressed && (moved || Math.hypot(event.offsetX - pressed.at.x, event.offsetY - pressed.at.y) > CLICK_PX)) {
        moved = true;
        const { drag } = pressed;
        if (drag.kind === 'zoom') chart.select(selectionTo(drag.from, event));
        else if (drag.kind === 'pan') {
          panTo(chart, drag.view, (drag.from.x - event.offsetX) / chart.plotWidth);
          if (drag.y) panY(chart, drag.y, (event.offsetY - drag.from.y) / chart.plotHeight);
        } else moveCursorTo(event.offsetX);
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
      pressed = { at: { x: event.offsetX, y: event.offsetY }, drag: dragOf(event) };
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
      const { x, y } = selectionTo(drag.from, event);
      if (x) zoomTo(chart, x);
      if (y) chart.setYRange(y);
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
      showAll(chart);
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
      if (scrolls && !event.ctrlKey && !event.metaKey && !event.altKey && !sideways) return;
      event.preventDefault();
      const delta = sideways ? event.deltaX || event.deltaY : event.deltaY;
      const turned = Math.max(-100, Math.min(100, delta));
      const x = chart.xAt(event.offsetX);
      const y = chart.yAt(event.offsetY);
      if (y !== undefined && (event.altKey || (chart.isOnYAxis(event.offsetX) && !sideways))) {
        zoomYAbout(chart, y, Math.exp(turned * 0.004));
      } else if (sideways) panTo(chart, chart.view, turned * 0.001);
      else if (x !== undefined) zoomAbout(chart, x, Math.exp(turned * 0.004));
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
  const upDown = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
  if (upDown !== 0) {
    const y = chart.yView;
    if (!y || !(event.shiftKey || event.ctrlKey)) return false;
    if (event.ctrlKey) panY(chart, y, upDown * 0.1);
    else zoomYAbout(chart, y.at(0.5), upDown > 0 ? 0.6 : 1 / 0.6);
    return true;
  }
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
      showAll(chart);
      return true;
    case 'p':
      chart.togglePin();
      return true;
    case 'Escape':
      if (chart.unpin()) return true;
      if (!group.zoom && !chart.yRange) return false;
      showAll(chart);
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

function showAll(chart: ChartController): void {
  chart.props().group.setZoom(undefined);
  chart.setYRange(undefined);
}

/**
 * What a chart does on its elements: when it draws, what the pointer and the keys do, and the values
 * under the cross-hair. Knows no React; asks for the chart's properties when it needs them.
 */
import type { KeyboardEvent } from 'react';
import type { StepRange } from './chart-group.js';
import { chartOption, visibleExtent, yRange } from './chart-option.js';
import { drawEpochMarks, drawOverlay, type Plot } from './chart-overlay.js';
import type { Curve, CurveChartProps } from './curve-chart.js';
import { curveView } from './curve-view.js';
import { init, type EChartsType } from './echarts.js';
import { formatCount, formatValue } from './format.js';
import { readPalette } from './palette.js';

const MARGIN = { left: 46, right: 12, top: 8, bottom: 20 } as const;

/** Created with the chart's elements; `dispose` when they go. */
export class ChartController {
  private readonly chart: EChartsType;
  private readonly resizing: ResizeObserver;
  private readonly abort = new AbortController();
  private width = 0;
  private height = 0;
  private plot: Plot | undefined;
  private selecting: { readonly from: number; to: number } | undefined;
  private drawnCurves = '';
  /** In the document's body: cards clip, and the values of many runs need more room than a card has. */
  private readonly tip = document.createElement('div');

  constructor(
    private readonly element: HTMLElement,
    private readonly under: HTMLCanvasElement,
    private readonly canvas: HTMLCanvasElement,
    private readonly props: () => CurveChartProps,
  ) {
    this.tip.className = 'curve-chart-tip';
    this.tip.hidden = true;
    document.body.append(this.tip);
    this.chart = init(element, undefined, { renderer: 'canvas', width: 10, height: 10 });
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(element);
    this.listen();
  }

  dispose(): void {
    this.abort.abort();
    this.resizing.disconnect();
    this.tip.remove();
    this.chart.dispose();
  }

  draw(): void {
    if (this.width < 40 || this.height < 30) return;
    const { curves, group, range, smoothing, logarithmic } = this.props();
    const all = range();
    const zoom = group.zoom;
    const x = zoom ? { min: zoom.min, max: zoom.max } : all;
    for (const curve of curves) curveView(curve.source).update(curve.exact ? 0 : smoothing);
    const extent = visibleExtent(curves, x, smoothing, logarithmic);
    const y = yRange(extent, logarithmic, this.height - MARGIN.top - MARGIN.bottom);
    const left = MARGIN.left;
    const plotWidth = this.width - left - MARGIN.right;
    this.plot = {
      left,
      top: MARGIN.top,
      width: plotWidth,
      height: this.height - MARGIN.top - MARGIN.bottom,
      x,
      y,
      logarithmic,
    };
    const palette = readPalette(this.element);
    const ids = curves.map((curve) => curve.id).join(' ');
    const option = chartOption(curves, this.plot, MARGIN, palette, smoothing);
    this.chart.setOption(option, {
      replaceMerge: ids === this.drawnCurves ? [] : ['series'],
      lazyUpdate: false,
      silent: true,
    });
    this.chart.getZr().flush();
    this.drawnCurves = ids;
    const context = this.cleared(this.under);
    if (context) drawEpochMarks(context, this.plot, this.props().epochEnds(), palette);
    this.overlay();
  }

  overlay(): void {
    const context = this.cleared(this.canvas);
    const { plot } = this;
    if (!context || !plot) return;
    const { curves, group, cursorStep, smoothing } = this.props();
    const hover = group.hoverStep;
    const read =
      hover === undefined
        ? []
        : curves.flatMap((curve) => {
            const point = readAt(curve, hover, plot.x);
            return point ? [{ curve, point }] : [];
          });
    drawOverlay(context, plot, {
      palette: readPalette(this.element),
      cursorStep,
      hoverStep: hover,
      points: read.map(({ curve, point }) => ({
        step: point.step,
        value: curve.exact || smoothing === 0 ? point.value : point.smoothed,
        colour: curve.colour,
      })),
      notFinite: curves.filter((curve) => !curve.quiet).flatMap((curve) => curveView(curve.source).notFiniteSteps),
      selection: this.selecting,
    });
    this.tell(read);
  }

  key(event: KeyboardEvent): void {
    const { cursorStep, range, onCursor, group } = this.props();
    const all = range();
    const view = group.zoom ?? all;
    const at = cursorStep ?? all.max;
    const far = Math.max(1, Math.round((view.max - view.min) / 20));
    const by = event.shiftKey ? far : 1;
    switch (event.key) {
      case 'ArrowLeft':
        onCursor(Math.max(Math.ceil(all.min), at - by));
        break;
      case 'ArrowRight':
        onCursor(Math.min(Math.floor(all.max), at + by));
        break;
      case '+':
      case '=':
        this.zoomAbout(at, 0.6);
        break;
      case '-':
        this.zoomAbout(at, 1 / 0.6);
        break;
      case '0':
      case 'Escape':
        group.setZoom(undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private listen(): void {
    const { canvas } = this;
    const { signal } = this.abort;
    let pressedAt: number | undefined;
    let dragged = false;
    let beforeClick: { readonly step: number | undefined } | undefined;
    canvas.addEventListener(
      'pointermove',
      (event) => {
        if (!this.plot) return;
        const step = this.stepAt(event);
        if (pressedAt !== undefined && (this.selecting || Math.abs(event.offsetX - pressedAt) > 4)) {
          this.selecting = { from: this.stepAtX(pressedAt), to: step };
          this.overlay();
        }
        this.props().group.setHover(step);
      },
      { signal },
    );
    canvas.addEventListener('pointerleave', () => this.props().group.setHover(undefined), { signal });
    canvas.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        pressedAt = event.offsetX;
        canvas.setPointerCapture(event.pointerId);
      },
      { signal },
    );
    canvas.addEventListener(
      'pointerup',
      () => {
        const { selecting } = this;
        this.selecting = undefined;
        pressedAt = undefined;
        dragged = selecting !== undefined;
        if (!selecting) return;
        this.setZoom({ min: Math.min(selecting.from, selecting.to), max: Math.max(selecting.from, selecting.to) });
        this.overlay();
      },
      { signal },
    );
    canvas.addEventListener(
      'click',
      (event) => {
        if (dragged) return;
        if (event.detail < 2) beforeClick = { step: this.props().cursorStep };
        const step = this.nearestStep(this.stepAt(event));
        if (step !== undefined) this.props().onCursor(step);
      },
      { signal },
    );
    canvas.addEventListener(
      'pointercancel',
      () => {
        pressedAt = undefined;
        this.selecting = undefined;
        this.overlay();
      },
      { signal },
    );
    canvas.addEventListener(
      'dblclick',
      () => {
        this.props().group.setZoom(undefined);
        // Its first click was not meant to move the cursor.
        if (beforeClick) this.props().onCursor(beforeClick.step);
      },
      { signal },
    );
    canvas.addEventListener(
      'wheel',
      (event) => {
        // Where the panel scrolls, the wheel scrolls it; with Ctrl or Shift it zooms there too.
        const scroller = canvas.closest('[data-chart-scroller]');
        const scrolls = scroller !== null && scroller.scrollHeight > scroller.clientHeight + 1;
        if (scrolls && !event.ctrlKey && !event.shiftKey) return;
        event.preventDefault();
        const delta = event.deltaY || event.deltaX;
        this.zoomAbout(this.stepAt(event), Math.exp(Math.max(-100, Math.min(100, delta)) * 0.004));
      },
      { signal, passive: false },
    );
  }

  private cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const context = canvas.getContext('2d');
    const ratio = window.devicePixelRatio || 1;
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    context?.clearRect(0, 0, this.width, this.height);
    return context;
  }

  private zoomAbout(step: number, factor: number): void {
    const { group, range } = this.props();
    const all = range();
    const view = group.zoom ?? all;
    const min = step - (step - view.min) * factor;
    const max = step + (view.max - step) * factor;
    this.setZoom(max - min >= all.max - all.min ? undefined : { min, max });
  }

  private setZoom(wanted: StepRange | undefined): void {
    const { group, range } = this.props();
    if (!wanted) {
      group.setZoom(undefined);
      return;
    }
    const all = range();
    // Two steps at least, and never beyond what there is.
    const width = Math.min(Math.max(wanted.max - wanted.min, 2), all.max - all.min);
    const middle = (wanted.min + wanted.max) / 2;
    const min = Math.min(Math.max(middle - width / 2, all.min), all.max - width);
    group.setZoom({ min, max: min + width });
  }

  private stepAt(event: MouseEvent): number {
    return this.stepAtX(event.offsetX);
  }

  private stepAtX(x: number): number {
    const { plot } = this;
    if (!plot) return 0;
    const share = Math.min(1, Math.max(0, (x - plot.left) / plot.width));
    return plot.x.min + share * (plot.x.max - plot.x.min);
  }

  /** Of the curve on top, which is the run under way where there is one. */
  private nearestStep(step: number): number | undefined {
    for (const curve of this.props().curves.toReversed()) {
      if (curve.dots) continue;
      const point = curveView(curve.source).nearest(step);
      if (point) return point.step;
    }
    return undefined;
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === this.width && clientHeight === this.height) return;
    this.width = clientWidth;
    this.height = clientHeight;
    if (clientWidth === 0 || clientHeight === 0) return;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.under]) {
      canvas.width = Math.round(clientWidth * ratio);
      canvas.height = Math.round(clientHeight * ratio);
    }
    this.chart.resize({ width: clientWidth, height: clientHeight });
    this.draw();
  }

  /** The values under the cross-hair, beside it on the side that has room. */
  private tell(read: readonly { curve: Curve; point: { step: number; value: number; smoothed: number } }[]): void {
    const { tip, plot } = this;
    const { group, smoothing } = this.props();
    const step = group.hoverStep;
    if (step === undefined || !plot || read.length === 0 || !this.canvas.matches(':hover') || this.selecting) {
      tip.hidden = true;
      return;
    }
    const rows = read.map(({ curve, point }) => {
      const row = document.createElement('div');
      row.className = 'curve-chart-tip-row';
      const dot = document.createElement('i');
      dot.style.background = curve.colour;
      const label = document.createElement('span');
      label.textContent = curve.label;
      const value = document.createElement('b');
      value.textContent = formatValue(point.value);
      row.append(dot, label, value);
      if (!curve.exact && smoothing > 0) {
        const smooth = document.createElement('em');
        smooth.textContent = `≈ ${formatValue(point.smoothed)}`;
        row.append(smooth);
      }
      return row;
    });
    const head = document.createElement('div');
    head.className = 'curve-chart-tip-head';
    head.textContent = `step ${formatCount(read[0]?.point.step ?? step)}`;
    tip.replaceChildren(head, ...rows);
    tip.hidden = false;
    const box = this.canvas.getBoundingClientRect();
    const x = box.left + plot.left + ((step - plot.x.min) / (plot.x.max - plot.x.min)) * plot.width;
    const { offsetWidth: width, offsetHeight: height } = tip;
    const right = x + 12 + width < window.innerWidth - 8;
    tip.style.left = `${Math.max(8, right ? x + 12 : x - 12 - width)}px`;
    tip.style.top = `${Math.max(8, Math.min(box.top + plot.top, window.innerHeight - height - 8))}px`;
  }
}

/** The curve's point at a step; nothing where the curve does not reach so far. */
function readAt(curve: Curve, step: number, visible: StepRange) {
  const { steps } = curve.source;
  const last = steps[steps.length - 1];
  if (last === undefined) return undefined;
  const room = Math.max(1, (visible.max - visible.min) * 0.02);
  return step > last + room || step < steps[0]! - room ? undefined : curveView(curve.source).nearest(step);
}

/**
 * What a chart does on its elements: when it draws and the values under the cross-hair. Few lines are drawn at once;
 * many over several frames, on sheets of their own. Knows no React; asks for the chart's properties when it needs them.
 */
import { clearedContext, giveCanvas, sizeCanvas, takeCanvas } from './canvas-pool.js';
import type { ChartMember, StepRange } from './chart-group.js';
import { drawEpochMarks, drawOverlay, type Plot, type Selection } from './chart-overlay.js';
import { drawAxes, drawCurves, isExact, plotClip, visibleExtent, xScale, yScale } from './chart-painter.js';
import { chartKey, listenToPointer } from './chart-pointer.js';
import { bandAt, notFiniteOf, readCurves, stepAtX, xOfStep, type Read } from './chart-reading.js';
import { ChartTip, type TipRow } from './chart-tip.js';
import type { CurveChartProps } from './curve-chart.js';
import { curveView } from './curve-view.js';
import { LineSheets } from './line-sheets.js';
import { readPalette } from './palette.js';
import type { AxisRange, Scale } from './scale.js';
import { sayX } from './x-axis.js';

const MARGIN = { left: 46, right: 12, top: 8, bottom: 20 } as const;
/** Beyond so many curves only the chart under the pointer marks their points. */
const MOST_MARKED = 40;
/** So many are drawn at once, straight to the screen: that is quicker than what drawing them in turns costs. */
const FEW_CURVES = 16;
/** So many are painted together: what was only noted does not count on the clock, and is paid for in the last frame. */
const LINES_A_COAT = 48;
/** A y range that changes with each turn of the wheel is told when it rests. */
const TELL_AFTER_MS = 250;

/** Created with the chart's element; `dispose` when it goes. */
export class ChartController implements ChartMember {
  private readonly resizing: ResizeObserver;
  private readonly sight: IntersectionObserver;
  inSight = false;
  private readonly abort = new AbortController();
  private readonly under = takeCanvas();
  private readonly canvas = takeCanvas();
  /** Of charts with many lines. */
  private sheets: LineSheets | undefined;
  private ratio = 1;
  private width = 0;
  private height = 0;
  /** What is on screen: as it was drawn, or on its way to what is drawn next. */
  private shown: Plot | undefined;
  private work: Generator<undefined, Plot> | undefined;
  private stale = false;
  private selection: Selection | undefined;
  /** Of y, as the person has just set it and nobody was told yet. */
  private yWanted: { readonly range: AxisRange | undefined; readonly tell: CurveChartProps['onYRange'] } | undefined;
  private yTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly tip: ChartTip;

  constructor(
    private readonly element: HTMLElement,
    readonly props: () => CurveChartProps,
  ) {
    this.tip = new ChartTip(() => this.element.focus());
    this.under.className = 'curve-chart-canvas';
    this.canvas.className = 'curve-chart-canvas curve-chart-overlay';
    this.under.setAttribute('aria-hidden', 'true');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.canvas.hidden = true;
    element.append(this.under, this.canvas);
    // Its first call tells the size, after the layout: to ask for it here would make the page lay itself out for each chart.
    this.resizing = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect;
      if (box && this.resize(Math.round(box.width), Math.round(box.height))) this.props().group.redraw(this);
    });
    this.resizing.observe(element);
    this.sight = new IntersectionObserver(
      (entries) => {
        this.inSight = entries.at(-1)!.isIntersecting;
        if (this.inSight) this.overlay();
      },
      { root: element.closest('[data-chart-scroller]') },
    );
    this.sight.observe(element);
    listenToPointer(this.element, this, this.abort.signal);
  }

  dispose(): void {
    this.tellYRange();
    this.abort.abort();
    this.resizing.disconnect();
    this.sight.disconnect();
    this.tip.dispose();
    this.sheets?.dispose();
    for (const canvas of [this.under, this.canvas]) giveCanvas(canvas);
  }

  /** The element is another chart's from now on: canvases and listeners are worth keeping, what is on them is not. */
  becomeAnother(): void {
    this.tellYRange();
    this.yWanted = undefined;
    this.clear();
  }

  private clear(): void {
    this.selection = this.work = this.shown = undefined;
    this.stale = false;
    this.sheets?.forget();
    this.tip.dispose();
    this.canvas.hidden = true;
    clearedContext(this.under, this.ratio);
  }

  draw(deadline: number, changed: boolean): boolean {
    if (this.width < 40 || this.height < 30) return true;
    const { length } = this.props().curves;
    if (length <= FEW_CURVES) {
      // Axes of nothing would be made up.
      if (length === 0) this.clear();
      else this.drawAtOnce();
      return true;
    }
    if (this.work && changed) this.stale = true;
    this.work ??= this.drawing();
    const done = this.goOn(deadline);
    if (!done) {
      if (changed) this.showOnTheWay();
      return false;
    }
    const again = this.stale;
    this.stale = false;
    this.show(done);
    // What changed meanwhile is drawn next.
    if (again) this.work = this.drawing();
    return !again;
  }

  overlay(): void {
    const { shown: plot } = this;
    if (!plot) return;
    const { curves, group, look, cursorStep } = this.props();
    const pointed = this.element.matches(':hover');
    const { hover } = group;
    const notFinite = notFiniteOf(curves, look.x);
    // A canvas with nothing on it costs as much as any other when the page scrolls.
    const nothing = hover === undefined && cursorStep === undefined && !this.selection && notFinite.length === 0;
    // Setting what is so already would have the document's style computed anew.
    if (this.canvas.hidden !== nothing) this.canvas.hidden = nothing;
    if (nothing) {
      this.tip.hide();
      return;
    }
    const context = clearedContext(this.canvas, this.ratio);
    if (!context) return;
    const reads = hover !== undefined && (pointed || curves.length <= MOST_MARKED) ? this.readAll(hover) : [];
    drawOverlay(context, plot, {
      palette: readPalette(this.element),
      cursor: this.cursorX(),
      hover,
      points: reads.map(({ curve, point, x }) => ({
        x,
        value: isExact(curve, look) ? point.value : point.smoothed,
        colour: curve.colour,
      })),
      notFinite,
      selection: this.selection,
    });
    if (!pointed || reads.length === 0 || this.selection) this.tip.hide();
    else this.tell(reads, 'show');
  }

  key(event: { readonly key: string; readonly shiftKey: boolean; readonly ctrlKey: boolean }): boolean {
    return chartKey(this, event);
  }

  /** The values at the cross-hair, or at the cursor, stay until they are closed. */
  togglePin(): void {
    if (this.tip.pinned) {
      this.tip.unpin();
      return;
    }
    const x = this.props().group.hover ?? this.cursorX();
    const reads = x === undefined ? [] : this.readAll(x);
    if (reads.length > 0) this.tell(reads, 'pin');
  }

  unpin(): boolean {
    const { pinned } = this.tip;
    this.tip.unpin();
    return pinned;
  }

  select(selection: Selection | undefined): void {
    this.selection = selection;
    this.overlay();
  }

  /** A range of x, on this chart's kind of axis. */
  scale(range: StepRange): Scale {
    return xScale(range, this.props().look);
  }

  /** The range of y that somebody chose; `undefined`: what is visible. */
  get yRange(): AxisRange | undefined {
    return this.yWanted ? this.yWanted.range : this.props().look.yRange;
  }

  /** Drawn at once, and told when the hand rests. */
  setYRange(range: AxisRange | undefined): void {
    if (range === undefined && this.yRange === undefined) return;
    this.yWanted = { range, tell: this.props().onYRange };
    clearTimeout(this.yTimer);
    this.yTimer = setTimeout(() => this.tellYRange(), TELL_AFTER_MS);
    this.props().group.redraw(this);
  }

  /** Another range than before was handed in: what was wanted until now is history. */
  forgetWantedY(): void {
    this.yWanted = undefined;
  }

  private tellYRange(): void {
    clearTimeout(this.yTimer);
    this.yWanted?.tell(this.yWanted.range);
  }

  get view(): Scale {
    const { group, range } = this.props();
    return this.scale(group.zoom ?? range());
  }

  /** Of a place in CSS pixels from the chart's left edge. */
  xAt(offset: number): number | undefined {
    const { shown: plot } = this;
    if (!plot) return undefined;
    return plot.x.at(Math.min(1, Math.max(0, (offset - plot.left) / plot.width)));
  }

  /** Of y, as it is on screen. */
  get yView(): Scale | undefined {
    return this.shown?.y;
  }

  /** Of a place in CSS pixels from the chart's top. */
  yAt(offset: number): number | undefined {
    const { shown: plot } = this;
    if (!plot) return undefined;
    return plot.y.at(1 - Math.min(1, Math.max(0, (offset - plot.top) / plot.height)));
  }

  /** Left of the plot, where the numbers are. */
  isOnYAxis(offset: number): boolean {
    return offset < MARGIN.left;
  }

  get plotHeight(): number {
    return Math.max(1, this.height - MARGIN.top - MARGIN.bottom);
  }

  get plotWidth(): number {
    return Math.max(1, this.width - MARGIN.left - MARGIN.right);
  }

  get cursorOffset(): number | undefined {
    const x = this.cursorX();
    return x === undefined || !this.shown ? undefined : this.shown.left + this.shown.width * this.shown.x.share(x);
  }

  stepAt(x: number): number | undefined {
    const { curves, look } = this.props();
    return stepAtX(curves, look.x, x);
  }

  private drawAtOnce(): void {
    this.work = undefined;
    this.stale = false;
    this.sheets?.forget();
    const { look } = this.props();
    const drawing = this.drawing((plot) => {
      const context = clearedContext(this.under, this.ratio);
      if (!context) return undefined;
      const palette = readPalette(this.element);
      drawAxes(context, plot, look.x, palette);
      drawEpochMarks(context, plot, this.props().epochEnds(), palette);
      return context;
    });
    for (;;) {
      const { done, value } = drawing.next();
      if (!done) continue;
      this.shown = value;
      break;
    }
    this.overlay();
  }

  /** @param on where to draw a plot's lines */
  private *drawing(
    on: (plot: Plot) => CanvasRenderingContext2D | undefined = () => this.sheetsOfSize().begin(),
  ): Generator<undefined, Plot> {
    const { curves, look } = this.props();
    for (const curve of curves) {
      yield undefined;
      // Another chart may draw the same curve smoothed.
      curveView(curve.source).update(isExact(curve, look) ? undefined : look.smoothing);
      if (!curve.band) continue;
      curveView(curve.band.low).update();
      curveView(curve.band.high).update();
    }
    const x = this.view;
    const { yRange, plotHeight } = this;
    const extent = yRange ?? (yield* visibleExtent(curves, x, this.plotWidth, look));
    const y = yScale(extent, look.logarithmic, plotHeight, yRange !== undefined);
    const plot: Plot = { left: MARGIN.left, top: MARGIN.top, width: this.plotWidth, height: plotHeight, x, y };
    const context = on(plot);
    if (context) {
      context.save();
      plotClip(context, plot);
      yield* drawCurves(context, plot, curves, look, readPalette(this.element));
      context.restore();
    }
    return plot;
  }

  private sheetsOfSize(): LineSheets {
    if (!this.sheets) {
      this.sheets = new LineSheets();
      this.sheets.resize(this.width, this.height, this.ratio);
    }
    return this.sheets;
  }

  /** @returns what the lines show as soon as they are done. */
  private goOn(deadline: number): Plot | undefined {
    for (let turn = 1; ; turn++) {
      const { done, value } = this.work!.next();
      if (done) {
        this.work = undefined;
        this.sheets?.finish(value);
        return value;
      }
      if (turn % LINES_A_COAT === 0) this.sheets?.paint();
      // The clock is not asked after each of a thousand short lines.
      if (turn % 4 === 0 && performance.now() >= deadline) return undefined;
    }
  }

  private showOnTheWay(): void {
    const plot = this.sheets?.plot;
    if (!plot) return;
    const y = this.yRange ? yScale(this.yRange, this.props().look.logarithmic, plot.height, true) : plot.y;
    this.show({ ...plot, x: this.view, y });
  }

  /** The lines there are, and the axes, as they are in `plot`. */
  private show(plot: Plot): void {
    const context = clearedContext(this.under, this.ratio);
    if (!context) return;
    const { look, epochEnds } = this.props();
    const palette = readPalette(this.element);
    this.shown = plot;
    drawAxes(context, plot, look.x, palette);
    drawEpochMarks(context, plot, epochEnds(), palette);
    this.sheets?.show(context, plot);
    this.overlay();
  }

  /** @returns whether it has another size than before. */
  private resize(clientWidth: number, clientHeight: number): boolean {
    const ratio = window.devicePixelRatio || 1;
    if (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio) return false;
    this.ratio = ratio;
    this.width = clientWidth;
    this.height = clientHeight;
    if (clientWidth === 0 || clientHeight === 0) return false;
    for (const canvas of [this.under, this.canvas]) {
      sizeCanvas(canvas, clientWidth, clientHeight, ratio);
      clearedContext(canvas, ratio);
    }
    this.sheets?.resize(clientWidth, clientHeight, ratio);
    this.work = undefined;
    return true;
  }

  private cursorX(): number | undefined {
    const { cursorStep, curves, look } = this.props();
    return cursorStep === undefined ? undefined : xOfStep(curves, look.x, cursorStep);
  }

  private readAll(x: number): Read[] {
    const { curves, look } = this.props();
    return readCurves(curves, look.x, x, this.shown?.x ?? this.view);
  }

  private tell(reads: readonly Read[], how: 'show' | 'pin'): void {
    const { group, look, tipOrder } = this.props();
    const { shown: plot, tip } = this;
    const x = group.hover ?? this.cursorX();
    if (!plot || x === undefined) return;
    const rows = reads.map(({ curve, point }): TipRow => {
      const exact = isExact(curve, look);
      const y = plot.top + plot.height * (1 - plot.y.share(exact ? point.value : point.smoothed));
      const band = curve.band && bandAt(curve.band, point.step);
      return {
        label: curve.label,
        colour: curve.colour,
        value: point.value,
        ...(exact ? {} : { smoothed: point.smoothed }),
        ...(band ? { band } : {}),
        distance: Number.isFinite(y) ? Math.abs(y - this.pointerY) : Infinity,
      };
    });
    const box = this.element.getBoundingClientRect();
    const nearest = reads.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a));
    const at = box.left + plot.left + plot.x.share(x) * plot.width;
    tip[how](sayX(look.x, nearest.x), rows, tipOrder, at, box.top + plot.top);
  }

  /** From the chart's top, in CSS pixels. */
  pointerY = 0;
}

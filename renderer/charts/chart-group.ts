/**
 * What the charts of one panel share: the visible range of x, the x under the pointer, and the turns
 * in which they are drawn. A frame's drawing ends when its time is up: a chart that is not done goes on
 * in the next one. No React here.
 */
export interface StepRange {
  readonly min: number;
  readonly max: number;
}

export interface ChartMember {
  /** Who is not is drawn when there is nothing else to do. */
  readonly inSight: boolean;
  /**
   * Draws, until about `deadline` on `performance.now()`'s clock. `changed`: what there is to draw is not what it
   * was. @returns `false` where it has to go on in the next frame.
   */
  draw(deadline: number, changed: boolean): boolean | void;
  /** Where the overlay (cross-hair, cursor) has to follow without a new drawing. */
  overlay(): void;
}

/** Live curves are drawn anew at most this often each; what the person does is drawn in the next frame. */
const LIVE_INTERVAL_MS = 90;
/**
 * Of a frame's 16 ms, what drawing may take: the lines still have to be painted after it. Less while a hand moves
 * something, which is to be shown in every frame.
 */
const FRAME_BUDGET_MS = 7;
const MOVING_BUDGET_MS = 3;
/** While the page of charts is scrolled: rows come into being beside it, and what flies by is not looked at. */
const SCROLLING_BUDGET_MS = 4;
/** What says the zoom in words follows so often. */
const TELL_ZOOM_MS = 100;

export class ChartGroup {
  /** `undefined`: everything there is. */
  zoom: StepRange | undefined;
  isScrolling = false;
  /** On the x axis of all of them. */
  hover: number | undefined;
  private readonly members = new Map<ChartMember, number>();
  private readonly waiting = new Set<ChartMember>();
  private readonly urgent = new Set<ChartMember>();
  private readonly unfinished = new Set<ChartMember>();
  private frame = 0;
  private overlays = false;
  private readonly zoomListeners = new Set<() => void>();
  private zoomTimer: ReturnType<typeof setTimeout> | undefined;
  private zoomTold = true;

  /** @returns a function that takes the chart out again. */
  add(member: ChartMember): () => void {
    this.members.set(member, 0);
    this.redraw(member);
    return () => {
      this.members.delete(member);
      for (const set of [this.waiting, this.urgent, this.unfinished]) set.delete(member);
    };
  }

  /** New data for a chart; drawn when its turn comes. */
  refresh(member: ChartMember): void {
    this.waiting.add(member);
    this.request();
  }

  /** Something the person did or sees at once: drawn in the next frame. */
  redraw(member?: ChartMember): void {
    for (const one of member ? [member] : this.members.keys()) this.urgent.add(one);
    this.request();
  }

  setZoom(zoom: StepRange | undefined): void {
    if (this.zoom?.min === zoom?.min && this.zoom?.max === zoom?.max) return;
    this.zoom = zoom;
    this.redraw();
    this.zoomTold = false;
    if (this.zoomTimer === undefined) this.tellZoom();
  }

  private tellZoom(): void {
    this.zoomTimer = undefined;
    if (this.zoomTold) return;
    this.zoomTold = true;
    for (const listener of this.zoomListeners) listener();
    this.zoomTimer = setTimeout(() => this.tellZoom(), TELL_ZOOM_MS);
  }

  /** Told at once, and then not in every frame of a hand's move. */
  onZoom(listener: () => void): () => void {
    this.zoomListeners.add(listener);
    return () => this.zoomListeners.delete(listener);
  }

  /** The overlays of all charts follow in the next frame, however many moves the pointer makes until then. */
  setHover(x: number | undefined): void {
    if (this.hover === x) return;
    this.hover = x;
    this.overlays = true;
    this.request();
  }

  private request(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((now) => this.turn(now));
  }

  private turn(now: number): void {
    this.frame = 0;
    const began = performance.now();
    const budget = this.isScrolling ? SCROLLING_BUDGET_MS : FRAME_BUDGET_MS;
    const seen = [...this.urgent].filter(({ inSight }) => inSight);
    if (seen.length > 0) {
      // A chart that was left in the middle comes first: it has waited longest.
      const rank = (member: ChartMember) => (this.unfinished.has(member) ? 0 : 1);
      for (const member of seen.sort((a, b) => rank(a) - rank(b))) {
        this.drawNow(member, now, began + MOVING_BUDGET_MS, true);
      }
    } else if (this.unfinished.size > 0) {
      for (const member of [...this.unfinished]) {
        if (performance.now() >= began + budget) break;
        this.drawNow(member, now, began + budget, false);
      }
    } else if (!this.drawWaiting(now, began + budget)) {
      const [unseen] = this.urgent;
      if (unseen) this.drawNow(unseen, now, began + budget, true);
    }
    if (this.overlays) {
      this.overlays = false;
      for (const member of this.members.keys()) if (member.inSight) member.overlay();
    }
    if (this.waiting.size + this.unfinished.size + this.urgent.size > 0) this.request();
  }

  /** @returns whether the one of those with new data that has waited longest was drawn: its time had come. */
  private drawWaiting(now: number, deadline: number): boolean {
    let oldest: ChartMember | undefined;
    for (const member of this.waiting) {
      const at = this.members.get(member) ?? 0;
      if (now - at >= LIVE_INTERVAL_MS && (!oldest || at < this.members.get(oldest)!)) oldest = member;
    }
    if (oldest) this.drawNow(oldest, now, deadline, true);
    return oldest !== undefined;
  }

  private drawNow(member: ChartMember, now: number, deadline: number, changed: boolean): void {
    for (const set of [this.waiting, this.urgent, this.unfinished]) set.delete(member);
    if (!this.members.has(member)) return;
    this.members.set(member, now);
    if (member.draw(deadline, changed) === false) this.unfinished.add(member);
  }
}

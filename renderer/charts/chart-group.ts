/**
 * What the charts of one panel share: the visible range of steps, the step under the pointer, and
 * the turns in which they are drawn, so that no frame draws more than one of them. No React here.
 */
export interface StepRange {
  readonly min: number;
  readonly max: number;
}

interface Member {
  /** Draws if anything changed. */
  draw(): void;
  /** Where the overlay (cross-hair, cursor) has to follow without a new drawing. */
  overlay(): void;
}

/** Live curves are drawn anew at most this often each; what the person does is drawn in the next frame. */
const LIVE_INTERVAL_MS = 90;

export class ChartGroup {
  /** `undefined`: everything there is. */
  zoom: StepRange | undefined;
  hoverStep: number | undefined;
  private readonly members = new Map<Member, number>();
  private readonly waiting = new Set<Member>();
  private readonly urgent = new Set<Member>();
  private frame = 0;
  private readonly zoomListeners = new Set<() => void>();

  /** @returns a function that takes the chart out again. */
  add(member: Member): () => void {
    this.members.set(member, 0);
    this.redraw(member);
    return () => {
      this.members.delete(member);
      this.waiting.delete(member);
      this.urgent.delete(member);
    };
  }

  /** New data for a chart; drawn when its turn comes. */
  refresh(member: Member): void {
    this.waiting.add(member);
    this.request();
  }

  /** Something the person did or sees at once: drawn in the next frame. */
  redraw(member?: Member): void {
    for (const one of member ? [member] : this.members.keys()) this.urgent.add(one);
    this.request();
  }

  setZoom(zoom: StepRange | undefined): void {
    if (this.zoom?.min === zoom?.min && this.zoom?.max === zoom?.max) return;
    this.zoom = zoom;
    this.redraw();
    for (const listener of this.zoomListeners) listener();
  }

  onZoom(listener: () => void): () => void {
    this.zoomListeners.add(listener);
    return () => this.zoomListeners.delete(listener);
  }

  setHover(step: number | undefined): void {
    if (this.hoverStep === step) return;
    this.hoverStep = step;
    for (const member of this.members.keys()) member.overlay();
  }

  private request(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((now) => this.turn(now));
  }

  private turn(now: number): void {
    this.frame = 0;
    if (this.urgent.size > 0) {
      for (const member of this.urgent) this.drawNow(member, now);
      this.urgent.clear();
    } else {
      let oldest: Member | undefined;
      for (const member of this.waiting) {
        const at = this.members.get(member) ?? 0;
        if (now - at >= LIVE_INTERVAL_MS && (!oldest || at < this.members.get(oldest)!)) oldest = member;
      }
      if (oldest) this.drawNow(oldest, now);
    }
    if (this.waiting.size > 0) this.request();
  }

  private drawNow(member: Member, now: number): void {
    this.waiting.delete(member);
    if (!this.members.has(member)) return;
    this.members.set(member, now);
    member.draw();
  }
}

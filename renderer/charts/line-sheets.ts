/**
 * The lines of a chart that has many: drawn on a sheet out of sight, over several frames, while those before are
 * shown where they belong now, moved and stretched. Knows no curves.
 */
import { clearedContext, giveCanvas, sizeCanvas, takeCanvas } from './canvas-pool.js';
import type { Plot } from './chart-overlay.js';
import { plotClip } from './chart-painter.js';

let probe: CanvasRenderingContext2D | undefined;

/** Of a canvas that nobody sees: what is drawn onto it has to be there. */
function probeContext(): CanvasRenderingContext2D | undefined {
  if (probe) return probe;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  return (probe = canvas.getContext('2d') ?? undefined);
}

export class LineSheets {
  private sheet = takeCanvas();
  private next = takeCanvas();
  private ratio = 1;
  private drawn: Plot | undefined;

  dispose(): void {
    giveCanvas(this.sheet);
    giveCanvas(this.next);
  }

  /** What the lines show that are done; `undefined` where there are none of this size. */
  get plot(): Plot | undefined {
    return this.drawn;
  }

  /** In CSS pixels. Lines of another size are of no use. */
  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    for (const canvas of [this.sheet, this.next]) sizeCanvas(canvas, width, height, ratio);
    this.drawn = undefined;
  }

  forget(): void {
    this.drawn = undefined;
  }

  /** Empty, for the lines that are shown next. */
  begin(): CanvasRenderingContext2D | undefined {
    return clearedContext(this.next, this.ratio);
  }

  /**
   * Has what was begun painted now: a browser only notes what is to be drawn until somebody wants to see it, and a
   * thousand lines at once would take longer than a frame has.
   */
  paint(): void {
    const context = probeContext();
    context?.drawImage(this.next, 0, 0, 1, 1, 0, 0, 1, 1);
    // Forgets what was noted here.
    context?.clearRect(0, 0, 1, 1);
  }

  /** What was begun has the lines of `plot`, and is what is shown from now on. */
  finish(plot: Plot): void {
    [this.sheet, this.next] = [this.next, this.sheet];
    this.drawn = plot;
  }

  /** The lines there are, where they belong in `plot`. `context`: of a canvas of the same size. */
  show(context: CanvasRenderingContext2D, plot: Plot): void {
    const { drawn, ratio } = this;
    if (!drawn) return;
    if (drawn === plot) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(this.sheet, 0, 0);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      return;
    }
    const left = plot.left + plot.width * plot.x.share(drawn.x.min);
    const right = plot.left + plot.width * plot.x.share(drawn.x.max);
    const top = plot.top + plot.height * (1 - plot.y.share(drawn.y.max));
    const bottom = plot.top + plot.height * (1 - plot.y.share(drawn.y.min));
    context.save();
    plotClip(context, plot);
    context.drawImage(
      this.sheet,
      ...([drawn.left * ratio, drawn.top * ratio, drawn.width * ratio, drawn.height * ratio] as const),
      ...([left, top, right - left, bottom - top] as const),
    );
    context.restore();
  }
}

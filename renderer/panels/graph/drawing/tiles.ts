/**
 * A picture in tiles, painted a few at a time and kept: what is panned is not painted again, and a frame never waits
 * for more than a tile. While the zoom changes, the tiles of a zoom nearby stand in, scaled. Knows nothing of what is
 * painted.
 */
import type { Region } from './box-index.js';

/** What stands at the left upper corner is at −x / zoom, −y / zoom. In pixels of the page. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** In pixels of the canvas. */
const SIDE = 512;
const MOST_TILES = 48;
/** Canvases that are kept for the next tiles: making one costs more than painting it. */
const MOST_SPARE = 16;
/** A level stands in for zooms up to this far from its own. */
const STRETCH = 1.5;
/** So long a frame may paint, of the 16 ms that it has. */
const BUDGET_MS = 6;
/** The same where what stands there would mislead. */
const HURRY_MS = 150;
/** The zoom has come to rest after this. */
const REST_MS = 90;

interface Tile {
  readonly column: number;
  readonly row: number;
  readonly canvas: HTMLCanvasElement;
  version: number;
}

/** The tiles of one zoom, by their column and row. */
interface Level {
  readonly scale: number;
  readonly zoom: number;
  readonly tiles: Map<string, Tile>;
}

export type PaintTile = (brush: CanvasRenderingContext2D, region: Region, scale: number, zoom: number) => void;

export class Tiles {
  private level: Level | undefined;
  /** Stands below while the tiles of `level` are painted. */
  private before: Level | undefined;
  private readonly spare: HTMLCanvasElement[] = [];
  private version = 0;
  private zoomedAt = 0;
  private lastZoom = 0;
  private hurry = false;

  /** @param clock in ms, what `draw` is told as `now` */
  constructor(
    private paint: PaintTile,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** What is there stays in sight until it has been painted anew; `hurry`: in the next frame, if that can be. */
  repaint(paint: PaintTile, hurry: boolean): void {
    this.paint = paint;
    this.hurry ||= hurry;
    this.version++;
  }

  /** Another graph: nothing that is there is of use. */
  clear(): void {
    this.forget(this.level);
    this.forget(this.before);
    this.level = this.before = undefined;
  }

  /**
   * @param ratio pixels of the canvas for one of the page
   * @param now in ms, by the clock
   * @returns whether to draw again soon: something is missing, or is of another zoom
   */
  draw(target: CanvasRenderingContext2D, view: View, ratio: number, now: number): boolean {
    if (view.zoom !== this.lastZoom) {
      this.zoomedAt = this.lastZoom === 0 ? 0 : now;
      this.lastZoom = view.zoom;
    }
    const resting = now - this.zoomedAt > REST_MS;
    const scale = view.zoom * ratio;
    const stretch = this.level ? Math.max(scale / this.level.scale, this.level.scale / scale) : Infinity;
    if (stretch > STRETCH || (resting && stretch !== 1)) this.begin(scale, view.zoom);
    const level = this.level!;
    const { width, height } = target.canvas;
    const sight = sightOf(level, view, ratio, width, height);
    const wanted = sight.filter(([key]) => level.tiles.get(key)?.version !== this.version);
    const until = this.clock() + (this.hurry ? HURRY_MS : BUDGET_MS);
    this.hurry = false;
    let painted = 0;
    for (const [key, column, row] of wanted) {
      if (painted > 0 && this.clock() > until) break;
      this.paintTile(level, key, column, row);
      painted++;
    }
    const isWhole = sight.every(([key]) => level.tiles.has(key));
    target.setTransform(1, 0, 0, 1, 0, 0);
    if (!isWhole) {
      target.clearRect(0, 0, width, height);
      if (this.before) this.blit(target, this.before, view, ratio);
    } else if (this.before) {
      this.forget(this.before);
      this.before = undefined;
    }
    this.blit(target, level, view, ratio);
    this.drop(level, sight.length);
    return painted < wanted.length || level.scale !== scale;
  }

  private begin(scale: number, zoom: number): void {
    const last = this.level;
    // One that has hardly begun covers less than the one below it.
    if (last && this.before && last.tiles.size < 2) this.forget(last);
    else {
      this.forget(this.before);
      this.before = last;
    }
    this.level = { scale, zoom, tiles: new Map() };
  }

  private paintTile(level: Level, key: string, column: number, row: number): void {
    let tile = level.tiles.get(key);
    if (!tile) {
      const canvas = this.spare.pop() ?? document.createElement('canvas');
      if (canvas.width !== SIDE) canvas.width = canvas.height = SIDE;
      tile = { column, row, canvas, version: 0 };
      level.tiles.set(key, tile);
    }
    const side = SIDE / level.scale;
    const region = { x: column * side, y: row * side, width: side, height: side };
    this.paint(tile.canvas.getContext('2d', { alpha: false })!, region, level.scale, level.zoom);
    tile.version = this.version;
  }

  private blit(target: CanvasRenderingContext2D, level: Level, view: View, ratio: number): void {
    const stretch = (view.zoom * ratio) / level.scale;
    target.imageSmoothingEnabled = stretch !== 1;
    target.imageSmoothingQuality = 'low';
    const { width, height } = target.canvas;
    const [left, top] = [view.x * ratio, view.y * ratio];
    const side = SIDE * stretch;
    // Of what there is: from far away a level of a near zoom would have millions.
    for (const [key, tile] of [...level.tiles]) {
      const { column, row } = tile;
      if (left + (column + 1) * side < 0 || left + column * side > width) continue;
      if (top + (row + 1) * side < 0 || top + row * side > height) continue;
      // The last used are the last to go.
      level.tiles.delete(key);
      level.tiles.set(key, tile);
      const x = Math.round(left + column * side);
      const y = Math.round(top + row * side);
      if (stretch === 1) target.drawImage(tile.canvas, x, y);
      else {
        const right = Math.round(left + (column + 1) * side);
        const bottom = Math.round(top + (row + 1) * side);
        target.drawImage(tile.canvas, x, y, right - x, bottom - y);
      }
    }
  }

  /** Those that were out of sight for longest. */
  private drop(level: Level, inSight: number): void {
    const most = Math.max(MOST_TILES, 2 * inSight);
    for (const [key, { canvas }] of level.tiles) {
      if (level.tiles.size <= most) return;
      level.tiles.delete(key);
      this.keepSpare(canvas);
    }
  }

  private forget(level: Level | undefined): void {
    for (const { canvas } of level?.tiles.values() ?? []) this.keepSpare(canvas);
    level?.tiles.clear();
  }

  private keepSpare(canvas: HTMLCanvasElement): void {
    if (this.spare.length < MOST_SPARE) this.spare.push(canvas);
  }
}

/** What of a level is in sight: keys, columns and rows, the middle first. */
function sightOf(
  { scale }: Level,
  view: View,
  ratio: number,
  width: number,
  height: number,
): (readonly [key: string, column: number, row: number])[] {
  const side = (SIDE * view.zoom * ratio) / scale;
  const [left, top] = [-view.x * ratio, -view.y * ratio];
  const sight: (readonly [string, number, number])[] = [];
  for (let row = Math.floor(top / side); row * side < top + height; row++)
    for (let column = Math.floor(left / side); column * side < left + width; column++)
      sight.push([`${column} ${row}`, column, row]);
  const [x, y] = [(left + width / 2) / side - 0.5, (top + height / 2) / side - 0.5];
  return sight.sort((a, b) => Math.hypot(a[1] - x, a[2] - y) - Math.hypot(b[1] - x, b[2] - y));
}

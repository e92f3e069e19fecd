/** Where the pictures of a grid stand, and which are in sight. Pure: sizes in pixels of the screen. */

export const TITLE_HEIGHT = 15;
const GAP = 8;
const SIDES = [24, 32, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512];

interface Shown {
  readonly width: number;
  readonly height: number;
}

export interface GridLayout {
  /** Of a picture on the screen. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** Of all rows together. */
  readonly contentHeight: number;
}

/** `side`: the longer side of a picture on the screen. */
export function gridLayout(view: Shown, picture: Shown, total: number, side: number): GridLayout {
  const longest = Math.max(1, picture.width, picture.height);
  const width = Math.max(1, Math.round((picture.width / longest) * side));
  const height = Math.max(1, Math.round((picture.height / longest) * side));
  // A narrow picture still needs the width of its title.
  const columns = Math.max(1, Math.floor((view.width - GAP) / (Math.max(width, 34) + GAP)));
  const rows = Math.ceil(total / columns);
  return { width, height, columns, rows, contentHeight: GAP + rows * (height + TITLE_HEIGHT + GAP) };
}

/** The largest pictures that are all in sight at once; where even small ones are not, such as can be told apart. */
export function fittingSide(view: Shown, picture: Shown, total: number): number {
  const longest = Math.max(1, picture.width, picture.height);
  const smallest = longest < 12 ? 44 : 64;
  const largest = Math.max(96, Math.min(longest * 4, Math.round(view.height / (total > 1 ? 2 : 1))));
  for (let columns = 1; columns <= total; columns++) {
    const side = Math.min(largest, sideFilling(view, picture, columns));
    if (side < smallest) break;
    if (gridLayout(view, picture, total, side).contentHeight <= view.height) return side;
  }
  const columns = Math.max(1, Math.floor((view.width - GAP) / (smallest + GAP)));
  return Math.max(smallest, Math.min(largest, sideFilling(view, picture, columns)));
}

/** Of pictures that take all of the width. */
function sideFilling(view: Shown, picture: Shown, columns: number): number {
  const width = Math.floor((view.width - GAP) / columns) - GAP;
  return Math.floor((width * Math.max(picture.width, picture.height)) / Math.max(1, picture.width));
}

/** The next larger (`by` 1) or smaller (−1) of the sizes. */
export function nextSide(side: number, by: 1 | -1): number {
  const next = by > 0 ? SIDES.find((one) => one > side) : SIDES.findLast((one) => one < side);
  return next ?? side;
}

/** Left upper corner of a picture, below the top of the content. */
export function placeOf(index: number, layout: GridLayout): { readonly x: number; readonly y: number } {
  const { width, height, columns } = layout;
  return {
    x: GAP + (index % columns) * (Math.max(width, 34) + GAP),
    y: GAP + Math.floor(index / columns) * (height + TITLE_HEIGHT + GAP),
  };
}

/** From the first to before the last picture that any of is in sight. */
export function inSight(layout: GridLayout, top: number, viewHeight: number, total: number): readonly [number, number] {
  const row = layout.height + TITLE_HEIGHT + GAP;
  const first = Math.max(0, Math.floor((top - GAP) / row)) * layout.columns;
  const last = Math.ceil((top + viewHeight) / row) * layout.columns;
  return [Math.min(first, total), Math.min(last, total)];
}

/** The picture at a point of the content, and where in it the point is, as shares of its sides. */
export function pictureAt(
  x: number,
  y: number,
  layout: GridLayout,
  total: number,
): { readonly picture: number; readonly x: number; readonly y: number } | undefined {
  const column = Math.floor((x - GAP) / (Math.max(layout.width, 34) + GAP));
  const row = Math.floor((y - GAP) / (layout.height + TITLE_HEIGHT + GAP));
  if (column < 0 || column >= layout.columns || row < 0) return undefined;
  const picture = row * layout.columns + column;
  if (picture >= total) return undefined;
  const corner = placeOf(picture, layout);
  const [within, below] = [(x - corner.x) / layout.width, (y - corner.y) / layout.height];
  return within >= 0 && within < 1 && below >= 0 && below < 1 ? { picture, x: within, y: below } : undefined;
}

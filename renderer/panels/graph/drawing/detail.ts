/** How much is drawn at a zoom: what could not be read is left out. And when what is in sight stands in the page itself. Pure. */

export interface Detail {
  /** Pixels of the page for one of the graph. */
  readonly zoom: number;
  /** Names in the items and on the heads of groups. */
  readonly text: boolean;
  /** Shapes on the wires, never smaller than they can be read. */
  readonly labels: boolean;
  /** Signs of the debugger, rounded corners. */
  readonly signs: boolean;
  /** Bends, else straight from point to point. */
  readonly curves: boolean;
  /** Wires that are shorter than this on the screen are left out, in pixels. */
  readonly shortestWire: number;
  /** How strongly wires are drawn. */
  readonly wireStrength: number;
  /** Names of groups over what they hold, as large as on a map. */
  readonly names: boolean;
}

/** Text of 12 pixels is 6 high at this zoom: smaller cannot be read. */
const READABLE = 0.5;

export function detailAt(zoom: number): Detail {
  return {
    zoom,
    text: zoom >= READABLE,
    labels: zoom >= 0.3,
    signs: zoom >= 0.25,
    curves: zoom >= 0.2,
    shortestWire: zoom >= 0.2 ? 0 : zoom >= 0.08 ? 2.5 : 4,
    wireStrength: Math.min(1, Math.max(0.35, 0.35 + zoom)),
    names: zoom < READABLE,
  };
}

/** More than this, and the page is slower than the canvas. */
const MOST_IN_PAGE = 150;

/**
 * Whether what is in sight stands in the page itself, where it can be tabbed to, read out and tested. What does so
 * now may stay with a few more, so that a pan along the limit does not flicker.
 */
export function standsInPage(zoom: number, inSight: number, isSoNow: boolean): boolean {
  return zoom >= 0.45 && inSight <= MOST_IN_PAGE + (isSoNow ? 20 : 0);
}

/**
 * Scrolling through more than a browser can scroll: elements end at some 16 million pixels, tables do not.
 * The element is at most `LONGEST` long; small movements of its scroll bar move the content by as many pixels,
 * leaps move it to the same share of its length. One instance an axis. Pure arithmetic.
 */

const LONGEST = 4_000_000;

export interface Track {
  /** Pixels of the whole content. */
  readonly content: number;
  /** Pixels in sight. */
  readonly view: number;
}

/** How long the element is to be made. */
export function elementLength({ content }: Track): number {
  return Math.min(content, LONGEST);
}

export interface Scrolled {
  /** Where the content is, in its own pixels. */
  readonly offset: number;
  /** Where the element is. */
  readonly top: number;
}

/** The element was scrolled to `top`. */
export function scrolledTo(top: number, before: Scrolled, track: Track): Scrolled {
  const [most, highest] = limits(track);
  if (most === highest) return { top, offset: clamp(top, most) };
  if (top <= 0) return { top, offset: 0 };
  if (top >= highest - 1) return { top, offset: most };
  const moved = top - before.top;
  const isLeap = Math.abs(moved) > track.view * 2;
  return { top, offset: clamp(isLeap ? (top / highest) * most : before.offset + moved, most) };
}

/** Where the element has to be for the content to be at `offset`. */
export function scrolledFor(offset: number, track: Track): Scrolled {
  const [most, highest] = limits(track);
  const to = clamp(offset, most);
  return { offset: to, top: most === 0 ? 0 : most === highest ? to : (to / most) * highest };
}

/** The offset that brings a stretch of the content into sight, moving no more than is needed. */
export function offsetShowing(from: number, length: number, offset: number, { view }: Track): number {
  if (from < offset) return from;
  return from + length > offset + view ? from + length - view : offset;
}

function limits(track: Track): readonly [content: number, element: number] {
  return [Math.max(0, track.content - track.view), Math.max(0, elementLength(track) - track.view)];
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

/**
 * What is dear to make, made one a frame: while a person scrolls, a row of charts that comes up takes a few frames rather than
 * one long one; and what is dearest waits while all flies by. Knows nothing of charts.
 */
import { useEffect, useState, type ReactNode } from 'react';

/** With whether it waits for the flight to end. */
const waiting = new Map<() => void, boolean>();
let frame = 0;

/** So many frames at most: who scrolls fast sees several at once. */
const MOST_FRAMES = 4;
/** Pixels from one frame to the next: faster, and nothing is in sight for as long as it takes to be read. */
const FLIGHT = 24;
/** From its last moment on. */
const FLIGHT_ENDS_MS = 160;

let lastTop = 0;
let flownAt = -Infinity;

/** To be told with each event of scrolling, of which a frame has one. */
export function scrolledTo(top: number): void {
  if (Math.abs(top - lastTop) > FLIGHT) flownAt = performance.now();
  lastTop = top;
}

function turn(): void {
  frame = 0;
  const flies = performance.now() - flownAt < FLIGHT_ENDS_MS;
  const ready = [...waiting].filter(([, rests]) => !(rests && flies));
  for (const [begin] of ready.slice(0, Math.ceil(ready.length / MOST_FRAMES))) {
    waiting.delete(begin);
    begin();
  }
  if (waiting.size > 0) frame = requestAnimationFrame(turn);
}

function ask(begin: () => void, rests: boolean): () => void {
  waiting.set(begin, rests);
  if (frame === 0) frame = requestAnimationFrame(turn);
  return () => waiting.delete(begin);
}

/**
 * Whether the turn of what is shown now has come: the first one's has, any other's comes in one of the next frames.
 * @param rests whether it waits until it does not fly by
 */
export function useTurn(id: string, rests: boolean): boolean {
  const [there, setThere] = useState(id);
  useEffect(() => {
    if (there === id) return undefined;
    const forget = ask(() => setThere(id), rests);
    return () => void forget();
  }, [there, id, rests]);
  return there === id;
}

/** @param waits whether `children` come in their turn; until then `before` is there. Decided when it is made. */
export function InTurn(props: { readonly waits: boolean; readonly before: ReactNode; readonly children: ReactNode }) {
  const [there, setThere] = useState(!props.waits);
  useEffect(() => {
    if (there) return undefined;
    const forget = ask(() => setThere(true), false);
    return () => void forget();
  }, [there]);
  return there ? props.children : props.before;
}

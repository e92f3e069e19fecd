/** What is dear to make, made one a frame: while a person scrolls, a row of charts that comes up takes a few frames rather than one long one. Knows nothing of charts. */
import { useEffect, useState, type ReactNode } from 'react';

const waiting = new Set<() => void>();
let frame = 0;

/** So many frames at most: who scrolls fast sees several at once. */
const MOST_FRAMES = 4;

function turn(): void {
  frame = 0;
  const now = [...waiting].slice(0, Math.ceil(waiting.size / MOST_FRAMES));
  for (const begin of now) {
    waiting.delete(begin);
    begin();
  }
  if (waiting.size > 0) frame = requestAnimationFrame(turn);
}

function ask(begin: () => void): () => void {
  waiting.add(begin);
  if (frame === 0) frame = requestAnimationFrame(turn);
  return () => waiting.delete(begin);
}

/** Whether the turn of what is shown now has come: the first one's has, any other's comes in one of the next frames. */
export function useTurn(id: string): boolean {
  const [there, setThere] = useState(id);
  useEffect(() => {
    if (there === id) return undefined;
    const forget = ask(() => setThere(id));
    return () => void forget();
  }, [there, id]);
  return there === id;
}

/** @param waits whether `children` come in their turn; until then `before` is there. Decided when it is made. */
export function InTurn(props: { readonly waits: boolean; readonly before: ReactNode; readonly children: ReactNode }) {
  const [there, setThere] = useState(!props.waits);
  useEffect(() => {
    if (there) return undefined;
    const forget = ask(() => setThere(true));
    return () => void forget();
  }, [there]);
  return there ? props.children : props.before;
}

/** "Go to this place in the editor": asked by anybody, done by the pane that shows the file once it is there. */

export interface Place {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** Whether the editor takes the keyboard too. */
  readonly focus: boolean;
}

/** @returns whether it was this pane's to do */
type Taker = (place: Place) => boolean;

let pending: Place | undefined;
const takers = new Set<Taker>();

export function reveal(place: Place): void {
  pending = [...takers].some((take) => take(place)) ? undefined : place;
}

/** A pane's own: takes what was asked before it was there. */
export function onReveal(take: Taker): () => void {
  takers.add(take);
  if (pending && take(pending)) pending = undefined;
  return () => takers.delete(take);
}

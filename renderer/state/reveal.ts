/** "Go to this place in the editor": asked by anybody, done by the editor once it is there. */

export interface Place {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** Whether the editor takes the keyboard too. */
  readonly focus: boolean;
}

let pending: Place | undefined;
let listener: ((place: Place) => void) | undefined;

export function reveal(place: Place): void {
  if (listener) listener(place);
  else pending = place;
}

/** The editor's own: takes what was asked before it was there. */
export function onReveal(take: (place: Place) => void): () => void {
  listener = take;
  if (pending) take(pending);
  pending = undefined;
  return () => {
    if (listener === take) listener = undefined;
  };
}

/** Which comparison the keys for the next difference walk along: the drawn one. */

type Walk = (by: 1 | -1) => void;

let walk: Walk | undefined;

/** The returned function takes it away. */
export function setDifferenceWalk(to: Walk): () => void {
  walk = to;
  return () => {
    if (walk === to) walk = undefined;
  };
}

export function differenceWalk(): Walk | undefined {
  return walk;
}

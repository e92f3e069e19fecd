/** The drawn comparison, for commands: keys walk along its differences, a link says what restores it. */
import type { LinkParts } from '../take-away/graph-link.js';

interface ShownComparison {
  walk(by: 1 | -1): void;
  /** `undefined` where a side of it cannot be had again. */
  linkParts(): LinkParts | undefined;
}

let shown: ShownComparison | undefined;

/** The returned function takes it away. */
export function setShownComparison(to: ShownComparison): () => void {
  shown = to;
  return () => {
    if (shown === to) shown = undefined;
  };
}

export function shownComparison(): ShownComparison | undefined {
  return shown;
}

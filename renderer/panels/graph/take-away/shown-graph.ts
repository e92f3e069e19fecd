/** The graph that is seen now, for whoever takes it away or names it: commands and menus ask, the drawn graph answers. */
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import type { TreeLayout, Wire } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { Colours } from '../colours/graph-colours.js';

export interface ShownGraph {
  readonly graph: OpGraph;
  readonly layout: TreeLayout;
  readonly colours: Colours;
  /** For a person: "experiment.ts". */
  readonly title: string;
  edgeText?(wire: Wire): string | undefined;
  /** What restores the view, by name: the parts of a link. */
  linkParts(): readonly (readonly [name: string, value: string | undefined])[];
}

type Shown = () => ShownGraph | undefined;

let shown: Shown | undefined;

/** The returned function takes it away. */
export function setShownGraph(of: Shown): () => void {
  shown = of;
  return () => {
    if (shown === of) shown = undefined;
  };
}

/** `undefined` while no graph is drawn. */
export function shownGraph(): ShownGraph | undefined {
  return shown?.();
}

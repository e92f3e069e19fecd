/**
 * The graph and the debugger speak of the same ops: which place of a breakpoint a node is, which node
 * training stands at, and what of the step has run before it. Pure.
 */
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import type { GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import type { PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';
import {
  stepPhases,
  type BreakpointPlace,
  type StepPhase,
  type StopPoint,
  type TrainingBreakpoint,
} from '../../../../src/shared/protocol/training.js';

export type OpPlace = Extract<BreakpointPlace, { kind: 'op' }>;

/** By the node's id; what is no op, and ops of the metrics, cannot be stopped at. */
export function opPlaces(graph: OpGraph): ReadonlyMap<string, OpPlace> {
  const counts = new Map<string, number>();
  const places = new Map<string, OpPlace>();
  for (const node of graph.nodes) {
    const { id, op, layer, phase } = node;
    if (!canStopAt(node) || !isStepPhase(phase)) continue;
    const key = `${phase}\n${layer ?? ''}\n${op}`;
    const occurrence = (counts.get(key) ?? 0) + 1;
    counts.set(key, occurrence);
    places.set(id, { kind: 'op', op, phase, ...(layer === undefined ? {} : { layer }), occurrence });
  }
  return places;
}

function canStopAt({ kind, phase }: OpNode): boolean {
  return kind === 'op' && isStepPhase(phase);
}

function isStepPhase(phase: string): phase is StepPhase {
  return (stepPhases as readonly string[]).includes(phase);
}

/** Whether the breakpoint stops at the op of this place. */
export function stopsAt({ at }: TrainingBreakpoint, place: OpPlace): boolean {
  if (at.kind !== 'op') return false;
  return (
    at.op === place.op &&
    (at.layer === undefined || at.layer === place.layer) &&
    (at.phase === undefined || at.phase === place.phase) &&
    (at.occurrence === undefined || at.occurrence === place.occurrence)
  );
}

/** What an item's dot sets: an op of its own, the layer for a cell that stands for many. */
export function placeOfItem(
  { id, group, cell, ops }: PlacedItem,
  places: ReadonlyMap<string, OpPlace>,
): BreakpointPlace | undefined {
  if (id === ops[0]?.id) return places.get(id);
  const layer = layerOfGroup(group.id);
  if (cell === 'update') return { kind: 'phase', phase: 'optimizer' };
  if (layer !== undefined)
    return { kind: 'layer', layer, when: 'before', pass: cell === 'gradient' ? 'gradient' : 'forward' };
  return group.id === 'loss' ? { kind: 'phase', phase: cell === 'gradient' ? 'gradient' : 'loss' } : undefined;
}

const noPlaces: ReadonlyMap<string, OpPlace> = new Map();

/** Whether `placeOfItem` has a place for it; asks for no places of the graph's ops, which take long to tell. */
export function canBreakAt(item: PlacedItem): boolean {
  const [first] = item.ops;
  return item.id === first?.id ? canStopAt(first) : placeOfItem(item, noPlaces) !== undefined;
}

export function layerOfGroup(group: string): string | undefined {
  return /^layer:(.+)$/.exec(group)?.[1];
}

/** What the window's cursor is at, in the graph. */
interface Lit {
  /** Comes into sight: a layer made on the cursor's line, else the group of the first op that comes from it. */
  readonly first: string | undefined;
  /** Ids of layers' groups and of ops. */
  readonly ids: ReadonlySet<string>;
}

/** The layers and ops of a line of the person's. A layer is meant by its line, or by its name where several stand on one. */
export function litAt(
  tree: GroupTree,
  { file, line, layer }: { readonly file?: string; readonly line?: number; readonly layer?: string },
): Lit {
  const isThere = (made: { readonly file?: string; readonly line?: number }): boolean =>
    made.line === line && made.file === file && line !== undefined && file !== undefined;
  const groups: string[] = [];
  for (const group of tree.groups.values()) if (group.kind === 'layer' && isThere(group)) groups.push(group.id);
  const ops = tree.graph.nodes.filter(isThere).map(({ id }) => id);
  const named = `layer:${layer}`;
  const isNamed = layer !== undefined && tree.groups.get(named)?.line === line;
  const first = isNamed ? named : (groups[0] ?? (ops[0] === undefined ? undefined : tree.groupOf.get(ops[0])?.id));
  return { first: first === '' ? undefined : first, ids: new Set([...groups, ...ops, ...(isNamed ? [named] : [])]) };
}

/** Where training stands in the graph. */
export interface Standing {
  /** The op that it is before or after; at a whole layer, the layer's first or last. */
  readonly node: string;
  /** Whether it stands at that op, rather than at its layer. */
  readonly isOp: boolean;
  /** Ids of the nodes that have run in this step. */
  readonly done: ReadonlySet<string>;
}

/** `undefined` where training stands at nothing that the graph has. */
export function standingIn(
  graph: OpGraph,
  places: ReadonlyMap<string, OpPlace>,
  stop: StopPoint | undefined,
): Standing | undefined {
  const place = stop?.place;
  if (!stop?.stands || !place) return undefined;
  const inPlace = ({ id, layer, phase }: OpNode) =>
    phase === place.phase && (place.layer === undefined || layer === place.layer) && places.has(id);
  const candidates = graph.nodes.filter(inPlace);
  const isAfter = stop.when === 'after';
  if (stop.stands === 'op' && place.op !== undefined) {
    const same = candidates.filter(({ op }) => op === place.op);
    const node =
      same.find(({ id }) => places.get(id)?.occurrence === place.occurrence) ??
      // The recorded step can have fewer of them: another backend, a first step that makes what it needs.
      (place.layer === undefined ? undefined : same.at(-1));
    if (node) return { node: node.id, isOp: true, done: ranBefore(graph, node, isAfter) };
  }
  const edge = isAfter ? candidates.at(-1) : candidates[0];
  return edge && { node: edge.id, isOp: false, done: ranBefore(graph, edge, isAfter) };
}

function ranBefore({ nodes }: OpGraph, at: OpNode, included: boolean): ReadonlySet<string> {
  const end = nodes.indexOf(at) + (included ? 1 : 0);
  return new Set(nodes.slice(0, end).flatMap(({ id, kind }) => (kind === 'op' || kind === 'assign' ? [id] : [])));
}

/** How far the step under way is with an item. */
export type Progress = 'done' | 'here' | 'partly';

export function progressOf({ id, ops }: PlacedItem, standing: Standing | undefined): Progress | undefined {
  if (!standing) return undefined;
  const runs = ops.filter(({ kind }) => kind === 'op' || kind === 'assign');
  const isCell = id !== ops[0]?.id;
  if (isCell ? ops.some((op) => op.id === standing.node) : standing.isOp && id === standing.node) return 'here';
  const done = runs.filter((op) => standing.done.has(op.id)).length;
  if (done === 0) return undefined;
  return done === runs.length ? 'done' : 'partly';
}

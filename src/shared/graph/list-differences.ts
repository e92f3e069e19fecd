/**
 * What differs between two graphs as a person goes through it: a layer at a time, what became of it in words,
 * and the ops in it that differ. Pure.
 */
import type { LayerInfo } from '../protocol/training.js';
import type { GraphComparison, NodeChange } from './compare-graphs.js';
import { layerChanges } from './layer-changes.js';
import type { OpNode } from './op-graph.js';
import { groupsAround, type Group, type GroupTree } from './tree/group-tree.js';

export type ChangeKind = NodeChange['kind'];

export interface Difference {
  /** Of the group in the union's tree, or of an op that is in none. */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly title: string;
  /** Class of the layer, kernel of the op. */
  readonly type?: string;
  /** What it was called before, where that is something else. */
  readonly was?: string;
  /** In words, what counts most first: "output 148×148×64 → 146×146×64". */
  readonly what: readonly string[];
  /** The ops that differ, by their names in the union, in its order; none where the layer alone does. */
  readonly ops: readonly string[];
  /** An op of it, by its name in the union: where to look. */
  readonly at: string;
}

export interface DifferenceCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly same: number;
}

/** Of ops. */
export function countDifferences({ union, changes }: GraphComparison): DifferenceCounts {
  const counts = { added: 0, removed: 0, changed: 0, same: union.nodes.length - changes.size };
  for (const { kind } of changes.values()) counts[kind]++;
  return counts;
}

/** In the order in which the graph runs. `tree`: the union's. */
export function listDifferences(comparison: GraphComparison, tree: GroupTree): Difference[] {
  const { union, changes, labelsBefore, sides } = comparison;
  const layers = {
    before: new Map(sides.before.layers.map((layer) => [layer.layer, layer])),
    after: new Map(sides.after.layers.map((layer) => [layer.layer, layer])),
  };
  const nodes = new Map(union.nodes.map((node) => [node.id, node]));
  const ofLayers = layerChanges(comparison);
  const groups = new Map<Group, { readonly ops: string[]; readonly at: string }>();
  const found: (Difference | Group)[] = [];
  for (const { id, op, layer } of union.nodes) {
    const change = changes.get(id);
    const ofLayer = layer === undefined ? undefined : ofLayers.get(layer);
    if (!change && !ofLayer) continue;
    const group = layer === id ? undefined : groupsAround(tree, id).find(({ kind }) => kind !== 'repeat');
    if (group) {
      let known = groups.get(group);
      if (!known) {
        groups.set(group, (known = { ops: [], at: id }));
        found.push(group);
      }
      if (change) known.ops.push(id);
      continue;
    }
    const kind = change?.kind ?? 'changed';
    const before = comparison.before.get(id)?.id;
    const was = before === undefined || before === id || kind !== 'changed' ? undefined : before;
    const what = [...(ofLayer ?? []), ...(change?.kind === 'changed' ? change.what : [])];
    found.push({ id, kind, title: id, type: op, was, what, ops: change ? [id] : [], at: id });
  }
  return found.map((one) => {
    if (!('children' in one)) return one;
    const { ops, at } = groups.get(one)!;
    const label = layerOfGroup(one);
    const was = label === undefined ? undefined : labelsBefore.get(label);
    const kind = kindOf(one, ops, changes);
    return {
      id: one.id,
      kind,
      title: label ?? one.label,
      type: one.type,
      was: was === label || kind !== 'changed' ? undefined : was,
      what:
        kind === 'changed'
          ? [
              ...(ofLayers.get(label ?? '') ?? []),
              ...wordsOf(ops, nodes, changes, layers.before.get(label ?? ''), layers.after.get(label ?? '')),
            ]
          : [],
      ops,
      at,
    };
  });
}

function layerOfGroup({ id }: Group): string | undefined {
  return id.startsWith('layer:') ? id.slice('layer:'.length) : undefined;
}

function kindOf(group: Group, ops: readonly string[], changes: GraphComparison['changes']): ChangeKind {
  const [first] = ops;
  if (ops.length < group.size || first === undefined) return 'changed';
  const kind = changes.get(first)!.kind;
  return ops.every((id) => changes.get(id)!.kind === kind) ? kind : 'changed';
}

const MOST_WORDS = 6;

/** The layer itself, then its settings, then how many ops. */
function wordsOf(
  ops: readonly string[],
  nodes: ReadonlyMap<string, OpNode>,
  changes: GraphComparison['changes'],
  before: LayerInfo | undefined,
  after: LayerInfo | undefined,
): string[] {
  const words: string[] = [];
  if (before && after) {
    const [a, b] = [before.outputShape.map(sizeText).join('×'), after.outputShape.map(sizeText).join('×')];
    if (a !== b) words.push(`output ${a || 'number'} → ${b || 'number'}`);
    if (before.params !== after.params)
      words.push(`parameters ${before.params.toLocaleString('en-US')} → ${after.params.toLocaleString('en-US')}`);
  }
  const counts = { added: 0, removed: 0, changed: 0 };
  const kinds = { added: new Set<string>(), removed: new Set<string>() };
  const weights: string[] = [];
  const settings = new Set<string>();
  const outputs = new Set<string>();
  for (const id of ops) {
    const change = changes.get(id)!;
    counts[change.kind]++;
    const { op, kind, phase, outputs: own } = nodes.get(id)!;
    if (change.kind !== 'changed') {
      // What only hands values through says nothing of what is computed.
      if (kind === 'op' && phase === 'forward' && !own.every(({ alias }) => alias)) kinds[change.kind].add(op);
      continue;
    }
    for (const one of change.what) {
      const isOutput = one.startsWith('output');
      if (isOutput && kind === 'variable' && phase === 'forward')
        weights.push(one.replace('output', id.split('/').at(-1)!).replaceAll(' float32', ''));
      else if (isOutput) outputs.add(one);
      // What the gradient ops are told of shapes follows from the layer's own.
      else if (!/^\w*shape /i.test(one)) settings.add(one);
    }
  }
  for (const kind of ['removed', 'added'] as const) {
    const names = [...kinds[kind]].filter((name) => !kinds[kind === 'added' ? 'removed' : 'added'].has(name));
    if (names.length > 0)
      words.push(`${kind === 'added' ? 'with' : 'without'} ${names.slice(0, MOST_WORDS).join(', ')}`);
  }
  words.push(...weights.slice(0, MOST_WORDS), ...[...settings].slice(0, MOST_WORDS));
  // Of what is no layer the shapes of its ops say most.
  if (words.length === 0) words.push(...[...outputs].slice(0, 2));
  const parts = (['added', 'removed', 'changed'] as const).flatMap((kind) =>
    counts[kind] > 0 ? [`${counts[kind].toLocaleString('en-US')} ${kind}`] : [],
  );
  return parts.length > 0 ? [...words, `ops: ${parts.join(', ')}`] : words;
}

function sizeText(size: number | null): string {
  return size === null || size < 0 ? '?' : String(size);
}

/**
 * A recorded graph sorted into blocks: one for each layer, and one each for what goes in, the loss, the
 * metrics and the rest of the optimizer. A block has cells: its forward ops, their gradients, the
 * updates of its weights. Pure; knows no positions.
 */
import type { GraphPhase, OpGraph, OpNode } from './op-graph.js';

/** Columns of a block. Loss and metrics are forward too. */
export const cellKinds = ['forward', 'gradient', 'update'] as const;
export type CellKind = (typeof cellKinds)[number];

export type BlockKind = 'input' | 'layer' | 'loss' | 'metrics' | 'optimizer' | 'other';

export interface GraphBlock {
  /** `layer:conv2d_1`, `input`, `loss`, … */
  readonly id: string;
  readonly kind: BlockKind;
  /** For a person: the layer's label. */
  readonly label: string;
  /** Class of the layer. */
  readonly type?: string;
  /** `4 × 4 × 16`-like shape of what it gives, batch left out. */
  readonly shape?: readonly (number | null)[];
  readonly cells: Readonly<Record<CellKind, readonly OpNode[]>>;
  readonly file?: string;
  readonly line?: number;
}

/** Blocks in the order in which they first run. */
export function blocksOf(graph: OpGraph): GraphBlock[] {
  const layers = new Map(graph.layers.map((layer) => [layer.layer, layer]));
  const blocks = new Map<string, { readonly block: GraphBlock; readonly cells: Record<CellKind, OpNode[]> }>();
  for (const node of graph.nodes) {
    const { id, kind, label } = blockOf(node);
    let entry = blocks.get(id);
    if (!entry) {
      const cells = { forward: [], gradient: [], update: [] };
      const layer = kind === 'layer' ? layers.get(label) : undefined;
      const block: GraphBlock = {
        id,
        kind,
        label,
        cells,
        ...(layer ? { type: layer.type, shape: layer.outputShape, file: layer.file, line: layer.line } : {}),
      };
      entry = { block, cells };
      blocks.set(id, entry);
    }
    entry.cells[cellOf(node.phase)].push(node);
  }
  const places = new Map(graph.nodes.map((node, index) => [node, index]));
  // A variable or a target is known before the ops of its block run.
  const begins = ({ kind, cells }: GraphBlock): number => {
    const nodes = cellKinds.flatMap((cell) => cells[cell]);
    const ops = kind === 'input' ? nodes : nodes.filter((node) => node.kind === 'op' || node.kind === 'assign');
    return Math.min(...(ops.length > 0 ? ops : nodes).map((node) => places.get(node)!));
  };
  return [...blocks.values()].map(({ block }) => block).sort((a, b) => begins(a) - begins(b));
}

export function cellOf(phase: GraphPhase): CellKind {
  return phase === 'gradient' ? 'gradient' : phase === 'optimizer' ? 'update' : 'forward';
}

/** Which block an op of a recorded step belongs to. */
export function blockOf({ kind, layer, phase }: OpNode): Pick<GraphBlock, 'id' | 'kind' | 'label'> {
  // Targets stand where they are compared.
  if (kind === 'input' && phase === 'forward') return { id: 'input', kind: 'input', label: 'batch' };
  if (layer !== undefined) return { id: `layer:${layer}`, kind: 'layer', label: layer };
  switch (phase) {
    case 'metrics':
      return { id: 'metrics', kind: 'metrics', label: 'metrics' };
    case 'optimizer':
      return { id: 'optimizer', kind: 'optimizer', label: 'optimizer' };
    case 'loss':
    case 'gradient':
      return { id: 'loss', kind: 'loss', label: 'loss' };
    case 'forward':
      return { id: 'other', kind: 'other', label: 'between layers' };
  }
}

/** `150×150×3`; the batch dimension left out, empty for a single number. */
export function shapeLabel(shape: readonly number[], batchSize: number): string {
  const own = shape.length > 1 && shape[0] === batchSize ? shape.slice(1) : shape;
  return own.map((size) => (size < 0 ? '?' : size)).join('×');
}

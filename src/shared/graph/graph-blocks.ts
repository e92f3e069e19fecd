/**
 * What an op of a recorded step belongs to: a layer, what goes in, the loss, the metrics, the optimizer;
 * and in which column it stands there: forward ops, their gradients, the updates of weights. Pure.
 */
import type { GraphPhase, OpNode } from './op-graph.js';

/** Columns of a block. Loss and metrics are forward too. */
export const cellKinds = ['forward', 'gradient', 'update'] as const;
export type CellKind = (typeof cellKinds)[number];

export type BlockKind = 'input' | 'layer' | 'loss' | 'metrics' | 'optimizer' | 'other';

export function cellOf(phase: GraphPhase): CellKind {
  return phase === 'gradient' ? 'gradient' : phase === 'optimizer' ? 'update' : 'forward';
}

/** Which block an op of a recorded step belongs to. */
export function blockOf({ kind, layer, phase }: OpNode): {
  readonly id: string;
  readonly kind: BlockKind;
  readonly label: string;
} {
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

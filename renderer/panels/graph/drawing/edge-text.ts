/** What is said at a wire at a stop: what the values that go along it are like. Pure. */
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import type { ValueNumbers } from '../../../../src/shared/graph/op-statistics.js';
import type { TreeLayout, Wire } from '../../../../src/shared/graph/tree/tree-layout.js';
import { formatShare, formatValue } from '../../../charts/format.js';

/** `−0.42…1.3 · 31 % zeros`; of one number, that number. */
export function rangeText({ min, max, zeros, notFinite }: ValueNumbers): string {
  if (notFinite === 1) return 'not finite';
  const range = min === max ? formatValue(min, 3) : `${formatValue(min, 3)}…${formatValue(max, 3)}`;
  if (notFinite > 0) return `${range} · ${formatShare(notFinite)} not finite`;
  return zeros >= 0.1 && min !== max ? `${range} · ${formatShare(zeros)} zeros` : range;
}

/**
 * Of a wire between items: the text, where all that goes along it is one tensor; with its shape before it, as
 * without values. A tensor that goes several ways is told of on one of them, rather not on that of a mere copy:
 * the others have the empty text.
 */
export function edgeTexts(
  { nodes, edges }: OpGraph,
  layout: Pick<TreeLayout, 'items'>,
  values: GraphValues,
): (wire: Wire) => string | undefined {
  const itemOf = new Map<string, string>();
  for (const { id, ops } of layout.items) for (const op of ops) itemOf.set(op.id, id);
  const byWire = new Map<string, { readonly from: string; readonly slot: number } | undefined>();
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  /** The wire that tells of a tensor. */
  const telling = new Map<string, { readonly wire: string; readonly isCopy: boolean }>();
  for (const { from, to, slot } of edges) {
    const [a, b] = [itemOf.get(from), itemOf.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    const key = `${a}\n${b}`;
    const known = byWire.get(key);
    if (!byWire.has(key)) byWire.set(key, { from, slot });
    else if (known && (known.from !== from || known.slot !== slot)) byWire.set(key, undefined);
  }
  for (const { from, to, slot } of edges) {
    const wire = `${itemOf.get(from)}\n${itemOf.get(to)}`;
    if (byWire.get(wire) === undefined) continue;
    const isCopy = nodeOf.get(to)!.outputs.every(({ alias }) => alias);
    const told = telling.get(`${slot} ${from}`);
    if (!told || (told.isCopy && !isCopy)) telling.set(`${slot} ${from}`, { wire, isCopy });
  }
  return ({ from, to, label }) => {
    const wire = `${from}\n${to}`;
    const tensor = byWire.get(wire);
    const numbers = tensor && values.of(tensor.from)?.[tensor.slot];
    if (!tensor || !numbers) return undefined;
    if (telling.get(`${tensor.slot} ${tensor.from}`)?.wire !== wire) return '';
    const isNumber = nodeOf.get(tensor.from)?.outputs[tensor.slot]?.shape.length === 0;
    return isNumber || label === '' ? rangeText(numbers) : `${label}  ${rangeText(numbers)}`;
  };
}

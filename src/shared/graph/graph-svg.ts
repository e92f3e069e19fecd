/** A picture of a graph: layers from top to bottom with the shapes between them, gradients and updates beside. */
import { curveThrough } from './graph-curve.js';
import type { OpGraph } from './op-graph.js';
import { groupTree, isGroup, type Group } from './tree/group-tree.js';
import { layOutTree, shortened, type PlacedItem, type TreeLayout } from './tree/tree-layout.js';

const margin = 28;
const titleHeight = 44;
const colours = {
  forward: { line: '#1f6fb2', fill: '#e8f2fb' },
  gradient: { line: '#8250b5', fill: '#f3ecfa' },
  update: { line: '#3a7d44', fill: '#eaf5ec' },
} as const;

/** Of all layers closed; `open` names groups that show what is in them. */
export function graphSvg(graph: OpGraph, title: string, open: ReadonlySet<string> = new Set()): string {
  const tree = groupTree(graph);
  const layout = layOutTree(tree, open.size > 0 ? open : opened(tree.root));
  const width = Math.ceil(layout.width + 2 * margin);
  const height = Math.ceil(layout.height + 2 * margin + titleHeight);
  const ops = graph.nodes.length.toLocaleString('en-US');
  const edges = graph.edges.length.toLocaleString('en-US');
  const origin = graph.batch === 'none' ? '' : ` of one training step on ${graph.backend}, batch of ${graph.batchSize}`;
  const subtitle = `${ops} ops and ${edges} edges${origin}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    '<defs>',
    ...Object.entries(colours).map(
      ([cell, { line }]) =>
        `<marker id="arrow-${cell}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="${line}"/></marker>`,
    ),
    '</defs>',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="${margin}" y="${margin}" font-size="16" font-weight="600" fill="#1f2328">${escaped(title)}</text>`,
    `<text x="${margin}" y="${margin + 18}" fill="#59636e">${escaped(subtitle)}</text>`,
    `<g transform="translate(${margin} ${margin + titleHeight})">`,
    ...layout.groups.map(({ group, x, y, width: w, height: h }) => {
      const type = group.type ?? (group.times ? `×${group.times}` : '');
      const beside = type ? `<tspan fill="#59636e" font-weight="400">  ${escaped(type)}</tspan>` : '';
      return `<rect x="${at(x)}" y="${at(y)}" width="${at(w)}" height="${at(h)}" rx="6" fill="#f6f8fa" stroke="#d1d9e0"/><text x="${at(x + 10)}" y="${at(y + 17)}" font-weight="600" fill="#1f2328">${escaped(shortened(group.label, 20))}${beside}</text>`;
    }),
    ...wires(layout),
    ...layout.items.map(itemSvg),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** A group that is all there is says nothing while it is closed. */
function opened(root: Group): ReadonlySet<string> {
  const open = new Set<string>();
  for (let group = root; ;) {
    const groups = group.children.filter(isGroup);
    if (groups.length !== 1 || groups[0]!.kind !== 'group' || groups[0]!.size < group.size / 2) return open;
    group = groups[0]!;
    open.add(group.id);
  }
}

function itemSvg({ x, y, width, height, cell, lines, ops }: PlacedItem): string {
  const { line, fill } = colours[cell];
  const first = y + height / 2 - ((lines.length - 1) * 15) / 2 + 4;
  const text = lines.map(
    (one, index) =>
      `<text x="${at(x + width / 2)}" y="${at(first + index * 15)}" text-anchor="middle" fill="${index === 0 || ops.length > 1 ? '#1f2328' : '#59636e'}">${escaped(one)}</text>`,
  );
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="4" fill="${fill}" stroke="${line}"/>${text.join('')}`;
}

/** Labels last, so that no line crosses them. */
function wires({ wires: all, items }: TreeLayout): string[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const paths: string[] = [];
  const labels: string[] = [];
  for (const wire of all) {
    const curve = curveThrough(byId.get(wire.from)!.anchor, wire.via, byId.get(wire.to)!.anchor);
    paths.push(
      `<path d="${curve.path}" fill="none" stroke="${colours[wire.cell].line}" stroke-opacity="${wire.cell === 'forward' ? 0.9 : 0.45}" ${wire.isControl ? ' stroke-dasharray="2 4"' : ''} marker-end="url(#arrow-${wire.cell})"/>`,
    );
    if (wire.cell !== 'forward' || wire.label === '' || wire.isControl) continue;
    labels.push(
      `<text x="${at(curve.middle.x + 6)}" y="${at(curve.middle.y + 4)}" font-size="11" fill="#0a3d66" stroke="#ffffff" stroke-width="3" paint-order="stroke">${escaped(wire.label)}</text>`,
    );
  }
  return [...paths, ...labels];
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/**
 * A picture of a graph: layers from top to bottom with the shapes between them, gradients and updates beside.
 * As it is written by the command line, or as it stands in the window. Knows neither.
 */
import type { CellKind } from './graph-blocks.js';
import { curveThrough } from './graph-curve.js';
import type { OpGraph } from './op-graph.js';
import { groupTree, isGroup, type Group } from './tree/group-tree.js';
import { layOutTree, shortened, type PlacedItem, type TreeLayout, type Wire } from './tree/tree-layout.js';

/** Colours as a picture needs them that is looked at where no theme is known: `#rrggbb`, `rgb(…)`. */
export interface SvgLook {
  readonly background: string;
  readonly group: string;
  readonly groupLine: string;
  readonly text: string;
  readonly dim: string;
  /** Of shapes on wires. */
  readonly label: string;
  readonly wires: Readonly<Record<CellKind, string>>;
}

/** Of an item. */
export interface SvgTone {
  readonly line: string;
  readonly fill: string;
}

export interface GraphPicture {
  readonly layout: TreeLayout;
  readonly title: string;
  readonly subtitle: string;
  /** None: light, and items by their column. */
  readonly look?: SvgLook;
  toneOf?(item: PlacedItem): SvgTone;
  /** What stands at a wire in place of its shape. */
  edgeText?(wire: Wire): string | undefined;
  /** What the colours say: below the title. */
  readonly legend?: readonly { readonly colour: string; readonly text: string }[];
}

const lightLook: SvgLook = {
  background: '#ffffff',
  group: '#f6f8fa',
  groupLine: '#d1d9e0',
  text: '#1f2328',
  dim: '#59636e',
  label: '#0a3d66',
  wires: { forward: '#1f6fb2', gradient: '#8250b5', update: '#3a7d44' },
};

const lightTones: Readonly<Record<CellKind, SvgTone>> = {
  forward: { line: '#1f6fb2', fill: '#e8f2fb' },
  gradient: { line: '#8250b5', fill: '#f3ecfa' },
  update: { line: '#3a7d44', fill: '#eaf5ec' },
};

const margin = 28;
const titleHeight = 44;
const legendHeight = 22;
/** Of a letter of 12 pixels: pictures are made where nothing measures text. */
const letterWidth = 6.6;

/** Of all layers closed; `open` names groups that show what is in them. */
export function graphSvg(graph: OpGraph, title: string, open: ReadonlySet<string> = new Set()): string {
  const tree = groupTree(graph);
  const layout = layOutTree(tree, open.size > 0 ? open : opened(tree.root));
  return pictureSvg({ layout, title, subtitle: graphSubtitle(graph) });
}

/** "387 ops and 470 edges of one training step on wasm, batch of 32". */
export function graphSubtitle(graph: OpGraph): string {
  const ops = graph.nodes.length.toLocaleString('en-US');
  const edges = graph.edges.length.toLocaleString('en-US');
  const origin = graph.batch === 'none' ? '' : ` of one training step on ${graph.backend}, batch of ${graph.batchSize}`;
  return `${ops} ops and ${edges} edges${origin}`;
}

export function pictureSvg(picture: GraphPicture): string {
  const { layout, title, subtitle, look = lightLook, legend = [] } = picture;
  const { width, height } = pictureSize(picture);
  const top = titleHeight + (legend.length > 0 ? legendHeight : 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    '<defs>',
    ...Object.entries(look.wires).map(
      ([cell, line]) =>
        `<marker id="arrow-${cell}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="${line}"/></marker>`,
    ),
    '</defs>',
    `<rect width="100%" height="100%" fill="${look.background}"/>`,
    `<text x="${margin}" y="${margin}" font-size="16" font-weight="600" fill="${look.text}">${escaped(title)}</text>`,
    `<text x="${margin}" y="${margin + 18}" fill="${look.dim}">${escaped(subtitle)}</text>`,
    ...legendSvg(legend, look),
    `<g transform="translate(${margin} ${margin + top})">`,
    ...layout.groups.map(({ group, x, y, width: w, height: h }) => {
      const type = group.type ?? (group.times ? `×${group.times}` : '');
      const beside = type ? `<tspan fill="${look.dim}" font-weight="400">  ${escaped(type)}</tspan>` : '';
      return `<rect x="${at(x)}" y="${at(y)}" width="${at(w)}" height="${at(h)}" rx="6" fill="${look.group}" stroke="${look.groupLine}"/><text x="${at(x + 10)}" y="${at(y + 17)}" font-weight="600" fill="${look.text}">${escaped(shortened(group.label, 20))}${beside}</text>`;
    }),
    ...wires(picture, look),
    ...layout.items.map((item) => itemSvg(item, picture.toneOf?.(item) ?? lightTones[item.cell], look)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** In pixels, whole. */
export function pictureSize({ layout, title, subtitle, legend = [] }: GraphPicture): {
  readonly width: number;
  readonly height: number;
} {
  const text = Math.max(
    title.length * letterWidth * 1.35,
    subtitle.length * letterWidth,
    legendEnds(legend).at(-1) ?? 0,
  );
  return {
    width: Math.ceil(Math.max(layout.width, text) + 2 * margin),
    height: Math.ceil(layout.height + 2 * margin + titleHeight + (legend.length > 0 ? legendHeight : 0)),
  };
}

/** Where each entry ends, from the picture's margin. */
function legendEnds(legend: NonNullable<GraphPicture['legend']>): number[] {
  let end = 0;
  return legend.map(({ text }) => (end += 15 + text.length * letterWidth + 16));
}

function legendSvg(legend: NonNullable<GraphPicture['legend']>, look: SvgLook): string[] {
  const ends = legendEnds(legend);
  const y = margin + 36;
  return legend.map(({ colour, text }, index) => {
    const x = margin + (ends[index - 1] ?? 0);
    return `<rect x="${at(x)}" y="${at(y - 9)}" width="10" height="10" rx="2" fill="${colour}"/><text x="${at(x + 15)}" y="${at(y)}" fill="${look.text}">${escaped(text)}</text>`;
  });
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

function itemSvg({ x, y, width, height, lines, ops }: PlacedItem, tone: SvgTone, look: SvgLook): string {
  const first = y + height / 2 - ((lines.length - 1) * 15) / 2 + 4;
  const text = lines.map(
    (one, index) =>
      `<text x="${at(x + width / 2)}" y="${at(first + index * 15)}" text-anchor="middle" fill="${index === 0 || ops.length > 1 ? look.text : look.dim}">${escaped(one)}</text>`,
  );
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="4" fill="${tone.fill}" stroke="${tone.line}"/>${text.join('')}`;
}

/** Labels last, so that no line crosses them. */
function wires({ layout: { wires: all, items }, edgeText }: GraphPicture, look: SvgLook): string[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const paths: string[] = [];
  const labels: string[] = [];
  for (const wire of all) {
    const curve = curveThrough(byId.get(wire.from)!.anchor, wire.via, byId.get(wire.to)!.anchor);
    paths.push(
      `<path d="${curve.path}" fill="none" stroke="${look.wires[wire.cell]}" stroke-opacity="${wire.cell === 'forward' ? 0.9 : 0.45}" ${wire.isControl ? ' stroke-dasharray="2 4"' : ''} marker-end="url(#arrow-${wire.cell})"/>`,
    );
    const text = edgeText?.(wire) ?? wire.label;
    if (wire.cell !== 'forward' || text === '' || wire.isControl) continue;
    labels.push(
      `<text x="${at(curve.middle.x + 6)}" y="${at(curve.middle.y + 4)}" font-size="11" fill="${look.label}" stroke="${look.background}" stroke-width="3" paint-order="stroke">${escaped(text)}</text>`,
    );
  }
  return [...paths, ...labels];
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What XML cannot hold at all is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/**
 * A picture of a graph: layers from top to bottom with the shapes between them, gradients and updates beside.
 * As it is written by the command line, or as it stands in the window. Knows neither.
 */
import type { CellKind } from './graph-blocks.js';
import { curvePath, curvePoints, hasRoomFor, middleOf } from './graph-curve.js';
import type { OpGraph } from './op-graph.js';
import { groupTree, isGroup, type Group } from './tree/group-tree.js';
import {
  layOutTree,
  shortened,
  type PlacedGroup,
  type PlacedItem,
  type TreeLayout,
  type Wire,
} from './tree/tree-layout.js';

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
/** Of what stands at a wire, and how far from it. */
const labelFont = 11;
const labelGap = 6;
/** From an item's text to its border. */
const itemPadding = 4;

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
  const drawn = drawnWires(picture);
  const { width, height } = sizeOf(picture, drawn);
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
    ...layout.groups.map(
      ({ x, y, width: w, height: h }) =>
        `<rect x="${at(x)}" y="${at(y)}" width="${at(w)}" height="${at(h)}" rx="6" fill="${look.group}" stroke="${look.groupLine}"/>`,
    ),
    ...wires(drawn, look),
    ...layout.groups.map((placed) => headSvg(placed, look)),
    ...layout.items.map((item) => itemSvg(item, picture.toneOf?.(item) ?? lightTones[item.cell], look)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** In pixels, whole. */
export function pictureSize(picture: GraphPicture): PictureSize {
  return sizeOf(picture, drawnWires(picture));
}

function sizeOf({ layout, title, subtitle, legend = [] }: GraphPicture, wires: readonly DrawnWire[]): PictureSize {
  const labels = wires.reduce((most, { text, x }) => (text === '' ? most : Math.max(most, x + labelWidth(text))), 0);
  const text = Math.max(
    title.length * letterWidth * 1.35,
    subtitle.length * letterWidth,
    legendEnds(legend).at(-1) ?? 0,
  );
  return {
    width: Math.ceil(Math.max(layout.width, text, labels) + 2 * margin),
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

/** Wires come in through it: they are cut where they would cross its letters. */
function headSvg({ group, x, y }: PlacedGroup, look: SvgLook): string {
  const type = group.type ?? (group.times ? `×${group.times}` : '');
  const beside = type ? `<tspan fill="${look.dim}" font-weight="400">  ${escaped(type)}</tspan>` : '';
  return `<text x="${at(x + 10)}" y="${at(y + 17)}" font-weight="600" fill="${look.text}" stroke="${look.group}" stroke-width="4" paint-order="stroke">${escaped(shortened(group.label, 20))}${beside}</text>`;
}

function itemSvg({ x, y, width, height, lines, ops }: PlacedItem, tone: SvgTone, look: SvgLook): string {
  const first = y + height / 2 - ((lines.length - 1) * 15) / 2 + 4;
  const room = width - 2 * itemPadding;
  // What is a little too long is set closer; the middle of what is far too long is left out.
  const most = Math.floor((room * 1.25) / letterWidth);
  const text = lines.map((line, index) => {
    const own = shortened(line, most);
    const isClose = own.length * letterWidth > room;
    return `<text x="${at(x + width / 2)}" y="${at(first + index * 15)}" text-anchor="middle" fill="${index === 0 || ops.length > 1 ? look.text : look.dim}"${isClose ? ` textLength="${at(room)}" lengthAdjust="spacingAndGlyphs"` : ''}>${escaped(own)}</text>`;
  });
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="4" fill="${tone.fill}" stroke="${tone.line}"/>${text.join('')}`;
}

interface DrawnWire {
  readonly wire: Wire;
  readonly path: string;
  /** What stands at it, and where that begins. */
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** As in the window: what flows within a layer, or back, says its shapes nowhere. */
function drawnWires({ layout: { wires, items }, edgeText }: GraphPicture): DrawnWire[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  return wires.map((wire) => {
    const points = curvePoints(byId.get(wire.from)!.anchor, wire.via, byId.get(wire.to)!.anchor);
    const middle = middleOf(points);
    const isTold = edgeText !== undefined || (wire.cell === 'forward' && !wire.isInner);
    const text = isTold ? (edgeText?.(wire) ?? (wire.isControl ? '' : wire.label)) : '';
    const hasRoom = hasRoomFor(points, labelWidth(text) + 2 * labelGap);
    return { wire, path: curvePath(points), text: hasRoom ? text : '', x: middle.x + labelGap, y: middle.y + 4 };
  });
}

function labelWidth(text: string): number {
  return (text.length * letterWidth * labelFont) / 12;
}

/** Labels last, so that no line crosses them. */
function wires(drawn: readonly DrawnWire[], look: SvgLook): string[] {
  const paths = drawn.map(
    ({ path, wire: { cell, isControl } }) =>
      `<path d="${path}" fill="none" stroke="${look.wires[cell]}" stroke-opacity="${cell === 'forward' ? 0.9 : 0.45}" ${isControl ? ' stroke-dasharray="2 4"' : ''} marker-end="url(#arrow-${cell})"/>`,
  );
  const labels = drawn.flatMap(({ text, x, y }) =>
    text === ''
      ? []
      : `<text x="${at(x)}" y="${at(y)}" font-size="${labelFont}" fill="${look.label}" stroke="${look.background}" stroke-width="3" paint-order="stroke">${escaped(text)}</text>`,
  );
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

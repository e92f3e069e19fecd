/** Takes the shown graph away: as a picture of it as it stands, as data, as what TensorBoard opens. */
import { graphDefText } from '../../../../src/shared/graph/graph-def.js';
import { graphSubtitle, pictureSize, pictureSvg, type GraphPicture } from '../../../../src/shared/graph/graph-svg.js';
import { host } from '../../../host/index.js';
import { notify } from '../../../state/app-state.js';
import { readGraphPalette } from '../drawing/graph-palette.js';
import type { Colours } from '../colours/graph-colours.js';
import type { ShownGraph } from './shown-graph.js';

export const exportFormats = ['svg', 'png', 'json', 'pbtxt'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportNames: Readonly<Record<ExportFormat, string>> = {
  svg: 'Save as SVG…',
  png: 'Save as PNG…',
  json: 'Save as JSON…',
  pbtxt: 'Save for TensorBoard (pbtxt)…',
};

/** @throws Error where the picture cannot be drawn, or the file not be written */
export async function exportGraph(shown: ShownGraph, format: ExportFormat): Promise<void> {
  const name = `${fileStem(shown.title)}-graph.${format}`;
  switch (format) {
    case 'svg':
      await host.saveFile(name, new Blob([pictureSvg(pictureOf(shown))], { type: 'image/svg+xml' }));
      break;
    case 'png': {
      const picture = pictureOf(shown);
      const size = pictureSize(picture);
      const scale = pngScale(size.width, size.height);
      const png = await drawn(pictureSvg(picture), size.width * scale, size.height * scale);
      const saved = await host.saveFile(name, png);
      if (saved && scale < 1) {
        const detail = `All of it at full size would be ${size.width.toLocaleString('en-US')} × ${size.height.toLocaleString('en-US')} pixels, more than pictures have. SVG has every letter.`;
        notify({ severity: 'info', message: `The picture is drawn at ${Math.round(scale * 100)} %.`, detail });
      }
      break;
    }
    case 'json':
      await host.saveFile(name, new Blob([`${JSON.stringify(shown.graph)}\n`], { type: 'application/json' }));
      break;
    case 'pbtxt':
      await host.saveFile(name, new Blob([graphDefText(shown.graph)], { type: 'text/plain' }));
  }
}

/** `rock paper/experiment.ts` → `rock-paper-experiment`: what every system takes as a file's name. */
export function fileStem(title: string): string {
  const own = title.replace(/\.\w+$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return own.replace(/^[-.]+|[-.]+$/g, '') || 'graph';
}

/** A side, and an area, that browsers still draw. */
const LONGEST_SIDE = 16_384;
const MOST_PIXELS = 120_000_000;

/** Twice as fine as on the screen, as far as a canvas goes. */
export function pngScale(width: number, height: number): number {
  return Math.min(2, LONGEST_SIDE / width, LONGEST_SIDE / height, Math.sqrt(MOST_PIXELS / (width * height)));
}

/** With the colours that the theme has now. */
function pictureOf({ graph, layout, colours, title, edgeText }: ShownGraph): GraphPicture {
  const palette = readGraphPalette(document);
  return {
    layout,
    title,
    subtitle: graphSubtitle(graph),
    look: {
      background: palette.background,
      group: palette.group,
      groupLine: palette.groupLine,
      text: palette.text,
      dim: palette.dimText,
      label: palette.text,
      wires: palette.wires,
    },
    toneOf: (item) => palette.tone(colours.of(item)),
    edgeText,
    legend: legendOf(colours).map(({ colour, text }) => ({ text, colour: palette.tone(colour).line })),
  };
}

/** A scale by its ticks. */
function legendOf({ legend, scale }: Colours): Colours['legend'] {
  if (!scale) return legend;
  const last = scale.colours.length - 1;
  return [...scale.ticks.map(({ at, text }) => ({ colour: scale.colours[Math.round(at * last)]!, text })), ...legend];
}

async function drawn(svg: string, width: number, height: number): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width);
    canvas.height = Math.round(height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!context || !png) throw new Error('This browser cannot draw a picture of that size. SVG can hold it.');
    return png;
  } finally {
    URL.revokeObjectURL(address);
  }
}

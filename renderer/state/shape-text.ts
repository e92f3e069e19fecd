/** How shapes and parameters are written, in the editor's lines as in the layer table. Pure. */
import { groupBy } from '../../src/shared/base/group-by.js';
import type { LayerInfo } from '../../src/shared/protocol/training.js';

type Shape = readonly (number | null)[];

/** `148×148×64`; an unknown dimension is `?`; a single number stands alone. */
export function shapeText(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.map((size) => (size === null ? '?' : groupThousands(size))).join('×');
}

function groupThousands(size: number): string {
  if (size < 0) return `−${groupThousands(-size)}`;
  return size >= 1000 ? size.toLocaleString('en-US') : String(size);
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

export interface LineHint {
  readonly line: number;
  readonly text: string;
  /** The output shape alone, for where there is no room. */
  readonly short: string;
  /** Markdown, for the hover. */
  readonly hover: string;
  readonly layers: readonly string[];
}

/** One hint a line of `file`: the layer made there, or the last of several made there. */
export function lineHints(layers: readonly LayerInfo[], file: string): readonly LineHint[] {
  const here = layers.filter((layer) => layer.file === file && layer.line !== undefined);
  const byLine = groupBy(here, (layer) => layer.line!);
  const first = layers[0];
  return [...byLine].map(([line, made]) => ({
    line,
    text: hintText(made, made[0] === first),
    short: `→ ${shapeText(made.at(-1)?.outputShape ?? [])}`,
    hover: made.map(hoverText).join('\n\n---\n\n'),
    layers: made.map((layer) => layer.layer),
  }));
}

function hintText(made: readonly LayerInfo[], beginsModel: boolean): string {
  const last = made.at(-1);
  if (!last) return '';
  const input = beginsModel && made[0]?.inputShape?.length ? `${shapeText(made[0].inputShape)} ` : '';
  const params = made.reduce((sum, layer) => sum + layer.params, 0);
  return [
    `${input}→ ${shapeText(last.outputShape)}`,
    ...(params > 0 ? [countText(params)] : []),
    ...(made.length > 1 ? [`${made.length} layers`] : []),
  ].join(' · ');
}

function hoverText(layer: LayerInfo): string {
  const shapes = layer.inputShape?.length
    ? `\`${shapeText(layer.inputShape)}\` → \`${shapeText(layer.outputShape)}\``
    : `→ \`${shapeText(layer.outputShape)}\``;
  const params =
    layer.params === 0
      ? 'no parameters'
      : `${countText(layer.params)} parameters${layer.trainable ? '' : ', not trained'} (${bytesText(layer.params * 4)})`;
  return [
    `**${layer.layer}** · ${layer.type}`,
    shapes,
    ...(layer.arithmetic ? [layer.arithmetic.replaceAll('\n', '  \n')] : []),
    params,
  ].join('\n\n');
}

/** Decimal units, as downloads and disks name them. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `150×150×3 → 148×148×16 → 74×74×16 → …`: each shape once where it does not change. */
export function pipeline(layers: readonly LayerInfo[]): readonly { readonly shape: string; readonly layer?: string }[] {
  const steps: { shape: string; layer?: string }[] = [];
  const input = layers[0]?.inputShape;
  if (input?.length) steps.push({ shape: shapeText(input) });
  for (const layer of layers) {
    const shape = shapeText(layer.outputShape);
    if (steps.at(-1)?.shape !== shape) steps.push({ shape, layer: layer.layer });
  }
  return steps;
}

/** What stands in the layer table: a row a layer, with what the paused step's look says of it. Pure. */
import type { LayerInfo, StepLook } from '../../../src/shared/protocol/training.js';

type LayerLook = StepLook['layers'][number];

export interface LayerRow {
  readonly layer: LayerInfo;
  readonly look?: LayerLook;
}

export function layerRows(layers: readonly LayerInfo[], look: StepLook | undefined): readonly LayerRow[] {
  const byName = new Map(look?.layers.map((entry) => [entry.layer, entry]));
  return layers.map((layer) => ({ layer, look: byName.get(layer.layer) }));
}

export interface Totals {
  readonly params: number;
  readonly trainableParams: number;
  readonly bytes: number;
}

/** What the analysis counted, else the sum over the rows (a running session tells layers alone). */
export function totalsOf(layers: readonly LayerInfo[], counted: Totals | undefined): Totals {
  if (counted) return counted;
  const params = layers.reduce((sum, layer) => sum + layer.params, 0);
  const trainableParams = layers.reduce((sum, layer) => sum + (layer.trainable ? layer.params : 0), 0);
  return { params, trainableParams, bytes: params * 4 };
}

/** What is suspicious about a layer's output in this step, for a mark at its row. */
export function concern(look: LayerLook | undefined): 'not-finite' | 'dead' | undefined {
  if (!look) return undefined;
  const gradient = look.gradNorm;
  if ((look.output?.notFinite ?? 0) > 0 || (gradient !== undefined && !Number.isFinite(gradient))) return 'not-finite';
  if ((look.output?.zeros ?? 0) > 0.9) return 'dead';
  return undefined;
}

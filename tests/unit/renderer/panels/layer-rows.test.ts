import { expect, it } from 'vitest';
import type { LayerInfo, StepLook } from '../../../../src/shared/protocol/training.js';
import { concern, layerRows, totalsOf } from '../../../../renderer/panels/layers/layer-rows.js';

const layers: readonly LayerInfo[] = [
  { layer: 'dense_1', type: 'Dense', outputShape: [10], params: 110, trainable: true },
  { layer: 'dense_2', type: 'Dense', outputShape: [3], params: 33, trainable: false },
];
const output = { min: 0, max: 1, mean: 0.5, spread: 0.1, zeros: 0.2, notFinite: 0 };
const look = { layers: [{ layer: 'dense_2', type: 'Dense', outputShape: [3], output }] } as unknown as StepLook;

it('joins the look to the layers by name', () => {
  expect(layerRows(layers, look).map((row) => row.look?.output?.mean)).toEqual([undefined, 0.5]);
  expect(layerRows(layers, undefined).every((row) => row.look === undefined)).toBe(true);
});

it('counts where nobody has counted', () => {
  expect(totalsOf(layers, undefined)).toEqual({ params: 143, trainableParams: 110, bytes: 572 });
  expect(totalsOf(layers, { params: 1, trainableParams: 1, bytes: 4 }).params).toBe(1);
});

it('marks what is suspicious', () => {
  const entry = { layer: 'x', type: 'Dense', outputShape: [1] };
  expect(concern({ ...entry, output })).toBeUndefined();
  expect(concern({ ...entry, output: { ...output, zeros: 0.95 } })).toBe('dead');
  expect(concern({ ...entry, output: { ...output, notFinite: 0.01 } })).toBe('not-finite');
  expect(concern({ ...entry, output, gradNorm: Number.NaN })).toBe('not-finite');
});

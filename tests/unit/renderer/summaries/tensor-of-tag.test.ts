import { expect, it } from 'vitest';
import { tensorOfTag } from '../../../../renderer/panels/summaries/tensor-of-tag.js';

it('names the tensor that training counted', () => {
  const placeOf = (name: string) => {
    const target = tensorOfTag(name);
    return target?.kind === 'place' ? target.place : undefined;
  };
  expect(placeOf('train/weights/conv2d_1/kernel')).toEqual({ kind: 'weight', weight: 'conv2d_1/kernel' });
  expect(placeOf('train/gradients/dense_1/bias')).toEqual({ kind: 'gradient', weight: 'dense_1/bias' });
  expect(placeOf('train/activations/dense_1')).toEqual({ kind: 'activation', layer: 'dense_1' });
});

it('knows nothing of the histograms of others', () => {
  for (const name of ['weights/fc1', 'train/other/fc1', 'train/weights/', 'validation/weights/a']) {
    expect(tensorOfTag(name), name).toBeUndefined();
  }
});

import { expect, test } from 'vitest';
import { viewsOf, type TensorRole } from '../../../../src/trainer/tensors/fitting-views.js';
import { pictureLayout } from '../../../../src/trainer/tensors/picture-layout.js';
import { generator, integer, shapeOf } from './random-tensors.js';

const views = (shape: number[], role?: TensorRole, areProbabilities = false, dtype = 'float32') =>
  viewsOf({ shape, dtype, role, areProbabilities }).join(' ');

test('the view that fits comes first', () => {
  expect(views([32, 150, 150, 3], 'batch')).toBe('images featureMaps matrix table');
  expect(views([32, 28, 28], 'batch')).toBe('images featureMaps matrix table');
  expect(views([32, 784], 'batch')).toBe('images matrix table');
  expect(views([32, 4], 'batch')).toBe('matrix table');
  expect(views([32, 148, 148, 64], 'activation')).toBe('featureMaps matrix table');
  expect(views([32, 148, 148, 3], 'activation')).toBe('featureMaps images matrix table');
  expect(views([3, 3, 64, 128], 'weight')).toBe('filters matrix table');
  expect(views([512, 3], 'weight')).toBe('matrix table');
  expect(views([32, 3], 'activation', true)).toBe('bars matrix table');
  expect(views([10])).toBe('bars curve table');
  expect(views([1000])).toBe('curve table');
  expect(views([1000], undefined, true)).toBe('bars curve table');
  expect(views([1, 3], 'activation', true)).toBe('bars curve table');
  expect(views([32, 1])).toBe('bars curve table');
  expect(views([8, 20, 16], 'activation')).toBe('featureMaps matrix table');
  expect(views([5, 16, 32], 'weight')).toBe('matrix table');
  expect(views([64, 48, 3])).toBe('images featureMaps matrix table');
  expect(views([2, 4, 8, 8, 16], 'activation')).toBe('featureMaps matrix table');
  expect(views([32, 16_000, 1], 'batch')).toBe('curve matrix table');
  expect(views([32, 16_000])).toBe('curve matrix table');
  expect(views([32, 4096], 'activation')).toBe('matrix table');
  expect(views([32, 1, 1, 128], 'activation')).toBe('matrix table');
});

test('scalars, texts and empty tensors are tables', () => {
  expect([views([]), views([1, 1]), views([0, 3]), views([2, 2], undefined, false, 'string')]).toEqual(
    new Array(4).fill('table'),
  );
});

test('whatever is offered can be made, for any shape', () => {
  const random = generator(9);
  for (let round = 0; round < 500; round++) {
    const shape = shapeOf(random, integer(random, 0, 6), 12);
    const role = ([undefined, 'batch', 'activation', 'weight'] as const)[integer(random, 0, 3)];
    for (const view of viewsOf({ shape, dtype: 'float32', role, areProbabilities: false })) {
      if (view === 'bars' || view === 'curve' || view === 'table') continue;
      expect(pictureLayout(shape, view, 0).total).toBeGreaterThan(0);
    }
  }
});

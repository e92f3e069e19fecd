import { expect, it } from 'vitest';
import { checkSeveral } from '../../../../src/trainer/runtime/several-tensors.js';

const inputs = [
  { name: 'picture', shape: [8, 8, 1], layer: 'picture' },
  { name: 'age', shape: [1], layer: 'age' },
];

it('takes what fits: in order, by name, numbers as rows of one', () => {
  expect(checkSeveral('input', inputs, [{ shape: [8, 8, 1] }, { shape: [] }])).toEqual([]);
  const named = [
    { name: 'age', shape: [1] },
    { name: 'picture', shape: [8, null, 1] },
  ];
  expect(checkSeveral('input', inputs, named)).toEqual([]);
  expect(checkSeveral('input', inputs, undefined)).toEqual([]);
  expect(checkSeveral('input', inputs.slice(1), [{ shape: [7] }])).toEqual([]);
});

it('names the input that does not fit, and its layer', () => {
  expect(checkSeveral('input', inputs, [{ shape: [8, 8, 3] }, { shape: [1] }])).toMatchObject([
    {
      severity: 'error',
      part: 'model',
      layer: 'picture',
      message: 'Input picture takes examples of shape 8×8×1, but the data gives 8×8×3.',
      hint: 'Give it shape: [8, 8, 3], or change what xs holds at place 1.',
    },
  ]);
});

it('counts, and knows names', () => {
  expect(checkSeveral('input', inputs, [{ shape: [8, 8, 1] }])[0]).toMatchObject({
    part: 'data',
    message: 'The model has 2 inputs (picture, age), but the data gives 1 in xs.',
    hint: 'Give one tensor for each, in that order: xs: […, …].',
  });
  expect(checkSeveral('output', inputs.slice(0, 1), [{ shape: [1] }, { shape: [1] }])[0]!.message).toBe(
    'The model has 1 output (picture), but the data gives 2 in ys.',
  );
  const other = [
    { name: 'years', shape: [1] },
    { name: 'picture', shape: [8, 8, 1] },
  ];
  expect(checkSeveral('input', inputs, other)[0]!.message).toBe('The data has no xs named age; it has years, picture.');
});

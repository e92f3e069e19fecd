/** Whether a model of several inputs or outputs meets data of as many tensors. Pure, over outlines, as all checks. */
import type { OutlinedTensor } from './data/batch-stream.js';
import type { PartProblem } from './failure.js';
import type { ModelInput, Shape } from './model-outline.js';

/** Nothing where there is one on each side, which others check, or where the data's tensors are not known. */
export function checkSeveral(
  side: 'input' | 'output',
  wanted: readonly Pick<ModelInput, 'name' | 'shape' | 'layer'>[],
  given: readonly OutlinedTensor[] | undefined,
): PartProblem[] {
  if (!given || (wanted.length === 1 && given.length === 1)) return [];
  const error = (message: string, hint: string, layer?: string): PartProblem => ({
    severity: 'error',
    part: layer === undefined ? 'data' : 'model',
    message,
    hint,
    ...(layer === undefined ? {} : { layer }),
  });
  const key = side === 'input' ? 'xs' : 'ys';
  const names = wanted.map(({ name }) => name).join(', ');
  if (wanted.length !== given.length) {
    return [
      error(
        `The model has ${wanted.length} ${side}${wanted.length === 1 ? '' : 's'} (${names}), but the data gives ${given.length} in ${key}.`,
        `Give one tensor for each, in that order: ${key}: [${wanted.map(() => '…').join(', ')}].`,
      ),
    ];
  }
  // Targets' shapes follow from each output's loss; the library says it where they do not fit.
  if (side === 'output') return [];
  const byName = given.every(({ name }) => name !== undefined);
  return wanted.flatMap((input, index) => {
    const tensor = byName ? given.find(({ name }) => name === input.name) : given[index];
    if (!tensor) {
      const found = given.map(({ name }) => name).join(', ');
      return [
        error(`The data has no ${key} named ${input.name}; it has ${found}.`, `The model's inputs are ${names}.`),
      ];
    }
    const shape = tensor.shape.length === 0 ? [1] : tensor.shape;
    if (fits(shape, input.shape)) return [];
    return [
      error(
        `Input ${input.name} takes examples of shape ${text(input.shape)}, but the data gives ${text(shape)}.`,
        `Give it shape: [${shape.map((size) => size ?? 'null').join(', ')}], or change what ${key} holds ${byName ? `as ${input.name}` : `at place ${index + 1}`}.`,
        input.layer,
      ),
    ];
  });
}

const fits = (given: Shape, wanted: Shape): boolean =>
  given.length === wanted.length &&
  given.every((size, axis) => size === null || wanted[axis] === null || size === wanted[axis]);

const text = (shape: Shape): string => shape.map((size) => size ?? '?').join('×');

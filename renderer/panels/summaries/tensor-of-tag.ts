/** From a histogram's name to what was counted in it: the training's tensor. Pure. */
import type { TensorTarget } from '../../state/tensor-targets.js';

/** Of the tags that training writes: `train/weights/conv2d_1/kernel`. Undefined of others'. */
export function tensorOfTag(name: string): TensorTarget | undefined {
  const [, what, of] = /^train\/(weights|gradients|activations)\/(.+)$/.exec(name) ?? [];
  if (of === undefined) return undefined;
  switch (what) {
    case 'weights':
      return { kind: 'place', place: { kind: 'weight', weight: of } };
    case 'gradients':
      return { kind: 'place', place: { kind: 'gradient', weight: of } };
    default:
      return { kind: 'place', place: { kind: 'activation', layer: of } };
  }
}

import { describe, expect, it } from 'vitest';
import { plainNativeError } from '../../../../../../src/trainer/runtime/backend/tensorflow/native-error.js';

describe('plainNativeError', () => {
  const said = (message: string) => (plainNativeError('GatherV2', new Error(message)) as Error).message;

  it.each([
    ['Invalid TF_Status: 3\nMessage: indices[0] = 3 is not in [0, 3)', 'GatherV2: indices[0] = 3 is not in [0, 3)'],
    [
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[32,148,64] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu',
      'Out of memory: there is no room for a tensor of 32×148×64 (float). A smaller batch, a smaller image or fewer filters need less.',
    ],
    [
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[64] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
      'Out of memory: there is no room on the GPU for a tensor of 64 (float). A smaller batch, a smaller image or fewer filters need less.',
    ],
    ['Invalid TF_Status: 12\nMessage: No kernel for it [Op:GatherV2] name: \nmore', 'GatherV2: No kernel for it'],
  ])('%s', (message, words) => expect(said(message)).toBe(words));

  it('leaves other errors alone', () => {
    for (const error of [new Error('mine'), 'text', undefined]) expect(plainNativeError('Add', error)).toBe(error);
  });
});

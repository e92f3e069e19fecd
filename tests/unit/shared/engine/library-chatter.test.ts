import { describe, expect, it } from 'vitest';
import { isLibraryChatter, WithoutChatter } from '../../../../src/shared/engine/library-chatter.js';

const greeting = 'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR';
const oneDnn =
  'I0000 00:00:1795258808.646452   18138 port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results';

describe('isLibraryChatter', () => {
  it.each([
    greeting,
    oneDnn,
    'W0000 00:00:1795258808.646452   18138 gpu_device.cc:2433] Cannot dlopen some GPU libraries.',
    '2026-11-21 11:00:05.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized',
    'E0000 00:00:1795258808.646452   18138 cuda_dnn.cc:8579] Unable to register cuDNN factory: Attempting to register factory',
  ])('knows %s', (line) => expect(isLibraryChatter(line)).toBe(true));

  it.each([
    'E0000 00:00:1795258808.646452   18138 gpu_device.cc:99] CUDA_ERROR_OUT_OF_MEMORY: out of memory',
    'F0000 00:00:1795258808.646452   18138 cpu_feature_guard.cc:41] The TensorFlow library was compiled to use AVX',
    'WARNING: my own',
    'I0000 of my own',
    'Error: what the person throws',
    '',
  ])('leaves %s to the person', (line) => expect(isLibraryChatter(line)).toBe(false));
});

describe('WithoutChatter', () => {
  it('works on whole lines, however they arrive', () => {
    const output = new WithoutChatter();
    const text = `first\n${greeting}\n${oneDnn}\nsecond\n  third, unfinished`;
    let passed = '';
    for (let at = 0; at < text.length; at += 7) passed += output.take(text.slice(at, at + 7));
    expect(passed).toBe('first\nsecond\n');
    expect(passed + output.flush()).toBe('first\nsecond\n  third, unfinished');
    expect(output.flush()).toBe('');
  });
});

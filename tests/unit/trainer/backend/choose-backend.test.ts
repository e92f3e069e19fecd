import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backendStatuses, BackendError, chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { backendReport } from '../../../../src/shared/protocol/training.js';

// Whatever this machine has installed.
beforeEach(() => void vi.stubEnv('BACKSTEP_ENGINE', 'none'));
afterEach(() => void vi.unstubAllEnvs());

describe('chooseBackend', () => {
  afterEach(() => vi.doUnmock('../../../../src/trainer/runtime/backend/wasm/wasm-files.js'));

  it('leaves the listeners of the process as they are, and no tensors behind', async () => {
    const events = ['uncaughtException', 'unhandledRejection'] as const;
    const mine = () => undefined;
    for (const event of events) process.on(event, mine);
    const listeners = () => events.map((event) => process.rawListeners(event));
    const before = listeners();
    await chooseBackend('auto');
    expect(listeners()).toEqual(before);
    for (const event of events) process.off(event, mine);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('takes wasm where nothing better works, and says why the better ones are not in use', async () => {
    const report = await chooseBackend('auto');
    expect(tf.getBackend()).toBe('wasm');
    expect(backendReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({ backend: 'wasm', device: 'CPU, SIMD, 1 thread', precision: 'float32' });
    expect(report.notInUse.map(({ backend }) => backend)).toEqual(['tensorflow', 'webgpu']);
    for (const { reason } of report.notInUse) expect(reason).toBeTruthy();
  });

  it('takes the one that was asked for', async () => {
    const report = await chooseBackend('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(report.notInUse).toContainEqual({ backend: 'wasm', reason: 'cpu was asked for' });
    await chooseBackend('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each(['tensorflow'] as const)('refuses %s with what to do instead', async (name) => {
    await chooseBackend('wasm');
    const error = await chooseBackend(name).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackendError);
    expect((error as BackendError).message).toContain(`The ${name} backend cannot be used`);
    expect((error as BackendError).hint).toContain('auto');
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each([
    ['none', 'switched off'],
    ['/nowhere', 'there is no engine.json in /nowhere'],
  ])('says why native TensorFlow is not in use (%s), and what would change it', async (engine, reason) => {
    vi.stubEnv('BACKSTEP_ENGINE', engine);
    const { notInUse } = await chooseBackend('auto');
    expect(notInUse).toContainEqual({ backend: 'tensorflow', reason: expect.stringContaining(reason) });
    await expect(chooseBackend('tensorflow')).rejects.toMatchObject({
      hint: expect.stringContaining('backstep engine install'),
    });
  });

  it('falls back to cpu with the reason where the files of wasm are missing', async () => {
    vi.resetModules();
    vi.doMock('../../../../src/trainer/runtime/backend/wasm/wasm-files.js', () => ({
      findTfjsWasmFolder: () => undefined,
      findTrainingLoops: () => undefined,
    }));
    const { chooseBackend: choose } = await import('../../../../src/trainer/runtime/backend/backend.js');
    const report = await choose('auto');
    expect(report.backend).toBe('cpu');
    expect(report.notInUse.at(-1)).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('missing') });
    await expect(choose('wasm')).rejects.toMatchObject({ hint: expect.stringContaining('npm ci') });
  });
});

describe('backendStatuses', () => {
  it('tries each and leaves the one in use in use', async () => {
    await chooseBackend('cpu');
    const statuses = await backendStatuses();
    expect(statuses.map(({ backend, works }) => [backend, works])).toEqual([
      ['tensorflow', false],
      ['webgpu', false],
      ['wasm', true],
      ['cpu', true],
    ]);
    for (const status of statuses) expect(status.works ? status.device : status.reason).toBeTruthy();
    expect(tf.getBackend()).toBe('cpu');
  });
});

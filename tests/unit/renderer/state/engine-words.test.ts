import { describe, expect, it } from 'vitest';
import {
  engineStage,
  planRows,
  progressShare,
  progressWords,
  shortProgress,
} from '../../../../renderer/state/engine-words.js';
import type { EnginePlan, EngineStatus } from '../../../../src/shared/protocol/engine.js';

const plan: EnginePlan = {
  version: '2.21.0',
  flavor: 'cuda',
  because: 'an NVIDIA driver is present (550.54)',
  packages: [
    { name: 'tensorflow', file: 'tensorflow.whl' },
    { name: 'nvidia-cudnn-cu12', file: 'cudnn.whl' },
  ],
  downloadBytes: 3_100_000_000,
  addon: 'prebuilt',
};
const installed = { version: '2.21.0', flavor: 'cpu', folder: '/f', bytes: 1, installedAt: 1 } as const;

describe('progress', () => {
  it('says what is known: amounts, and the time that is left', () => {
    const some = { phase: 'downloading', message: 'Downloading', doneBytes: 120e6, totalBytes: 240e6 } as const;
    expect(progressWords({ ...some, secondsLeft: 42 })).toBe('120 MB of 240 MB · 42 s left');
    expect(progressWords({ ...some, totalBytes: undefined })).toBe('120 MB');
    expect(progressShare(some)).toBe(0.5);
    expect(shortProgress(some)).toBe('Setting up TensorFlow · 50 %');
  });

  it('claims no share where there is none', () => {
    const none = { phase: 'building', message: 'Compiling' } as const;
    expect(progressShare(none)).toBeUndefined();
    expect(progressShare({ ...none, doneBytes: 1, totalBytes: 0 })).toBeUndefined();
    expect(progressWords(none)).toBe('');
    expect(shortProgress(none)).toBe('Setting up TensorFlow');
  });
});

it('a plan says version, flavor and why, cost, and where the addon comes from', () => {
  expect(planRows(plan)).toEqual([
    ['Version', 'TensorFlow 2.21.0'],
    ['For', 'NVIDIA GPU (CUDA) – an NVIDIA driver is present (550.54)'],
    ['Download', '3.1 GB'],
    ['Packages', 'tensorflow.whl, cudnn.whl'],
    ['Addon', 'comes with Backstep'],
  ]);
});

describe('the dialog is about', () => {
  const at = (status: Partial<EngineStatus>) => engineStage({ obstacles: [], ...status });
  const failure = { message: 'No.' };
  const obstacles = [{ kind: 'disk', message: 'Full.' }] as const;

  it('the installation under way before all else, and its failure before what was there', () => {
    const progress = { phase: 'checking', message: 'Looking' } as const;
    expect(at({ progress, failure, installed })).toBe('working');
    expect(at({ failure, installed })).toBe('failed');
  });

  it('what is there, unless it cannot be used', () => {
    expect(at({ installed, plan, obstacles: [...obstacles] })).toBe('installed');
    expect(at({ installed: { ...installed, trouble: 'Built for another processor.' } })).toBe('troubled');
  });

  it('what stands in the way before a plan that could not be followed', () => {
    expect(at({ plan, obstacles: [...obstacles] })).toBe('blocked');
    expect(at({ plan })).toBe('planned');
    expect(at({})).toBe('looking');
    expect(engineStage(undefined)).toBe('unknown');
  });
});

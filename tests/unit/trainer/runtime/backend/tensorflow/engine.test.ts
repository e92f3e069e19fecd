import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wordsForDevice } from '../../../../../../src/trainer/runtime/backend/tensorflow/device.js';
import { findEngine } from '../../../../../../src/trainer/runtime/backend/tensorflow/find-engine.js';
import {
  loadBinding,
  NativeLoadError,
  reasonOfLoadFailure,
} from '../../../../../../src/trainer/runtime/backend/tensorflow/native-binding.js';
import { prefersOneDnn, processorTrouble } from '../../../../../../src/trainer/runtime/backend/tensorflow/processor.js';

let home: string;
beforeEach(() => (home = mkdtempSync(path.join(tmpdir(), 'backstep-engine-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const manifest = {
  format: 1,
  version: '2.21.0',
  flavor: 'cpu',
  platform: 'linux-x64',
  addon: 'addon/tfjs_binding.node',
  libraries: ['lib'],
  environment: { TF_CPP_MIN_LOG_LEVEL: '2', WHERE: '{engine}/lib' },
  bytes: 1,
  installedAt: 0,
};

function install(name: string, text: string, addon = 'not a library'): string {
  const folder = path.join(home, 'engines', name);
  mkdirSync(path.join(folder, 'addon'), { recursive: true });
  writeFileSync(path.join(folder, 'engine.json'), text);
  if (addon) writeFileSync(path.join(folder, 'addon/tfjs_binding.node'), addon);
  writeFileSync(path.join(home, 'engines/current.json'), JSON.stringify({ engine: name }));
  return folder;
}
const search = (more: Record<string, string> = {}, platform = 'linux-x64') =>
  findEngine({ environment: { BACKSTEP_HOME: home, ...more }, platform });

describe('findEngine', () => {
  it('takes the current one of the Backstep folder', () => {
    const folder = install('a', JSON.stringify(manifest));
    expect(search()).toMatchObject({
      kind: 'found',
      engine: {
        addon: path.join(folder, 'addon/tfjs_binding.node'),
        environment: { TF_CPP_MIN_LOG_LEVEL: '2', WHERE: `${folder}/lib` },
      },
    });
  });

  it('leaves alone what the person has set', () => {
    install('a', JSON.stringify(manifest));
    expect(search({ TF_CPP_MIN_LOG_LEVEL: '0' })).not.toHaveProperty('engine.environment.TF_CPP_MIN_LOG_LEVEL');
  });

  it('takes the one that is named, and none where none is wanted', () => {
    const folder = install('a', JSON.stringify(manifest));
    expect(search({ BACKSTEP_HOME: '/nowhere', BACKSTEP_ENGINE: folder }).kind).toBe('found');
    expect(search({ BACKSTEP_ENGINE: 'none' })).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('switched off'),
    });
  });

  it('says what is wrong with what is there', () => {
    expect(search()).toMatchObject({ kind: 'none', reason: expect.stringContaining('not installed') });
    install('b', '{"format":1,');
    expect(search()).toMatchObject({ kind: 'unusable', reason: expect.stringContaining('damaged') });
    install('c', JSON.stringify({ ...manifest, format: 2 }));
    expect(search()).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining('another version of Backstep'),
    });
    install('d', JSON.stringify(manifest), '');
    expect(search()).toMatchObject({ kind: 'unusable', reason: expect.stringContaining('lacks its addon') });
    install('e', JSON.stringify(manifest));
    expect(search({}, 'darwin-arm64')).toMatchObject({
      kind: 'unusable',
      reason: expect.stringMatching(/is for linux-x64, and this is darwin-arm64/),
    });
    expect(search({ BACKSTEP_ENGINE: home })).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining(home),
    });
  });
});

describe('loading', () => {
  it.runIf(process.platform === 'linux')('says what the linker means', () => {
    for (const [addon, reason] of [
      ['too short', /damaged/],
      // The head of an ELF file, and nothing after it.
      ['\x7fELF\x02\x01\x01'.padEnd(64, '\0'), /damaged|another processor|cannot be loaded/],
    ] as const) {
      install('broken', JSON.stringify(manifest), addon);
      const found = search();
      if (found.kind !== 'found') throw new Error(found.reason);
      expect(() => loadBinding(found.engine)).toThrow(NativeLoadError);
      expect(() => loadBinding(found.engine)).toThrow(reason);
    }
  });

  it.each([
    [
      'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
      'the library libtensorflow_cc.so.2, which native TensorFlow needs, is not found',
    ],
    ['/e/addon.node: wrong ELF class: ELFCLASS32', 'another processor'],
    [
      "dlopen(/e/a.node, 0x0001): tried: '/e/a.node' (mach-o file, but is an incompatible architecture",
      'another processor',
    ],
    ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by /e/lib/libtensorflow_cc.so.2)", 'GLIBC_2.38'],
    ['/e/addon.node: undefined symbol: TF_Version', 'do not fit together'],
    ['/e/lib/libtensorflow_cc.so.2: file too short', 'damaged'],
    ['/e/addon.node: invalid ELF header', 'damaged'],
    ['The specified module could not be found.\r\n\\\\?\\C:\\e\\addon.node', 'a library that native TensorFlow needs'],
    ['something new\nwith a second line', 'native TensorFlow cannot be loaded: something new'],
  ])('%s', (message, words) => {
    expect(reasonOfLoadFailure(message)).toContain(words);
    expect(reasonOfLoadFailure(message)).not.toContain('\n');
  });
});

describe('processor', () => {
  const x64 = { platform: 'linux', architecture: 'x64' };
  it('is asked for AVX before a library that needs it is loaded', () => {
    expect(processorTrouble({ ...x64, flags: 'fpu sse4_2 avx avx2' })).toBeUndefined();
    expect(processorTrouble({ ...x64, flags: 'fpu sse4_2 avxx' })).toContain('AVX');
    expect(processorTrouble({ ...x64, flags: undefined })).toBeUndefined();
    expect(processorTrouble({ platform: 'linux', architecture: 'arm64', flags: 'asimd' })).toBeUndefined();
  });

  it('says when TensorFlow turns to oneDNN by itself', () => {
    expect(prefersOneDnn({ ...x64, flags: 'avx avx512_vnni' })).toBe(true);
    expect(prefersOneDnn({ ...x64, flags: 'avx avx2 fma' })).toBe(false);
    expect(prefersOneDnn({ platform: 'darwin', architecture: 'arm64', flags: undefined })).toBe(false);
  });
});

describe('wordsForDevice', () => {
  const facts = { usesGpu: false, flavor: 'cpu', version: '2.21.0', environment: {}, cores: 2, oneDnn: true } as const;
  it.each([
    [facts, 'CPU, oneDNN, 2 threads · TensorFlow 2.21.0'],
    [{ ...facts, cores: 1, oneDnn: false }, 'CPU, 1 thread · TensorFlow 2.21.0'],
    [
      { ...facts, environment: { TF_NUM_INTRAOP_THREADS: '6', TF_ENABLE_ONEDNN_OPTS: '0' } },
      'CPU, 6 threads · TensorFlow 2.21.0',
    ],
    [{ ...facts, flavor: 'cuda' }, 'CPU, oneDNN, 2 threads (no GPU that TensorFlow can use) · TensorFlow 2.21.0'],
    [
      { ...facts, flavor: 'cuda', usesGpu: true, gpu: 'NVIDIA RTX A4000, 16376' },
      'NVIDIA RTX A4000, 16 GB · TensorFlow 2.21.0',
    ],
    [{ ...facts, flavor: 'cuda', usesGpu: true, gpu: 'Tesla T4' }, 'Tesla T4 · TensorFlow 2.21.0'],
  ] as const)('%o', (given, words) => expect(wordsForDevice(given)).toBe(words));
});

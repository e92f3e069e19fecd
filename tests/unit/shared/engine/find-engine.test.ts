import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { engineEnvironment, findEngine } from '../../../../src/shared/engine/find-engine.js';
import type { EngineManifest } from '../../../../src/shared/protocol/engine.js';

const manifest: EngineManifest = {
  format: 1,
  version: '2.21.0',
  flavor: 'cpu',
  platform: 'linux-x64',
  addon: 'addon/tfjs_binding.node',
  libraries: ['lib'],
  environment: { MALLOC_TRIM_THRESHOLD_: '4294967296', LD_LIBRARY_PATH: '{engine}/lib:{engine}/nvidia/lib' },
  bytes: 1,
  installedAt: 0,
};

function search(files: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
  return findEngine({ environment, home: '/home', join: path.posix.join, readText: (file) => files[file] });
}

describe('which engine', () => {
  const files = {
    '/home/engines/current.json': '{"engine":"tensorflow-2.21.0-cpu"}',
    '/home/engines/tensorflow-2.21.0-cpu/engine.json': JSON.stringify(manifest),
    '/other/engine.json': JSON.stringify({ ...manifest, version: '2.20.0' }),
  };

  test('the one that the Backstep folder names, else the one that BACKSTEP_ENGINE names', () => {
    expect(search(files)).toEqual({ kind: 'engine', folder: '/home/engines/tensorflow-2.21.0-cpu', manifest });
    expect(search(files, { BACKSTEP_ENGINE: '/other' })).toMatchObject({
      folder: '/other',
      manifest: { version: '2.20.0' },
    });
    expect(search(files, { BACKSTEP_ENGINE: 'none' })).toEqual({ kind: 'none' });
    expect(search({})).toEqual({ kind: 'none' });
  });

  test('damage is told apart from absence, and no name leads out of the folder', () => {
    expect(search({ ...files, '/home/engines/current.json': '{' })).toMatchObject({ kind: 'damaged' });
    expect(search({ ...files, '/home/engines/current.json': '{"engine":"../../etc"}' })).toMatchObject({
      kind: 'damaged',
    });
    expect(search({ '/home/engines/current.json': '{"engine":"gone"}' })).toMatchObject({ kind: 'damaged' });
    expect(search(files, { BACKSTEP_ENGINE: '/nowhere' })).toMatchObject({ kind: 'damaged', folder: '/nowhere' });
    const future = JSON.stringify({ ...manifest, format: 2 });
    expect(search({ '/x/engine.json': future }, { BACKSTEP_ENGINE: '/x' })).toMatchObject({ kind: 'damaged' });
  });
});

describe('the environment for it', () => {
  const engine = { folder: '/engines/e', manifest };

  test('its own, the person’s where they set one, lists of folders in front', () => {
    expect(engineEnvironment(engine, {}, 'linux')).toEqual({
      MALLOC_TRIM_THRESHOLD_: '4294967296',
      LD_LIBRARY_PATH: '/engines/e/lib:/engines/e/nvidia/lib',
    });
    expect(engineEnvironment(engine, { MALLOC_TRIM_THRESHOLD_: '1', LD_LIBRARY_PATH: '/mine' }, 'linux')).toEqual({
      LD_LIBRARY_PATH: '/engines/e/lib:/engines/e/nvidia/lib:/mine',
    });
  });

  test('on Windows libraries are found along PATH, whatever its case', () => {
    const windows = { folder: 'C:\\e', manifest: { ...manifest, environment: {} } };
    expect(engineEnvironment(windows, { Path: 'C:\\Windows' }, 'win32')).toEqual({ Path: 'C:\\e\\lib;C:\\Windows' });
  });
});

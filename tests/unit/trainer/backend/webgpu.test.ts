import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { deviceWords, isSoftware, nameOf } from '../../../../src/trainer/runtime/backend/webgpu/adapter-words.js';
import { probeAdapter, type AdapterFacts } from '../../../../src/trainer/runtime/backend/webgpu/dawn.js';

const nothing: AdapterFacts = {
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  isFallbackAdapter: false,
};
const nvidia = { ...nothing, vendor: 'nvidia', architecture: 'ada', device: 'nvidia-geforce-rtx-4090' };
const llvmpipe = { ...nothing, vendor: 'mesa', description: 'llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)' };

describe('an adapter for a person', () => {
  it('has the name of its device, else of its maker', () => {
    expect(nameOf(nvidia)).toBe('NVIDIA GeForce RTX 4090');
    expect(nameOf({ ...nothing, vendor: 'apple', architecture: 'metal-3' })).toBe('Apple Metal 3');
    expect(nameOf(nothing)).toBe('unnamed');
    expect(deviceWords(nvidia, 24 * 2 ** 30)).toBe('GPU: NVIDIA GeForce RTX 4090, 24 GB (WebGPU)');
    expect(deviceWords(nvidia)).toBe('GPU: NVIDIA GeForce RTX 4090 (WebGPU)');
  });

  it('is no GPU where a program plays one', () => {
    expect(isSoftware(nvidia)).toBe(false);
    expect(isSoftware(llvmpipe)).toBe(true);
    expect(isSoftware({ ...nothing, vendor: 'google', architecture: 'swiftshader' })).toBe(true);
    expect(isSoftware({ ...nvidia, isFallbackAdapter: true })).toBe(true);
    expect(deviceWords(llvmpipe)).toBe('CPU as a GPU: llvmpipe (WebGPU)');
  });
});

describe('asking Dawn', () => {
  /** A package in Dawn's place. */
  function standIn(create: string): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'backstep-dawn-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'index.mjs');
    writeFileSync(file, `export const create = () => ({ requestAdapter: async () => { ${create} } });\n`);
    return file;
  }

  it('gives the adapter’s facts, whatever is printed meanwhile', async () => {
    const file = standIn(`console.error('Warning: noise'); return { info: ${JSON.stringify(nvidia)} };`);
    expect(await probeAdapter(file)).toEqual({ kind: 'adapter', adapter: nvidia });
  });

  it('keeps what was said where there is none', async () => {
    const probe = await probeAdapter(standIn(`console.error('no libvulkan.so.1'); return null;`));
    expect(probe).toMatchObject({ kind: 'none', log: expect.stringContaining('libvulkan') });
  });

  it('outlives a driver that crashes, throws or hangs', async () => {
    expect(await probeAdapter(standIn(`process.kill(process.pid, 'SIGSEGV');`))).toEqual({
      kind: 'failed',
      reason: 'Dawn ended with SIGSEGV',
    });
    expect(await probeAdapter(standIn(`throw new Error('device is mad');`))).toEqual({
      kind: 'failed',
      reason: 'Error: device is mad',
    });
    expect(await probeAdapter(standIn(`for (;;);`), 700)).toEqual({
      kind: 'failed',
      reason: 'the graphics driver gave no answer in 0.7 s',
    });
  });
});

describe('the backend', () => {
  const modules = '../../../../src/trainer/runtime/backend';
  beforeEach(() => {
    vi.resetModules();
    vi.stubEnv('BACKSTEP_WEBGPU', '');
  });
  afterEach(() => {
    vi.doUnmock(`${modules}/webgpu/graphics-devices.js`);
    vi.doUnmock(`${modules}/webgpu/dawn.js`);
    vi.unstubAllEnvs();
  });

  async function backend(device: string | undefined, dawn: Record<string, unknown> = {}) {
    vi.doMock(`${modules}/webgpu/graphics-devices.js`, () => ({ graphicsDevice: () => device }));
    vi.doMock(`${modules}/webgpu/dawn.js`, () => ({
      findDawn: () => '/dawn/index.js',
      probeAdapter: () => Promise.reject(new Error('was asked')),
      loadDawn: () => Promise.reject(new Error('a device was lost')),
      adapterOptions: {},
      ...dawn,
    }));
    const { webgpu } = await import('../../../../src/trainer/runtime/backend/backends/webgpu.js');
    return webgpu;
  }

  it('loads and asks nothing where there is no graphics device, or it is switched off', async () => {
    const none = await backend(undefined);
    expect(await none.start('as one of several')).toMatchObject({
      reason: expect.stringContaining('no graphics device'),
    });
    const some = await backend('/dev/dri/renderD128');
    vi.stubEnv('BACKSTEP_WEBGPU', 'none');
    expect(await some.start('as one of several')).toMatchObject({ reason: expect.stringContaining('BACKSTEP_WEBGPU') });
  });

  it('says that the package, the loader or a driver is missing, and what helps', async () => {
    const device = '/dev/dri/renderD128';
    const unbuilt = await backend(device, { findDawn: () => undefined });
    expect(await unbuilt.start('as one of several')).toMatchObject({ kind: 'unavailable', change: 'npm ci' });
    vi.resetModules();
    const unloaded = await backend(device, { probeAdapter: async () => ({ kind: 'none', log: 'libvulkan.so.1' }) });
    expect(await unloaded.start('as one of several')).toMatchObject({
      reason: `the Vulkan loader is not installed; ${device} stays unused`,
      change: expect.stringContaining('libvulkan1'),
    });
    vi.resetModules();
    const crashed = await backend(device, { probeAdapter: async () => ({ kind: 'failed', reason: 'it crashed' }) });
    expect(await crashed.start('by name')).toEqual({ kind: 'unavailable', reason: 'Dawn does not start: it crashed' });
  });

  it('takes a CPU that plays a GPU only by name, and survives what fails later', async () => {
    const webgpu = await backend('/dev/dri/renderD128', {
      probeAdapter: async () => ({ kind: 'adapter', adapter: llvmpipe }),
    });
    expect(await webgpu.start('as one of several')).toMatchObject({
      reason: expect.stringContaining('llvmpipe, which computes on the CPU'),
      change: expect.stringContaining('--backend webgpu'),
    });
    expect(await webgpu.start('by name')).toEqual({
      kind: 'unavailable',
      reason: 'llvmpipe does not compute: a device was lost',
    });
  });
});

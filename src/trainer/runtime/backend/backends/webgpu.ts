/**
 * WebGPU by Dawn: the GPUs that native TensorFlow does not reach. TensorFlow.js's own backend, plus
 * values that can be read at once and the kernels that it lacks (../webgpu). Nothing of it is loaded
 * before a graphics device has been seen.
 */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../../shared/base/message-of.js';
import { deviceWords, isSoftware, nameOf } from '../webgpu/adapter-words.js';
import { adapterOptions, findDawn, loadDawn, probeAdapter, type Probe } from '../webgpu/dawn.js';
import { DawnPump } from '../webgpu/dawn-pump.js';
import { graphicsDevice, graphicsMemory } from '../webgpu/graphics-devices.js';
import { registerWebGpuKernels } from '../webgpu/kernels.js';
import { readSynchronously, type WebGpuBackend } from '../webgpu/synchronous-reads.js';
import type { BackendKind, BackendStart, Unavailable } from './backend.js';
import { assertBackendComputes } from './probe.js';

const drivers = 'sudo apt install libvulkan1 mesa-vulkan-drivers';

export const webgpu: BackendKind = {
  name: 'webgpu',
  async start(asked): Promise<BackendStart> {
    if (asked !== 'by name' && process.env['BACKSTEP_WEBGPU'] === 'none') {
      return { kind: 'unavailable', reason: 'BACKSTEP_WEBGPU is set to “none”' };
    }
    const device = graphicsDevice();
    if (device === undefined && asked !== 'by name') {
      return { kind: 'unavailable', reason: 'this machine shows no graphics device that could compute' };
    }
    const entry = findDawn();
    if (entry === undefined) {
      return {
        kind: 'unavailable',
        reason: `the package “webgpu” is not installed for ${process.platform} ${process.arch}`,
        change: 'npm ci',
      };
    }
    const probe = await probeAdapter(entry);
    if (probe.kind !== 'adapter') return withoutAdapter(probe, device);
    const { adapter } = probe;
    if (isSoftware(adapter) && asked !== 'by name') {
      return {
        kind: 'unavailable',
        reason: `its only adapter is ${nameOf(adapter)}, which computes on the CPU, slower than wasm`,
        change: 'backstep run <experiment> --backend webgpu',
      };
    }
    try {
      await (running ??= start(entry));
      await tf.setBackend('webgpu');
      assertBackendComputes('webgpu');
    } catch (error) {
      running = undefined;
      return {
        kind: 'unavailable',
        reason: `${nameOf(adapter)} does not compute: ${messageOf(error)}`,
      };
    }
    return { kind: 'works', device: deviceWords(adapter, isSoftware(adapter) ? undefined : graphicsMemory()) };
  },
};

let running: Promise<void> | undefined;

async function start(entry: string): Promise<void> {
  const { create, globals } = await loadDawn(entry);
  // TensorFlow.js takes the classes and constants for a browser's own.
  Object.assign(globalThis, globals);
  const pump = new DawnPump();
  const gpu = create([]);
  const adapter = await pump.catching(() => gpu.requestAdapter(adapterOptions));
  if (!adapter) throw new Error('the adapter has gone');
  const { limits } = adapter;
  const device = await pump.catching(() =>
    adapter.requestDevice({
      requiredLimits: Object.fromEntries(neededLimits.map((name) => [name, limits[name]])),
    }),
  );
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  Object.defineProperty(globalThis.navigator ?? makeNavigator(), 'gpu', { value: gpu, configurable: true });
  // Where an op is computed must follow from the op alone, so that equal steps have equal bits.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  // Of the ways to multiply matrices, one adds up in whatever order the threads come; this one does not.
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', MATMUL_PACKED);
  const backend = new WebGPUBackend(device, adapter.info);
  readSynchronously(backend as unknown as WebGpuBackend, pump);
  registerWebGpuKernels();
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => backend, 3);
}

/** `MatmulProgramType` of TensorFlow.js, which does not export it. */
const MATMUL_PACKED = 3;

/** All that the GPU has, as TensorFlow.js asks for in a browser. */
const neededLimits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** Node has one from version 21 on. */
function makeNavigator(): object {
  const navigator = {};
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  return navigator;
}

function withoutAdapter(probe: Exclude<Probe, { kind: 'adapter' }>, device: string | undefined): Unavailable {
  if (probe.kind === 'failed') return { kind: 'unavailable', reason: `Dawn does not start: ${probe.reason}` };
  const stays = device === undefined ? '' : `; ${device} stays unused`;
  if (/libvulkan/.test(probe.log)) {
    return { kind: 'unavailable', reason: `the Vulkan loader is not installed${stays}`, change: drivers };
  }
  return process.platform === 'linux'
    ? { kind: 'unavailable', reason: `Vulkan finds no driver that is new enough${stays}`, change: drivers }
    : { kind: 'unavailable', reason: 'the system gives no adapter for WebGPU' };
}

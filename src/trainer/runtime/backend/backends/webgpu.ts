/** WebGPU by Dawn. This version does not bring it, and says so. */
import { readdirSync } from 'node:fs';
import type { BackendKind } from './backend.js';

export const webgpu: BackendKind = {
  name: 'webgpu',
  async start() {
    const device = renderDevice();
    const gpu = device ? `; the graphics device ${device} stays unused` : '';
    return { kind: 'unavailable', reason: `WebGPU is not part of this version of Backstep${gpu}` };
  },
};

/** Linux names graphics devices that can compute here; elsewhere nothing is said about them. */
function renderDevice(): string | undefined {
  try {
    const name = readdirSync('/dev/dri').find((entry) => entry.startsWith('renderD'));
    return name && `/dev/dri/${name}`;
  } catch (error) {
    // No such folder: no such device.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

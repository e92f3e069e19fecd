/** What the system tells about graphics devices without asking a driver: quick enough for every start. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where Linux has the GPUs that can compute; `/dev/dxg` is Windows' under WSL. */
const devices = ['/dev/dxg', '/dev/nvidia0', '/dev/kgsl-3d0', '/dev/mali0'];

/** A device that may be a GPU; macOS and Windows always have one, and do not name it here. `undefined` where there is none. */
export function graphicsDevice(platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform !== 'linux') return 'the graphics device';
  const render = entries('/dev/dri').find((entry) => entry.startsWith('renderD'));
  return render ? `/dev/dri/${render}` : devices.find((device) => existsSync(device));
}

/** Of the one graphics card, where Linux tells it (amdgpu does). */
export function graphicsMemory(): number | undefined {
  const sizes = entries('/sys/class/drm')
    .map((entry) => path.join('/sys/class/drm', entry, 'device/mem_info_vram_total'))
    .filter((file) => existsSync(file) && /card\d+$/.test(path.dirname(path.dirname(file))));
  if (sizes.length !== 1) return undefined;
  const bytes = Number(readFileSync(sizes[0]!, 'utf8'));
  return bytes > 0 ? bytes : undefined;
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

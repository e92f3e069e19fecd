/** What an adapter is called for a person, and whether it is a GPU at all. Knows the words of Dawn's reports alone. */
import type { AdapterFacts } from './dawn.js';

/** Programs that draw on the CPU, by the names that they give themselves. */
const software = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

export function isSoftware(adapter: AdapterFacts): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter;
  return isFallbackAdapter || software.test([vendor, architecture, device, description].join(' '));
}

const brands: Readonly<Record<string, string>> = {
  geforce: 'GeForce',
  radeon: 'Radeon',
  tesla: 'Tesla',
  quadro: 'Quadro',
  graphics: 'Graphics',
  intel: 'Intel',
  apple: 'Apple',
  qualcomm: 'Qualcomm',
  adreno: 'Adreno',
  mali: 'Mali',
  laptop: 'Laptop',
  llvmpipe: 'llvmpipe',
  iris: 'Iris',
  super: 'Super',
  max: 'Max',
  pro: 'Pro',
  ultra: 'Ultra',
  ti: 'Ti',
  xe: 'Xe',
  arc: 'Arc',
};

/** `NVIDIA GeForce RTX 4090`; browsers make `nvidia-geforce-rtx-4090` of it. */
export function nameOf(adapter: AdapterFacts): string {
  const { vendor, architecture, device } = adapter;
  // Software names its compiler too, which says nothing to a person.
  if (isSoftware(adapter)) return adapter.description.split(/[:(]/)[0]!.trim() || device || vendor || 'unnamed';
  const named = device || [vendor, architecture].filter(Boolean).join('-');
  if (named === '') return 'unnamed';
  const words = named.split(/[-\s]+/).filter(Boolean);
  return words.map((word) => brands[word.toLowerCase()] ?? word.toUpperCase()).join(' ');
}

/** For the status bar: `GPU: NVIDIA GeForce RTX 4090, 24 GB (WebGPU)`. `memoryBytes` where the system tells it. */
export function deviceWords(adapter: AdapterFacts, memoryBytes?: number): string {
  if (isSoftware(adapter)) return `CPU as a GPU: ${nameOf(adapter)} (WebGPU)`;
  const memory = memoryBytes === undefined ? '' : `, ${Math.round(memoryBytes / 2 ** 30)} GB`;
  return `GPU: ${nameOf(adapter)}${memory} (WebGPU)`;
}

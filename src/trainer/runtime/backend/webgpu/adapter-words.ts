/** What an adapter is called for a person, and whether it is a GPU at all. Knows the words of Dawn's reports alone. */
import type { AdapterFacts } from './dawn.js';

/** Programs that draw on the CPU, by the names that they give themselves. */
const software = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

export function isSoftware(adapter: AdapterFacts): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter;
  return isFallbackAdapter || software.test([vendor, architecture, device, description].join(' '));
}

/** Names that are neither abbreviations nor plain words. */
const brands: Readonly<Record<string, string>> = {
  nvidia: 'NVIDIA',
  geforce: 'GeForce',
  llvmpipe: 'llvmpipe',
  max: 'Max',
  pro: 'Pro',
  ti: 'Ti',
  xe: 'Xe',
  arc: 'Arc',
};

function cased(word: string): string {
  const plain = word.length > 3 && !/\d/.test(word);
  return brands[word.toLowerCase()] ?? (plain ? word[0]!.toUpperCase() + word.slice(1) : word.toUpperCase());
}

/** `NVIDIA GeForce RTX 4090`; browsers make `nvidia-geforce-rtx-4090` of it. */
export function nameOf(adapter: AdapterFacts): string {
  const { vendor, architecture, device } = adapter;
  // Software names its compiler too, which says nothing to a person.
  if (isSoftware(adapter)) return adapter.description.split(/[:(]/)[0]!.trim() || device || vendor || 'unnamed';
  const named = device || [vendor, architecture].filter(Boolean).join('-');
  if (named === '') return 'unnamed';
  const words = named.split(/[-\s]+/).filter(Boolean);
  return words.map(cased).join(' ');
}

/** For the status bar: `GPU: NVIDIA GeForce RTX 4090, 24 GB (WebGPU)`. `memoryBytes` where the system tells it. */
export function deviceWords(adapter: AdapterFacts, memoryBytes?: number): string {
  if (isSoftware(adapter)) return `CPU as a GPU: ${nameOf(adapter)} (WebGPU)`;
  const memory = memoryBytes === undefined ? '' : `, ${Math.round(memoryBytes / 2 ** 30)} GB`;
  return `GPU: ${nameOf(adapter)}${memory} (WebGPU)`;
}

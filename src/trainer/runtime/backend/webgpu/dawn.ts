/**
 * Dawn, the implementation of WebGPU in Chromium, as a Node addon: whether it is here, and what it
 * finds. Loaded by nobody else, and only where the webgpu backend is tried. Knows no tensors.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The package `webgpu`. */
export interface Dawn {
  create(options: string[]): GPU;
  /** The classes and constants that a browser has as globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** An adapter in a browser's words; any of them can be empty. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
}

export type Probe =
  | { readonly kind: 'adapter'; readonly adapter: AdapterFacts }
  /** What Dawn said about it, where it said anything. */
  | { readonly kind: 'none'; readonly log: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** A cold driver may compile for seconds; one that takes longer hangs. */
const PROBE_MS = 15_000;

/** The package's entry, where it is installed and has a build for this platform. */
export function findDawn(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve('webgpu');
    const build = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
    return existsSync(path.join(path.dirname(entry), 'dist', build, 'dawn.node')) ? entry : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

export async function loadDawn(entry: string): Promise<Dawn> {
  return (await import(pathToFileURL(entry).href)) as Dawn;
}

export const adapterOptions: GPURequestAdapterOptions = { powerPreference: 'high-performance' };

const probeCode = `
import(process.argv[1]).then(async ({ create }) => {
  const adapter = await create([]).requestAdapter(${JSON.stringify(adapterOptions)});
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  const facts = adapter && { vendor, architecture, device, description, isFallbackAdapter };
  process.stdout.write(JSON.stringify({ facts }), () => process.exit(0));
});`;

/**
 * Asks for an adapter in a process of its own: a driver that crashes or hangs takes nothing with it,
 * and what Dawn prints straight to the terminal stays unseen.
 */
export function probeAdapter(entry: string, limitMs = PROBE_MS): Promise<Probe> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', probeCode, pathToFileURL(entry).href], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let said = '';
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    child.on('error', (error) => resolve({ kind: 'failed', reason: error.message }));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(probeOf(said, log));
      else if (signal === 'SIGKILL') {
        resolve({ kind: 'failed', reason: `the graphics driver gave no answer in ${limitMs / 1000} s` });
      } else resolve({ kind: 'failed', reason: lastLine(log) ?? `Dawn ended with ${signal ?? `exit code ${code}`}` });
    });
  });
}

function probeOf(said: string, log: string): Probe {
  const { facts } = JSON.parse(said) as { readonly facts: AdapterFacts | null };
  return facts ? { kind: 'adapter', adapter: facts } : { kind: 'none', log };
}

function lastLine(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trim());
  return lines.find((line) => /^(\w*Error|Error)\b/.test(line)) ?? lines.find((line) => line !== '');
}

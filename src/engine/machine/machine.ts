/** The machine as far as an engine asks: system, processor, C library, NVIDIA driver, system libraries. Looks; changes nothing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { readOptional } from '../disk/read-optional.js';
import type { SystemLibraries } from '../index/wheel-name.js';

export interface Machine extends SystemLibraries {
  /** `linux-x64` */
  readonly platform: string;
  /** Whether the processor has AVX, which TensorFlow's library for x86 needs; undefined where it cannot be told. */
  readonly avx?: boolean;
  readonly nvidia?: NvidiaDriver;
}

export interface NvidiaDriver {
  /** `550.54.14`, where it can be told. */
  readonly version?: string;
  /** GPUs by name, where they can be told. */
  readonly gpus: readonly string[];
}

const DRIVER_VERSION = '/proc/driver/nvidia/version';
const LIBRARY_FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib'];

export async function lookAtMachine(): Promise<Machine> {
  const platform = `${process.platform}-${process.arch}`;
  const cpuInfo = process.platform === 'linux' ? readOptional('/proc/cpuinfo') : undefined;
  return {
    platform,
    glibc: process.platform === 'linux' ? glibcVersion() : undefined,
    macos: process.platform === 'darwin' ? macosVersion(os.release()) : undefined,
    avx: platform === 'linux-x64' && cpuInfo !== undefined ? hasAvx(cpuInfo) : undefined,
    nvidia: process.platform === 'linux' ? await nvidiaDriver() : undefined,
  };
}

export function hasAvx(cpuInfo: string): boolean | undefined {
  const flags = /^flags\s*:\s*(.*)$/m.exec(cpuInfo)?.[1];
  return flags === undefined ? undefined : flags.split(/\s+/).includes('avx');
}

/** Darwin 20 is macOS 11, and so on up to Darwin 24 and macOS 15; from Darwin 25 on it is macOS 26. */
export function macosVersion(darwin: string): string {
  const major = Number(darwin.split('.')[0]);
  return `${major >= 25 ? major + 1 : major - 9}.0`;
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb …` and the open module's like. */
export function driverVersion(text: string): string | undefined {
  return /NVRM version:.*?\s(\d{3}\.\d+(?:\.\d+)?)\s/.exec(text)?.[1];
}

async function nvidiaDriver(): Promise<NvidiaDriver | undefined> {
  const loaded = readOptional(DRIVER_VERSION);
  const library = LIBRARY_FOLDERS.some((folder) => existsSync(`${folder}/libnvidia-ml.so.1`));
  const listed = await run('nvidia-smi', ['--query-gpu=driver_version,name', '--format=csv,noheader']);
  const rows = (listed ?? '')
    .split('\n')
    .map((row) => row.split(',').map((cell) => cell.trim()))
    .filter(([version, name]) => name && /^\d+\.\d+/.test(version ?? ''));
  // The library alone comes with packages too; with a device it is a driver.
  const present = loaded !== undefined || rows.length > 0 || (library && existsSync('/dev/nvidiactl'));
  if (!present) return undefined;
  return { version: rows[0]?.[0] ?? driverVersion(loaded ?? ''), gpus: rows.map(([, name]) => name!) };
}

function glibcVersion(): string | undefined {
  // Newer Nodes can leave out the network, whose names take seconds to look up where there is none.
  if (process.report && 'excludeNetwork' in process.report) process.report.excludeNetwork = true;
  const report = process.report?.getReport() as
    { readonly header?: { readonly glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: 10_000 }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}

/**
 * NVIDIA's libraries that TensorFlow's CUDA wheel asks for by package: which parts of the packages are
 * needed, and which libraries the system has already, in a version that fits. Where it finds them, nothing is fetched.
 */
import { execFile } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../engine-failure.js';
import { satisfies, type Requirement } from '../index/versions.js';

/** The library by which a package's presence is told, where its file names carry the package's version. */
const libraries: Readonly<Record<string, string>> = {
  'nvidia-cublas-cu12': 'libcublas.so',
  'nvidia-cuda-nvrtc-cu12': 'libnvrtc.so',
  'nvidia-cuda-runtime-cu12': 'libcudart.so',
  'nvidia-cudnn-cu12': 'libcudnn.so',
  'nvidia-cufft-cu12': 'libcufft.so',
  'nvidia-curand-cu12': 'libcurand.so',
  'nvidia-cusolver-cu12': 'libcusolver.so',
  'nvidia-cusparse-cu12': 'libcusparse.so',
  'nvidia-nccl-cu12': 'libnccl.so',
  'nvidia-nvjitlink-cu12': 'libnvJitLink.so',
};

/** What of a package's wheel is unpacked: shared libraries, and what compiles kernels for newer GPUs. */
export function isNeededOfNvidia(entry: string): boolean {
  return /^nvidia\/[^/]+\/(lib\/[^/]+\.so(\.\d+)*|bin\/(ptxas|nvlink|fatbinary)|nvvm\/libdevice\/.+\.bc)$/.test(entry);
}

/** Programs among them: a wheel's files come without the right to be run. */
export function isProgram(entry: string): boolean {
  return /\/bin\/[^/]+$/.test(entry);
}

export interface SystemLibrary {
  /** `libcublas.so.12` */
  readonly name: string;
  readonly file: string;
}

/** What the loader knows, and the usual folders of CUDA's own installer. */
export async function systemLibraries(environment: NodeJS.ProcessEnv): Promise<SystemLibrary[]> {
  const cached = await new Promise<string>((resolve) => {
    execFile(
      'ldconfig',
      ['-p'],
      {
        timeout: 10_000,
        maxBuffer: 16 << 20,
        env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/sbin:/usr/sbin` },
      },
      (error, stdout) => resolve(error ? '' : stdout),
    );
  });
  const folders = [
    ...(environment['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean),
    ...[environment['CUDA_HOME'], environment['CUDA_PATH'], '/usr/local/cuda']
      .filter((folder) => folder !== undefined && folder !== '')
      .map((folder) => path.join(folder!, 'lib64')),
  ];
  return [...folders.flatMap(listLibraries), ...parseLoaderCache(cached)];
}

/** `	libcublas.so.12 (libc6,x86-64) => /usr/lib/…/libcublas.so.12` */
export function parseLoaderCache(text: string): SystemLibrary[] {
  return [...text.matchAll(/^\s+(\S+) \(.*\) => (\S+)$/gm)].map(([, name, file]) => ({ name: name!, file: file! }));
}

/**
 * The folder on the system that has a requirement's library in a version that fits. The version is that
 * of the real file's name (`libcublas.so.12.5.3.2`); one that does not tell is not trusted.
 */
export function foundOnSystem(
  requirement: Requirement,
  system: readonly SystemLibrary[],
  realFile: (file: string) => string | undefined = realFileOf,
): string | undefined {
  const library = libraries[requirement.name];
  if (library === undefined) return undefined;
  for (const { name, file } of system) {
    if (!name.startsWith(`${library}.`)) continue;
    const real = realFile(file);
    const version = real === undefined ? undefined : /\.so\.(\d+\.\d+(?:\.\d+)+)$/.exec(real)?.[1];
    if (version !== undefined && satisfies(version, requirement.specifiers)) return path.dirname(file);
  }
  return undefined;
}

function listLibraries(folder: string): SystemLibrary[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.includes('.so.'))
      .map((name) => ({ name, file: path.join(folder, name) }));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

function realFileOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

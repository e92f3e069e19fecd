import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { EngineFailure, EngineObstacles } from '../../../src/engine/engine-failure.js';
import { requirementsOfExtra } from '../../../src/engine/index/versions.js';
import { installEngine } from '../../../src/engine/jobs/install.js';
import { engineStatusNow } from '../../../src/engine/jobs/status.js';
import { foundOnSystem, isNeededOfNvidia, parseLoaderCache } from '../../../src/engine/machine/cuda-libraries.js';
import { driverVersion } from '../../../src/engine/machine/machine.js';
import { FakeIndex, tensorflowWheel, testContext, tinyWheel } from './support.js';

// Lines of the METADATA of tensorflow 2.21.0 for Linux x64, with two of its twelve NVIDIA packages.
const metadata = `Metadata-Version: 2.1
Name: tensorflow
Version: 2.21.0
Requires-Dist: absl-py>=1.0.0
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cuda-nvcc-cu12<13.0,>=12.5.82; extra == "and-cuda"
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32" and python_version < "3.13") and extra == "gcs-filesystem"

Requires-Dist: not-a-header; extra == "and-cuda"
`;

const linux = 'manylinux_2_27_x86_64';
const nvidia = { version: '560.35.03', gpus: ['NVIDIA H200'] };
const seesGpu = "process.send({ kind: 'proven', version: '2.21.0', gpu: true }, () => process.exit(0));";

function offered() {
  const cublas = (version: string) => ({
    name: `nvidia_cublas_cu12-${version}-py3-none-${linux}.whl`,
    content: tinyWheel({
      'nvidia/cublas/lib/libcublas.so.12': `cublas ${version}`,
      'nvidia/cublas/include/cublas.h': '',
      'nvidia/__init__.py': '',
    }),
  });
  return {
    tensorflow: [
      {
        name: `tensorflow-2.21.0-cp312-cp312-${linux}.whl`,
        content: tensorflowWheel({ 'tensorflow-2.21.0.dist-info/METADATA': metadata }),
      },
    ],
    'tensorflow-cpu': [{ name: `tensorflow_cpu-2.21.0-cp312-cp312-${linux}.whl`, content: tensorflowWheel() }],
    'nvidia-cublas-cu12': [cublas('12.5.3.2'), cublas('12.9.1.4'), cublas('12.1.0.26'), cublas('13.0.0.1')],
    'nvidia-cuda-nvcc-cu12': [
      {
        name: `nvidia_cuda_nvcc_cu12-12.6.85-py3-none-${linux}.whl`,
        content: tinyWheel({
          'nvidia/cuda_nvcc/bin/ptxas': '#!',
          'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': '',
        }),
      },
    ],
  };
}

describe('an NVIDIA driver', () => {
  test('makes TensorFlow with CUDA the choice, with NVIDIA’s own packages beside it', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, { machine: { nvidia }, proof: seesGpu });
    const { plan } = await engineStatusNow(context, true);
    expect(plan).toMatchObject({
      flavor: 'cuda',
      because: 'an NVIDIA driver is present (560.35.03, NVIDIA H200)',
      packages: [
        { name: 'tensorflow' },
        { file: `nvidia_cublas_cu12-12.9.1.4-py3-none-${linux}.whl` },
        { name: 'nvidia-cuda-nvcc-cu12' },
      ],
    });
    const { installed } = await installEngine(context, { force: false });
    expect(installed).toMatchObject({ flavor: 'cuda' });
    const { folder } = installed!;
    expect(readFileSync(path.join(folder, 'nvidia/cublas/lib/libcublas.so.12'), 'utf8')).toBe('cublas 12.9.1.4');
    expect(readdirSync(path.join(folder, 'nvidia')).sort()).toEqual(['cublas', 'cuda_nvcc']);
    expect(readdirSync(path.join(folder, 'nvidia/cublas'))).toEqual(['lib']);
    expect(statSync(path.join(folder, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'engine.json'), 'utf8')) as {
      environment: Record<string, string>;
    };
    expect(manifest.environment['LD_LIBRARY_PATH']).toMatch(/^\{engine\}\/lib:\{engine\}\/nvidia\/cublas\/lib:/);
    const gone = { ...context, machine: { ...context.machine, nvidia: undefined } };
    expect((await engineStatusNow(gone, false)).installed?.trouble).toMatch(/no NVIDIA driver any more/);
  });

  test('that the library cannot use: told with what it says, nothing switched', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, {
      machine: { nvidia },
      proof: `console.error('Could not find cuda drivers on your machine, GPU will not be used.');
        process.send({ kind: 'proven', version: '2.21.0', gpu: false }, () => process.exit(0));`,
    });
    const error = await installEngine(context, { force: false }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineFailure);
    expect((error as EngineFailure).message).toMatch(/finds no GPU that it can use/);
    expect((error as EngineFailure).hint).toContain('--flavor cpu');
    expect((error as EngineFailure).log).toContain('Could not find cuda drivers');
    expect((await engineStatusNow(context, false)).installed).toBeUndefined();
  });

  test('is left alone where the processor’s version is asked for', async () => {
    const index = await FakeIndex.start(offered());
    const context = testContext(index.url, { machine: { nvidia } });
    expect((await installEngine(context, { force: false, flavor: 'cpu' })).installed?.flavor).toBe('cpu');
  });

  test('where there are no CUDA packages: the processor’s version, and why; asked for, an obstacle', async () => {
    const machine = { nvidia, platform: 'linux-arm64' };
    const index = await FakeIndex.start({
      tensorflow: [{ name: 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl', content: tensorflowWheel() }],
    });
    const { plan } = await engineStatusNow(testContext(index.url, { machine }), true);
    expect(plan).toMatchObject({ flavor: 'cpu', packages: [{ name: 'tensorflow' }] });
    expect(plan!.because).toMatch(/no CUDA packages for linux-arm64/);
    const error = await installEngine(testContext(index.url, { machine }), { force: false, flavor: 'cuda' }).catch(
      (reason: unknown) => reason,
    );
    expect((error as EngineObstacles).obstacles).toMatchObject([{ kind: 'platform' }]);
  });

  test('an index without NVIDIA’s packages is an obstacle each', async () => {
    const { tensorflow } = offered();
    const index = await FakeIndex.start({ tensorflow });
    const context = testContext(index.url, { machine: { nvidia } });
    const error = await installEngine(context, { force: false }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineObstacles);
    expect((error as EngineObstacles).obstacles.map(({ kind }) => kind)).toEqual(['index', 'index']);
    expect(index.downloads).toEqual([]);
  });
});

describe('what is asked for and what is there', () => {
  test('requirements of an extra, from the headers alone', () => {
    expect(requirementsOfExtra(metadata, 'and-cuda')).toEqual([
      { name: 'nvidia-cublas-cu12', specifiers: '<13.0,>=12.5.3.2' },
      { name: 'nvidia-cuda-nvcc-cu12', specifiers: '<13.0,>=12.5.82' },
    ]);
  });

  test('a library of the system serves only in a version that fits, told by its real name', () => {
    const cache = parseLoaderCache(`2 libs found in cache
\tlibcublas.so.12 (libc6,x86-64) => /usr/lib/libcublas.so.12
\tlibcublasLt.so.12 (libc6,x86-64) => /usr/lib/libcublasLt.so.12
`);
    expect(cache.map(({ name }) => name)).toEqual(['libcublas.so.12', 'libcublasLt.so.12']);
    const needs = { name: 'nvidia-cublas-cu12', specifiers: '<13.0,>=12.5.3.2' };
    const real = (version: string) => (file: string) => file.replace(/so\.12$/, `so.${version}`);
    expect(foundOnSystem(needs, cache, real('12.6.4.1'))).toBe('/usr/lib');
    expect(foundOnSystem(needs, cache, real('12.1.0.26'))).toBeUndefined();
    expect(foundOnSystem(needs, cache, real('12'))).toBeUndefined();
    expect(foundOnSystem({ name: 'nvidia-cuda-nvcc-cu12', specifiers: '' }, cache, real('12.6.4.1'))).toBeUndefined();
  });

  test('of NVIDIA’s wheels the libraries and the kernels’ compiler', () => {
    const wheel = [
      ...['nvidia/cudnn/lib/libcudnn.so.9', 'nvidia/cudnn/include/cudnn.h', 'nvidia/cublas/lib/libnvblas.so.12'],
      ...['nvidia/cuda_nvcc/bin/ptxas', 'nvidia/cuda_nvcc/bin/cicc', 'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc'],
      ...['nvidia/__init__.py', '../nvidia/x/lib/evil.so', 'nvidia/../../lib/evil.so'],
    ];
    expect(wheel.filter(isNeededOfNvidia)).toEqual([wheel[0], wheel[2], wheel[3], wheel[5]]);
  });

  test('the driver’s version, of both kinds of kernel module', () => {
    const closed =
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version:';
    const open = 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build  (dvs-builder)';
    expect([closed, open, ''].map(driverVersion)).toEqual(['550.54.14', '560.35.03', undefined]);
  });
});

// Builds everything into dist/: Node entries with esbuild, the renderer with Vite, Monaco's typings.
// `build()` does only what is out of date, so that a start finds a finished build in milliseconds.
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

// Native modules and packages that find files beside themselves stay in node_modules.
const external = ['electron', 'sharp', '@parcel/watcher', '@node-rs/crc32', '@swc/wasm-typescript', 'webgpu'];
// CommonJS packages inside our ES modules find what they expect.
const commonJsNames = [
  "import { createRequire as $createRequire } from 'node:module';",
  'const require = $createRequire(import.meta.url);',
  "const $filename = require('node:url').fileURLToPath(import.meta.url), $dirname = require('node:path').dirname($filename);",
].join(' ');

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  logLevel: 'warning',
  external,
  mainFields: ['module', 'main'],
  absWorkingDir: root,
};

/** esbuild, loaded only where something is out of date: a warm start does not wait for it. */
async function bundle(options) {
  const { build } = await import('esbuild');
  await build({ ...common, ...options });
}

function bundleModule(options) {
  return bundle({
    format: 'esm',
    banner: { js: commonJsNames },
    define: { __dirname: '$dirname', __filename: '$filename' },
    ...options,
  });
}

/** AssemblyScript to WebAssembly that imports its memory and has no data of its own. */
async function compileLoops(outFile) {
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main([
    path.join(root, 'src/trainer/runtime/backend/wasm/assembly/index.ts'),
    ...['--outFile', outFile, '--baseDir', root],
    ...['-O3', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noExportMemory'],
    // Addresses are 32-bit here, and stay so.
    ...['--disableWarning', '201'],
  ]);
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
}

/** Each part is built into a folder of its own (`outdir`), which then takes the place of the old one. */
const parts = {
  trainer: {
    inputs: [
      'src/trainer',
      'src/shared',
      'scripts/tfjs-native.mjs',
      'scripts/trainer-modules.mjs',
      'package-lock.json',
    ],
    async build(outdir) {
      const { tfjsNative } = await import('./tfjs-native.mjs');
      const { apartFolder, modulesApart } = await import('./trainer-modules.mjs');
      await bundleModule({
        splitting: true,
        plugins: [tfjsNative()],
        entryPoints: {
          main: 'src/trainer/main.ts',
          api: 'src/trainer/loader/experiment-api.ts',
          tfjs: 'src/trainer/loader/experiment-tfjs.ts',
          loader: 'src/trainer/loader/loader-hooks.ts',
          'debug-thread': 'src/trainer/dap/debug-thread.ts',
          // A file of its own, so that V8's debugger can be told to stop nowhere else.
          'stopping-place': 'src/trainer/dap/stopping-place.ts',
          'image-worker': 'src/trainer/runtime/data/image-worker.ts',
          'summary-worker': 'src/trainer/runtime/summaries/summary-worker.ts',
          ...modulesApart,
        },
        outdir,
      });
      await rm(path.join(outdir, apartFolder), { recursive: true });
      const wasm = path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
      for (const name of await readdir(wasm)) {
        if (name.endsWith('.wasm')) await cp(path.join(wasm, name), path.join(outdir, name));
      }
    },
  },
  // The trainer's hot loops, compiled to WebAssembly; beside the trainer, for tests run it from its sources.
  loops: {
    inputs: ['src/trainer/runtime/backend/wasm/assembly', 'package-lock.json'],
    build: (outdir) => compileLoops(path.join(outdir, 'training-loops.wasm')),
  },
  server: {
    inputs: ['src/server', 'src/shared', 'package-lock.json'],
    build: (outdir) =>
      bundleModule({
        entryPoints: {
          main: 'src/server/main.ts',
          'log-worker': 'src/server/logs/log-worker.ts',
        },
        outdir,
      }),
  },
  // Model files by others, read by a process of its own for server, command line and trainer.
  reader: {
    inputs: ['src/reader', 'src/shared', 'package-lock.json'],
    build: (outdir) =>
      bundleModule({
        entryPoints: { main: 'src/reader/main.ts', watch: 'src/reader/watch.ts' },
        outdir,
        // The library for HDF5 is loaded for HDF5 alone.
        splitting: true,
      }),
  },
  cli: {
    inputs: ['src/cli', 'src/shared', 'package-lock.json'],
    // What only some commands need is loaded by them alone.
    build: (outdir) => bundleModule({ entryPoints: { main: 'src/cli/main.ts' }, outdir, splitting: true }),
  },
  // Sets up native TensorFlow: a process of its own, and the one that proves what it made.
  engine: {
    inputs: ['src/engine', 'src/shared', 'package-lock.json'],
    build: (outdir) =>
      bundleModule({ entryPoints: { main: 'src/engine/main.ts', proof: 'src/engine/proof.ts' }, outdir }),
  },
  electron: {
    inputs: ['electron', 'src/shared', 'package-lock.json'],
    build: (outdir) =>
      bundle({
        format: 'cjs',
        entryPoints: { main: 'electron/main.ts', preload: 'electron/preload.ts' },
        outExtension: { '.js': '.cjs' },
        outdir,
      }),
  },
  typings: {
    inputs: ['src/trainer/api.ts', 'src/trainer/runtime', 'src/shared', 'scripts/typings.mjs', 'package-lock.json'],
    build: async (outdir) => {
      const { writeTypings } = await import('./typings.mjs');
      await writeTypings(outdir);
    },
  },
  renderer: {
    inputs: ['renderer', 'src/shared', 'package-lock.json'],
    async build(outdir) {
      const { build } = await import('vite');
      const configFile = path.join(root, 'renderer/vite.config.ts');
      await build({ configFile, logLevel: 'warn', build: { outDir: outdir, emptyOutDir: true } });
    },
  },
};

async function* files(entry) {
  const info = await stat(entry).catch(() => undefined);
  if (!info) return;
  if (!info.isDirectory()) {
    yield [entry, info];
    return;
  }
  for (const name of (await readdir(entry)).sort()) yield* files(path.join(entry, name));
}

/** Names, sizes and times of a part's inputs: cheap to take, and enough to see an edit. */
async function stamp(part) {
  const hash = createHash('sha256');
  for (const input of [...part.inputs, 'scripts/build.mjs']) {
    for await (const [file, info] of files(path.join(root, input))) {
      hash.update(`${file}:${info.size}:${info.mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/**
 * Builds the parts that are out of date (all of those in `only` with `force`); `say` gets a line of progress each.
 * @param {{ only?: string[], force?: boolean, say?: (line: string) => void }} [options]
 */
export async function build({ only, force = false, say = () => {} } = {}) {
  for (const name of only ?? []) if (!(name in parts)) throw new Error(`there is no part “${name}” to build`);
  for (const [name, part] of Object.entries(parts)) {
    if (only && !only.includes(name)) continue;
    const current = async () =>
      (await stamp(part)) === (await readFile(path.join(dist, name, '.stamp'), 'utf8').catch(() => ''));
    if (!force && (await current())) continue;
    await mkdir(dist, { recursive: true });
    const unlock = await lock(path.join(dist, `.lock-${name}`));
    try {
      // Another build may have done it in the meantime.
      if (!force && (await current())) continue;
      await buildPart(name, part, say);
    } finally {
      await unlock();
    }
  }
}

async function buildPart(name, part, say) {
  const began = performance.now();
  say(`building ${name}…`);
  const outdir = path.join(dist, `.next-${name}`);
  const old = path.join(dist, `.old-${name}`);
  const stampBefore = await stamp(part);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await part.build(outdir);
  await writeFile(path.join(outdir, '.stamp'), stampBefore);
  await rm(old, { recursive: true, force: true });
  await rename(path.join(dist, name), old).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(outdir, path.join(dist, name));
  await rm(old, { recursive: true, force: true });
  say(`built ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** One build of a part at a time, also across processes; the lock of a process that died is taken over. */
async function lock(file) {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
    const info = await stat(file).catch(() => undefined);
    if (info && !isAlive(owner) && Date.now() - info.mtimeMs > 1000) await rm(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  await build({ only: only.length ? only : undefined, force: process.argv.includes('--force'), say: console.error });
}

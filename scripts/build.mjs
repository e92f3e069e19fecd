// Builds everything into dist/: Node entries with esbuild, the renderer with Vite, Monaco's typings.
// `build()` does only what is out of date, so that a start finds a finished build in milliseconds.
import { build as esbuild } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

// Native modules and packages that find files beside themselves stay in node_modules.
const external = ['electron', 'sharp', '@parcel/watcher', '@node-rs/crc32', '@swc/wasm-typescript'];
const requireShim = "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);";

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

const parts = {
  trainer: {
    inputs: ['src/trainer', 'src/shared', 'package-lock.json'],
    async build() {
      await esbuild({
        ...common,
        format: 'esm',
        splitting: true,
        banner: { js: requireShim },
        entryPoints: {
          main: 'src/trainer/main.ts',
          api: 'src/trainer/api.ts',
          tfjs: 'src/trainer/tfjs.ts',
          loader: 'src/trainer/loader/loader-hooks.ts',
          'debug-thread': 'src/trainer/dap/debug-thread.ts',
          'image-worker': 'src/trainer/runtime/data/image-worker.ts',
        },
        outdir: 'dist/trainer',
      });
      const wasm = path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
      await mkdir(path.join(dist, 'trainer'), { recursive: true });
      for (const name of await readdir(wasm)) {
        if (name.endsWith('.wasm')) await cp(path.join(wasm, name), path.join(dist, 'trainer', name));
      }
    },
  },
  server: {
    inputs: ['src/server', 'src/shared', 'package-lock.json'],
    build: () =>
      esbuild({
        ...common,
        format: 'esm',
        banner: { js: requireShim },
        entryPoints: { main: 'src/server/main.ts' },
        outdir: 'dist/server',
      }),
  },
  cli: {
    inputs: ['src/cli', 'src/shared', 'package-lock.json'],
    build: () =>
      esbuild({
        ...common,
        format: 'esm',
        banner: { js: requireShim },
        entryPoints: { main: 'src/cli/main.ts' },
        outdir: 'dist/cli',
      }),
  },
  electron: {
    inputs: ['electron', 'src/shared', 'package-lock.json'],
    build: () =>
      esbuild({
        ...common,
        format: 'cjs',
        entryPoints: { main: 'electron/main.ts', preload: 'electron/preload.ts' },
        outExtension: { '.js': '.cjs' },
        outdir: 'dist/electron',
      }),
  },
  typings: {
    inputs: ['src/trainer/api.ts', 'src/trainer/runtime', 'src/shared', 'scripts/typings.mjs', 'package-lock.json'],
    build: async () => {
      const { writeTypings } = await import('./typings.mjs');
      await writeTypings(path.join(dist, 'typings'));
    },
  },
  renderer: {
    inputs: ['renderer', 'src/shared', 'package-lock.json'],
    async build() {
      const { build } = await import('vite');
      await build({ configFile: path.join(root, 'renderer/vite.config.ts'), logLevel: 'warn' });
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
    for await (const [file, info] of files(path.join(root, input))) hash.update(`${file}:${info.size}:${info.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export async function build({ only, force = false, say = () => {} } = {}) {
  for (const [name, part] of Object.entries(parts)) {
    if (only && !only.includes(name)) continue;
    const file = path.join(dist, `.stamp-${name}`);
    const now = await stamp(part);
    if (!force && now === (await readFile(file, 'utf8').catch(() => ''))) continue;
    const began = performance.now();
    say(`building ${name}…`);
    if (name !== 'renderer') await rm(path.join(dist, name), { recursive: true, force: true });
    await part.build();
    await mkdir(dist, { recursive: true });
    await writeFile(file, now);
    say(`built ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  await build({ only: only.length ? only : undefined, force: process.argv.includes('--force'), say: console.error });
}

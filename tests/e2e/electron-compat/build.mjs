// A build of Backstep for Electron 9 (Chromium 83, Node 12), for tests alone: the product targets
// current Electron and carries none of this. The server and the trainer are the product's own build.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
const out = path.join(root, 'test-results/electron-compat');
const dist = path.join(out, 'dist');

/** Puts the shims before the page's and each worker's own code. */
function shims() {
  const file = path.join(here, 'page-shims.js');
  return {
    name: 'electron-9-shims',
    transform(code, id) {
      const entry = /renderer\/main\.tsx$/.test(id) || (this.getModuleInfo(id)?.isEntry && !id.endsWith('.html'));
      return entry && id !== file ? { code: `import ${JSON.stringify(file)};\n${code}`, map: null } : undefined;
    },
  };
}

async function buildRenderer() {
  await vite({
    configFile: path.join(root, 'renderer/vite.config.ts'),
    logLevel: 'error',
    plugins: [shims()],
    worker: { plugins: () => [shims()] },
    build: { outDir: path.join(dist, 'renderer'), emptyOutDir: true, target: 'chrome83', cssTarget: 'chrome83' },
  });
}

async function buildMain() {
  await esbuild({
    bundle: true,
    platform: 'node',
    target: 'node12',
    format: 'cjs',
    external: ['electron'],
    absWorkingDir: root,
    entryPoints: { main: 'electron/main.ts', preload: 'electron/preload.ts' },
    outExtension: { '.js': '.cjs' },
    outdir: path.join(dist, 'electron'),
    logLevel: 'error',
  });
  const main = path.join(dist, 'electron/main.cjs');
  await writeFile(main, (await readFile(path.join(here, 'main-shims.cjs'), 'utf8')) + (await readFile(main, 'utf8')));
}

/** Builds into test-results/electron-compat; returns the folder to start Electron with. */
export async function buildCompat() {
  const stamps = ['renderer', 'electron', 'server', 'trainer', 'typings', 'loops'];
  const stamp = [
    ...(await Promise.all(stamps.map((part) => readFile(path.join(root, 'dist', part, '.stamp'), 'utf8')))),
    ...(await Promise.all(
      ['build.mjs', 'page-shims.js', 'main-shims.cjs'].map((name) => readFile(path.join(here, name), 'utf8')),
    )),
  ].join('\n');
  const stampFile = path.join(out, '.stamp');
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return out;
  await rm(out, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  for (const part of ['server', 'trainer', 'typings', 'loops']) {
    await cp(path.join(root, 'dist', part), path.join(dist, part), { recursive: true });
  }
  const { name, productName, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  await writeFile(
    path.join(out, 'package.json'),
    JSON.stringify({ name, productName, version, type: 'module', main: 'dist/electron/main.cjs' }),
  );
  await symlink(path.join(root, 'assets'), path.join(out, 'assets'), 'junction');
  await Promise.all([buildMain(), buildRenderer()]);
  await writeFile(stampFile, stamp);
  return out;
}

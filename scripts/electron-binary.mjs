// Where Electron's binary is, or why it is not there. npm does not fetch it (.npmrc runs no install
// scripts), so it is fetched here, once, by the package's own installer; a failure is remembered so
// that later starts do not wait for it again.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const RETRY_AFTER_MS = 7 * 24 * 3600 * 1000;
const STALL_MS = 20_000;
const LIMIT_MS = 10 * 60_000;

/** The person's Backstep folder. */
export function backstepHome() {
  return process.env.BACKSTEP_HOME || path.join(os.homedir(), '.backstep');
}

function electronPackage() {
  try {
    const file = require.resolve('electron/package.json');
    return { folder: path.dirname(file), version: require(file).version };
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}

async function installedBinary(electron) {
  const name = await readFile(path.join(electron.folder, 'path.txt'), 'utf8').catch(() => defaultName());
  for (const folder of [process.env.ELECTRON_OVERRIDE_DIST_PATH, path.join(electron.folder, 'dist')]) {
    const file = folder && path.join(folder, name);
    if (file && existsSync(file)) return file;
  }
  return undefined;
}

function defaultName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/** A binary that is here already; nothing is fetched. `{ file }`, or `{ reason }` where there is none. */
export async function findElectron() {
  const named = process.env.BACKSTEP_ELECTRON;
  if (named) {
    return existsSync(named) ? { file: named } : { reason: `BACKSTEP_ELECTRON names ${named}, which is not there` };
  }
  const electron = electronPackage();
  if (!electron) return { reason: 'the electron package is not installed' };
  const file = await installedBinary(electron);
  return file ? { file } : { reason: `the binary of Electron ${electron.version} is not here`, electron };
}

/** Why no window could be shown even with a binary, or undefined. */
export function noWindowReason() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display';
  return undefined;
}

/** Finds Electron, else fetches it, unless that failed lately. `{ file }`, or `{ reason }`. */
export async function findOrFetchElectron({ say, force = false }) {
  const found = await findElectron();
  if (found.file || !found.electron) return found;
  const { electron } = found;
  const memory = path.join(backstepHome(), 'electron-fetch.json');
  if (!force) {
    const last = await readMemory(memory);
    if (last?.version === electron.version && Date.now() - last.failedAt < RETRY_AFTER_MS) {
      return { reason: `${last.reason}; “npm start -- --fetch-electron” tries again` };
    }
  }
  const reason = await fetchBinary(electron, say);
  if (!reason) {
    await rm(memory, { force: true });
    const file = await installedBinary(electron);
    return file ? { file } : { reason: 'Electron’s installer ended without a binary' };
  }
  await mkdir(path.dirname(memory), { recursive: true });
  await writeFile(memory, JSON.stringify({ version: electron.version, failedAt: Date.now(), reason }));
  return { reason };
}

async function readMemory(file) {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A half-written memory of a failure is no memory: the fetch is tried again.
    return undefined;
  }
}

/** Runs the package's own installer. Returns why it failed, or undefined. */
async function fetchBinary(electron, say) {
  say(`fetching Electron ${electron.version} (about 110 MB, once)…`);
  // A temporary folder of its own shows how far the download is, and whether it still moves.
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'backstep-electron-'));
  const child = spawn(process.execPath, [path.join(electron.folder, 'install.js')], {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary, TMP: temporary, TEMP: temporary, ELECTRON_GET_NO_PROGRESS: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  let killedBecause;
  child.stderr.on('data', (chunk) => (errors += chunk));
  const began = Date.now();
  let bytes = 0;
  let movedAt = began;
  let saidAt = began;
  const watch = setInterval(async () => {
    const now = await folderBytes(temporary);
    if (now !== bytes || existsSync(path.join(electron.folder, 'dist'))) movedAt = Date.now();
    bytes = now;
    if (bytes > 0 && Date.now() - saidAt > 2000) {
      saidAt = Date.now();
      say(`fetching Electron: ${(bytes / 1e6).toFixed(0)} MB`);
    }
    if (Date.now() - movedAt > STALL_MS) killedBecause = `its download host did not answer for ${STALL_MS / 1000} s`;
    else if (Date.now() - began > LIMIT_MS)
      killedBecause = `its download took longer than ${LIMIT_MS / 60_000} minutes`;
    if (killedBecause) child.kill('SIGKILL');
  }, 500);
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('close', resolve);
  });
  process.removeListener('exit', stop);
  clearInterval(watch);
  await rm(temporary, { recursive: true, force: true });
  if (code === 0) return undefined;
  await rm(path.join(electron.folder, 'dist'), { recursive: true, force: true });
  return killedBecause ?? `its binary could not be fetched (${firstMessage(errors)})`;
}

function firstMessage(errors) {
  const line = errors.split('\n').find((text) => /error/i.test(text)) ?? errors.split('\n')[0] ?? '';
  return line.trim().slice(0, 160) || 'the installer gave no reason';
}

async function folderBytes(folder) {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    const info = await stat(path.join(folder, name)).catch(() => undefined);
    if (info?.isFile()) sum += info.size;
  }
  return sum;
}

// `npm start [-- folder] [--browser] [--port n]`: builds what is out of date, then opens Backstep, in
// Electron where its binary can be had, else in the browser. Stays in the foreground; Ctrl+C ends all.
import { spawn } from 'node:child_process';
import { existsSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { findOrFetchElectron, noWindowReason } from './electron-binary.mjs';
import { openBrowser } from './open-browser.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const USAGE = `usage: npm start -- [folder] [--browser] [--port n] [--no-open] [--fetch-electron] [--dev]

  folder            opens this folder
  --browser         the browser shell, also where Electron is there
  --port n          the port to listen on (default: 8461, or any free one where that is taken)
  --no-open         prints the address of the browser shell and opens no browser
  --fetch-electron  tries to fetch Electron’s binary again after that failed
  --dev             rebuilds on change`;

const say = (text) => console.error(text);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        browser: { type: 'boolean', default: false },
        port: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        'fetch-electron': { type: 'boolean', default: false },
        dev: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) throw new Error('name one folder at most');
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
      throw new Error('--port takes a number from 1 to 65535');
    }
    const folder = positionals[0] === undefined ? undefined : path.resolve(positionals[0]);
    return { ...values, port, folder };
  } catch (error) {
    say(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

const children = new Set();

function start(file, args, options = {}) {
  const child = spawn(file, args, { cwd: root, ...options });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, error }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

let ending = false;

/** Asks every child to end, gives it the time to save, then insists. */
async function endAll(code) {
  if (ending) return;
  ending = true;
  const waiting = [...children].map((child) => ended(child));
  for (const child of children) child.kill('SIGTERM');
  const insist = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, 15_000);
  await Promise.all(waiting);
  clearTimeout(insist);
  process.exit(code);
}

/** Starts the server. Resolves with its address, or with the way it ended before it had one. */
function startServer({ port, folder }) {
  const args = ['dist/server/main.js', '--shell', 'browser', '--with-parent'];
  if (port !== undefined) args.push('--port', String(port));
  if (folder !== undefined) args.push('--folder', folder);
  // Its standard input stays open as long as this process lives, however that ends.
  const child = start(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = readLine(line);
      if (message?.kind === 'listening') resolve({ child, ...message });
    });
    ended(child).then((end) => resolve({ child, end }));
  });
}

function readLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    // Not a message for us: shown as it is.
    console.log(line);
    return undefined;
  }
}

async function browserShell(options) {
  const server = await startServer(options);
  if (!server.url) {
    if (server.end.error) say(`Backstep’s server did not start: ${server.end.error.message}`);
    return endAll(server.end.code || 1);
  }
  console.log(`Backstep is at ${server.url}`);
  console.log('Ctrl+C ends it.');
  if (!options['no-open'] && !process.env.CI && process.env.BACKSTEP_BROWSER !== 'none') await openBrowser(server.url);
  if (options.dev)
    rebuildOnChange(() => say('reload the window to see the change; the server itself changes with the next start'));
  const end = await ended(server.child);
  return endAll(end.code ?? 1);
}

/** Runs Electron. Returns why it could not show a window, or ends with it. */
async function electronShell(file, options) {
  const args = [...(process.env.BACKSTEP_ELECTRON_ARGS?.split(' ').filter(Boolean) ?? []), root];
  if (options.port !== undefined) args.push(`--port=${options.port}`);
  if (options.folder !== undefined) args.push(options.folder);
  const child = start(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // The engine runs on the Node that the person installed, the same as on the command line.
    env: { ...process.env, BACKSTEP_NODE: process.env.BACKSTEP_NODE ?? process.execPath },
  });
  let windowShown = false;
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = readLine(line);
    if (message?.kind === 'window') windowShown = true;
    if (message?.kind === 'already-open') say('Backstep is open already: its window has come to the front.');
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
    if (windowShown || process.env.BACKSTEP_VERBOSE) process.stderr.write(chunk);
  });
  if (options.dev)
    rebuildOnChange(() => say('reload the window to see the change; the server itself changes with the next start'));
  const end = await ended(child);
  if (windowShown || end.code === 0 || ending) return endAll(end.code ?? 1);
  const why =
    end.error?.message ?? errors.split('\n').find((line) => /FATAL|ERROR|error/.test(line)) ?? errors.split('\n')[0];
  return `it ended at once (${(why || `exit code ${end.code ?? end.signal}`).trim().slice(0, 200)})`;
}

function rebuildOnChange(then) {
  let timer;
  let running = Promise.resolve();
  const rebuild = () => {
    running = running
      .then(() => build({ say }))
      .then(then)
      .catch((error) => say(`the build failed: ${error.message}`));
  };
  for (const folder of ['src', 'renderer', 'electron']) {
    watch(path.join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(rebuild, 200);
    });
  }
}

const options = readArguments();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
if (options.folder !== undefined && !(existsSync(options.folder) && statSync(options.folder).isDirectory())) {
  say(`${options.folder} is not a folder. Name a folder that exists, or none for the welcome view.`);
  process.exit(2);
}
if (!existsSync(path.join(root, 'node_modules', 'esbuild'))) {
  say('What Backstep needs is not installed yet: run “npm ci” first.');
  process.exit(1);
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])
  process.on(signal, () => void endAll(code));

try {
  await build({ say });
} catch (error) {
  say(`The build failed: ${error.message}`);
  process.exit(1);
}

let whyNot;
if (!options.browser) {
  const noWindow = noWindowReason();
  const electron = noWindow
    ? { reason: noWindow }
    : await findOrFetchElectron({ say, force: options['fetch-electron'] });
  whyNot = electron.file ? await electronShell(electron.file, options) : electron.reason;
  if (whyNot && !ending) say(`Electron is not in use: ${whyNot}. Backstep opens in the browser instead.`);
}
if (!ending) await browserShell(options);

// `npm test`: checks, build, unit and integration tests, and the window in Chromium and in Electron where
// they are there. Says what is skipped and why; ends with a line like `512 passed, 0 failed, 3 skipped`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { findElectron } from './electron-binary.mjs';
import { findChromium } from './find-chromium.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const results = path.join(root, 'test-results');
const total = { passed: 0, failed: 0, skipped: 0 };

function add({ passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`);
}

function run(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function readReport(file) {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Tests that a person would miss in silence are named with their reason. */
async function runVitest() {
  const report = path.join(results, 'vitest.json');
  const code = await run(process.execPath, [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    `--reporter=${path.join(root, 'scripts/flaky-tests.mjs')}`,
  ]);
  const json = await readReport(report);
  if (!json) return add({ failed: 1 });
  add({ passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests + json.numTodoTests });
  // A file that cannot even be loaded has no tests to fail.
  const empty = json.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  add({ failed: empty.length > 0 ? empty.length : code !== 0 && json.numFailedTests === 0 ? 1 : 0 });
}

/** A virtual screen where there is none, if the system has one. */
function withScreen(command, args) {
  const needed = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (!needed) return { command, args };
  if (spawnSync('xvfb-run', ['--help'], { stdio: 'ignore' }).error)
    return { reason: 'there is no display, and no xvfb-run' };
  return { command: 'xvfb-run', args: ['--auto-servernum', '--server-args=-screen 0 1920x1080x24', command, ...args] };
}

async function runWindow(project, { screen = false } = {}) {
  const report = path.join(results, `e2e-${project}.json`);
  const args = [
    path.join(root, 'node_modules/playwright/cli.js'),
    'test',
    '-c',
    'tests/e2e/playwright.config.ts',
    '--project',
    project,
  ];
  args.push('--output', path.join(results, `${project}-artifacts`));
  const how = screen ? withScreen(process.execPath, args) : { command: process.execPath, args };
  if (how.reason) return skip(`${project}: ${how.reason}`);
  const code = await run(how.command, how.args, { BACKSTEP_E2E_REPORT: report });
  const json = await readReport(report);
  if (!json) return add({ failed: 1 });
  const { expected, unexpected, flaky, skipped } = json.stats;
  add({ passed: expected + flaky, failed: unexpected, skipped });
  add({ failed: code !== 0 && unexpected === 0 ? 1 : 0 });
  if (flaky > 0) console.log(`\nflaky: ${flaky}, named above`);
}

function skip(text) {
  console.log(`skipped: ${text}`);
  add({ skipped: 1 });
}

const began = performance.now();
process.chdir(root);
await rm(results, { recursive: true, force: true });
await mkdir(results, { recursive: true });

heading('checks and build');
// Neither reads what the other makes; the build fills the core that the longest check leaves idle.
const [checked, built] = await Promise.all([
  check(),
  build({ say: console.log }).then(
    () => ({ passed: 1 }),
    (error) => {
      console.error(error.message);
      return { failed: 1 };
    },
  ),
]);
add(checked);
add(built);

try {
  heading('unit and integration tests');
  await runVitest();

  heading('the window in Chromium');
  const chromium = findChromium();
  if (chromium.file) await runWindow('chromium');
  else skip(`the window in a browser: ${chromium.reason}`);

  heading('the window in Electron');
  const electron = await findElectron();
  const old = process.env.BACKSTEP_ELECTRON9;
  if (electron.file || (old && existsSync(old))) await runWindow('electron', { screen: true });
  else skip(`the window in Electron: ${old ? `BACKSTEP_ELECTRON9 names ${old}, which is not there` : electron.reason}`);
} catch (error) {
  console.error(error);
  add({ failed: 1 });
}

console.log(`\n${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);

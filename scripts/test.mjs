// `npm test`: static checks, a build, unit and integration tests, then the window in a real Chromium and in Electron
// where there are any. What is skipped is said with its reason; the last line counts everything.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findElectron, noWindowReason } from './electron-binary.mjs';
import { findChromium } from './find-chromium.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const results = path.join(root, 'test-results');
const count = { passed: 0, failed: 0, skipped: 0 };

function run(words, { env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const say = (text) => console.log(`\n── ${text}`);

async function staticChecks() {
  const checks = {
    types: ['scripts/check-types.mjs'],
    lint: ['node_modules/eslint/bin/eslint.js', '.'],
    imports: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      ...['src', 'electron', 'renderer', 'tests', '--config', '.dependency-cruiser.cjs'],
    ],
    'dead code': ['node_modules/knip/bin/knip.js'],
    format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  };
  for (const [name, words] of Object.entries(checks)) {
    say(`check: ${name}`);
    if ((await run(words)) === 0) count.passed++;
    else count.failed++;
  }
}

async function build() {
  say('build');
  const code = await run(['scripts/build.mjs']);
  if (code !== 0) throw new Error('The build failed; nothing could be tested on it.');
}

async function vitest() {
  say('unit and integration tests');
  const report = path.join(results, 'vitest.json');
  const code = await run([
    'node_modules/vitest/vitest.mjs',
    ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ]);
  const found = JSON.parse(await readFile(report, 'utf8'));
  count.passed += found.numPassedTests;
  count.skipped += found.numPendingTests + found.numTodoTests;
  // A file that cannot be loaded has no failed test, and fails all the same.
  count.failed += found.numFailedTests || (code === 0 ? 0 : 1);
}

async function playwright(project) {
  const report = path.join(results, `${project}.json`);
  const code = await run(
    ['node_modules/playwright/cli.js', 'test', '-c', 'tests/e2e/playwright.config.ts', '--project', project],
    { env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report } },
  );
  const { stats } = JSON.parse(await readFile(report, 'utf8'));
  count.passed += stats.expected;
  count.skipped += stats.skipped;
  count.failed += stats.unexpected + stats.flaky || (code === 0 ? 0 : 1);
}

function skip(reason) {
  console.log(`skipped: ${reason}`);
  count.skipped++;
}

/** Why the Electron shell cannot be tried here. */
async function noElectronReason() {
  const { reason } = process.env.BACKSTEP_ELECTRON9 ? {} : await findElectron();
  return reason ?? noWindowReason();
}

await rm(results, { recursive: true, force: true });
await mkdir(results, { recursive: true });
try {
  await staticChecks();
  await build();
  await vitest();

  say('the window in Chromium');
  const chromium = findChromium();
  if (chromium.file) await playwright('chromium');
  else skip(chromium.reason);

  say('the window in Electron');
  const reason = await noElectronReason();
  if (reason === undefined) await playwright('electron');
  else skip(reason);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  count.failed++;
}
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;

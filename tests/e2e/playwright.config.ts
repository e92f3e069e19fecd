import { defineConfig } from 'playwright/test';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs';

const chromium = findChromium();
const results = path.resolve(import.meta.dirname, '../../test-results');

export default defineConfig({
  testDir: '.',
  outputDir: path.join(results, 'e2e'),
  // Two cores train, serve and draw at once: a step that takes a second alone can take five.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  // A file's tests one after the other, each with a server of its own.
  workers: Math.min(4, availableParallelism()),
  // On a machine that others share: what passes only the second time is named at the end as flaky, and mended.
  retries: process.env['CI'] ? 1 : 0,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['json', { outputFile: process.env['BACKSTEP_E2E_REPORT'] || path.join(results, 'e2e.json') }]],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    // A trace takes a quarter of all processor time; `--trace on` makes one of a test that fails.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: chromium.file,
      args: chromiumFlags,
    },
  },
  projects: [
    { name: 'chromium', testMatch: '*.spec.ts', testIgnore: 'electron/**' },
    { name: 'electron', testMatch: 'electron/*.spec.ts' },
  ],
});

// How long a person waits: from the command to a window that can be used, and from Run to the first training step.
// The real start command, the real window in Chromium, the product's own marks.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { findChromium } from '../../scripts/find-chromium.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

async function startBackstep(home) {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--browser'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOME: home, BACKSTEP_HOME: path.join(home, '.backstep'), DISPLAY: '', WAYLAND_DISPLAY: '' },
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /Backstep is at (\S+)\n/.exec(text);
      if (found) resolve(found[1]);
    });
    child.on('close', () => reject(new Error(`Backstep did not start: ${text}`)));
  });
  return { child, url };
}

/**
 * One start, in milliseconds: `addressMs` until the address is printed, `usableMs` until the window can be used (a
 * browser that is open already), `shapesMs` from opening the sample to its shapes, `firstStepMs` from Run to the first step.
 */
async function oneStart(browser, sample) {
  const home = await mkdtemp(path.join(os.tmpdir(), 'backstep-bench-'));
  const began = performance.now();
  const { child, url } = await startBackstep(home);
  try {
    const addressMs = performance.now() - began;
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(url);
    await page.waitForFunction(() => performance.getEntriesByName('backstep:usable').length > 0);
    const usableMs = performance.now() - began;

    const opened = performance.now();
    await page.getByRole('button', { name: sample }).click();
    await page.waitForFunction(() => performance.getEntriesByName('backstep:editor').length > 0);
    await page.getByRole('tab', { name: 'Layers' }).click();
    await page.getByText('Dense').first().waitFor();
    const shapesMs = performance.now() - opened;

    const ran = performance.now();
    await page.keyboard.press('F5');
    await page.waitForFunction(() => /step [1-9]\d*\//.test(document.body.innerText), undefined, { polling: 20 });
    const firstStepMs = performance.now() - ran;
    await page.close();
    return { addressMs, usableMs, shapesMs, firstStepMs };
  } finally {
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('close', resolve));
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Medians over warm starts; the first start, which fills caches, is left out. @throws Error where there is no Chromium */
export async function windowStart({ starts = 3, sample = /Iris/ } = {}) {
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const browser = await chromium.launch({ executablePath: found.file, args: ['--no-sandbox', '--disable-gpu'] });
  const times = [];
  for (let start = 0; start <= starts; start++) times.push(await oneStart(browser, sample));
  await browser.close();
  const median = (key) =>
    times
      .slice(1)
      .map((time) => time[key])
      .sort((a, b) => a - b)[Math.floor(starts / 2)];
  return Object.fromEntries(Object.keys(times[0]).map((key) => [key, median(key)]));
}

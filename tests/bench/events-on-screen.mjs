// From a file of events that is there to its last point on the screen: Backstep's window and TensorBoard's page, each as
// a person has it open, in a real Chromium. Then what is written on, from the write to the screen.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { scalarRecord } from './event-files.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const TAG = 'loss';
const LONGEST_MS = 120_000;

/**
 * `file` holds `points` of `loss`, and is left where it was. `shownMs`: from the file's being there to its last point on
 * the screen; of TensorBoard `loadedMs` until it answers with that point, and `shownMs` with a page opened then.
 * @throws Error where there is no Chromium
 */
export async function eventsOnScreen({ file, points, python, turns = 12 }) {
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const folder = mkdtempSync(path.join(path.dirname(path.dirname(file)), 'on-screen-'));
  const browser = await chromium.launch({ executablePath: found.file, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    // The last value is far above all others: when the axis says so, the point is drawn.
    appendFileSync(file, scalarRecord({ tag: TAG, step: points, value: 1e4, seconds: 1.7e9 + points }));
    const theirs = python
      ? await tensorBoard({ browser, folder: path.join(folder, 'theirs'), file, points, python })
      : undefined;
    const ours = await backstep({ browser, folder: path.join(folder, 'ours'), file, points, turns });
    return { ours, theirs };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The file's folder moves into the one that is open, and back when all is done. */
async function inPlace(file, folder, work) {
  const [from, to] = [path.dirname(file), path.join(folder, 'run')];
  renameSync(from, to);
  try {
    return await work(path.join(to, path.basename(file)));
  } finally {
    renameSync(to, from);
  }
}

async function backstep({ browser, folder, file, points, turns }) {
  const home = path.join(folder, 'home');
  const logs = path.join(folder, 'logs');
  for (const one of [home, logs]) mkdirSync(one, { recursive: true });
  const server = spawn(
    process.execPath,
    ['dist/server/main.js', '--shell', 'browser', '--with-parent', '--port', '0', '--folder', logs],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, HOME: home, BACKSTEP_HOME: home } },
  );
  try {
    const { url } = await firstLine(server);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(watchLabels);
    // As if a person had ticked the run.
    const runs = `backstep.runs:${logs}`;
    await page.addInitScript((key) => localStorage.setItem(key, JSON.stringify({ selected: ['run'] })), runs);
    await page.goto(url);
    await page.getByRole('button', { name: 'Browse Only' }).click();
    await page.getByRole('tab', { name: 'Dashboards' }).click();
    await page.waitForTimeout(2000);
    return await inPlace(file, logs, async (place) => {
      const shownMs = await timed(page, 5e3);
      const times = [];
      for (let turn = 1; turn <= turns; turn++) {
        await page.waitForTimeout(170);
        const value = 1e4 * 4 ** turn;
        const began = performance.now();
        appendFileSync(place, scalarRecord({ tag: TAG, step: points + turn, value, seconds: 1.7e9 + points + turn }));
        times.push(await timed(page, value / 2, began));
      }
      return { shownMs, liveMs: median(times), slowestMs: Math.max(...times) };
    });
  } finally {
    server.kill();
  }
}

/** Until an axis says that there is a value of that size. */
async function timed(page, value, began = performance.now()) {
  await page.waitForFunction((least) => globalThis.largestLabel >= least, value, {
    polling: 'raf',
    timeout: LONGEST_MS,
  });
  return performance.now() - began;
}

/** In the page: the largest number that was written onto a canvas. */
function watchLabels() {
  globalThis.largestLabel = 0;
  const { prototype } = CanvasRenderingContext2D;
  const write = prototype.fillText;
  prototype.fillText = function (text, ...rest) {
    const number = Number(String(text).replace('k', 'e3').replace('M', 'e6').replaceAll(',', ''));
    if (number > globalThis.largestLabel) globalThis.largestLabel = number;
    return write.call(this, text, ...rest);
  };
}

async function tensorBoard({ browser, folder, file, points, python }) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const words = ['-m', 'tensorboard.main', '--logdir', folder, '--port', String(port), '--bind_all'];
  const child = spawn(python, words, { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  try {
    await until(async () => (await fetch(`${base}/data/environment`)).ok);
    return await inPlace(file, folder, async () => {
      const began = performance.now();
      const query = new URLSearchParams({ run: 'run', tag: TAG });
      await until(async () => {
        const answer = await fetch(`${base}/data/plugin/scalars/scalars?${query}`);
        return answer.ok && (await answer.json()).at(-1)?.[1] === points;
      });
      const loadedMs = performance.now() - began;
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const hasLast = page.waitForResponse(
        async (response) =>
          response.url().includes('timeSeries') && (await response.text()).includes(`"step": ${points}`),
        { timeout: LONGEST_MS },
      );
      await page.goto(`${base}/#timeseries`);
      await hasLast;
      await page.locator('line-chart').first().waitFor({ timeout: LONGEST_MS });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      const shownMs = performance.now() - began;
      await page.close();
      return { loadedMs, shownMs };
    });
  } finally {
    child.kill();
  }
}

/** Its Python loader by itself, where neither Rust nor a page helps: milliseconds by its own clock. */
export function loadedByPython(python, folder) {
  const script = `
import sys, time
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
began = time.perf_counter()
EventAccumulator(sys.argv[1]).Reload()
print((time.perf_counter() - began) * 1000)`;
  return Number(
    execFileSync(python, ['-c', script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

async function until(check) {
  const end = performance.now() + LONGEST_MS;
  for (;;) {
    // Not there yet is not answered yet.
    if (await check().catch(() => false)) return;
    if (performance.now() > end) throw new Error('TensorBoard did not show the last point in time.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.kind === 'listening') resolve(message);
    });
    child.on('close', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

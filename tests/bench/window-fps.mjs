// Frames a second of the window while scalars come in fast: a real Chromium shows the built window, a
// scripted server plays a training. Nothing trains; what is measured is the page.
import { chromium } from 'playwright';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs';
import { startScriptedServer } from './scripted-server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @param {{ stepsPerSecond?: number, prefill?: number, seconds?: number, overlays?: number, rendererDir?: string,
 *   viewport?: { width: number, height: number } }} [options] `prefill`: steps that are there before the clock starts
 * @returns {Promise<{ framesPerSecond: number, meanFrameMs: number, p95FrameMs: number, p99FrameMs: number, longestFrameMs: number,
 *   lateFrames: number, stepsPerSecond: number, points: number }>} `lateFrames`: share that took longer than 25 ms
 * @throws Error where there is no Chromium; needs the built renderer
 */
export async function measureWindowFps(options = {}) {
  const {
    stepsPerSecond = 1000,
    prefill = 100_000,
    seconds = 10,
    overlays = 2,
    rendererDir = path.join(root, 'dist/renderer'),
    viewport = { width: 1680, height: 1020 },
  } = options;
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const server = await startScriptedServer({
    rendererDir,
    stepsPerSecond,
    prefill,
    stepsPerEpoch: 1000,
    epochs: 1_000_000,
    logsPerSecond: 20,
  });
  const browser = await chromium.launch({ executablePath: found.file, args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport });
    await page.goto(server.url);
    await page.locator('[data-command="run.start"]').waitFor();
    await page.locator('.panel-tab', { hasText: 'Runs' }).first().click();
    for (let index = 0; index < overlays; index++) await page.locator('.run-curve input').nth(index).check();
    await page.keyboard.press('F5');
    await page.locator('[data-chart="loss"]').waitFor();
    await page.waitForTimeout(3000);
    const stepBefore = server.session().step;
    const intervals = await page.evaluate(
      (forMs) =>
        new Promise((resolve) => {
          const times = [];
          const began = performance.now();
          const frame = (now) => {
            times.push(now);
            if (now - began < forMs) requestAnimationFrame(frame);
            else resolve(times.slice(1).map((time, index) => time - times[index]));
          };
          requestAnimationFrame(frame);
        }),
      seconds * 1000,
    );
    const stepsAfter = server.session().step;
    const sorted = intervals.toSorted((a, b) => a - b);
    const total = intervals.reduce((sum, ms) => sum + ms, 0);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    const round = (value) => Math.round(value * 100) / 100;
    return {
      framesPerSecond: round((intervals.length / total) * 1000),
      meanFrameMs: round(total / intervals.length),
      p95FrameMs: round(at(0.95)),
      p99FrameMs: round(at(0.99)),
      longestFrameMs: round(sorted.at(-1)),
      lateFrames: round(intervals.filter((ms) => ms > 25).length / intervals.length),
      stepsPerSecond: Math.round((stepsAfter - stepBefore) / (total / 1000)),
      points: stepsAfter * 3,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await measureWindowFps({ rendererDir: process.argv[2] }), undefined, 2));
}

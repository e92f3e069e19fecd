// Frames a second of the dashboards under a person's hands: ten million points in one series, a thousand runs of a
// hundred series, two hundred charts on a page. A real Chromium shows the built window; a scripted server hands it
// the points. Draws with the processor alone, so a machine with a graphics card does better.
import { chromium } from 'playwright';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { startScriptedServer } from './scripted-server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-precise-memory-info',
];
const viewport = { width: 1440, height: 900 };

export const chartCases = {
  long: { title: '10 million points in one series', runs: 1, logs: { tags: 1, points: 10_000_000 } },
  many: { title: '1,000 runs of 100 series of 100 points', runs: 1000, logs: { tags: 95, points: 100 } },
  page: { title: '200 charts on a page', runs: 2, logs: { tags: 196, points: 2000 } },
};

/**
 * @param {keyof typeof chartCases} name
 * @returns {Promise<{ moves: Record<string, { framesPerSecond: number, mainThreadMs: number, p95FrameMs: number, longestFrameMs: number }>,
 *   heapMb: number, firstDrawnMs: number }>} what was done (pan, zoom, scroll) and its frames
 * @throws Error where there is no Chromium; needs the built renderer
 */
export async function measureCharts(name, { seconds = 4, rendererDir = path.join(root, 'dist/renderer') } = {}) {
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const { runs, logs } = chartCases[name];
  const server = await startScriptedServer({ rendererDir, runs, logs });
  const browser = await chromium.launch({ executablePath: found.file, args: flags });
  try {
    const page = await browser.newPage({ viewport });
    page.on('pageerror', (error) => console.error(error));
    // All runs are drawn, as if a person had ticked them.
    await page.addInitScript(
      (count) =>
        localStorage.setItem(
          'backstep.runs:/demo',
          JSON.stringify({ selected: Array.from({ length: count }, (_, index) => `run-${index}`) }),
        ),
      runs,
    );
    await page.goto(server.url);
    await page.locator('.dashboard-bar').waitFor({ timeout: 60_000 });
    const began = performance.now();
    const session = await page.context().newCDPSession(page);
    // Processor time: what a frame costs does not depend on what else the machine does.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    if (name !== 'page') {
      const filter = page.getByRole('searchbox', { name: 'Charts: a regular expression' });
      if (name === 'long') await filter.fill('series_0');
    }
    await page.locator('.dashboard-row .chart-card').first().waitFor({ timeout: 60_000 });
    await page.waitForFunction(
      () => [...document.querySelectorAll('.chart-card')].every((card) => !card.querySelector('.chart-nothing')),
      undefined,
      { timeout: 120_000 },
    );
    const firstDrawnMs = performance.now() - began;
    await page.waitForTimeout(2500);
    const moves = {};
    if (name === 'page') moves.scroll = await frames(page, seconds, scrolling, session);
    else {
      moves.zoom = await frames(page, seconds, zooming, session);
      moves.pan = await frames(page, seconds, panning, session);
      if (name === 'many') moves.scroll = await frames(page, seconds, scrolling, session);
    }
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const buffers = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
    return { moves, firstDrawnMs, heapMb: Math.max(usedSize, buffers) / 1e6 };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs `move` at every frame, with how far the time is, and counts the frames. */
async function frames(page, seconds, move, session) {
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
  await page.addScriptTag({ content: `globalThis.benchMove = ${move.toString()}` });
  const busyBefore = await busy();
  const intervals = await page.evaluate(
    (forMs) =>
      new Promise((resolve) => {
        const step = globalThis.benchMove;
        const times = [];
        const began = performance.now();
        const frame = (now) => {
          times.push(now);
          const share = (performance.now() - began) / forMs;
          if (share < 1) {
            step(share);
            requestAnimationFrame(frame);
          } else resolve(times.slice(1).map((time, index) => time - times[index]));
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1000,
  );
  const sorted = intervals.toSorted((a, b) => a - b);
  const total = intervals.reduce((sum, ms) => sum + ms, 0);
  return {
    mainThreadMs: ((await busy()) - busyBefore) / intervals.length,
    framesPerSecond: (intervals.length / total) * 1000,
    p95FrameMs: sorted[Math.floor(sorted.length * 0.95)],
    longestFrameMs: sorted.at(-1),
  };
}

/* What follows runs in the page. */

function zooming(share) {
  const canvas = document.querySelector('.curve-chart');
  const box = canvas.getBoundingClientRect();
  const event = new WheelEvent('wheel', {
    deltaY: share < 0.5 ? -12 : 12,
    ctrlKey: true,
    clientX: box.left + box.width * 0.6,
    clientY: box.top + box.height / 2,
    bubbles: true,
    cancelable: true,
  });
  canvas.dispatchEvent(event);
}

function panning(share) {
  const canvas = document.querySelector('.curve-chart');
  const box = canvas.getBoundingClientRect();
  const wheel = (more) =>
    canvas.dispatchEvent(
      new WheelEvent('wheel', { clientX: box.left + box.width / 2, clientY: box.top + 20, cancelable: true, ...more }),
    );
  // In before it can go sideways.
  if (share < 0.1) wheel({ deltaY: -25, ctrlKey: true });
  else wheel({ deltaX: share < 0.55 ? 12 : -12, shiftKey: true });
}

/** As fast as a wheel is turned: 40 pixels a frame. */
function scrolling(share) {
  const area = document.querySelector('.dashboard-charts');
  area.scrollTop += share < 0.5 ? 40 : -40;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2).length ? process.argv.slice(2) : Object.keys(chartCases)) {
    console.log(name, JSON.stringify(await measureCharts(name), undefined, 1));
  }
}

// Frames a second of the dashboards under a person's hands: ten million points in one series, a thousand runs of a
// hundred series, two hundred charts on a page. A real Chromium shows the built window; a scripted server hands it
// the points. Draws with the processor alone, in software, so a machine with a graphics card does better.
import { chromium } from 'playwright';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs';
import { startScriptedServer } from './scripted-server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const viewport = { width: 1440, height: 900 };

export const chartCases = {
  long: { title: '10 million points in one series', runs: 1, logs: { tags: 1, points: 10_000_000 } },
  // A scripted run has five series of its own beside these.
  many: { title: '1,000 runs × 100 series of 100 points', runs: 1000, logs: { tags: 95, points: 100 } },
  page: { title: '200 charts on a page', runs: 2, logs: { tags: 196, points: 2000 } },
};

/**
 * @param {keyof typeof chartCases} name
 * @returns {Promise<{ moves: Record<string, { framesPerSecond: number, mainThreadMs: number, busiestMs: number, allMs: number,
 *   p95FrameMs: number, longestFrameMs: number }>, memoryMb: number, firstDrawnMs: number }>} what was done (pan, zoom,
 *   scroll) and its frames: milliseconds of the processor a frame for the page's own thread, for the busiest thread of all
 *   of Chromium's, and for all of them together; `memoryMb` is the window's process, whole
 * @throws Error where there is no Chromium; needs the built renderer
 */
export async function measureCharts(name, { seconds = 4, rendererDir = path.join(root, 'dist/renderer') } = {}) {
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const { runs, logs } = chartCases[name];
  const server = await startScriptedServer({ rendererDir, runs, logs });
  const browser = await chromium.launch({ executablePath: found.file, args: chromiumFlags });
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
    // What follows a start, as the editor's reading of its typings, is no part of these moves.
    await quiet(page);
    const moves = {};
    if (name === 'page') moves.scroll = await frames(page, seconds, scrolling, session);
    else {
      moves.zoom = await frames(page, seconds, zooming, session);
      moves.pan = await frames(page, seconds, panning, session);
      if (name === 'many') moves.scroll = await frames(page, seconds, scrolling, session);
    }
    await session.send('HeapProfiler.collectGarbage');
    return { moves, firstDrawnMs, memoryMb: await memoryOf(browser, session) };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Of the greatest page's process, with all that it holds beside its heap; where the system does not tell, the heap alone. */
async function memoryOf(browser, session) {
  const all = await browser.newBrowserCDPSession();
  const { processInfo } = await all.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer');
  try {
    const rss = pages.map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]));
    return Math.max(...rss) / 1024;
  } catch {
    const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
    return (usedSize + backingStorageSize) / 2 ** 20;
  }
}

/** Milliseconds of the processor by thread, of all processes below this one; nothing where the system does not tell. */
function threadTimes() {
  const times = new Map();
  const statOf = (file) => {
    const text = readFileSync(file, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  };
  const ours = new Set([String(process.pid)]);
  let pids;
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return times;
  }
  // Children have higher numbers than their parents, but where these begin anew.
  for (const pid of pids.sort((a, b) => a - b)) {
    try {
      if (!ours.has(statOf(`/proc/${pid}/stat`)[1])) continue;
      ours.add(pid);
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const [user, system] = statOf(`/proc/${pid}/task/${thread}/stat`).slice(11, 13);
        times.set(thread, (Number(user) + Number(system)) * 10);
      }
    } catch {
      // It has ended meanwhile.
      continue;
    }
  }
  return times;
}

/** Until Chromium has done little for a second; half a minute at most. */
async function quiet(page) {
  let rest = 0;
  for (let turn = 0; turn < 60 && rest < 2; turn++) {
    const before = threadTimes();
    await page.waitForTimeout(500);
    const busyMs = [...threadTimes()].reduce((sum, [id, ms]) => sum + ms - (before.get(id) ?? 0), 0);
    rest = busyMs < 100 ? rest + 1 : 0;
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
  const threadsBefore = threadTimes();
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
  const threads = [...threadTimes()].map(([id, ms]) => (ms - (threadsBefore.get(id) ?? 0)) / intervals.length);
  const sorted = intervals.toSorted((a, b) => a - b);
  const total = intervals.reduce((sum, ms) => sum + ms, 0);
  return {
    mainThreadMs: ((await busy()) - busyBefore) / intervals.length,
    busiestMs: Math.max(0, ...threads),
    allMs: threads.reduce((sum, ms) => sum + ms, 0),
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

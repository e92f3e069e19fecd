// How the tensor viewer does with a large tensor, in the real window with a real training behind it: an activation of
// 32×148×148×64, 180 MB. Opened as feature maps, turned to another example, and its table scrolled, frame by frame.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { findChromium } from '../../scripts/find-chromium.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

export default defineExperiment({
  seed: 1,
  epochs: 1000,
  loss: 'categoricalCrossentropy',
  data: () =>
    datasets.tensors({
      xs: tf.randomNormal([64, 150, 150, 3]) as tf.Tensor4D,
      ys: tf.oneHot(tf.range(0, 64, 1, 'int32').mod(tf.scalar(3, 'int32')) as tf.Tensor1D, 3).toFloat(),
      batchSize: 32,
    }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [150, 150, 3], filters: 64, kernelSize: 3, activation: 'relu' }),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.sgd(0.01),
});
`;

async function startServer(home, folder) {
  const child = spawn(process.execPath, ['dist/server/main.js', '--shell', 'browser', '--folder', folder], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HOME: home, BACKSTEP_HOME: path.join(home, '.backstep') },
  });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.kind === 'listening') resolve(message.url);
    });
    child.on('close', () => reject(new Error('the server did not start')));
  });
  return { child, url };
}

/** In the page: from the call to `act` until pixels of several colours are on the viewer's canvas. */
function untilDrawn(page, act) {
  return page.evaluate(
    ([selector, event]) =>
      new Promise((resolve) => {
        const colours = () => {
          const canvas = document.querySelector('[data-panel="tensor"] canvas');
          if (!canvas || canvas.width < 60) return '';
          const { data } = canvas.getContext('2d').getImageData(30, 30, 60, 1);
          // What is of another example until its own is here is drawn faint.
          if (data[3] !== 255) return '';
          return new Set(new Uint32Array(data.buffer)).size > 3 ? data.join() : '';
        };
        const before = colours();
        const began = performance.now();
        document.querySelector(selector).dispatchEvent(new MouseEvent(event, { bubbles: true }));
        const look = () => {
          const now = colours();
          if (now !== '' && now !== before) resolve(performance.now() - began);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    act,
  );
}

/** Scrolls the table by so many pixels a frame. */
function framesWhileScrolling(page, pixels, seconds) {
  return page.evaluate(
    ([step, forMs]) =>
      new Promise((resolve) => {
        const table = document.querySelector('.tensor-table');
        const times = [];
        let [cells, waiting] = [0, 0];
        const began = performance.now();
        const frame = (now) => {
          times.push(now);
          table.scrollTop += step;
          if (times.length % 10 === 0) {
            cells += table.querySelectorAll('[role=gridcell]').length;
            waiting += table.querySelectorAll('[data-kind=waiting]').length;
          }
          if (now - began < forMs) requestAnimationFrame(frame);
          else resolve({ intervals: times.slice(1).map((time, at) => time - times[at]), waiting: waiting / cells });
        };
        requestAnimationFrame(frame);
      }),
    [pixels, seconds * 1000],
  );
}

function summed({ intervals, waiting }) {
  const sorted = intervals.toSorted((a, b) => a - b);
  const total = intervals.reduce((sum, ms) => sum + ms, 0);
  return {
    framesPerSecond: (intervals.length / total) * 1000,
    p99FrameMs: sorted[Math.floor(sorted.length * 0.99)],
    lateFrames: intervals.filter((ms) => ms > 25).length / intervals.length,
    waitingCells: waiting,
  };
}

/**
 * @returns {Promise<{ openMs: number, exampleMs: number, reading: object, rushing: object }>} `reading`: five rows in
 *   six frames; `rushing`: two screens a frame. `waitingCells`: share of cells whose value was not here yet
 * @throws Error where there is no Chromium; needs a build
 */
export async function tensorWindow({ seconds = 5 } = {}) {
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const home = await mkdtemp(path.join(os.tmpdir(), 'backstep-bench-'));
  const folder = path.join(home, 'workspace');
  await mkdir(folder);
  await writeFile(path.join(folder, 'experiment.ts'), experiment);
  const { child, url } = await startServer(home, folder);
  const browser = await chromium.launch({ executablePath: found.file, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(180_000);
    await page.goto(url);
    await page.locator('.monaco-editor .view-line').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Trust Folder' }).click();
    await page.keyboard.press('F5');
    await page.waitForFunction(() => /step [1-9]\d*\//.test(document.body.innerText));
    await page.keyboard.press('F6');
    await page
      .getByRole('button', { name: /^Continue/ })
      .first()
      .waitFor();
    await page.keyboard.press('F7');
    await page.locator('.layer-look').first().waitFor();
    await page.waitForTimeout(1500);
    const openMs = await untilDrawn(page, ['.layer-look', 'dblclick']);
    // The numbers in the header are of all values.
    await page.locator('[data-panel="tensor"] .tensor-numbers').waitFor();
    const exampleMs = await untilDrawn(page, ['[aria-label="Next example"]', 'click']);
    await page.getByRole('button', { name: 'Table' }).click();
    await page.locator('.tensor-table [role=gridcell]:not([data-kind=waiting])').first().waitFor();
    const reading = summed(await framesWhileScrolling(page, 17, seconds));
    const rushing = summed(await framesWhileScrolling(page, 1100, seconds));
    return { openMs, exampleMs, reading, rushing };
  } finally {
    await browser.close();
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await tensorWindow(), undefined, 2));
}

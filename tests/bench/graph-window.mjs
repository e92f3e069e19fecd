// The graph's panel in a real Chromium with the built window: how long a recorded graph takes to be seen, closed and with
// everything open, and how many frames a second there are while one looks around. A scripted server hands the graph over.
import { chromium } from 'playwright';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs';
import { startScriptedServer } from './scripted-server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** In the page, before anything of it: notes when the graph's text is in hand, not yet read. */
function noteArrival() {
  const parse = JSON.parse;
  JSON.parse = (text, ...more) => {
    if (typeof text === 'string' && text.length > 10_000 && text.includes('"nodes":['))
      globalThis.graphInHand ??= performance.now();
    return parse(text, ...more);
  };
}

/** In the page: from the graph in hand, or a click on what is named, until other items than before are seen as a whole. */
function untilSeen({ click, itemsBefore }) {
  return new Promise((resolve) => {
    const clicked = performance.now();
    if (click !== undefined) document.querySelector(click).click();
    const look = () => {
      const flow = document.querySelector('.graph [data-items]');
      const seen =
        flow &&
        Number(flow.dataset.items) > 0 &&
        Number(flow.dataset.items) !== itemsBefore &&
        document.querySelector('.graph-picture').dataset.painted === 'whole';
      // What was drawn in a frame is seen when the next one begins.
      if (seen)
        requestAnimationFrame(() =>
          resolve(performance.now() - (click === undefined ? globalThis.graphInHand : clicked)),
        );
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** In the page: drags the graph or turns the wheel over it in each frame, to and fro. */
function lookAround({ kind, forMs }) {
  return new Promise((resolve) => {
    const pane = document.querySelector('.graph .react-flow__pane');
    const box = pane.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const mouse = (type, to, event = {}) =>
      new MouseEvent(type, {
        bubbles: true,
        cancelable: true,
        view: window,
        clientX: to.x,
        clientY: to.y,
        button: 0,
        buttons: 1,
        ...event,
      });
    const at = { x, y };
    if (kind === 'pan') pane.dispatchEvent(mouse('mousedown', at));
    const times = [];
    const began = performance.now();
    const frame = (now) => {
      times.push(now);
      const there = Math.floor(times.length / 45) % 2 === 0 ? 1 : -1;
      if (kind === 'pan') {
        at.x += 5 * there;
        at.y += 17 * there;
        window.dispatchEvent(mouse('mousemove', at));
      } else
        pane.dispatchEvent(
          new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: x, clientY: y, deltaY: -22 * there }),
        );
      if (now - began < forMs) requestAnimationFrame(frame);
      else {
        if (kind === 'pan') window.dispatchEvent(mouse('mouseup', at, { buttons: 0 }));
        resolve(times.slice(1).map((time, index) => time - times[index]));
      }
    };
    requestAnimationFrame(frame);
  });
}

/** In the page: from the last letter to the count of what was found. */
function untilFound(text) {
  return new Promise((resolve) => {
    const field = document.querySelector('.graph-find input');
    const count = () => document.querySelector('.graph-find [role=status]')?.textContent;
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    const before = count();
    const began = performance.now();
    set.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    const look = () => {
      if (count() !== before) resolve(performance.now() - began);
      else requestAnimationFrame(look);
    };
    look();
  });
}

function framesOf(intervals) {
  const sorted = intervals.toSorted((a, b) => a - b);
  const total = intervals.reduce((sum, ms) => sum + ms, 0);
  return {
    framesPerSecond: (intervals.length / total) * 1000,
    p95FrameMs: sorted[Math.floor(sorted.length * 0.95)],
    lateFrames: intervals.filter((ms) => ms > 25).length / intervals.length,
  };
}

/**
 * @param {unknown} graph as `backstep graph --format json` gives it
 * @param {{ rendererDir?: string, seconds?: number, viewport?: { width: number, height: number }, search?: string }} [options]
 * @returns {Promise<{ openMs: number, items: number, allMs: number, allItems: number, searchMs: number, pan: object, zoom: object,
 *   farPan: object, farZoom: object }>} `far…`: with all of the graph in sight
 * @throws Error where there is no Chromium; needs the built renderer
 */
export async function graphWindow(graph, options = {}) {
  const {
    rendererDir = path.join(root, 'dist/renderer'),
    seconds = 4,
    viewport = { width: 1440, height: 900 },
    search = 'addv2 56x56',
  } = options;
  const found = findChromium();
  if (!found.file) throw new Error(found.reason);
  const server = await startScriptedServer({ rendererDir, graph });
  const browser = await chromium.launch({ executablePath: found.file, args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport });
    page.setDefaultTimeout(120_000);
    await page.addInitScript(noteArrival);
    await page.goto(server.url);
    await page.locator('.monaco-editor .view-line').first().waitFor();
    // The editor and its language service are there before the clock starts.
    await page.waitForTimeout(3000);
    // Looks from before it comes: what is asked of the page afterwards would wait its turn and be counted.
    const opened = page.evaluate(untilSeen, {});
    await page.keyboard.press('ControlOrMeta+Shift+G');
    const openMs = await opened;
    await widen(page);
    const itemsNow = () => page.locator('.graph [data-items]').getAttribute('data-items').then(Number);
    const items = await itemsNow();
    await page.waitForTimeout(500);
    const searchMs = await page.evaluate(untilFound, search);
    await page.evaluate(untilFound, '');
    const allMs = await page.evaluate(untilSeen, { click: '.graph-bar button[title^="Open all"]', itemsBefore: items });
    const allItems = await itemsNow();
    const around = async (kind) => framesOf(await page.evaluate(lookAround, { kind, forMs: seconds * 1000 }));
    await page.waitForTimeout(500);
    const pan = await around('pan');
    const zoom = await around('zoom');
    await page.getByTitle('See all of it').click();
    await page.waitForTimeout(1000);
    const farPan = await around('pan');
    const farZoom = await around('zoom');
    return { openMs, items, allMs, allItems, searchMs, pan, zoom, farPan, farZoom };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** As wide as somebody makes it who looks at a large graph. */
async function widen(page) {
  const box = await page.locator('.graph').boundingBox();
  await page.mouse.move(box.x - 1, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x - 600, box.y + 200, { steps: 6 });
  await page.mouse.up();
  await page.waitForTimeout(400);
}

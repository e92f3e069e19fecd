/** Logs of any folder through the whole server: what a window asks and is told, and the thread that reads. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, test, vi } from 'vitest';
import { LogThread } from '../../../src/server/logs/log-thread.js';
import { encodeFileVersion, encodeScalars } from '../../../src/shared/events/event-writer.js';
import type { LogsChanged } from '../../../src/server/logs/log-reading.js';
import { cleanUpLater, openWorkspace, repository, serve, testPlace, TestWindow } from './support.js';

const EVENTS = 'events.out.tfevents.1000.host.1.v2';
const points = (...list: (readonly [step: number, value: number])[]) =>
  Buffer.concat(list.map(([step, value]) => encodeScalars(step, 1000 + step, [['loss', value]])));

function writeLog(folder: string, ...list: (readonly [step: number, value: number])[]): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, EVENTS);
  writeFileSync(file, Buffer.concat([encodeFileVersion(1), points(...list)]));
  return file;
}

describe('a window', () => {
  test('opens a folder outside of the workspace, which is still open the next time', async () => {
    const { place, server, window } = await openWorkspace();
    const logs = path.join(place.folder, 'elsewhere');
    writeLog(path.join(logs, 'a/train'), [1, 0.5], [2, NaN], [3, -Infinity]);
    writeLog(path.join(place.workspace, 'runs/mine'), [1, 1]);
    expect(await window.request('logs/open', { path: logs })).toMatchObject({ path: logs, kind: 'added', runs: 1 });
    await vi.waitFor(async () => {
      const { runs } = await window.request('logs/list', {});
      expect(runs.map((run) => [run.id, run.points])).toEqual([
        ['mine', 1],
        [path.join(logs, 'a'), 3],
      ]);
    });
    const run = path.join(logs, 'a');
    const [found] = await window.request('logs/points', { series: [{ run, name: 'train/loss' }] });
    expect(found).toMatchObject({ from: 0, total: 3, sorted: false });
    expect([...found!.values]).toEqual([0.5, NaN, -Infinity]);
    const [columns] = await window.request('logs/columns', { series: [{ run, name: 'train/loss' }], columns: 3 });
    expect([...columns!.lines[0]!.notFinite]).toEqual([0, 1, 4]);

    await server.close();
    const again = await TestWindow.connect(await serve(place));
    await again.request('workspace/open', { path: place.workspace });
    await vi.waitFor(async () =>
      expect((await again.request('logs/list', {})).folders.map((folder) => folder.path)).toEqual([
        place.workspace,
        logs,
      ]),
    );
    await again.request('logs/close', { path: logs });
    expect((await again.request('logs/list', {})).folders.map((folder) => folder.path)).toEqual([place.workspace]);
  });

  test('is refused what is no folder, in words', async () => {
    const { place, window, experiment } = await openWorkspace();
    await expect(window.request('logs/open', { path: 'relative' })).rejects.toThrow(/whole path/);
    await expect(window.request('logs/open', { path: path.join(place.folder, 'none') })).rejects.toThrow(/not there/);
    await expect(window.request('logs/open', { path: experiment })).rejects.toThrow(/not a folder/);
    await expect(window.request('logs/histograms', { run: 'none', name: 'x' })).rejects.toThrow(/no run “none”/);
  });

  test('is told within 250 ms of what was written, and by whom', async () => {
    const { place, window } = await openWorkspace();
    const file = writeLog(path.join(place.folder, 'live/a'), [1, 1]);
    await window.request('logs/open', { path: path.join(place.folder, 'live') });
    const run = path.join(place.folder, 'live/a');
    const pointsNow = async () =>
      (await window.request('logs/points', { series: [{ run, name: 'loss' }] }))[0]?.total ?? 0;
    await vi.waitFor(async () => expect(await pointsNow()).toBe(1));
    const times: number[] = [];
    for (let step = 2; step < 10; step++) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      window.frames.length = 0;
      const began = performance.now();
      appendFileSync(file, points([step, step]));
      await vi.waitFor(
        () =>
          expect(
            window.frames.some(
              (frame) =>
                frame.kind === 'notification' &&
                frame.name === 'logs/changed' &&
                (frame.body as LogsChanged).runs.includes(run),
            ),
          ).toBe(true),
        { interval: 2, timeout: 3000 },
      );
      expect(await pointsNow()).toBe(step);
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    console.log(`on its way to the screen after ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
    expect(times[4]).toBeLessThan(250);
  });
});

test('the reading thread answers, fails in words, and is started anew when it dies', async () => {
  // Where the native checksum is found.
  const cache = path.join(repository, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'log-worker-'));
  cleanUpLater(() => rmSync(folder, { recursive: true, force: true }));
  const entry = path.join(folder, 'log-worker.mjs');
  buildSync({
    entryPoints: [path.join(repository, 'src/server/logs/log-worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@node-rs/crc32'],
    outfile: entry,
  });
  const place = testPlace();
  const file = writeLog(path.join(place.workspace, 'runs/a'), [1, 1], [2, 2]);
  const changes: LogsChanged[] = [];
  const thread = new LogThread(entry, (changed) => changes.push(changed));
  cleanUpLater(() => thread.dispose());
  await thread.setFolders({ workspace: place.workspace, added: [] });
  expect((await thread.list(place.workspace)).map(({ id, last }) => [id, last])).toEqual([['a', { loss: 2 }]]);
  await expect(thread.answer('logs/prCurve', { run: 'a', name: 'loss', item: 0 })).rejects.toMatchObject({
    tag: 'not-found',
  });
  appendFileSync(file, points([3, 3]));
  await vi.waitFor(() => expect(changes.some((changed) => changed.runs.includes('a'))).toBe(true), { timeout: 3000 });

  await thread.dispose();
  const [found] = await vi.waitFor(
    async () => {
      const answer = await thread.answer('logs/points', { series: [{ run: 'a', name: 'loss', from: 0 }], most: 10 });
      expect(answer[0]?.total).toBe(3);
      return answer;
    },
    { timeout: 10_000 },
  );
  expect([...found!.values]).toEqual([1, 2, 3]);
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogPoints } from '../../../../src/shared/protocol/summaries.js';
import { dashboardParts, readDashboardView } from '../../../../renderer/state/dashboard-link.js';
import { dashboard, dashboardsFile, newDashboard } from '../../../../renderer/state/dashboard-schema.js';
import { SeriesStore, type ReadPoints } from '../../../../renderer/state/series-store.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A file that grows. */
class File {
  steps: number[] = [];
  generation = 1;
  stretches: LogPoints['stretches'] = [];
  points(run: string, name: string, from: number): LogPoints {
    const row = Float64Array.from(this.steps.slice(from));
    const stretches =
      this.stretches.length > 0 ? this.stretches : [{ from: 0, to: this.steps.length, superseded: false }];
    return {
      ...{ run, name, from, total: this.steps.length, generation: this.generation, sorted: false, stretches },
      ...{ steps: row, wallMs: row, values: row.map((step) => step / 10) },
    };
  }
}

function storeOf(files: Readonly<Record<string, File>>) {
  const read = vi.fn<ReadPoints>((series) =>
    Promise.resolve(
      series.flatMap(({ run, name, from }) => {
        const file = files[`${run}/${name}`];
        return file ? [file.points(run, name, from)] : [];
      }),
    ),
  );
  return { store: new SeriesStore(read), read };
}

describe('the points of series', () => {
  it('are asked for once, together, however many charts want them', async () => {
    const file = new File();
    file.steps = [1, 2, 3];
    const { store, read } = storeOf({ 'a/loss': file, 'b/loss': file });
    store.want([{ run: 'a', name: 'loss' }]);
    store.want([
      { run: 'a', name: 'loss' },
      { run: 'b', name: 'loss' },
      { run: 'c', name: 'loss' },
    ]);
    expect(store.get({ run: 'a', name: 'loss' })).toBeUndefined();
    await vi.runAllTimersAsync();
    expect(read).toHaveBeenCalledTimes(1);
    expect([...store.get({ run: 'b', name: 'loss' })!.values]).toEqual([0.1, 0.2, 0.3]);
    expect(store.get({ run: 'c', name: 'loss' })).toBeUndefined();
    expect(store.version).toBe(1);
  });

  it('are read on as their files grow, into the same series', async () => {
    const file = new File();
    file.steps = [1, 2];
    const { store, read } = storeOf({ 'a/loss': file });
    const grown = vi.fn();
    store.onGrowth(grown);
    store.want([{ run: 'a', name: 'loss' }]);
    await vi.runAllTimersAsync();
    const series = store.get({ run: 'a', name: 'loss' })!;
    for (let step = 3; step < 400; step++) {
      file.steps.push(step);
      store.changed(['a']);
      await vi.runAllTimersAsync();
    }
    expect(read.mock.lastCall![0][0]!.from).toBe(398);
    expect(store.get({ run: 'a', name: 'loss' })).toBe(series);
    expect([series.steps.length, series.values.at(-1), grown.mock.calls.length]).toEqual([399, 39.9, 397]);
  });

  it('are read anew where the file was replaced, or a restart superseded some of them', async () => {
    const file = new File();
    file.steps = [1, 2, 3];
    const { store } = storeOf({ 'a/loss': file });
    store.want([{ run: 'a', name: 'loss' }]);
    await vi.runAllTimersAsync();
    const first = store.get({ run: 'a', name: 'loss' })!;
    file.steps = [1, 2, 3, 2, 3];
    file.stretches = [
      { from: 0, to: 1, superseded: false },
      { from: 1, to: 3, superseded: true },
      { from: 3, to: 5, superseded: false },
    ];
    store.changed(['a']);
    await vi.runAllTimersAsync();
    const second = store.get({ run: 'a', name: 'loss' })!;
    expect(second).not.toBe(first);
    expect([[...second.steps], second.stretches?.length]).toEqual([[1, 2, 3, 2, 3], 3]);
    file.steps = [7];
    file.stretches = [];
    file.generation = 2;
    store.changed(['a']);
    await vi.runAllTimersAsync();
    expect([...store.get({ run: 'a', name: 'loss' })!.steps]).toEqual([7]);
  });

  it('that went are asked for again, from their beginning, when they are back', async () => {
    const files: Record<string, File> = { 'a/loss': new File(), 'a/acc': new File() };
    files['a/loss']!.steps = [1, 2, 3];
    const { store } = storeOf(files);
    store.want([
      { run: 'a', name: 'loss' },
      { run: 'a', name: 'acc' },
    ]);
    await vi.runAllTimersAsync();
    const ofAcc = store.versionOf(['acc']);
    delete files['a/loss'];
    store.changed(['a']);
    await vi.runAllTimersAsync();
    expect(store.get({ run: 'a', name: 'loss' })).toBeUndefined();
    expect([store.versionOf(['loss']) > ofAcc, store.versionOf(['acc'])]).toEqual([true, ofAcc]);
    files['a/loss'] = new File();
    files['a/loss'].steps = [5, 6, 7, 8];
    store.want([{ run: 'a', name: 'loss' }]);
    await vi.runAllTimersAsync();
    expect([...store.get({ run: 'a', name: 'loss' })!.steps]).toEqual([5, 6, 7, 8]);
  });

  it('say why they could not be read', async () => {
    const store = new SeriesStore(() => Promise.reject(new Error('no permission')));
    store.want([{ run: 'a', name: 'loss' }]);
    await vi.runAllTimersAsync();
    expect(store.failureOf([{ run: 'a', name: 'loss' }])).toBe('no permission');
  });
});

describe('a dashboard', () => {
  it('goes into a link and comes out of it as it was', () => {
    const one = { ...newDashboard('x', 'Mine'), filter: 'loss|<b>', x: 'relative' as const };
    const view = { dashboard: one, selected: ['a/b', 'ü'], smoothing: 0.9, zoom: { min: 1.5, max: 7 }, step: 12 };
    expect(readDashboardView(new URLSearchParams(dashboardParts(view)))).toEqual(view);
  });

  it.each(['', '{', '{}', '{"id":""}', '[]', '{"id":1}'])('is not made of %j', (text) => {
    expect(readDashboardView(new URLSearchParams({ dashboard: text }))).toBeUndefined();
  });

  it('falls back to what it is without what makes no sense', () => {
    const odd = { id: 'x', name: '', x: 'sideways', pinned: 7, looks: { a: { rows: -1 } }, folded: [1] };
    expect(dashboard.parse(odd)).toEqual({ ...newDashboard('x', 'Dashboard') });
    expect(dashboardsFile.safeParse({ version: 2, dashboards: [] }).success).toBe(false);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChartGroup } from '../../../../renderer/charts/chart-group.js';

let frames: ((now: number) => void)[] = [];
let now = 0;
const nextFrame = (ms = 16) => {
  now += ms;
  const due = frames;
  frames = [];
  for (const frame of due) frame(now);
};

beforeEach(() => {
  frames = [];
  now = 1000;
  vi.stubGlobal('requestAnimationFrame', (callback: (now: number) => void) => frames.push(callback));
});
afterEach(() => vi.unstubAllGlobals());

const chart = (inSight = true) => ({ draw: vi.fn(), overlay: vi.fn(), inSight });

describe('ChartGroup', () => {
  it('draws one chart a frame while data comes in', () => {
    const group = new ChartGroup();
    const charts = [chart(), chart(), chart()];
    charts.forEach((one) => group.add(one));
    nextFrame();
    charts.forEach((one) => one.draw.mockClear());
    now += 1000;
    for (const one of charts) group.refresh(one);
    nextFrame();
    expect(charts.map((one) => one.draw.mock.calls.length)).toEqual([1, 0, 0]);
    nextFrame();
    nextFrame();
    expect(charts.map((one) => one.draw.mock.calls.length)).toEqual([1, 1, 1]);
  });

  it('draws a live chart no more than about ten times a second', () => {
    const group = new ChartGroup();
    const one = chart();
    group.add(one);
    for (let frame = 0; frame < 60; frame++) {
      group.refresh(one);
      nextFrame(1000 / 60);
    }
    expect(one.draw.mock.calls.length).toBeGreaterThan(7);
    expect(one.draw.mock.calls.length).toBeLessThan(13);
  });

  it('draws all of them in the next frame where the person zooms', () => {
    const group = new ChartGroup();
    const charts = [chart(), chart()];
    charts.forEach((one) => group.add(one));
    nextFrame();
    const listener = vi.fn();
    group.onZoom(listener);
    group.setZoom({ min: 3, max: 9 });
    group.setZoom({ min: 3, max: 9 });
    expect(listener).toHaveBeenCalledTimes(1);
    nextFrame();
    expect(charts.map((one) => one.draw.mock.calls.length)).toEqual([2, 2]);
  });

  it('moves the cross-hair of all charts without drawing any', () => {
    const group = new ChartGroup();
    const charts = [chart(), chart()];
    charts.forEach((one) => group.add(one));
    nextFrame();
    group.setHover(12);
    group.setHover(13);
    nextFrame();
    expect(charts.map((one) => one.overlay.mock.calls.length)).toEqual([1, 1]);
    expect(charts.map((one) => one.draw.mock.calls.length)).toEqual([1, 1]);
  });

  it('goes on in the next frame with a chart that is not done', () => {
    const group = new ChartGroup();
    let turns = 0;
    const slow = { ...chart(), draw: vi.fn(() => ++turns >= 3) };
    group.add(slow);
    for (let frame = 0; frame < 6; frame++) nextFrame();
    expect(slow.draw.mock.calls.map(([, changed]: unknown[]) => changed)).toEqual([true, false, false]);
  });

  it('draws what is out of sight when nothing in sight is left to draw', () => {
    const group = new ChartGroup();
    const [seen, unseen] = [chart(), chart(false)];
    group.add(seen);
    group.add(unseen);
    const drawn = () => [seen.draw.mock.calls.length, unseen.draw.mock.calls.length];
    nextFrame();
    expect(drawn()).toEqual([1, 0]);
    group.setZoom({ min: 3, max: 9 });
    nextFrame();
    expect(drawn()).toEqual([2, 0]);
    nextFrame();
    expect(drawn()).toEqual([2, 1]);
    expect(frames).toEqual([]);
  });

  it('says the zoom at once, and then not with every move of a hand', async () => {
    vi.useFakeTimers();
    const group = new ChartGroup();
    const told: unknown[] = [];
    group.onZoom(() => told.push(group.zoom?.max));
    for (const max of [9, 8, 7]) group.setZoom({ min: 3, max });
    expect(told).toEqual([9]);
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    expect(told).toEqual([9, 7]);
  });

  it('forgets a chart that left', () => {
    const group = new ChartGroup();
    const one = chart();
    const leave = group.add(one);
    leave();
    nextFrame();
    expect(one.draw).not.toHaveBeenCalled();
  });
});

import { describe, expect, it } from 'vitest';
import {
  choiceInUse,
  downloadLabel,
  downloadWords,
  exampleWords,
} from '../../../../renderer/panels/data/data-words.js';
import { gradientShare } from '../../../../renderer/panels/debug/gradient-share.js';
import { headlineOf } from '../../../../renderer/panels/debug/headline.js';
import { extentWords, inOrder, lastValues, resultWords } from '../../../../renderer/panels/runs/run-facts.js';
import type { RunSummary } from '../../../../src/shared/protocol/rpc.js';
import type { TrainingBreakpoint } from '../../../../src/shared/protocol/training.js';
import { foldDapMessage } from '../../../../src/shared/session/session-state.js';
import { sessionAfter, stoppedMessage } from '../fixtures.js';

describe('the debug side bar’s headline', () => {
  const breakpoints: TrainingBreakpoint[] = [
    { id: 'a', enabled: true, at: { kind: 'step', step: 14 } },
    { id: 'b', enabled: true, at: { kind: 'condition', condition: 'loss > 2' } },
    { id: 'c', enabled: true, at: { kind: 'epochEnd' } },
  ];
  const stopped = (reason: string, ids: readonly string[] = []) =>
    headlineOf(foldDapMessage(sessionAfter(14), stoppedMessage(14, reason, ids)), breakpoints);

  it('names the kind of stop and its place', () => {
    expect(stopped('breakpoint', ['a'])).toMatchObject({
      title: 'Paused on step breakpoint',
      place: 'epoch 2 › step 4',
      detail: undefined,
    });
    expect(stopped('breakpoint', ['b'])).toMatchObject({ title: 'Paused on condition', detail: 'step 14' });
    expect(stopped('breakpoint', ['c']).title).toBe('Paused at end of epoch');
    expect(stopped('breakpoint', ['gone']).title).toBe('Paused on breakpoint');
    expect(stopped('step').title).toBe('Paused after one step');
    expect(stopped('pause').title).toBe('Paused');
    expect(stopped('epochEnd').title).toBe('Paused at end of epoch');
  });

  it('says what runs', () => {
    expect(headlineOf(sessionAfter(14), [])).toMatchObject({ title: 'Running', place: 'epoch 2 › step 4' });
    expect(headlineOf(sessionAfter(0), []).place).toBeUndefined();
  });
});

it('draws gradient norms on a logarithmic bar', () => {
  expect(gradientShare(0)).toBe(0);
  expect(gradientShare(1e-9)).toBe(0.02);
  expect(gradientShare(1)).toBeCloseTo(6 / 9);
  expect(gradientShare(1e9)).toBe(1);
  expect(gradientShare(Number.NaN)).toBe(1);
});

describe('the list of runs', () => {
  const run = (more: Partial<RunSummary>): RunSummary => ({
    id: 'r',
    path: '/w/runs/r',
    name: 'r',
    status: 'completed',
    createdAt: 0,
    last: {},
    canContinue: false,
    ...more,
  });

  it('has the live run on top, then the latest', () => {
    const runs = [
      run({ id: 'old', createdAt: 1 }),
      run({ id: 'live', createdAt: 2, status: 'running' }),
      run({ id: 'new', createdAt: 3 }),
    ];
    expect(inOrder(runs).map((entry) => entry.id)).toEqual(['live', 'new', 'old']);
  });

  it('judges a run by its validation', () => {
    expect(resultWords({ 'train/loss': 0.1, 'validation/loss': 0.3, 'train/accuracy': 0.99 })).toBe(
      'loss 0.300 · accuracy 0.990',
    );
    expect(resultWords({ 'train/loss': 0.1, 'train/learning_rate': 0.001 })).toBe('loss 0.100');
    expect(resultWords({})).toBe('');
  });

  it('takes the live run’s values from the session', () => {
    const live = run({ path: '/w/runs/1', last: { 'train/loss': 9 } });
    expect(lastValues(live, sessionAfter(4))['train/loss']).toBe(0.25);
    expect(lastValues(run({ last: { 'train/loss': 9 } }), sessionAfter(4))['train/loss']).toBe(9);
  });

  it('says how long it was', () => {
    expect(extentWords(run({ step: 1185, wallMs: 200_000 }))).toBe('1,185 steps · 3 min 20 s');
    expect(extentWords(run({ last: { 'train/loss': 1 } }))).toBe('');
    expect(extentWords(run({}))).toBe('nothing in it yet');
  });
});

describe('the data panel', () => {
  const info = { name: 'rps', source: 'generated', description: 'd', skipped: [], skippedCount: 0 } as const;
  const current = { ...info, skipped: [] };
  const download = { urls: [], state: 'absent', receivedBytes: 0, totalBytes: 230_000_000 } as const;

  it('says what is in use: a named folder before all else', () => {
    expect(choiceInUse({ name: 'rps', current, hasGenerator: true })).toBe('generated');
    expect(choiceInUse({ name: 'rps', current, folder: '/f', hasGenerator: true })).toBe('folder');
    expect(
      choiceInUse({ name: 'rps', current: { ...current, source: 'memory' }, hasGenerator: false }),
    ).toBeUndefined();
  });

  it('names sizes and progress', () => {
    expect(downloadLabel({ ...download, urls: [] })).toBe('Download original (230 MB)');
    expect(downloadLabel({ ...download, urls: [], state: 'paused' })).toBe('Resume download');
    expect(downloadWords({ ...download, urls: [], receivedBytes: 23_000_000 })).toBe('23.0 MB of 230 MB · 10 %');
    expect(exampleWords({ ...current, trainExamples: 2520, validationExamples: 372 })).toBe(
      '2,520 for training · 372 for validation',
    );
    expect(exampleWords(current)).toBeUndefined();
  });
});

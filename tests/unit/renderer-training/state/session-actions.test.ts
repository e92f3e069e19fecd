import { beforeEach, describe, expect, it, vi } from 'vitest';
import { appStore } from '../../../../renderer/state/app-state.js';
import { registerCommands, runCommand } from '../../../../renderer/state/commands.js';
import { RequestError } from '../../../../renderer/state/connection.js';
import { learningRateProblem, sessionPhase, startRun } from '../../../../renderer/state/session-actions.js';
import { registerTrainingCommands } from '../../../../renderer/state/session-commands.js';
import { sessionUi } from '../../../../renderer/state/session-ui.js';
import { sessionAfter } from '../fixtures.js';

const fake = vi.hoisted(() => ({ request: vi.fn(), dap: vi.fn(), backstep: vi.fn() }));
vi.mock('../../../../renderer/state/server.js', () => ({ server: () => fake }));

const trust = vi.fn();
const saveAll = vi.fn();
registerTrainingCommands(undefined as never);
registerCommands(
  { id: 'workspace.trust', title: 'Trust', run: trust },
  { id: 'file.saveAll', title: 'Save All', run: saveAll },
);

const workspace = { path: '/w', name: 'w', trusted: true, experiments: ['/w/experiment.ts'], breakpoints: [] };

beforeEach(() => {
  for (const mock of [fake.request, fake.dap, fake.backstep, trust, saveAll]) mock.mockReset();
  fake.request.mockResolvedValue({ sessionId: 's2' });
  fake.dap.mockResolvedValue({});
  sessionUi.setState({ starting: false, choices: { backend: 'auto' } });
  appStore.setState({
    workspace,
    experiment: '/w/experiment.ts',
    session: undefined,
    openFiles: [],
    notices: [],
    breakpoints: [{ id: 'b', enabled: true, at: { kind: 'step', step: 4 } }],
  });
});

const notice = () => appStore.getState().notices.at(-1);

describe('starting', () => {
  it('hands over experiment, choices and breakpoints', async () => {
    sessionUi.setState({ choices: { backend: 'cpu', epochs: 2, seed: 5 } });
    await startRun();
    expect(fake.request).toHaveBeenCalledExactlyOnceWith('run/start', {
      experiment: '/w/experiment.ts',
      backend: 'cpu',
      epochs: 2,
      seed: 5,
      breakpoints: [{ id: 'b', enabled: true, at: { kind: 'step', step: 4 } }],
    });
  });

  it('by a step stands after the first, the person’s stops minded on the way', async () => {
    await runCommand('debug.stepOver');
    expect(fake.request.mock.calls[0]?.[1]).toMatchObject({
      breakpoints: [{ id: 'b' }, { at: { kind: 'step', step: 1 } }],
    });
    expect(appStore.getState().breakpoints).toHaveLength(1);
  });

  it('asks for trust first, and starts nothing without it', async () => {
    appStore.setState({ workspace: { ...workspace, trusted: false } });
    await startRun();
    expect(trust).toHaveBeenCalledTimes(1);
    expect(fake.request).not.toHaveBeenCalled();
    trust.mockImplementation(() => appStore.setState({ workspace }));
    await startRun();
    expect(fake.request).toHaveBeenCalledTimes(1);
  });

  it('saves what is not saved, and starts nothing if that fails', async () => {
    const dirty = { path: 'a.ts', text: '', dirty: true, readOnly: false, version: '1' };
    appStore.setState({ openFiles: [dirty] });
    await startRun();
    expect(saveAll).toHaveBeenCalledTimes(1);
    expect(fake.request).not.toHaveBeenCalled();
    expect(notice()?.message).toContain('a.ts could not be saved');
    saveAll.mockImplementation(() => appStore.setState({ openFiles: [{ ...dirty, dirty: false }] }));
    await startRun();
    expect(fake.request).toHaveBeenCalledTimes(1);
  });

  it('says what to do where another training is under way', async () => {
    fake.request.mockRejectedValue(new RequestError('busy', '“a.ts” is training.', 'Stop it first.'));
    await startRun();
    expect(notice()).toMatchObject({ severity: 'warning', message: '“a.ts” is training.', detail: 'Stop it first.' });
    expect(notice()?.actions?.[0]?.label).toBe('Stop It');
    expect(sessionUi.getState().starting).toBe(false);
  });

  it('says what is missing where there is no experiment', async () => {
    appStore.setState({ experiment: undefined });
    await startRun();
    expect(fake.request).not.toHaveBeenCalled();
    expect(notice()?.detail).toContain('defineExperiment');
  });

  it('starts once, however often F5 is pressed', async () => {
    await Promise.all([startRun(), startRun(), startRun()]);
    expect(fake.request).toHaveBeenCalledTimes(1);
  });
});

describe('keys', () => {
  it('F5 goes on from a pause and starts otherwise', async () => {
    appStore.setState({ session: { ...sessionAfter(3), status: 'paused' } });
    fake.dap.mockImplementation(() => {
      appStore.setState({ session: sessionAfter(3) });
      return Promise.resolve({});
    });
    await runCommand('run.start');
    expect(fake.dap).toHaveBeenCalledExactlyOnceWith('continue', { threadId: 1 });
    expect(fake.request).not.toHaveBeenCalled();
  });

  it('do nothing where they mean nothing', async () => {
    appStore.setState({ session: sessionAfter(3) });
    for (const id of ['run.start', 'run.step', 'run.toEpochEnd']) await runCommand(id);
    appStore.setState({ session: { ...sessionAfter(3), status: 'completed' } });
    for (const id of ['run.pause', 'run.step', 'run.stop', 'run.restart', 'run.kill']) await runCommand(id);
    expect(fake.dap).not.toHaveBeenCalled();
    expect(fake.request).not.toHaveBeenCalled();
  });

  it('toggle a breakpoint at the cursor', async () => {
    appStore.setState({ cursor: { step: 9 } });
    await runCommand('breakpoints.toggleAtCursor');
    expect(appStore.getState().breakpoints.map((entry) => entry.at)).toContainEqual({ kind: 'step', step: 9 });
    await runCommand('breakpoints.toggleAtCursor');
    expect(appStore.getState().breakpoints.map((entry) => entry.at)).not.toContainEqual({ kind: 'step', step: 9 });
  });
});

it('offers to kill a trainer that gives no sign of life, and takes the offer back when it does', async () => {
  vi.useFakeTimers();
  try {
    appStore.setState({ session: sessionAfter(3) });
    fake.dap.mockReturnValue(new Promise(() => undefined));
    void runCommand('run.pause');
    await vi.advanceTimersByTimeAsync(9_000);
    expect(notice()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(notice()?.actions?.[0]?.label).toBe('Kill Trainer');
    appStore.setState({ session: { ...sessionAfter(3), status: 'paused' } });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(appStore.getState().notices).toHaveLength(0);
  } finally {
    vi.useRealTimers();
  }
});

it('knows what the session allows', () => {
  expect(sessionPhase(undefined)).toBe('idle');
  expect(sessionPhase(sessionAfter(3))).toBe('running');
  expect(sessionPhase({ ...sessionAfter(3), status: 'failed' })).toBe('idle');
  sessionUi.setState({ starting: true });
  expect(sessionPhase(undefined)).toBe('starting');
});

it('refuses what is no learning rate', () => {
  for (const wrong of ['', 'abc', '-1', '0', 'Infinity', '1e999']) expect(learningRateProblem(wrong)).toBeDefined();
  for (const right of ['0.001', '3e-4', ' 1 ', '0,01']) expect(learningRateProblem(right)).toBeUndefined();
});

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { appStore } from '../../../../renderer/state/app-state.js';
import { sessionUi } from '../../../../renderer/state/session-ui.js';
import { stopView } from '../../../../renderer/state/stop-view.js';
import { canTrainAgain, trainAgainTo } from '../../../../renderer/state/train-again.js';
import { sessionAfter, startEvent } from '../fixtures.js';

const fake = vi.hoisted(() => ({ request: vi.fn(), dap: vi.fn(), backstep: vi.fn() }));
vi.mock('../../../../renderer/state/server.js', () => ({ server: () => fake }));

const own = [{ id: 'b', enabled: true, at: { kind: 'step', step: 2 } }] as const;
const over = { ...sessionAfter(3), status: 'completed' } as const;
const stop = { reason: 'breakpoint', breakpointIds: [], step: 5, epoch: 1, stepInEpoch: 5 } as never;

beforeEach(() => {
  for (const mock of Object.values(fake)) mock.mockReset().mockResolvedValue({ breakpoints: [] });
  sessionUi.setState({ starting: false, choices: { backend: 'auto' } });
  stopView.setState({ stop: undefined, old: true });
  appStore.setState({
    workspace: { path: '/w', name: 'w', trusted: true, experiments: ['/w/experiment.ts'], breakpoints: [] },
    experiment: '/w/experiment.ts',
    openFiles: [],
    breakpoints: own,
    session: over,
  });
});

describe('training again to a step', () => {
  it('starts with the same seed and stops nowhere else, then minds the person’s stops again', async () => {
    const reached = vi.fn();
    await trainAgainTo(5, reached);
    expect(fake.request.mock.calls[0]).toMatchObject([
      'run/start',
      { experiment: over.experiment, seed: 7, breakpoints: [{ at: { kind: 'step', step: 5 } }] },
    ]);
    const again = { ...over, sessionId: 's2', status: 'paused', stop } as const;
    appStore.setState({ session: { ...again, status: 'running', stop: undefined } });
    expect(reached).not.toHaveBeenCalled();
    appStore.setState({ session: again });
    stopView.setState({ stop, old: false });
    stopView.setState({ selected: 1 });
    expect(reached).toHaveBeenCalledTimes(1);
    expect(fake.backstep).toHaveBeenCalledExactlyOnceWith('backstep/setTrainingBreakpoints', { breakpoints: [...own] });
  });

  it('waits no longer where training ended before', async () => {
    const reached = vi.fn();
    await trainAgainTo(5, reached);
    appStore.setState({ session: { ...over, sessionId: 's2' } });
    appStore.setState({ session: { ...over, sessionId: 's3', status: 'paused', stop } });
    stopView.setState({ stop, old: false });
    expect(reached).not.toHaveBeenCalled();
  });

  it('is offered of trainings that began at their start', () => {
    expect(canTrainAgain()).toBe(true);
    appStore.setState({ session: { ...over, start: { ...startEvent, startStep: 20 } } });
    expect(canTrainAgain()).toBe(false);
  });
});

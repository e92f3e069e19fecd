/** Values of a stop are read in parts until all are there, anew in another step, and not after training has gone on. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { OpStatistics } from '../../../../src/shared/graph/op-statistics.js';
import type { StopPoint } from '../../../../src/shared/protocol/training.js';
import { newSession } from '../../../../src/shared/session/session-state.js';
import { appStore } from '../../../../renderer/state/app-state.js';
import { opValues, readOpValues } from '../../../../renderer/state/op-values.js';

const backstep = vi.hoisted(() => vi.fn());
vi.mock('../../../../renderer/state/server.js', () => ({ server: () => ({ backstep }) }));

/** A trainer that has run so many ops of a step and answers with two at a time. */
function trainer(
  step: number,
  total: number,
): (name: string, args: { readonly from: number }) => Promise<OpStatistics> {
  return (_, { from }) =>
    Promise.resolve({
      epoch: 1,
      step,
      total,
      ops: Array.from({ length: Math.max(0, Math.min(2, total - from)) }, (_one, at) => ({
        op: `${step}.${from + at}`,
        outputs: [],
      })),
      ...(from === 0 ? { sources: {} } : {}),
    });
}

function stopAt(step: number, sessionId = 's'): void {
  const stop: StopPoint = {
    reason: 'step',
    description: 'op',
    breakpointIds: [],
    epoch: 1,
    step,
    stepInEpoch: step,
    stands: 'op',
  };
  appStore.setState({ session: { ...newSession(sessionId, '/e.ts'), status: 'paused', stop } });
}

const ops = () => opValues.getState().values?.ops.map(({ op }) => op);

beforeEach(() => {
  opValues.setState({ values: undefined });
  backstep.mockReset();
});

test('all parts, then only what has run since', async () => {
  stopAt(3);
  backstep.mockImplementation(trainer(3, 5));
  await readOpValues();
  expect(ops()).toEqual(['3.0', '3.1', '3.2', '3.3', '3.4']);
  expect(opValues.getState().values).toMatchObject({ experiment: '/e.ts', step: 3, isWhole: true, sources: {} });

  stopAt(3);
  backstep.mockReset().mockImplementation(trainer(3, 6));
  await readOpValues();
  expect(ops()).toHaveLength(6);
  expect(backstep.mock.calls.map(([, args]) => (args as { from: number }).from)).toEqual([5]);
});

test('another step, and the same step walked through anew, from the beginning', async () => {
  stopAt(3);
  backstep.mockImplementation(trainer(3, 3));
  await readOpValues();
  stopAt(4);
  backstep.mockImplementation(trainer(4, 1));
  await readOpValues();
  expect(ops()).toEqual(['4.0']);
  stopAt(4);
  backstep.mockImplementation(trainer(4, 0));
  await readOpValues();
  expect(ops()).toEqual([]);
  stopAt(4, 'another');
  backstep.mockImplementation(trainer(4, 2));
  await readOpValues();
  expect(ops()).toEqual(['4.0', '4.1']);
});

test('nothing is shown of what is answered after training has gone on', async () => {
  stopAt(3);
  backstep.mockImplementation((name: string, args: { readonly from: number }) => {
    appStore.setState({ session: { ...newSession('s', '/e.ts'), status: 'running' } });
    return trainer(3, 9)(name, args);
  });
  await readOpValues();
  expect(ops()).toBeUndefined();
  expect(backstep).toHaveBeenCalledTimes(1);
});

test('a trainer that is gone leaves what there was', async () => {
  stopAt(3);
  backstep.mockImplementation(trainer(3, 1));
  await readOpValues();
  stopAt(4);
  backstep.mockRejectedValue(new Error('it has ended'));
  await readOpValues();
  expect(ops()).toEqual(['3.0']);
  // The next stop is read as any.
  stopAt(5);
  backstep.mockImplementation(trainer(5, 1));
  await readOpValues();
  expect(ops()).toEqual(['5.0']);
});

import { describe, expect, it } from 'vitest';
import { catchUp } from '../../../../renderer/state/session-catch-up.js';
import { foldContinued, foldDapMessage, type SessionState } from '../../../../src/shared/session/session-state.js';
import { parseMessage, stringifyMessage } from '../../../../src/shared/base/message-json.js';
import { epochEvent, sessionAfter, stepEvent, stoppedMessage, trainingMessage } from '../fixtures.js';

const snapshotOf = (session: SessionState) => parseMessage(stringifyMessage(session)) as SessionState;

describe('joining a snapshot with what arrived meanwhile', () => {
  const messages = [12, 13, 14].map((step) => trainingMessage(stepEvent(step)));

  it('takes what the snapshot does not have', () => {
    const state = catchUp(snapshotOf(sessionAfter(11)), messages);
    expect(state.step).toBe(14);
    expect(state.scalars['train/loss']?.steps).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
  });

  it('leaves out what the snapshot has already', () => {
    const state = catchUp(snapshotOf(sessionAfter(13)), messages);
    expect(state.scalars['train/loss']?.steps).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
    const all = catchUp(snapshotOf(sessionAfter(20)), messages);
    expect(all.step).toBe(20);
    expect(all.scalars['train/loss']?.steps).toHaveLength(20);
  });

  it('takes epochs, lines and stops once', () => {
    const log = { kind: 'log', level: 'log', text: 'hello', wallTime: 5 } as const;
    const missed = [trainingMessage(stepEvent(20), epochEvent(2), log), stoppedMessage(20)];
    let with20 = sessionAfter(20);
    with20 = foldDapMessage(with20, trainingMessage(log));
    const state = catchUp(snapshotOf(with20), missed);
    expect(state.scalars['train/epoch_loss']?.steps).toEqual([10, 20]);
    expect(state.logs).toHaveLength(1);
    expect(state.status).toBe('paused');
    expect(catchUp(snapshotOf(sessionAfter(19)), missed).logs).toHaveLength(1);
  });

  it('survives the way through JSON with values that are not finite', () => {
    const broken = foldDapMessage(sessionAfter(3), trainingMessage(stepEvent(4, { loss: Number.NaN })));
    expect(snapshotOf(broken).scalars['train/loss']?.values[3]).toBeNaN();
  });
});

describe('the session', () => {
  it('marks breakpoints hit and ends of epochs, but no steps or pauses', () => {
    let session = sessionAfter(4);
    session = foldDapMessage(session, stoppedMessage(4, 'step'));
    session = foldDapMessage(session, stoppedMessage(5, 'breakpoint', ['a']));
    session = foldDapMessage(session, stoppedMessage(6, 'pause'));
    session = foldDapMessage(session, stoppedMessage(10, 'epochEnd'));
    expect(session.stops?.map((stop) => stop.step)).toEqual([5, 10]);
  });

  it('keeps the latest marks of a breakpoint that is hit all the time', () => {
    let session = sessionAfter(1);
    for (let step = 1; step <= 1200; step++) session = foldDapMessage(session, stoppedMessage(step));
    expect(session.stops).toHaveLength(1000);
    expect(session.stops?.at(-1)?.step).toBe(1200);
  });

  it('stays on its way to the end when it goes on only to save', () => {
    expect(foldContinued({ ...sessionAfter(3), status: 'stopping' }).status).toBe('stopping');
    expect(foldContinued({ ...sessionAfter(3), status: 'paused' }).status).toBe('running');
  });
});

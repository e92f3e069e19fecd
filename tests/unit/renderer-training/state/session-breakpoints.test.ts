import { describe, expect, it } from 'vitest';
import { hitsOf, withBreakpoint } from '../../../../renderer/state/session-breakpoints.js';
import { foldDapMessage } from '../../../../src/shared/session/session-state.js';
import { sessionAfter, stoppedMessage } from '../fixtures.js';

describe('the list', () => {
  it('takes each place once, and switches it on again', () => {
    const at = { kind: 'step', step: 4 } as const;
    const list = withBreakpoint([{ id: 'a', enabled: false, at }], { at }, 'b');
    expect(list).toEqual([{ id: 'a', enabled: true, at }]);
    expect(withBreakpoint(list, { at: { kind: 'step', step: 5 } }, 'b')).toHaveLength(2);
    expect(withBreakpoint(list, { at, condition: 'loss > 1' }, 'b')).toEqual([
      { id: 'a', enabled: true, at, condition: 'loss > 1' },
    ]);
  });

  it('counts hits', () => {
    let session = sessionAfter(9);
    session = foldDapMessage(session, stoppedMessage(4, 'breakpoint', ['a']));
    session = foldDapMessage(session, stoppedMessage(9, 'breakpoint', ['a', 'b']));
    expect(hitsOf(session).get('a')).toEqual({ count: 2, lastStep: 9 });
    expect(hitsOf(session).get('b')).toEqual({ count: 1, lastStep: 9 });
    expect(hitsOf(undefined).size).toBe(0);
  });
});

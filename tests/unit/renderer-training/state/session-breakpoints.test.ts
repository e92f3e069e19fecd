import { describePlace } from '../../../../src/shared/breakpoints/describe-place.js';
import { describe, expect, it } from 'vitest';
import {
  hitsOf,
  knownNames,
  placeText,
  readPlace,
  withBreakpoint,
} from '../../../../renderer/state/session-breakpoints.js';
import { foldDapMessage } from '../../../../src/shared/session/session-state.js';
import { sessionAfter, stoppedMessage } from '../fixtures.js';

describe('what a person types', () => {
  it('becomes a place and back', () => {
    for (const [kind, text, words] of [
      ['step', '40', 'step 40'],
      ['epochEnd', '', 'end of every epoch'],
      ['epochEnd', '3', 'end of epoch 3'],
      ['condition', 'loss > 2', 'loss > 2'],
    ] as const) {
      const place = readPlace(kind, ` ${text} `);
      if (place.kind !== 'ok') throw new Error(place.message);
      expect(describePlace(place.at)).toBe(words);
      expect(placeText(place.at)).toBe(text);
    }
  });

  it('is refused with the reason', () => {
    for (const text of ['', '0', '-3', '1.5', 'ten']) expect(readPlace('step', text).kind).toBe('error');
    expect(readPlace('epochEnd', 'x').kind).toBe('error');
    expect(readPlace('condition', 'loss >')).toMatchObject({ kind: 'error' });
  });

  it('knows the metrics and layers of the run under way', () => {
    const known = knownNames(sessionAfter(1));
    expect(readPlace('condition', 'accuracy > 0.9', known).kind).toBe('ok');
    expect(readPlace('condition', 'accurracy > 0.9', known)).toMatchObject({
      message: expect.stringContaining('accuracy') as string,
    });
    expect(readPlace('condition', "gradNorm('dense_1') > 1", known).kind).toBe('ok');
    expect(readPlace('condition', "gradNorm('dense_9') > 1", known).kind).toBe('error');
  });
});

describe('the list', () => {
  it('takes each place once, and switches it on again', () => {
    const at = { kind: 'step', step: 4 } as const;
    const list = withBreakpoint([{ id: 'a', enabled: false, at }], at, 'b');
    expect(list).toEqual([{ id: 'a', enabled: true, at }]);
    expect(withBreakpoint(list, { kind: 'step', step: 5 }, 'b')).toHaveLength(2);
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

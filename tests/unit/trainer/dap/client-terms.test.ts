import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import { clientTerms } from '../../../../src/trainer/dap/client-terms.js';

const message = (rest: object) => ({ seq: 1, ...rest }) as DebugProtocol.ProtocolMessage;

test('a front end that counts from 0 and names files by URIs is spoken to in its terms', () => {
  const terms = clientTerms({ linesStartAt1: false, columnsStartAt1: false, pathFormat: 'uri' });
  expect(
    terms.ours('setBreakpoints', {
      source: { path: 'file:///a%20b/c.ts' },
      breakpoints: [{ line: 0, column: 3, hitCondition: '4' }],
      lines: [0],
    }),
  ).toEqual({ source: { path: '/a b/c.ts' }, breakpoints: [{ line: 1, column: 4, hitCondition: '4' }], lines: [1] });
  // Backstep's own requests, and numbers that are no places.
  const own = { breakpoints: [{ at: { kind: 'step', step: 1 }, line: 0 }] };
  expect(terms.ours('backstep/setTrainingBreakpoints', own)).toBe(own);
  expect(terms.ours('stackTrace', { startFrame: 0, levels: 1 })).toEqual({ startFrame: 0, levels: 1 });

  const frames = [
    { id: 1, line: 0, column: 0 },
    { id: 2, line: 7, column: 1, source: { path: '/a b/c.ts', name: 'c.ts' } },
    { id: 3, line: 2, column: 5, source: { path: 'tensorflow.js:/ops/relu.ts' } },
  ];
  expect(
    terms.theirs(message({ type: 'response', command: 'stackTrace', body: { stackFrames: frames } })),
  ).toMatchObject({
    body: {
      stackFrames: [
        { id: 1, line: 0, column: 0 },
        { id: 2, line: 6, column: 0, source: { path: 'file:///a%20b/c.ts', name: 'c.ts' } },
        { id: 3, line: 1, column: 4, source: { path: 'tensorflow.js:/ops/relu.ts' } },
      ],
    },
  });
  const stopped = message({ type: 'event', event: 'stopped', body: { backstep: { line: 4 } } });
  expect(terms.theirs(stopped)).toBe(stopped);
  expect(() => terms.ours('source', { source: { path: 'file://elsewhere/c.ts' } })).toThrow('no file of this machine');
});

test('one that counts from 1 and names files by paths is handed everything as it is', () => {
  const terms = clientTerms({});
  const args = { source: { path: '/c.ts' }, breakpoints: [{ line: 1 }] };
  expect(terms.ours('setBreakpoints', args)).toBe(args);
  const answer = message({ type: 'response', command: 'setBreakpoints', body: { breakpoints: [{ line: 1 }] } });
  expect(terms.theirs(answer)).toBe(answer);
});

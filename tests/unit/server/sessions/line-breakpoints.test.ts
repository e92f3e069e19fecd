import { expect, test } from 'vitest';
import { LineBreakpoints } from '../../../../src/server/sessions/line-breakpoints.js';
import type { LineStatus } from '../../../../src/shared/protocol/debugging.js';
import type { DapMessage } from '../../../../src/server/sessions/dap-stream.js';

const line = (id: string, number: number, more = {}) => ({ id, enabled: true, file: '/w/e.ts', line: number, ...more });

test('breakpoints on lines are told to a trainer once, and its answers come back by their own ids', async () => {
  const asked: (readonly [string, unknown])[] = [];
  const told: Record<string, LineStatus> = {};
  const answer: DapMessage = {
    type: 'response',
    success: true,
    body: { breakpoints: [{ id: 7, verified: false, message: 'looked for', line: 4 }] },
  } as DapMessage;
  const lines = new LineBreakpoints(
    (command, args) => {
      asked.push([command, args]);
      return Promise.resolve(answer);
    },
    (statuses) => Object.assign(told, statuses),
  );
  const set = {
    lines: [line('a', 4, { condition: 'x' }), line('b', 9, { enabled: false })],
    exceptions: [],
    watches: [],
  };
  lines.set(set);
  lines.set({ ...set, watches: ['tf'] });
  expect(asked).toEqual([
    [
      'setBreakpoints',
      { source: { path: '/w/e.ts' }, breakpoints: [expect.objectContaining({ line: 4, condition: 'x' })] },
    ],
  ]);
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual({ a: { verified: false, wished: 4, message: 'looked for' } });

  lines.changed({ reason: 'changed', breakpoint: { id: 7, verified: true, line: 6 } });
  lines.changed({ reason: 'changed', breakpoint: { id: 8, verified: true, line: 1 } });
  expect(told).toEqual({ a: { verified: true, wished: 4, line: 6 } });

  lines.set({ lines: [], exceptions: ['uncaught'], watches: [] });
  expect(asked.slice(1)).toEqual([
    ['setBreakpoints', { source: { path: '/w/e.ts' }, breakpoints: [] }],
    ['setExceptionBreakpoints', { filters: ['uncaught'] }],
  ]);
});

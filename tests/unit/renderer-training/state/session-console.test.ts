import { describe, expect, it } from 'vitest';
import { consoleLines, type ConsoleState } from '../../../../renderer/state/session-console.js';
import type { LogLine } from '../../../../src/shared/session/session-state.js';
import { sessionAfter } from '../fixtures.js';

const log = (text: string, wallTime: number, level: LogLine['level'] = 'log'): LogLine => ({ level, text, wallTime });
const view = (more: Partial<ConsoleState> = {}) => ({
  own: [],
  clearedAt: 0,
  filter: '',
  level: 'all' as const,
  ...more,
});
const session = { ...sessionAfter(1), logs: [log('one', 10), log('two', 20, 'warn'), log('three', 30, 'error')] };
const texts = (more: Partial<ConsoleState> = {}) =>
  consoleLines(session, view(more)).map((line) => (line.kind === 'log' ? line.line.text : `${line.kind}:${line.text}`));

describe('console lines', () => {
  it('puts inputs and answers where they belong in time', () => {
    expect(
      texts({
        own: [
          { kind: 'input', text: 'loss', wallTime: 15 },
          { kind: 'result', text: '0.5', wallTime: 16 },
          { kind: 'input', text: 'x', wallTime: 99 },
        ],
      }),
    ).toEqual(['one', 'input:loss', 'result:0.5', 'two', 'three', 'input:x']);
  });

  it('filters by text and by level', () => {
    expect(texts({ filter: ' T' })).toEqual(['two', 'three']);
    expect(texts({ level: 'warnings' })).toEqual(['two', 'three']);
    expect(texts({ level: 'errors' })).toEqual(['three']);
  });

  it('leaves out what was cleared away', () => {
    expect(texts({ clearedAt: 20 })).toEqual(['three']);
  });

  it('is empty without a session', () => {
    expect(consoleLines(undefined, view())).toEqual([]);
  });
});

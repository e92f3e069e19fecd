import { describe, expect, it } from 'vitest';
import { currentFindings, isNews, problemsOf } from '../../../../renderer/state/explanation.js';
import { problemsByFile } from '../../../../renderer/state/problems.js';
import { findingKey, type Finding } from '../../../../src/shared/protocol/diagnosis.js';
import type { StopPoint } from '../../../../src/shared/protocol/training.js';
import { newSession, type SessionState } from '../../../../src/shared/session/session-state.js';

const found = (rule: string, severity: Finding['severity'], over: Partial<Finding> = {}): Finding => ({
  rule,
  severity,
  title: `${rule} is so.`,
  explanation: 'Because.',
  advice: ['Do this.', 'Or that.'],
  file: '/w/e.ts',
  line: 4,
  ...over,
});
const told = [found('updateRatio', 'info'), found('deadRelu', 'warning'), found('notFinite', 'error')];
const stop = { step: 3 } as StopPoint;
const session = (over: Partial<SessionState> = {}): SessionState => ({
  ...newSession('s', '/w/e.ts'),
  findings: told,
  ...over,
});
const rules = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule);

describe('what is wrong', () => {
  it('is what was told on the way, the gravest first, the same list while nothing changed', () => {
    const running = session({ status: 'running' });
    const first = currentFindings({ session: running });
    expect(rules(first)).toEqual(['notFinite', 'deadRelu', 'updateRatio']);
    expect(currentFindings({ session: { ...running, step: 9 } })).toBe(first);
  });

  it('is the explanation at a stop, also while the next stop is read', () => {
    const explanation = { stop, findings: [found('allZero', 'warning')], earlier: new Set<string>() };
    expect(rules(currentFindings({ session: session({ status: 'paused', stop: { ...stop } }), explanation }))).toEqual([
      'allZero',
    ]);
    expect(rules(currentFindings({ session: session({ status: 'running' }), explanation }))).toHaveLength(3);
    expect(currentFindings({ session: undefined, explanation })).toEqual([]);
  });

  it('opens by itself at the first stop that shows it, and as long as it is an error', () => {
    const [, warning, error] = told as [Finding, Finding, Finding];
    const at = (earlier: readonly Finding[], over: Partial<SessionState> = {}) => ({
      session: session({ status: 'paused', stop, ...over }),
      explanation: { stop, findings: told, earlier: new Set(earlier.map(findingKey)) },
    });
    expect(isNews(warning, at([]))).toBe(true);
    expect(isNews(warning, at([warning]))).toBe(false);
    expect(isNews(error, at([error]))).toBe(true);
    expect(isNews(told[0]!, at([]))).toBe(false);
    // The next stop is being read.
    expect(isNews(warning, at([], { stop: { ...stop } }))).toBe(false);
    expect(isNews(error, at([], { status: 'running' }))).toBe(false);
  });

  it('stands in the list of problems at its line, remarks left out, and once where an analysis says it too', () => {
    const [file] = problemsByFile({
      experiment: '/w/e.ts',
      editorProblems: {},
      analyses: {
        '/w/e.ts': {
          file: '/w/e.ts',
          layers: [],
          elapsedMs: 1,
          problems: [{ severity: 'warning', message: 'deadRelu is so.', file: '/w/e.ts', line: 4 }],
        },
      },
      session: session({ status: 'running' }),
    });
    expect(file!.problems.map(({ message, hint, line }) => [message, hint, line])).toEqual([
      ['notFinite is so.', 'Do this.', 4],
      ['deadRelu is so.', undefined, 4],
    ]);
    expect(problemsOf(told)).toHaveLength(2);
  });

  it('is the same finding while rule and layer are, whatever its numbers', () => {
    const one = found('deadRelu', 'warning', { layer: 'dense_1', title: '97 %' });
    expect(findingKey(one)).toBe(findingKey({ ...one, title: '98 %', step: 9 }));
    expect(findingKey(one)).not.toBe(findingKey({ ...one, layer: 'dense_2' }));
  });
});

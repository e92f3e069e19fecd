import { describe, expect, it } from 'vitest';
import type { ExperimentAnalysis } from '../../../../src/shared/protocol/analysis.js';
import { newSession } from '../../../../src/shared/session/session-state.js';
import { problemsByFile } from '../../../../renderer/state/problems.js';

const analysis = (problems: ExperimentAnalysis['problems']): ExperimentAnalysis => ({
  file: '/w/e.ts',
  layers: [],
  problems,
  elapsedMs: 1,
});
const error = (message: string, line?: number, file = '/w/e.ts') => ({
  severity: 'error' as const,
  message,
  line,
  file,
});

describe('problems', () => {
  it('come from checker, shapes and training, the worst files first', () => {
    const files = problemsByFile({
      experiment: '/w/e.ts',
      editorProblems: { '/w/a.ts': [{ severity: 'warning', message: 'unused', line: 2 }] },
      analyses: { '/w/e.ts': analysis([error('kernel too large', 9)]) },
      session: { ...newSession('s', '/w/e.ts'), problems: [{ severity: 'error', message: 'out of memory' }] },
    });
    expect(files.map(({ file, problems }) => [file, problems.map(({ source }) => source)])).toEqual([
      [undefined, ['training']],
      ['/w/e.ts', ['shapes']],
      ['/w/a.ts', ['checker']],
    ]);
  });

  it('are said once', () => {
    const session = { ...newSession('s', '/w/e.ts'), problems: [error('kernel too large', 9)] };
    const [file] = problemsByFile({
      experiment: '/w/e.ts',
      editorProblems: {},
      analyses: { '/w/e.ts': analysis([error('kernel too large', 9)]) },
      session,
    });
    expect(file?.problems).toHaveLength(1);
  });

  it('are said with their line where one source knows it', () => {
    const files = problemsByFile({
      experiment: '/w/e.ts',
      editorProblems: {},
      analyses: { '/w/e.ts': analysis([error('kernel too large', 9)]) },
      session: {
        ...newSession('s', '/w/e.ts'),
        problems: [{ severity: 'error', message: 'kernel too large' }, error('kernel too large')],
      },
    });
    expect(files.flatMap(({ problems }) => problems.map(({ source, line }) => [source, line]))).toEqual([
      ['shapes', 9],
    ]);
  });

  it('of a failed training are gone once an analysis, which said them too, no longer does', () => {
    const state = {
      experiment: '/w/e.ts',
      editorProblems: {},
      analyses: { '/w/e.ts': analysis([]) },
      session: {
        ...newSession('s', '/w/e.ts'),
        status: 'failed' as const,
        problems: [error('kernel too large', 9), error('out of memory', 4)],
      },
    };
    const messages = (tried: ReadonlySet<string>) =>
      problemsByFile(state, tried).flatMap(({ problems }) => problems.map((problem) => problem.message));
    expect(messages(new Set(['kernel too large']))).toEqual(['out of memory']);
    expect(messages(new Set())).toEqual(['out of memory', 'kernel too large']);
  });

  it('leave a syntax error to the checker where it has seen it', () => {
    const [file] = problemsByFile({
      experiment: '/w/e.ts',
      editorProblems: { '/w/e.ts': [error('Expression expected.', 3)] },
      analyses: { '/w/e.ts': analysis([error('Syntax error: an expression is missing here', 3)]) },
    });
    expect(file?.problems.map((problem) => problem.message)).toEqual(['Expression expected.']);
  });

  it('of another experiment than the one that runs are not shown', () => {
    expect(
      problemsByFile({
        experiment: '/w/other.ts',
        editorProblems: {},
        analyses: { '/w/e.ts': analysis([error('no', 1)]) },
      }),
    ).toEqual([]);
  });
});

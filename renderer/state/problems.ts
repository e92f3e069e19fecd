/** All that is wrong, in one list: what the editor's checker found, what running `model()` aside found, what the training said. */
import { groupBy } from '../../src/shared/base/group-by.js';
import type { Problem } from '../../src/shared/protocol/training.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import type { AppState } from './app-state.js';
import { currentFindings, problemsOf } from './explanation.js';

export interface FoundProblem extends Problem {
  readonly source: 'checker' | 'shapes' | 'training';
}

export interface FileProblems {
  /** Absolute; undefined for what belongs to no file. */
  readonly file: string | undefined;
  readonly problems: readonly FoundProblem[];
}

type Part = Pick<AppState, 'analyses' | 'experiment' | 'editorProblems' | 'session' | 'explanation'>;

const rank = { error: 0, warning: 1, info: 2 } as const;

/**
 * By file, worst first within a file. The same message at the same line is said once, and a message without
 * a line not at all where another source says it with one; a line that the checker calls wrong is not said
 * again by the analysis, whose syntax errors are the same ones. Of what a training that has ended said, the
 * messages in `tried` are an analysis's too: it alone knows whether they still hold, as the text goes on changing.
 */
export function problemsByFile(
  { analyses, experiment, editorProblems, session, explanation }: Part,
  tried: ReadonlySet<string> = new Set(),
): readonly FileProblems[] {
  const all: FoundProblem[] = [];
  const seen = new Set<string>();
  const wrongLines = new Set<string>();
  const add = (problem: Problem, source: FoundProblem['source']) => {
    const key = `${problem.file}:${problem.line}:${problem.message}`;
    if (seen.has(key)) return;
    seen.add(key);
    all.push({ ...problem, source });
  };
  for (const [file, problems] of Object.entries(editorProblems)) {
    for (const problem of problems) {
      if (problem.severity === 'error') wrongLines.add(`${file}:${problem.line}`);
      add({ ...problem, file }, 'checker');
    }
  }
  const analysis = experiment === undefined ? undefined : analyses[experiment];
  for (const problem of analysis?.problems ?? []) {
    const isSyntax = /^(SyntaxError|Syntax error)/.test(problem.message);
    if (isSyntax && wrongLines.has(`${problem.file}:${problem.line}`)) continue;
    add(problem, 'shapes');
  }
  const ended = session !== undefined && hasEnded(session);
  for (const problem of session?.problems ?? []) {
    if (!(ended && tried.has(problem.message))) add(problem, 'training');
  }

  for (const problem of problemsOf(currentFindings({ session, explanation }))) {
    if (!(ended && tried.has(problem.message))) add(problem, 'training');
  }

  const placed = new Set(all.filter((problem) => problem.line !== undefined).map((problem) => problem.message));
  const told = all.filter((problem) => problem.line !== undefined || !placed.has(problem.message));
  const files = groupBy(told, (problem) => problem.file);
  return [...files]
    .map(([file, problems]) => ({
      file,
      problems: problems.sort((a, b) => rank[a.severity] - rank[b.severity] || (a.line ?? 0) - (b.line ?? 0)),
    }))
    .sort((a, b) => worst(a.problems) - worst(b.problems) || (a.file ?? '').localeCompare(b.file ?? ''));
}

function worst(problems: readonly FoundProblem[]): number {
  return Math.min(...problems.map((problem) => rank[problem.severity]));
}

let lastParts: readonly unknown[] = [];
let last: readonly FileProblems[] = [];

/** What analyses have said of the experiment so far. */
const tried = new Set<string>();
let triedOf: string | undefined;

/** The same list object as long as nothing in it changed: for React's comparison. */
export function currentProblems(state: AppState): readonly FileProblems[] {
  const parts = [
    state.analyses,
    state.experiment,
    state.editorProblems,
    state.session?.problems,
    state.session?.findings,
    state.explanation,
    state.session?.status,
  ];
  if (parts.some((part, index) => part !== lastParts[index])) {
    lastParts = parts;
    if (triedOf !== state.experiment) tried.clear();
    triedOf = state.experiment;
    const analysis = state.experiment === undefined ? undefined : state.analyses[state.experiment];
    for (const problem of analysis?.problems ?? []) tried.add(problem.message);
    last = problemsByFile(state, tried);
  }
  return last;
}

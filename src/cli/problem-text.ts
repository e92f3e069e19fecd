/** A problem as a terminal shows it: `experiment.ts:12:5: error: message`, which editors make clickable. */
import path from 'node:path';
import { findingLines, type Finding } from '../shared/protocol/diagnosis.js';
import type { Problem } from '../shared/protocol/training.js';

export function problemText(problem: Problem): string {
  const hint = problem.hint ? `\n  ${problem.hint}` : '';
  return `${placeText(problem)}${problem.severity}: ${problem.message}${hint}`;
}

/** What is wrong with the training, why, and what people do about it. */
export function findingText(finding: Finding): string {
  const { file, line } = finding;
  return `${placeText({ file, line })}${findingLines(finding).join('\n')}`;
}

/** Remarks that are no warnings are for the window, where they can be looked at. */
export const isWorthSaying = ({ severity }: Finding): boolean => severity !== 'info';

function placeText({ file, line, column }: Pick<Problem, 'file' | 'line' | 'column'>): string {
  if (file === undefined) return '';
  const relative = path.relative(process.cwd(), file);
  const shown = relative.startsWith('..') ? file : relative || file;
  return `${[shown, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')}: `;
}

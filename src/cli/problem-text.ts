/** A problem as a terminal shows it: `experiment.ts:12:5: error: message`, which editors make clickable. */
import path from 'node:path';
import type { Problem } from '../shared/protocol/training.js';

export function problemText(problem: Problem): string {
  const hint = problem.hint ? `\n  ${problem.hint}` : '';
  return `${placeText(problem)}${problem.severity}: ${problem.message}${hint}`;
}

function placeText({ file, line, column }: Problem): string {
  if (file === undefined) return '';
  const relative = path.relative(process.cwd(), file);
  const shown = relative.startsWith('..') ? file : relative || file;
  return `${[shown, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')}: `;
}

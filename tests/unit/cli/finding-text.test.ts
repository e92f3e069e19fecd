import path from 'node:path';
import { expect, it } from 'vitest';
import { findingText, isWorthSaying } from '../../../src/cli/problem-text.js';
import type { Finding } from '../../../src/shared/protocol/diagnosis.js';

const finding: Finding = {
  rule: 'deadRelu',
  severity: 'warning',
  title: 'Layer dense_1 is dead: 100 % of its outputs are zero.',
  explanation: 'Where relu gives zero no gradient passes.',
  advice: ['Use a smaller learning rate.', "Use 'elu'."],
  layer: 'dense_1',
  file: path.resolve('experiment.ts'),
  line: 12,
};

it('a finding as a terminal shows it: place, what, why, what to do', () => {
  expect(findingText(finding)).toBe(
    [
      'experiment.ts:12: warning: Layer dense_1 is dead: 100 % of its outputs are zero.',
      '  Where relu gives zero no gradient passes.',
      '  – Use a smaller learning rate.',
      "  – Use 'elu'.",
    ].join('\n'),
  );
  expect(isWorthSaying(finding)).toBe(true);
  expect(isWorthSaying({ ...finding, severity: 'info' })).toBe(false);
});

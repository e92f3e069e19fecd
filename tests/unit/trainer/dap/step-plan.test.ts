import { expect, test } from 'vitest';
import { planStep, type StepPlan } from '../../../../src/trainer/dap/step-plan.js';

const inShort = ({ inStep, afterStep, atEpochEnd, line }: StepPlan): string =>
  [
    ...(inStep === 'none' ? [] : [inStep]),
    ...(line ? [`line ${line.how}${line.intoLibrary ? ' of the library' : ''}`] : []),
    ...(afterStep ? ['step'] : []),
    ...(atEpochEnd ? ['epoch'] : []),
  ].join(' or ');

test.each([
  ['next', 'step', undefined, 'step'],
  ['stepIn', 'step', undefined, 'layer or step'],
  ['stepOut', 'step', undefined, 'epoch'],
  ['next', 'layer', undefined, 'layer or step'],
  ['stepIn', 'layer', undefined, 'op or step'],
  ['stepOut', 'layer', undefined, 'step'],
  ['next', 'op', undefined, 'op or step'],
  ['stepIn', 'op', undefined, 'line any of the library or step'],
  ['stepOut', 'op', undefined, 'layer or step'],
  ['next', 'line', undefined, 'line over or step'],
  ['stepIn', 'line', undefined, 'line into or step'],
  ['stepOut', 'line', undefined, 'line out or step'],
  ['next', 'line', 'epoch', 'epoch'],
  ['next', 'line', 'op', 'op or step'],
  ['stepIn', 'step', 'line', 'line any or step'],
  ['next', 'op', 'step', 'step'],
] as const)('%s from a %s, by %s: to the next %s', (command, stands, granularity, expected) => {
  expect(inShort(planStep(command, stands, granularity))).toBe(expected);
});

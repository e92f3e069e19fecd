/** The names, functions and operators that a condition may use, and what each gives. Pure tables. */
import type { ConditionScope } from './condition.js';

export type Value = number | boolean;
export type Run<T> = (scope: ConditionScope) => T;

export const scalars: Readonly<Record<string, Run<Value>>> = {
  loss: (scope) => scope.loss,
  learningRate: (scope) => scope.learningRate ?? NaN,
  step: (scope) => scope.step,
  epoch: (scope) => scope.epoch,
  stepInEpoch: (scope) => scope.stepInEpoch ?? NaN,
  gradNorm: (scope) => scope.gradNorm() ?? NaN,
  weightNorm: (scope) => scope.weightNorm() ?? NaN,
  notFinite: (scope) => scope.notFinite() ?? false,
};
export const otherNames: Readonly<Record<string, string>> = { lr: 'learningRate' };

export const texts: Readonly<Record<string, Run<string>>> = {
  phase: (scope) => scope.phase ?? '',
  layer: (scope) => scope.layer ?? '',
  op: (scope) => scope.op ?? '',
};

/** Names that can also be called with a layer's. */
export const norms = ['gradNorm', 'weightNorm'] as const;

export const constants: Readonly<Record<string, Value>> = { NaN, Infinity, true: true, false: false };

interface ConditionFunction {
  readonly least: number;
  readonly most: number;
  readonly call: (...values: number[]) => Value;
}

export const functions: Readonly<Record<string, ConditionFunction>> = {
  isNaN: { least: 1, most: 1, call: (value) => Number.isNaN(value) },
  isFinite: { least: 1, most: 1, call: (value) => Number.isFinite(value) },
  abs: { least: 1, most: 1, call: Math.abs },
  sqrt: { least: 1, most: 1, call: Math.sqrt },
  log: { least: 1, most: 1, call: Math.log },
  exp: { least: 1, most: 1, call: Math.exp },
  pow: { least: 2, most: 2, call: Math.pow },
  min: { least: 1, most: Infinity, call: Math.min },
  max: { least: 1, most: Infinity, call: Math.max },
};

export const binary: Readonly<Record<string, (left: number, right: number) => Value>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '===': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '!==': (left, right) => left !== right,
};
export const equality: Readonly<Record<string, boolean>> = { '==': true, '===': true, '!=': false, '!==': false };

/** Checks what a person handed to `datasets.*`, so that a slip is told at its line and in plain words. Knows no data set. */
import { DataError } from './batch-stream.js';

/** @throws DataError where an option is unknown: a misspelt one would otherwise be ignored in silence. */
export function checkNames(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const close = known.find((other) => other.toLowerCase() === name.toLowerCase() || isClose(name, other));
    throw new DataError(
      `${where} has no option '${name}'.`,
      close ? `Did you mean '${close}'?` : `Its options are ${known.join(', ')}.`,
    );
  }
}

export function checkBatchSize(where: string, batchSize: number): number {
  return checkInteger(where, 'batchSize', batchSize);
}

export function checkInteger(where: string, name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new DataError(`${where}: ${name} is ${String(value)}; it must be a whole number of at least 1.`);
}

export function checkShare(where: string, name: string, value: number | undefined): number | undefined {
  if (value === undefined || value === 0) return undefined;
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw new DataError(
    `${where}: ${name} is ${String(value)}; it must lie between 0 and 1.`,
    `For a fifth of the examples write ${name}: 0.2.`,
  );
}

export function checkChoice<T extends string>(where: string, name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new DataError(
    `${where}: ${name} is '${String(value)}'.`,
    `It can be ${choices.map((choice) => `'${choice}'`).join(', ')}.`,
  );
}

/** At most two letters apart: one missing, one more, or swapped. */
function isClose(name: string, other: string): boolean {
  if (Math.abs(name.length - other.length) > 2) return false;
  let distances = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= name.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = distances[column - 1]! + (name[row - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, distances[column]! + 1, next[column - 1]! + 1));
    }
    distances = next;
  }
  return distances[other.length]! <= 2;
}

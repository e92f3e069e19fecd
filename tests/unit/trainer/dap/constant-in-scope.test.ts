import { expect, test } from 'vitest';
import { isConstantIn } from '../../../../src/trainer/dap/constant-in-scope.js';
import type { Position } from '../../../../src/trainer/dap/text-position.js';

const source = `import one, { two as three } from './other.js';
const outer = 1;
export let free = 2;
function work(given, { taken } = {}) {
  let inner = 1;
  for (const each of given) { const inner = each; void inner; }
  const { a, b: [c = outer] } = taken;
  try { void a; } catch (failure) { const outer = failure; void outer; }
  return inner + c;
}
class Kind {}
`;

function between(first: string, last: string): { readonly start: Position; readonly end: Position } {
  const at = (offset: number): Position => {
    const before = source.slice(0, offset).split('\n');
    return { line: before.length - 1, column: before.at(-1)!.length };
  };
  const from = source.indexOf(first);
  return { start: at(from), end: at(source.indexOf(last, from) + last.length) };
}

test('constants and imports are told from what can be assigned, in each scope of its own', () => {
  const constants = (names: readonly string[], scope: object = {}) =>
    names.filter((name) => isConstantIn({ source, ...scope }, name));
  expect(constants(['one', 'three', 'outer', 'free', 'work', 'Kind', 'nothing'])).toEqual(['one', 'three', 'outer']);
  const work = between('(given', 'inner + c;\n}');
  expect(constants(['given', 'taken', 'inner', 'a', 'c'], work)).toEqual(['a', 'c']);
  expect(constants(['each'], between('for (', 'void inner; }'))).toEqual(['each']);
  expect(constants(['inner'], between('{ const inner', '}'))).toEqual(['inner']);
  expect(constants(['outer', 'failure'], between('(failure)', 'void outer; }'))).toEqual(['outer']);
  expect(isConstantIn({ source: 'const broken = ;' }, 'broken')).toBe(false);
});

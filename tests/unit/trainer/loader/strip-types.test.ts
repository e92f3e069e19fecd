import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { stripTypes } from '../../../../src/trainer/loader/strip-types.js';

function problemIn(source: string) {
  const result = stripTypes(source, 'experiment.ts');
  if (result.kind !== 'problem') throw new Error(`no problem: ${result.code}`);
  return result.problem;
}

test('every line and column stays where it was', () => {
  const source =
    "import { type Batch, tf } from 'backstep';\nconst size: number = 3 as const;\nexport const f = <T,>(x: T): T => x!;\n";
  const result = stripTypes(source, 'experiment.ts');
  if (result.kind !== 'stripped') throw new Error(result.problem.message);
  expect(result.code).toHaveLength(source.length);
  expect(result.code.split('\n').map((line) => line.length)).toEqual(source.split('\n').map((line) => line.length));
  expect(result.code).not.toMatch(/: number|as const|<T,>|: T|Batch/);
  expect(result.code.indexOf('= 3')).toBe(source.indexOf('= 3'));
});

test('columns hold after letters of two bytes and of two code units', () => {
  const source = "const größe: number = 1, hand = '✊🏽' as string, after = größe;\n";
  const result = stripTypes(source, 'experiment.ts');
  if (result.kind !== 'stripped') throw new Error(result.problem.message);
  // Stripped types are spaces of as many code units as they were, so what follows keeps its column.
  expect(result.code.indexOf('after')).toBe(source.indexOf('after'));
  expect(runInNewContext(`${result.code}; after`)).toBe(1);
});

test('a syntax error has its place and plain words', () => {
  expect(problemIn('export default {\n  a: 1\n  b: 2\n}')).toMatchObject({
    message: "Syntax error: expected ',', found a name",
    line: 3,
    column: 3,
  });
  expect(problemIn('const a = ;\n')).toMatchObject({
    message: 'Syntax error: an expression is missing here',
    line: 1,
    column: 11,
  });
  expect(problemIn('function f() {')).toMatchObject({
    message: "Syntax error: expected '}', found the end of the file",
    line: 1,
  });
});

test.each([
  ['enum Color { Red }', 'TypeScript enums cannot be run', 1],
  ['const x = 1;\nnamespace A { export const y = x }', 'TypeScript namespaces cannot be run', 2],
  [
    'class A {\n  constructor(private x: number) {}\n}',
    'Parameter properties (`constructor(private x)`) cannot be run',
    2,
  ],
  ["import x = require('y');", '`import x = require(…)` cannot be run', 1],
  [
    'const at = "@logged";\nclass A {\n  @logged() call() {}\n}',
    'Syntax error: decorators (`@logged`) cannot be run, for JavaScript has none',
    3,
  ],
])('%s says what to write instead', (source, message, line) => {
  const problem = problemIn(source);
  expect(problem).toMatchObject({ message, line });
  expect(problem.hint).toBeTruthy();
});

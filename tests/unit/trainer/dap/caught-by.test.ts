import { expect, test } from 'vitest';
import { isCaughtIn } from '../../../../src/trainer/dap/caught-by.js';
import type { Position } from '../../../../src/trainer/dap/text-position.js';

/** `^` stands before the function's parameters, as V8 says it begins, `@` at the call. */
function caught(marked: string): boolean {
  const source = marked.replace(/[\^@]/g, '');
  const place = (mark: string): Position => {
    const before = marked.slice(0, marked.indexOf(mark)).replace(/[\^@]/g, '').split('\n');
    return { line: before.length - 1, column: before.at(-1)!.length };
  };
  return isCaughtIn({ source, functionStart: place('^'), at: place('@') });
}

test.each([
  ['function f^(x) {\n  try {\n    @g(x);\n  } catch {\n    h();\n  }\n}', true],
  ['function f^(x) {\n  try { h(); } catch { @g(x); }\n}', false],
  ['function f^(x) {\n  try { @g(x); } finally { h(); }\n}', false],
  ['function f^(x) {\n  try { try { @g(x); } finally { h(); } } catch (error) { h(error); }\n}', true],
  ['const f = ^(x) => {\n  try { @g(x); } catch { h(); }\n};', true],
  ['const o = {\n  f: ^({ a }) => {\n    try { @g(a); } catch { h(); }\n  },\n  ...rest,\n};', true],
  ['const f = ^x => @g(x);\ntry { f(1); } catch { h(); }', false],
  ['const f = async ^(x) => {\n  try { await @g(x); } catch { h(); }\n};', true],
  ['class A extends B {\n  async #m^(x) {\n    super.m();\n    try { await @g(x); } catch { h(); }\n  }\n}', true],
  ['class A {\n  *m^(x) {\n    try { yield @g(x); } catch { h(); }\n  }\n}', true],
  ["^import { a } from 'b';\ntry {\n  @a();\n} catch {\n  h();\n}\n", true],
  ["^import { a } from 'b';\nawait @a();\n", false],
  ['^const k = 1;\ntry {\n  const f = () => 1;\n  @f();\n} catch {\n}\n', true],
])('%s: %s', (marked, expected) => {
  expect(caught(marked)).toBe(expected);
});

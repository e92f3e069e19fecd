/**
 * TypeScript to JavaScript by blanking out types: every line and column stays where the person wrote
 * it, so stacks and breakpoints need no source map. Pure; knows nothing of files or modules.
 */
import { transformSync } from '@swc/wasm-typescript';
import { decoratorIn } from './decorators.js';

export interface SourceProblem {
  readonly message: string;
  readonly hint?: string;
  /** Lines and columns count from 1. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type StripResult =
  { readonly kind: 'stripped'; readonly code: string } | { readonly kind: 'problem'; readonly problem: SourceProblem };

/** What the stripper throws: a plain object, not an Error. */
interface StripFailure {
  readonly code: string;
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export function stripTypes(source: string, filename: string): StripResult {
  try {
    const { code } = transformSync(source, { mode: 'strip-only', module: true, filename });
    const at = decoratorIn(code);
    return at === undefined ? { kind: 'stripped', code } : { kind: 'problem', problem: decoratorAt(code, at) };
  } catch (error) {
    if (!isStripFailure(error)) throw error;
    const line = error.startLine ?? 1;
    const column = (error.startColumn ?? 0) + 1;
    return {
      kind: 'problem',
      problem: {
        ...inPlainWords(error),
        line,
        column,
        endLine: error.endLine ?? line,
        endColumn: Math.max((error.endColumn ?? column) + 1, column + 1),
      },
    };
  }
}

function decoratorAt(code: string, at: number): SourceProblem {
  const before = code.slice(0, at).split('\n');
  const [name = '@'] = /^@[\w$.]*/.exec(code.slice(at)) ?? [];
  const [line, column] = [before.length, before.at(-1)!.length + 1];
  return {
    message: `Syntax error: decorators (\`${name}\`) cannot be run, for JavaScript has none`,
    hint: 'Call the function on what it decorates instead, for example in the constructor: `this.call = logged(this.call)`.',
    ...{ line, column, endLine: line, endColumn: column + name.length },
  };
}

function isStripFailure(error: unknown): error is StripFailure {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}

const unsupported: readonly (readonly [pattern: RegExp, message: string, hint: string])[] = [
  [/enum/, 'TypeScript enums cannot be run', "Use an object instead: `const Color = { Red: 'red' } as const`."],
  [/namespace|module/, 'TypeScript namespaces cannot be run', 'Put the code into a file of its own and import it.'],
  [
    /parameter property/,
    'Parameter properties (`constructor(private x)`) cannot be run',
    'Declare the property in the class and assign it in the constructor.',
  ],
  [/import equals/, '`import x = require(…)` cannot be run', "Write `import x from '…'` instead."],
  [/export assignment/, '`export = …` cannot be run', 'Write `export default …` instead.'],
];

function inPlainWords(failure: StripFailure): { message: string; hint?: string } {
  if (failure.code === 'UnsupportedSyntax') {
    const [, message, hint] = unsupported.find(([pattern]) => pattern.test(failure.message)) ?? [
      undefined,
      failure.message.replace(' is not supported in strip-only mode', ' cannot be run'),
      'Only TypeScript whose types can simply be left out runs here.',
    ];
    return { message, hint };
  }
  return { message: `Syntax error: ${syntaxMessage(failure.message)}` };
}

function syntaxMessage(message: string): string {
  const missing = /^Expected (.+), got (.+)$/.exec(message);
  if (missing) return `expected ${tokens(missing[1]!)}, found ${tokens(missing[2]!)}`;
  const alternatives = /^Expected (.+)$/.exec(message);
  if (alternatives) return `expected ${tokens(alternatives[1]!)}`;
  const unexpected = /^Unexpected token `(.+?)`\. Expected (.+)$/.exec(message);
  if (unexpected) return `expected ${tokens(unexpected[2]!)}, found ${tokens(unexpected[1]!)}`;
  if (message === 'Expression expected') return 'an expression is missing here';
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function tokens(text: string): string {
  return text
    .replace(/'ident'|\bident(ifier)?\b/g, 'a name')
    .replace(/'<eof>'|<eof>/g, 'the end of the file')
    .replace(/'string literal'( \(.*\))?|\bstring literal\b/g, 'a text')
    .replace(/'numeric literal'( \(.*\))?|\bnumeric literal\b/g, 'a number');
}

/**
 * Where V8 could stop in a file that is not loaded yet: it is compiled, never run, in the thread that
 * asks, and V8 itself says the places. Knows files and V8, no breakpoint and no training.
 */
import { readFileSync, statSync } from 'node:fs';
import inspector, { type Debugger, type Runtime } from 'node:inspector';
import path from 'node:path';
import { parse, type Node, type Options, type Program } from 'acorn';
import { stripTypes } from '../loader/strip-types.js';

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Larger ones are no experiment's. */
const LARGEST_FILE = 2 ** 20;

const known = new Map<string, { readonly changed: number; readonly places: readonly Place[] | undefined }>();

/** In their order; `undefined` for a file that is not there or is no program. */
export function possiblePlaces(file: string): readonly Place[] | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size > LARGEST_FILE) return undefined;
    const before = known.get(file);
    if (before?.changed === stats.mtimeMs) return before.places;
    const places = placesIn(readFileSync(file, 'utf8'), path.basename(file));
    known.set(file, { changed: stats.mtimeMs, places });
    return places;
  } catch (error) {
    // One that may not be read is as good as none.
    if ((error as NodeJS.ErrnoException).code) return undefined;
    throw error;
  }
}

/** The same for a text. */
export function placesIn(source: string, name: string): readonly Place[] | undefined {
  const stripped = /\.m?ts$/.test(name) ? stripTypes(source, name) : { kind: 'stripped' as const, code: source };
  const script = stripped.kind === 'stripped' ? asScript(stripped.code) : undefined;
  if (script === undefined) return undefined;
  const session = new inspector.Session();
  session.connect();
  try {
    ask(session, 'Debugger.enable', {});
    ask(session, 'Runtime.enable', {});
    // On lines of its own, so that lines are only one off and columns stay. What nothing uses V8 leaves out,
    // as it does not with a module's exports: `eval` may use anything.
    const compiled = ask<Runtime.CompileScriptReturnType>(session, 'Runtime.compileScript', {
      expression: `(async () => {\n${script}\neval('');\n})`,
      sourceURL: '',
      persistScript: true,
    });
    if (compiled?.scriptId === undefined) return undefined;
    const lines = script.split('\n').length;
    const found = ask<Debugger.GetPossibleBreakpointsReturnType>(session, 'Debugger.getPossibleBreakpoints', {
      start: { scriptId: compiled.scriptId, lineNumber: 1, columnNumber: 0 },
      end: { scriptId: compiled.scriptId, lineNumber: lines + 1, columnNumber: 0 },
    });
    return found?.locations.map(({ lineNumber, columnNumber = 0 }) => ({ line: lineNumber, column: columnNumber + 1 }));
  } finally {
    session.disconnect();
  }
}

/** Of this very thread, which answers at once; `undefined` where it refuses. */
function ask<T>(session: inspector.Session, method: string, params: object): T | undefined {
  let answer: T | undefined;
  session.post(method, params, (error, result) => {
    answer = error ? undefined : (result as T);
  });
  return answer;
}

const options: Options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true };

/** A module as a script with everything else where it was; `undefined` where it cannot be read. */
function asScript(code: string): string | undefined {
  const program = parsed(code, 'module') ?? parsed(code, 'script');
  if (!program) return undefined;
  let script = code.replace(/^#!.*/, blank);
  const replace = (start: number, end: number, text = ''): void => {
    const room = script.slice(start, end);
    script = script.slice(0, start) + text + blank(room.slice(text.length)) + script.slice(end);
  };
  for (const node of program.body) {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        replace(node.start, node.end);
        break;
      case 'ExportNamedDeclaration':
        replace(node.start, node.declaration?.start ?? node.end);
        break;
      case 'ExportDefaultDeclaration':
        // A statement must not begin with a brace or a function without a name.
        replace(node.start, node.declaration.start, ';void');
        break;
      default:
    }
  }
  for (const { start, end } of metaProperties(program)) replace(start, end, '({})');
  return script;
}

function parsed(code: string, sourceType: 'module' | 'script'): Program | undefined {
  try {
    return parse(code, { ...options, sourceType });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `import.meta`, which only modules have. */
function metaProperties(node: Node): Node[] {
  if (node.type === 'MetaProperty')
    return (node as Node & { meta: { name: string } }).meta.name === 'import' ? [node] : [];
  return Object.values(node)
    .flat()
    .filter(
      (value): value is Node => typeof value === 'object' && value !== null && 'type' in value && 'start' in value,
    )
    .flatMap(metaProperties);
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

/**
 * Where V8 could stop in a file that is not loaded yet: it is compiled, never run, in the thread that
 * asks, and V8 itself says the places. Knows files and V8, no breakpoint and no training.
 */
import { readFileSync, statSync } from 'node:fs';
import inspector, { type Debugger, type Runtime } from 'node:inspector';
import path from 'node:path';
import { parse, type Options, type Program } from 'acorn';
import { stripTypes } from '../loader/strip-types.js';
import { nodesIn } from '../syntax-nodes.js';

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Larger ones are no experiment's. */
const LARGEST_FILE = 2 ** 20;

/** Of one text, once it has been read. */
interface Known {
  readonly changed: number;
  readonly script: string | undefined;
  places?: readonly Place[] | undefined;
}
const known = new Map<string, Known>();

/** In their order; `undefined` for a file that is not there or is no program. */
export function possiblePlaces(file: string): readonly Place[] | undefined {
  const read = knownOf(file);
  if (read?.script === undefined) return undefined;
  return (read.places ??= placesOf(read.script));
}

/**
 * Where V8 stops for a breakpoint on a line: at the first place on it, or, where it has none, at the nearest one
 * of the function that it is in. `nowhere` where there is none; `undefined` as in `possiblePlaces`.
 */
export function placeFor(file: string, { line, column }: Place): Place | 'nowhere' | undefined {
  const places = possiblePlaces(file);
  if (!places) return undefined;
  const onLine = places.find((place) => place.line === line && place.column >= column);
  return onLine ?? nearestPlace(knownOf(file)!.script!, { line, column });
}

function knownOf(file: string): Known | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size > LARGEST_FILE) return undefined;
    const before = known.get(file);
    if (before?.changed === stats.mtimeMs) return before;
    const read: Known = {
      changed: stats.mtimeMs,
      script: scriptOf(readFileSync(file, 'utf8'), path.basename(file)),
    };
    known.set(file, read);
    return read;
  } catch (error) {
    // One that may not be read is as good as none.
    if ((error as NodeJS.ErrnoException).code) return undefined;
    throw error;
  }
}

/** All of a text. */
export function placesIn(source: string, name: string): readonly Place[] | undefined {
  const script = scriptOf(source, name);
  return script === undefined ? undefined : placesOf(script);
}

function scriptOf(source: string, name: string): string | undefined {
  const stripped = /\.m?ts$/.test(name) ? stripTypes(source, name) : { kind: 'stripped' as const, code: source };
  return stripped.kind === 'stripped' ? asScript(stripped.code) : undefined;
}

function placesOf(script: string): readonly Place[] | undefined {
  return compiled(script, (session, scriptId, lines) => {
    const found = ask<Debugger.GetPossibleBreakpointsReturnType>(session, 'Debugger.getPossibleBreakpoints', {
      start: { scriptId, lineNumber: 1, columnNumber: 0 },
      end: { scriptId, lineNumber: lines + 1, columnNumber: 0 },
    });
    return found?.locations.map(placeAt);
  });
}

function nearestPlace(script: string, { line, column }: Place): Place | 'nowhere' | undefined {
  return compiled(script, (session, scriptId, lines) => {
    const location = { scriptId, lineNumber: line, columnNumber: column - 1 };
    const set =
      line > lines ? undefined : ask<Debugger.SetBreakpointReturnType>(session, 'Debugger.setBreakpoint', { location });
    if (!set) return 'nowhere';
    const place = placeAt(set.actualLocation);
    return place.line > lines ? 'nowhere' : place;
  });
}

/** The lines of what is compiled are one off. */
function placeAt({ lineNumber, columnNumber = 0 }: Debugger.Location): Place {
  return { line: lineNumber, column: columnNumber + 1 };
}

/** @param look given a session of this very thread, the number of the compiled script, and how many lines it has */
function compiled<T>(
  script: string,
  look: (session: inspector.Session, scriptId: string, lines: number) => T | undefined,
): T | undefined {
  const session = new inspector.Session();
  session.connect();
  try {
    ask(session, 'Debugger.enable', {});
    ask(session, 'Runtime.enable', {});
    // On lines of its own, so that lines are only one off and columns stay. What nothing uses V8 leaves out,
    // as it does not with a module's exports: `eval` may use anything.
    const made = ask<Runtime.CompileScriptReturnType>(session, 'Runtime.compileScript', {
      expression: `(async () => {\n${script}\neval('');\n})`,
      sourceURL: '',
      persistScript: true,
    });
    return made?.scriptId === undefined ? undefined : look(session, made.scriptId, script.split('\n').length);
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
  for (const node of nodesIn(program)) {
    // `import.meta`, which only modules have.
    if (node.type === 'MetaProperty' && node.meta.name === 'import') replace(node.start, node.end, '({})');
  }
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

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

/**
 * Where an experiment's text names its parts, so that what is wrong with its loss is said at its
 * loss. A scan over brackets and quotes, not a parser: it also reads text that does not compile.
 */

export interface Position {
  /** Lines and columns count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface ExperimentOutline {
  /** `export default`; where there is none, the call of `defineExperiment`. */
  readonly defaultExport?: Position;
  /** The properties given to `defineExperiment`, by name. */
  readonly properties: ReadonlyMap<string, Position>;
}

export function outlineOf(source: string): ExperimentOutline {
  const code = blankOut(source);
  const positionAt = positions(source);
  const exported = /\bexport\s+default\b/.exec(code);
  const properties = new Map<string, Position>();
  const call = /\bdefineExperiment\s*(?:<[^>]*>)?\s*\(\s*\{/.exec(code);
  if (call) {
    for (const [name, index] of topLevelNames(code, call.index + call[0].length))
      properties.set(name, positionAt(index));
  }
  const start = exported ?? call;
  return { defaultExport: start ? positionAt(start.index) : undefined, properties };
}

/** Names at the start of each entry of the object whose `{` ends before `start`. */
function* topLevelNames(code: string, start: number): Generator<[string, number]> {
  let depth = 1;
  let atEntry = true;
  for (let index = start; index < code.length && depth > 0; index++) {
    const character = code[index]!;
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (depth === 1 && character === ',') atEntry = true;
    else if (depth === 1 && atEntry && /[\w$]/.test(character)) {
      const name = /^(?:async\s+)?([\w$]+)/.exec(code.slice(index, index + 200))![1]!;
      yield [name, index];
      atEntry = false;
      index += name.length - 1;
    }
  }
}

/** The same text with comments and the insides of strings replaced by spaces. */
function blankOut(source: string): string {
  return source.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    (text) => text.replace(/[^\n]/g, ' '),
  );
}

function positions(source: string): (index: number) => Position {
  return (index) => {
    const before = source.slice(0, index);
    const line = before.split('\n').length;
    return { line, column: index - before.lastIndexOf('\n') };
  };
}

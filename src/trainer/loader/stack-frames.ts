/** Reads V8's stack texts: which of the person's own lines an error, a call or a layer came from. */
import { fileURLToPath } from 'node:url';
import { isOwnSource } from './module-files.js';

export interface SourcePlace {
  /** Absolute path. */
  readonly file: string;
  /** Lines and columns count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface StackFrame extends SourcePlace {
  readonly functionName?: string;
}

/**
 * The folder that this trainer's own modules run from, bundled or as sources; everything else
 * outside node_modules is the person's.
 */
const ownFolder = fileURLToPath(new URL('.', import.meta.url)).replace(/loader[\\/]$/, '');

/** Calls deep inside TensorFlow.js must still show the line that began them. */
export function keepDeepStacks(): void {
  Error.stackTraceLimit = 60;
}

/** Frames in the person's own files, innermost first. */
export function personsFrames(stack: string | undefined): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of (stack ?? '').split('\n')) {
    const frame = parseFrame(line);
    if (frame && isPersons(frame.file)) frames.push(frame);
  }
  return frames;
}

export function isPersons(file: string): boolean {
  return !file.startsWith(ownFolder) && isOwnSource(file);
}

/** The person's line that is being executed now; with `ofNew` the line of the `new`, constructors of theirs left out. */
export function callersPlace({ ofNew = false } = {}): SourcePlace | undefined {
  const frames = personsFrames(new Error('place').stack);
  const frame = (ofNew ? frames.find(({ functionName }) => !functionName?.startsWith('new ')) : undefined) ?? frames[0];
  return frame && { file: frame.file, line: frame.line, column: frame.column };
}

/** Paths of scripts by V8's names of them; none for those that are not the person's. */
const personsScripts = new Map<string, string | undefined>();

/** The stack of a moment, read only when it is asked for: to hold it costs a third of reading it. */
export type HeldStack = Readonly<Record<never, never>>;

export function holdStack(): HeldStack {
  const held = {};
  Error.captureStackTrace(held);
  return held;
}

export interface PersonsPlace {
  /** The person's innermost line that was being executed. */
  readonly place: SourcePlace | undefined;
  /** How many lines of theirs were. */
  readonly depth: number;
}

/** Where the person's code was at that moment; without making a text of the stack. Can be asked for once. */
export function personsPlaceIn(held: HeldStack): PersonsPlace {
  let place: SourcePlace | undefined;
  let depth = 0;
  for (const site of callSites(held)) {
    const script = site.getFileName();
    if (!script) continue;
    if (!personsScripts.has(script)) {
      const path = pathOf(script);
      personsScripts.set(script, path !== undefined && isPersons(path) ? path : undefined);
    }
    const file = personsScripts.get(script);
    const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
    if (file === undefined || line === null || column === null) continue;
    place ??= { file, line, column };
    depth++;
  }
  return { place, depth };
}

function callSites(held: HeldStack): readonly NodeJS.CallSite[] {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_error, sites) => sites;
  try {
    return (held as { readonly stack: unknown }).stack as readonly NodeJS.CallSite[];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/** One line of a stack: `at name (file:///a/b.ts:1:2)`, with or without name and scheme. */
export function parseFrame(line: string): StackFrame | undefined {
  const match = /^\s+at (?:(.*?) \()?(.+?):(\d+):(\d+)\)?$/.exec(line);
  if (!match) return undefined;
  const file = pathOf(match[2]!.replace(/^async /, ''));
  if (file === undefined) return undefined;
  const functionName = match[1]?.replace(/^async /, '');
  return { file, line: Number(match[3]), column: Number(match[4]), ...(functionName ? { functionName } : {}) };
}

/** The path behind a script's name in V8: a file URL, perhaps with a version query, or a plain path. */
export function pathOf(scriptName: string): string | undefined {
  if (scriptName.startsWith('file:')) {
    const url = new URL(scriptName);
    url.search = '';
    return fileURLToPath(url);
  }
  return /^(\/|[A-Za-z]:[\\/])/.test(scriptName) ? scriptName : undefined;
}

/** Where a module could not be compiled or linked: Node puts it before the message. */
export function syntaxErrorPlace(stack: string | undefined): SourcePlace | undefined {
  const lines = (stack ?? '').split('\n');
  const match = /^(file:.+|\/.+|[A-Za-z]:\\.+):(\d+)$/.exec(lines[0] ?? '');
  if (!match) return undefined;
  const file = pathOf(match[1]!);
  if (file === undefined) return undefined;
  const column = (lines[2]?.indexOf('^') ?? -1) + 1;
  return { file, line: Number(match[2]), column: Math.max(column, 1) };
}

/**
 * Breakpoints on lines of the person's files, and of the library's: what they want, and where V8 can stop for
 * it. V8 forgets them whenever its debugger is detached, so they can be put in place again. Knows no training.
 */
import { realpathSync } from 'node:fs';
import type { Debugger } from 'node:inspector';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { libraryPath } from '../../shared/base/library-path.js';
import type { InspectorClient } from './inspector-client.js';
import { lineExpression } from './line-condition.js';
import type { LibraryLine, LibraryLines } from './library-lines.js';
import type { Place } from './possible-places.js';

interface Line {
  readonly id: number;
  /** As the front end names it. */
  readonly file: string;
  /** The file is one of the library's. */
  readonly reference: number | undefined;
  /** Where that is in its script. */
  inLibrary: LibraryLine | undefined;
  readonly wish: DebugProtocol.SourceBreakpoint;
  readonly expression: string | undefined;
  /** V8's name for it, while it is in place. */
  inPlace: string | undefined;
  /** Where it stops, once its file is loaded. Counts from 1. */
  actual: Place | undefined;
  /** Where it will stop, by the file's text; `nowhere` where no code follows. Not known for what cannot be read. */
  expected: Place | 'nowhere' | undefined;
  problem: string | undefined;
}

export class LineBreakpoints {
  private readonly byFile = new Map<string, readonly Line[]>();
  private nextId = 1;
  /** Whether everything that the experiment imports is loaded. */
  private allLoaded = false;

  constructor(
    private readonly inspector: InspectorClient,
    private readonly library: LibraryLines,
    private readonly changed: (breakpoint: DebugProtocol.Breakpoint) => void,
  ) {}

  /** Whether any could stop. */
  get any(): boolean {
    return [...this.byFile.values()].some((lines) => lines.some(({ problem }) => problem === undefined));
  }

  /** Takes the place of all in this file; those that stay as they are keep their number and their hits. */
  async set(
    file: string,
    wishes: readonly DebugProtocol.SourceBreakpoint[],
    attached: boolean,
  ): Promise<DebugProtocol.Breakpoint[]> {
    const before = [...(this.byFile.get(file) ?? [])];
    const reference = path.isAbsolute(file) ? undefined : (this.library.referenceOf(file) ?? 0);
    const lines = wishes.map((wish): Line => {
      const same = before.findIndex((line) => JSON.stringify(line.wish) === JSON.stringify(wish));
      return same >= 0 ? before.splice(same, 1)[0]! : this.lineFor(file, reference, wish);
    });
    if (lines.length > 0) this.byFile.set(file, lines);
    else this.byFile.delete(file);
    for (const line of before) await this.takeAway(line);
    for (const line of lines) await this.expect(line);
    if (attached) for (const line of lines) await this.put(line);
    return lines.map((line) => this.shown(line));
  }

  /** Takes all away. */
  async clear(): Promise<void> {
    const lines = this.all();
    this.byFile.clear();
    for (const line of lines) await this.takeAway(line);
  }

  /** V8's debugger has just been attached: it knows none. */
  async putAll(): Promise<void> {
    for (const lines of this.byFile.values()) {
      for (const line of lines) {
        line.inPlace = undefined;
        await this.put(line);
      }
    }
  }

  /** Its file has been loaded. */
  resolved({ breakpointId, location }: Debugger.BreakpointResolvedEventDataType): void {
    const line = this.all().find(({ inPlace }) => inPlace === breakpointId);
    if (!line || line.reference !== undefined) return;
    line.actual = placeOf(location);
    this.changed(this.shown(line));
  }

  /** From here on, files that are not loaded will not be. */
  everythingIsLoaded(): void {
    this.allLoaded = true;
    for (const line of this.all()) if (!line.actual && line.problem === undefined) this.changed(this.shown(line));
  }

  /** A condition or log message of it failed while it was evaluated. */
  failed(id: number, message: string): { readonly file: string; readonly line: number } | undefined {
    const line = this.all().find((one) => one.id === id);
    if (line) this.changed({ ...this.shown(line), message });
    return this.placeOf(id);
  }

  /** Of the one with this number, where there is one. */
  placeOf(id: number): { readonly file: string; readonly line: number } | undefined {
    const line = this.all().find((one) => one.id === id);
    return line && { file: line.file, line: line.actual?.line ?? line.wish.line };
  }

  /** For a person, where the first of these is on a line of the library. */
  libraryPlaceOf([id]: readonly number[]): string | undefined {
    const line = this.all().find((one) => one.id === id && one.reference !== undefined);
    return line && `${path.posix.basename(line.file)}:${line.actual?.line ?? line.wish.line}`;
  }

  /** Numbers of those that V8 has stopped for. */
  hit(inPlace: readonly string[]): number[] {
    return this.all()
      .filter((line) => line.inPlace !== undefined && inPlace.includes(line.inPlace))
      .map(({ id }) => id);
  }

  /** The front end's own spelling of a file that V8 knows by another one, through a link for example. */
  fileOf(file: string): string {
    if (this.byFile.has(file)) return file;
    return [...this.byFile.keys()].find((known) => realPath(known) === file) ?? file;
  }

  private all(): Line[] {
    return [...this.byFile.values()].flat();
  }

  private lineFor(file: string, reference: number | undefined, wish: DebugProtocol.SourceBreakpoint): Line {
    const id = this.nextId++;
    const made = lineExpression(id, wish);
    return {
      id,
      file,
      reference,
      inLibrary: undefined,
      wish,
      expression: made.kind === 'ok' ? made.text : undefined,
      inPlace: undefined,
      actual: undefined,
      expected: undefined,
      problem: made.kind === 'problem' ? made.message : undefined,
    };
  }

  private async expect(line: Line): Promise<void> {
    if (line.actual || line.problem !== undefined || line.reference !== undefined) return;
    const { placeFor } = await import('./possible-places.js');
    const { line: wished, column = 1 } = line.wish;
    line.expected = placeFor(line.file, { line: wished, column });
  }

  private async put(line: Line): Promise<void> {
    if (line.inPlace !== undefined || (line.expression === undefined && line.problem !== undefined)) return;
    try {
      const where = await this.whereOf(line);
      if (!where) return;
      const placed = await this.inspector.send<Debugger.SetBreakpointByUrlReturnType>('Debugger.setBreakpointByUrl', {
        ...where,
        condition: line.expression,
      });
      line.inPlace = placed.breakpointId;
      line.problem = undefined;
      const [location] = placed.locations;
      if (location && !line.inLibrary) line.actual = placeOf(location);
    } catch (error) {
      const { message } = error as Error;
      line.problem = /already exists/.test(message) ? 'There is a breakpoint on this line already.' : message;
    }
  }

  /** In V8's terms; `undefined` where it cannot stop. */
  private async whereOf(line: Line): Promise<object | undefined> {
    const { file, reference, wish } = line;
    const column = wish.column ?? 1;
    if (reference === undefined) {
      // The end of a module would do for V8, and is passed before anything is trained.
      if (line.expected === 'nowhere') return undefined;
      return { urlRegex: urlPattern(file), lineNumber: wish.line - 1, columnNumber: column - 1 };
    }
    line.inLibrary ??= (await this.library.placesIn(file)).find(
      ({ actual }) => actual.line > wish.line || (actual.line === wish.line && actual.column >= column),
    );
    if (!line.inLibrary) return undefined;
    const { actual, script, lineNumber, columnNumber } = line.inLibrary;
    line.actual = actual;
    return { url: script, lineNumber, columnNumber };
  }

  private async takeAway(line: Line): Promise<void> {
    const { inPlace } = line;
    line.inPlace = undefined;
    if (inPlace !== undefined) await this.inspector.send('Debugger.removeBreakpoint', { breakpointId: inPlace });
  }

  private shown({ id, file, reference, wish, actual, expected, problem, inPlace }: Line): DebugProtocol.Breakpoint {
    const source =
      reference === undefined
        ? { name: path.basename(file), path: file }
        : { name: file, path: libraryPath(file), sourceReference: reference, origin: 'TensorFlow.js' };
    if (problem !== undefined) return { id, verified: false, message: problem, source, line: wish.line };
    if (actual) return { id, verified: true, source, ...actual };
    if (reference !== undefined)
      return { id, verified: false, message: 'There is no code on this line or after it.', source, line: wish.line };
    const loaded = [...this.inspector.loaded.values()].some((script) => new RegExp(urlPattern(file)).test(script));
    const awaited = !loaded && !this.allLoaded;
    if (awaited && typeof expected === 'object') return { id, verified: true, source, ...expected };
    const message =
      (loaded && inPlace !== undefined) || ((loaded || awaited) && expected === 'nowhere')
        ? 'There is no code on this line or after it.'
        : this.allLoaded
          ? `The training does not use ${path.basename(file)}.`
          : 'It is looked for when the file is loaded.';
    return { id, verified: false, message, source, line: wish.line };
  }
}

function placeOf(location: Debugger.Location): Place {
  return { line: location.lineNumber + 1, column: (location.columnNumber ?? 0) + 1 };
}

/** By its own name or by that of the file behind a link, which is what Node loads; versions of it too. */
function urlPattern(file: string): string {
  const urls = new Set([file, realPath(file)].map((one) => pathToFileURL(one).href));
  return `^(${[...urls].map((url) => url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(\\?.*)?$`;
}

function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch (error) {
    // A file that is not there yet is known by the name that it would have.
    if ((error as NodeJS.ErrnoException).code) return file;
    throw error;
  }
}

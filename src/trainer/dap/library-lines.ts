/**
 * Lines of the library's own files as places in the trainer's bundles, where V8 can stop for them. Asks V8, whose
 * debugger must be attached. Knows no breakpoints.
 */
import type { Debugger } from 'node:inspector';
import type { InspectorClient } from './inspector-client.js';
import type { LibraryCode, LibrarySources } from './library-sources.js';
import type { Place } from './possible-places.js';

/** A place where V8 can stop: what it is in the library's file, and where it is in the script. */
export interface LibraryLine {
  readonly actual: Place;
  readonly script: string;
  /** Count from 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export class LibraryLines {
  private readonly known = new Map<string, readonly LibraryLine[]>();

  constructor(
    private readonly inspector: InspectorClient,
    private readonly library: LibrarySources,
  ) {}

  /** `undefined` where nothing that is loaded was made of it. */
  referenceOf(name: string): number | undefined {
    return this.library.find(name, this.scripts)?.reference;
  }

  /** @throws Error where there is no such source */
  nameOf(reference: number): string {
    return this.library.fileOf(reference, this.scripts).name;
  }

  /** All places of a file in the order of its lines; none where it came to no code. */
  async placesIn(name: string): Promise<readonly LibraryLine[]> {
    const known = this.known.get(name);
    if (known) return known;
    const code = this.library.find(name, this.scripts)?.code;
    const places = code ? await this.ask(name, code) : [];
    this.known.set(name, places);
    return places;
  }

  private get scripts(): Set<string> {
    return new Set(this.inspector.loaded.values());
  }

  private async ask(name: string, { script, from, to }: LibraryCode): Promise<LibraryLine[]> {
    const [scriptId] = [...this.inspector.loaded].find(([, url]) => url === script)!;
    const { locations } = await this.inspector.send<Debugger.GetPossibleBreakpointsReturnType>(
      'Debugger.getPossibleBreakpoints',
      {
        start: { scriptId, lineNumber: from.line, columnNumber: from.column },
        end: { scriptId, lineNumber: to.line, columnNumber: to.column + 1 },
      },
    );
    const places = locations.flatMap(({ lineNumber, columnNumber = 0 }): LibraryLine[] => {
      const place = this.library.placeOf(script, lineNumber, columnNumber);
      if (place?.name !== name) return [];
      return [{ actual: { line: place.line, column: place.column }, script, lineNumber, columnNumber }];
    });
    return places.sort((a, b) => a.actual.line - b.actual.line || a.actual.column - b.actual.column);
  }
}

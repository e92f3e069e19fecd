/**
 * TensorFlow.js as it was written: places in the trainer's bundles traced back to the library's own
 * files by their source maps, which are read when the first place is asked for.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { pathOf } from '../loader/stack-frames.js';

export interface LibraryPlace {
  /** `tfjs-core/src/engine.ts`. */
  readonly name: string;
  /** Asks for the text. */
  readonly reference: number;
  /** Lines and columns count from 1. */
  readonly line: number;
  readonly column: number;
}

interface Mapped {
  readonly map: SourceMap;
  readonly payload: SourceMapPayload;
}

export class LibrarySources {
  private readonly maps = new Map<string, Mapped | undefined>();
  private readonly texts: { readonly name: string; readonly text: string }[] = [];
  private readonly references = new Map<string, number>();

  /** `undefined` for code that is not the library's. Lines and columns of `script` count from 0. */
  placeOf(script: string, line: number, column: number): LibraryPlace | undefined {
    const mapped = this.mapOf(script);
    const entry = mapped?.map.findEntry(line, column);
    if (!mapped || !entry || !('originalSource' in entry)) return undefined;
    const source = entry.originalSource;
    const name = nameOf(source);
    if (name === undefined) return undefined;
    const reference = this.referenceOf(source, name, mapped.payload);
    return reference === 0
      ? undefined
      : { name, reference, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  /** All files of the library that these scripts were made of. */
  list(scripts: Iterable<string>): { readonly name: string; readonly reference: number }[] {
    const found: { readonly name: string; readonly reference: number }[] = [];
    for (const script of scripts) {
      const mapped = this.mapOf(script);
      for (const source of mapped?.payload.sources ?? []) {
        const name = nameOf(source);
        const reference = name === undefined ? 0 : this.referenceOf(source, name, mapped!.payload);
        if (reference !== 0) found.push({ name: name!, reference });
      }
    }
    return found;
  }

  /** @throws Error where no place with this reference has been given out */
  textOf(reference: number): string {
    const known = this.texts[reference - 1];
    if (!known) throw new Error('There is no source of this number.');
    return known.text;
  }

  private referenceOf(source: string, name: string, payload: SourceMapPayload): number {
    const known = this.references.get(source);
    if (known !== undefined) return known;
    const text = payload.sourcesContent[payload.sources.indexOf(source)];
    const reference = text ? this.texts.push({ name, text }) : 0;
    this.references.set(source, reference);
    return reference;
  }

  private mapOf(script: string): Mapped | undefined {
    if (!this.maps.has(script)) this.maps.set(script, readMap(script));
    return this.maps.get(script);
  }
}

/** Of a source of a map, where it is of a library: TensorFlow.js's own maps lead to them as they lie in its repository. */
function nameOf(source: string): string | undefined {
  return /(?:node_modules\/(?:@tensorflow\/)?|^[./]*(?=tfjs[\w-]*\/))(.+)$/.exec(source)?.[1];
}

function readMap(script: string): Mapped | undefined {
  const file = pathOf(script);
  if (file === undefined) return undefined;
  try {
    const payload = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload;
    return { map: new SourceMap(payload), payload };
  } catch (error) {
    // Built without maps: frames are shown without their sources.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

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
    // TensorFlow.js's own maps lead to its sources as they lie in its repository.
    const name = /(?:node_modules\/(?:@tensorflow\/)?|^[./]*(?=tfjs[\w-]*\/))(.+)$/.exec(source)?.[1];
    if (name === undefined) return undefined;
    const reference = this.referenceOf(source, name, mapped.payload);
    return reference === 0
      ? undefined
      : { name, reference, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
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

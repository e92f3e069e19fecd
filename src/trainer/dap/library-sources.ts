/**
 * TensorFlow.js as it was written: places in the trainer's bundles traced back to the library's own
 * files by their source maps, which are read when the first place is asked for.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { pathOf } from '../loader/stack-frames.js';
import { spansOf, type GeneratedPlace } from './source-map-spans.js';

export interface LibraryPlace {
  /** `tfjs-core/src/engine.ts`. */
  readonly name: string;
  /** Asks for the text. */
  readonly reference: number;
  /** Lines and columns count from 1. */
  readonly line: number;
  readonly column: number;
}

/** Where the code of one of the library's files lies in a script. Counts from 0. */
export interface LibraryCode {
  readonly script: string;
  readonly from: GeneratedPlace;
  readonly to: GeneratedPlace;
}

interface Mapped {
  readonly map: SourceMap;
  readonly payload: SourceMapPayload;
  /** By the source's place in the map, where it has come to code. */
  spans?: ReadonlyMap<number, { readonly from: GeneratedPlace; readonly to: GeneratedPlace }>;
}

export class LibrarySources {
  private readonly maps = new Map<string, Mapped | undefined>();
  private readonly texts = new Map<number, { readonly name: string; readonly text: string }>();
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

  /**
   * The file behind a reference, which is the same in every process of one build.
   * @throws Error where none of these scripts was made of it
   */
  fileOf(reference: number, scripts: Iterable<string>): { readonly name: string; readonly text: string } {
    if (!this.texts.has(reference)) this.list(scripts);
    const known = this.texts.get(reference);
    if (!known) throw new Error('There is no source of this number.');
    return known;
  }

  /** The file of this name, where one of these scripts was made of it; without code where nothing of it has come to any. */
  find(
    name: string,
    scripts: Iterable<string>,
  ): { readonly reference: number; readonly code: LibraryCode | undefined } | undefined {
    for (const script of scripts) {
      const mapped = this.mapOf(script);
      const at = mapped?.payload.sources.findIndex((source) => nameOf(source) === name) ?? -1;
      if (!mapped || at < 0) continue;
      const reference = this.referenceOf(mapped.payload.sources[at]!, name, mapped.payload);
      const span = (mapped.spans ??= spansOf(mapped.payload.mappings)).get(at);
      if (reference !== 0) return { reference, code: span && { script, ...span } };
    }
    return undefined;
  }

  private referenceOf(source: string, name: string, payload: SourceMapPayload): number {
    const known = this.references.get(source);
    if (known !== undefined) return known;
    const text = payload.sourcesContent[payload.sources.indexOf(source)];
    const reference = text ? this.freeNumber(name) : 0;
    if (text) this.texts.set(reference, { name, text });
    this.references.set(source, reference);
    return reference;
  }

  /** Follows from the name, so that a breakpoint that a front end has kept finds its file in the next process, too. */
  private freeNumber(name: string): number {
    let number = 0;
    for (let at = 0; at < name.length; at++) number = (Math.imul(number, 31) + name.charCodeAt(at)) & 0x3fffffff;
    number ||= 1;
    while (this.texts.has(number) && this.texts.get(number)!.name !== name) number++;
    return number;
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

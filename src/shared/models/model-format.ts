/**
 * Model files by anybody, opened to be looked at: bytes in, a graph out. One file a format. Files are
 * data: nothing of them is ever run, and a damaged or hostile one ends in an error for a person. Knows no
 * file system.
 */
import { z } from 'zod';
import { opGraph } from '../graph/op-graph.js';
import type { ByteSource } from '../base/byte-source.js';
import { bytesAt, sourceOfBytes } from './parts-of-source.js';
import { ModelFileError } from './model-file-error.js';
import { trainingOutline } from './training-outline.js';

export { ModelFileError };

/** A file as it is given: in memory, or to be read where it is wanted. */
export type GivenFile =
  { readonly name: string; readonly bytes: Uint8Array } | { readonly name: string; readonly source: ByteSource };

/** A file as a format sees it. */
export interface ModelFile {
  /** Its name, without folders. */
  readonly name: string;
  readonly source: ByteSource;
  /** Its first bytes, up to 64. */
  readonly head: Uint8Array;
  /** All of it, which is read when somebody asks. */
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 64;
/** What one buffer can hold everywhere, and more than any architecture takes. */
const MOST_BYTES = 2 * 1024 ** 3 - 1;

export function modelFileOf(given: GivenFile): ModelFile {
  const source = 'source' in given ? given.source : sourceOfBytes(given.bytes);
  let bytes = 'bytes' in given ? given.bytes : undefined;
  return {
    name: given.name,
    source,
    head: bytesAt(source, 0, Math.min(HEAD_BYTES, source.size)),
    get bytes() {
      if (source.size > MOST_BYTES)
        throw new ModelFileError('It is larger than 2 GiB.', 'Save the architecture without its weights.');
      return (bytes ??= bytesAt(source, 0, source.size));
    },
  };
}

/** Shapes in it have −1 where a size is not known. */
export const openedModel = z.object({
  /** For a person: `Keras 3 (.keras)`. */
  format: z.string(),
  /** What else the file says of itself, in order: producer, signature, dates. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  /** At least one: a file can hold several. */
  graphs: z.array(z.object({ title: z.string(), graph: opGraph })),
  /** What was left out, or could not be read, in words. */
  notes: z.array(z.string()),
  /** Of models of layers, which can be trained on. */
  training: trainingOutline.optional(),
});
export type OpenedModel = z.infer<typeof openedModel>;

export interface ModelFormat {
  /** For a person. */
  readonly title: string;
  /** Whether it can be this, by name and content; cheap. */
  matches(file: ModelFile): boolean;
  /** @throws ModelFileError, or whatever a parser throws at a file that is damaged */
  open(file: ModelFile): OpenedModel | Promise<OpenedModel>;
}

/** Nobody looks at more ops than this; a file that unpacks to more would fill the memory. */
export const MOST_NODES = 500_000;

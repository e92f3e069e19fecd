/**
 * Model files by anybody, opened to be looked at: bytes in, a graph out. One file a format. Files are
 * data: nothing of them is ever run, and a damaged or hostile one ends in an error for a person. Knows no
 * file system.
 */
import { z } from 'zod';
import { opGraph } from '../graph/op-graph.js';

/** A file as a format sees it. */
export interface ModelFile {
  /** Its name, without folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
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

/** What is wrong with a file, in words for a person. */
export class ModelFileError extends Error {}

/** Nobody looks at more ops than this; a file that unpacks to more would fill the memory. */
export const MOST_NODES = 500_000;

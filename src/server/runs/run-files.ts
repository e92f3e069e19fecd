/** `run.json` of a run's folder: read whatever of it makes sense, changed without losing what is not known here. */
import path from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../shared/base/message-of.js';
import { runPlaces } from '../../shared/base/places.js';
import { runFile } from '../../shared/protocol/run-file.js';
import { readJson, writeFileAtomically } from '../atomic-file.js';

export type RunFileFields = Partial<z.infer<typeof runFile>>;

export interface FoundRunFile {
  /** Undefined where there is none, or it cannot be read. */
  readonly fields: RunFileFields | undefined;
  /** For a person. */
  readonly warning?: string;
}

/** Field by field: one that is damaged or of a later version does not cost the others. */
export async function readRunFile(runFolder: string): Promise<FoundRunFile> {
  let found: unknown;
  try {
    found = await readJson(path.join(runFolder, runPlaces.summary));
  } catch (error) {
    return { fields: undefined, warning: `run.json cannot be read: ${messageOf(error)}` };
  }
  if (found === undefined) return { fields: undefined };
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    return { fields: undefined, warning: 'run.json does not describe a run.' };
  }
  const fields: Record<string, unknown> = {};
  const damaged: string[] = [];
  for (const [name, schema] of Object.entries(runFile.shape)) {
    const value = (found as Record<string, unknown>)[name];
    const parsed = (schema as z.ZodType).safeParse(value);
    if (parsed.success && parsed.data !== undefined) fields[name] = parsed.data;
    else if (value !== undefined) damaged.push(name);
  }
  return {
    fields: fields as RunFileFields,
    ...(damaged.length > 0 ? { warning: `run.json has fields that make no sense: ${damaged.join(', ')}.` } : {}),
  };
}

/** Changes fields of a run.json that nobody else is writing; `undefined` takes a field away. Does nothing where there is none. */
export async function changeRunFile(
  runFolder: string,
  change: (fields: RunFileFields) => RunFileFields,
): Promise<void> {
  const file = path.join(runFolder, runPlaces.summary);
  const found = (await readJson(file)) as RunFileFields | undefined;
  if (found === undefined) return;
  await writeFileAtomically(file, `${JSON.stringify({ ...found, ...change(found) }, undefined, 2)}\n`);
}

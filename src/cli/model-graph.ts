/** `backstep graph` for a model file by others: what is in it, in the forms that a recorded graph has. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ModelFileError } from '../shared/models/model-format.js';
import { openModel } from '../shared/models/open-model.js';
import { exitCodes, UsageError } from './exit-codes.js';
import type { GraphFlags } from './graph-command.js';
import { textOfGraph } from './graph-text.js';
import { refuseUnwritable } from './out-file.js';
import { problemText } from './problem-text.js';

/** @returns the exit code */
export async function modelGraph(file: string, { format, compiled, out }: GraphFlags): Promise<number> {
  if (compiled || format === 'savedmodel')
    throw new UsageError(`${path.basename(file)} is a model, not an experiment: it has no compiled step.`);
  const target = out === undefined ? undefined : path.resolve(out);
  refuseUnwritable(target);
  try {
    const model = await openModel({ name: path.basename(file), bytes: readFileSync(file) });
    for (const note of model.notes) process.stderr.write(`${note}\n`);
    const [{ graph }] = model.graphs as [(typeof model.graphs)[0]];
    const text = textOfGraph(graph, format, path.basename(file));
    if (target === undefined) process.stdout.write(text);
    else writeFileSync(target, text);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    process.stderr.write(`${problemText({ severity: 'error', file, message: error.message })}\n`);
    return exitCodes.failed;
  }
}

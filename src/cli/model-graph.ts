/** `backstep graph` for a model file by others: what is in it, in the forms that a recorded graph has. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OpGraph } from '../shared/graph/op-graph.js';
import { askReader } from './ask-reader.js';
import { exitCodes, UsageError } from './exit-codes.js';
import type { GraphFlags } from './graph-command.js';
import { textOfGraph } from './graph-text.js';
import { refuseUnwritable } from './out-file.js';

/** @returns the exit code */
export async function modelGraph(file: string, { format, compiled, out }: GraphFlags): Promise<number> {
  if (compiled || format === 'savedmodel')
    throw new UsageError(`${path.basename(file)} is a model, not an experiment: it has no compiled step.`);
  const target = out === undefined ? undefined : path.resolve(out);
  refuseUnwritable(target);
  const graph = await graphInFile(file);
  if (!graph) return exitCodes.failed;
  const text = textOfGraph(graph, format, path.basename(file));
  if (target === undefined) process.stdout.write(text);
  else writeFileSync(target, text);
  return exitCodes.done;
}

/** The first graph of a file; `undefined` where it cannot be opened, which has been told on standard error. */
export async function graphInFile(file: string): Promise<OpGraph | undefined> {
  const model = await askReader('open', { file });
  for (const note of model?.notes ?? []) process.stderr.write(`${note}\n`);
  return model?.graphs[0]?.graph;
}

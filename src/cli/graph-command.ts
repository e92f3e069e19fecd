/**
 * `backstep graph`: the dataflow of an experiment's training step. Recorded op by op on any backend, or
 * the TensorFlow graph that the step is compiled to.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeEnd } from '../shared/base/process-end.js';
import type { CompiledGraphFormat, GraphFormat, GraphReply, GraphRequest } from '../shared/protocol/graph.js';
import type { RunOptionsInput } from '../shared/protocol/training.js';
import { compareCommand } from './compare-command.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { findExperiment } from './find-experiment.js';
import { findModelFile } from './find-model-file.js';
import { modelGraph } from './model-graph.js';
import { refuseUnwritable } from './out-file.js';
import { problemText } from './problem-text.js';
import { recordedGraph } from './recorded-graph.js';
import { textOfGraph, type RecordedFormat } from './graph-text.js';
import { startTrainer } from './trainer-child.js';

export interface GraphFlags {
  readonly format: GraphFormat;
  readonly out?: string;
  readonly data?: string;
  readonly backend?: RunOptionsInput['backend'];
  readonly compiled: boolean;
  /** Another experiment or model file, to be compared with. */
  readonly compare?: string;
  readonly set: Readonly<Record<string, string>>;
}

/** @returns the exit code */
export async function graphCommand(experiment: string, flags: GraphFlags): Promise<number> {
  if (flags.compare !== undefined) return compareCommand(experiment, flags.compare, flags);
  const model = findModelFile(experiment);
  if (model !== undefined) return modelGraph(model, flags);
  const file = findExperiment(experiment);
  const out = flags.out === undefined ? undefined : path.resolve(flags.out);
  const { format } = flags;
  if (format === 'json' || format === 'svg') {
    if (flags.compiled) throw new UsageError(`A compiled step is written as pbtxt or savedmodel, not as ${format}.`);
    return recorded(file, { ...flags, format }, out);
  }
  if (format === 'pbtxt' && !flags.compiled) return recorded(file, { ...flags, format }, out);
  return compiled(file, { ...flags, format }, out);
}

async function recorded(
  file: string,
  flags: GraphFlags & { readonly format: RecordedFormat },
  out: string | undefined,
): Promise<number> {
  refuseUnwritable(out);
  const graph = await recordedGraph({
    experiment: file,
    dataDir: flags.data === undefined ? undefined : path.resolve(flags.data),
    settings: { ...flags.set },
    backend: flags.backend,
  });
  if (!graph) return exitCodes.failed;
  const text = textOfGraph(graph, flags.format, path.basename(file));
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
  return exitCodes.done;
}

async function compiled(
  file: string,
  flags: GraphFlags & { readonly format: CompiledGraphFormat },
  out: string | undefined,
): Promise<number> {
  if (flags.backend !== undefined && flags.backend !== 'auto' && flags.backend !== 'tensorflow') {
    throw new UsageError(`Steps are compiled on native TensorFlow alone, not on ${flags.backend}.`);
  }
  if (flags.format === 'savedmodel') refuseFolder(out);
  // The steps that it takes are nobody's run.
  const runDir = mkdtempSync(path.join(tmpdir(), 'backstep-graph-run-'));
  try {
    return await written(file, {
      format: flags.format,
      out,
      options: {
        experiment: file,
        // One step is eager; a data set of one batch has the second in its second epoch.
        epochs: 2,
        steps: 2,
        backend: 'tensorflow',
        dataDir: flags.data === undefined ? undefined : path.resolve(flags.data),
        settings: { ...flags.set },
        runDir: path.join(runDir, 'run'),
      },
    });
  } finally {
    rmSync(runDir, { recursive: true, force: true });
  }
}

/** @throws UsageError where a SavedModel cannot be written there */
function refuseFolder(out: string | undefined): void {
  if (out === undefined) throw new UsageError('A SavedModel is a folder: name one with --out.');
  if (!existsSync(out)) return;
  if (!statSync(out).isDirectory() || readdirSync(out).length > 0) {
    throw new UsageError(`${out} is there already, and not an empty folder.`);
  }
}

async function written(file: string, request: GraphRequest): Promise<number> {
  let done = false;
  let told = false;
  const tell = (text: string): void => {
    told = true;
    process.stderr.write(`${text}\n`);
  };
  const trainer = startTrainer('graph', {
    stdout: 2,
    onMessage: (message) => {
      const reply = message as GraphReply | { readonly kind: 'finished' };
      switch (reply.kind) {
        case 'problem':
          tell(problemText(reply.problem));
          break;
        case 'eager':
          tell(problemText({ severity: 'error', file, message: `This step is not compiled: ${reply.reason}.` }));
          break;
        case 'written':
          done = true;
          if (reply.text !== undefined) process.stdout.write(reply.text);
          break;
        case 'finished':
      }
    },
  });
  const killed = (): void => void trainer.process.kill('SIGKILL');
  process.once('exit', killed);
  trainer.send(request);
  const end = await trainer.ended;
  process.off('exit', killed);
  if (done && end.code === 0) return exitCodes.done;
  if (!told) tell(problemText({ severity: 'error', file, ...describeEnd('Compiling the step', end) }));
  return exitCodes.failed;
}

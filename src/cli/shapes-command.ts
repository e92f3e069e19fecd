/** `backstep shapes`: an experiment's layers with output shapes and parameters, without training. */
import { describeEnd } from '../shared/base/process-end.js';
import {
  unfinishedProblem,
  type AnalysisReply,
  type AnalysisRequestInput,
  type ExperimentAnalysis,
  type WorkAhead,
} from '../shared/protocol/analysis.js';
import type { LayerInfo, Problem } from '../shared/protocol/training.js';
import { exitCodes } from './exit-codes.js';
import { findExperiment } from './find-experiment.js';
import { problemText } from './problem-text.js';
import { startTrainer } from './trainer-child.js';

/** A model whose construction takes longer does not come to an end. */
const LIMIT_MS = 20_000;

/** @returns the exit code */
export async function shapesCommand(
  experiment: string,
  flags: { readonly json: boolean; readonly set: Readonly<Record<string, string>> },
): Promise<number> {
  const request: AnalysisRequestInput = { experiment: findExperiment(experiment), settings: { ...flags.set } };
  const analysis = await analyzed(request);
  for (const problem of analysis.problems.filter(({ severity }) => severity !== 'info'))
    process.stderr.write(`${problemText(problem)}\n`);
  if (analysis.problems.some(({ severity }) => severity === 'error')) return exitCodes.failed;
  process.stdout.write(flags.json ? jsonText(analysis.layers) : tableText(analysis));
  return exitCodes.done;
}

async function analyzed(request: AnalysisRequestInput): Promise<ExperimentAnalysis> {
  let analysis: ExperimentAnalysis | undefined;
  let failure: string | undefined;
  let work: WorkAhead | undefined;
  let outOfTime = false;
  let timer: NodeJS.Timeout | undefined;
  const trainer = startTrainer('analyze', {
    stdout: 2,
    onMessage: (message) => {
      const reply = message as AnalysisReply;
      switch (reply.kind) {
        case 'ready':
          trainer.send({ id: 1, request });
          timer = setTimeout(() => {
            outOfTime = true;
            trainer.process.kill('SIGKILL');
          }, LIMIT_MS);
          break;
        case 'working':
          work = reply.work;
          break;
        case 'analysis':
          analysis = reply.analysis;
          trainer.process.kill();
          break;
        case 'failure':
          failure = reply.message;
          trainer.process.kill();
      }
    },
  });
  const killed = (): void => void trainer.process.kill('SIGKILL');
  process.once('exit', killed);
  const end = await trainer.ended;
  process.off('exit', killed);
  clearTimeout(timer);
  if (analysis) return analysis;
  const file = request.experiment;
  const problem: Problem = outOfTime
    ? unfinishedProblem(file, work, LIMIT_MS)
    : failure !== undefined
      ? { severity: 'error', file, message: failure, hint: 'This is a fault of Backstep, not of the experiment.' }
      : { severity: 'error', file, ...work?.place, ...describeEnd('Looking at the experiment', end) };
  return { file, layers: [], problems: [problem], elapsedMs: 0 };
}

function jsonText(layers: readonly LayerInfo[]): string {
  const rows = layers.map(({ layer, type, outputShape, params, inputShape, trainable, line }) => ({
    layer,
    type,
    outputShape,
    params,
    inputShape,
    trainable,
    line,
  }));
  return `${JSON.stringify(rows)}\n`;
}

function tableText({ layers, totals }: ExperimentAnalysis): string {
  const rows = layers.map(({ layer, type, outputShape, params }) => [
    layer,
    type,
    outputShape.map((size) => size ?? '?').join('×'),
    params.toLocaleString('en-US'),
  ]);
  const head = ['layer', 'type', 'output', 'parameters'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const total = totals
    ? `\n${totals.params.toLocaleString('en-US')} parameters, ${totals.trainableParams.toLocaleString('en-US')} of them trained, ${(totals.bytes / 2 ** 20).toFixed(1)} MB\n`
    : '';
  return `${[head, ...rows].map(format).join('\n')}\n${total}`;
}

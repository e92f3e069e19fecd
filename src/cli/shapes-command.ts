/** `backstep shapes`: an experiment's layers with output shapes and parameters, without training. */
import type { AnalysisReply, AnalysisRequestInput, ExperimentAnalysis } from '../shared/protocol/analysis.js';
import type { LayerInfo } from '../shared/protocol/training.js';
import { askTrainer } from './ask-trainer.js';
import { exitCodes } from './exit-codes.js';
import { findExperiment } from './find-experiment.js';
import { problemText } from './problem-text.js';
import { sizeText } from './size-text.js';

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
  const asked = await askTrainer({
    mode: 'analyze',
    request,
    limitMs: LIMIT_MS,
    doing: 'Looking at the experiment',
    answerOf: (message) => {
      const reply = message as AnalysisReply;
      return reply.kind === 'analysis' ? reply.analysis : undefined;
    },
  });
  return 'answer' in asked
    ? asked.answer
    : { file: request.experiment, layers: [], problems: [asked.problem], elapsedMs: 0 };
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
    ? `\n${totals.params.toLocaleString('en-US')} parameters, ${totals.trainableParams.toLocaleString('en-US')} of them trained, ${sizeText(totals.bytes)}\n`
    : '';
  return `${[head, ...rows].map(format).join('\n')}\n${total}`;
}

/**
 * What a run tells and writes of its steps and epochs, whoever drives it: the loop of an experiment or a script of
 * its own. Knows neither.
 */
import * as tf from '@tensorflow/tfjs';
import type { RunFile, SummaryReport } from '../../shared/protocol/run-file.js';
import type { Metrics, StepEvent, SummaryCost, TrainingEvent } from '../../shared/protocol/training.js';
import type { TrainingSummaries } from './summaries/training-summaries.js';
import type { Cursor } from './training-state.js';

type Scalars = readonly (readonly [name: string, value: number])[];

/** Of a step, for the event file. */
export function stepScalars({ loss, withoutLoss, metrics, learningRate }: StepEvent): Scalars {
  return [
    ...(withoutLoss ? [] : [['loss', loss] as const]),
    ...Object.entries(metrics),
    ...(learningRate === undefined ? [] : [['learning_rate', learningRate] as const]),
  ];
}

/** Of an epoch, for training's event file. */
export function epochScalars(loss: number, metrics: Metrics): Scalars {
  return [['epoch_loss', loss], ...Object.entries(metrics).map(([name, value]) => [`epoch_${name}`, value] as const)];
}

/** For `run.json`. */
export function progressAt(
  { epochsDone, stepInEpoch, step }: Cursor,
  wallMs: number,
  summaries: SummaryReport,
): Pick<RunFile, 'epoch' | 'step' | 'wallMs' | 'summaries'> {
  return { epoch: epochsDone + (stepInEpoch > 0 ? 1 : 0), step, wallMs, summaries };
}

/** For the event of a run's end: none where no summaries were to be written. */
export function costOf({ mode, costMs, endMs, share, budget, bytes }: SummaryReport): { summaries?: SummaryCost } {
  return mode === 'off' ? {} : { summaries: { costMs, endMs, share, budget, bytes } };
}

const MEMORY_MS = 1000;

/** How much memory is in use, once a second. */
export class MemoryReports {
  private last = -Infinity;

  constructor(
    private readonly emit: (event: TrainingEvent) => void,
    private readonly summaries: Pick<TrainingSummaries, 'performance'>,
  ) {}

  tellIfDue(step: number): void {
    if (performance.now() - this.last >= MEMORY_MS) this.tell(step);
  }

  tell(step: number): void {
    this.last = performance.now();
    const { numTensors, numBytes } = tf.memory();
    const memory = { numTensors, tensorBytes: numBytes, processBytes: process.memoryUsage.rss() };
    this.summaries.performance(step, memory);
    this.emit({ kind: 'memory', ...memory });
  }
}

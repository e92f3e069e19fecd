/**
 * The graphs of a run's steps: one for each structure of batch, compiled when the first of them comes, and the
 * person told how fast steps run from then on, or why not faster. Knows no step that is run.
 */
import type * as tf from '@tensorflow/tfjs';
import type { TrainingEvent } from '../../shared/protocol/training.js';
import { withStepKey } from './backend/tensorflow/step-random.js';
import type { CompiledModel } from './compiled-model.js';
import type {
  Compilation,
  CompiledStep,
  CompileOptions,
  StepProgram,
  StepResult,
  StepWants,
} from './compiled/compiled-step.js';
import type { LabelledWeight } from './layer-labels.js';
import type { StepCapture } from './step-capture.js';
import type { StepInputs } from './training-step.js';

export type CompileStep = (program: StepProgram, options?: CompileOptions) => Compilation;

export interface StepGraphParts {
  readonly compileStep: CompileStep;
  readonly model: CompiledModel;
  readonly trainable: readonly LabelledWeight[];
  /** Tells layers' outputs as a recording makes them. */
  readonly capture: StepCapture;
  emit(event: TrainingEvent): void;
}

export interface StepGraph {
  readonly kind: 'compiled';
  readonly step: CompiledStep;
  /** What it gave when it was compiled, which was this very step. */
  readonly first?: { readonly result: StepResult; readonly runMs: number };
}

type Verdict = StepGraph | { readonly kind: 'eager' };

/** Batches of ever new shapes would fill the memory with graphs. */
const MOST_GRAPHS = 8;

export class StepGraphs {
  private readonly verdicts = new Map<string, Verdict>();
  private saidSpeed: Compilation['kind'] | undefined;

  constructor(private readonly parts: StepGraphParts) {}

  /** `undefined` where batches of this structure are to be compiled first. */
  of(feeds: readonly tf.Tensor[]): Verdict | undefined {
    return this.verdicts.get(structureOf(feeds)) ?? (this.verdicts.size >= MOST_GRAPHS ? { kind: 'eager' } : undefined);
  }

  /**
   * Compiles the step, which is to have been settled; the last of `feeds` is its key. Where there is a graph, it has
   * run this step already: `first` is what it gave.
   */
  make(inputs: StepInputs, feeds: readonly tf.Tensor[], first: StepWants): Verdict {
    const { model, trainable, capture, compileStep, emit } = this.parts;
    emit({ kind: 'activity', activity: 'training', message: 'Compiling the training step' });
    const compilation = compileStep(
      {
        feeds: feeds.map((tensor, index) => ({
          name: index === feeds.length - 1 ? 'step_key' : `feed_${index}`,
          tensor,
        })),
        run: (given) => withStepKey(given.at(-1) as tf.Tensor1D, () => inputs.compute(given.slice(0, -1))),
        optimizer: model.optimizer,
        trainable: trainable.map(({ name, variable }) => ({ name, variable })),
        weights: model.weights,
        watchOutputs: (tell) =>
          capture.watchOutputs((layer, output) => {
            const label = model.labels.get(layer);
            if (label !== undefined) tell(label, output);
          }),
      },
      { first },
    );
    emit({ kind: 'activity', activity: 'training' });
    this.tellSpeed(compilation, feeds[0]?.shape[0]);
    const known: Verdict =
      compilation.kind === 'compiled' ? { kind: 'compiled', step: compilation.step } : { kind: 'eager' };
    this.verdicts.set(structureOf(feeds), known);
    return compilation;
  }

  dispose(): void {
    for (const verdict of this.verdicts.values()) if (verdict.kind === 'compiled') verdict.step.dispose();
    this.verdicts.clear();
  }

  /** The first verdict is the run's speed; a later one that differs is told beside it. */
  private tellSpeed(compilation: Compilation, batchSize: number | undefined): void {
    const { kind } = compilation;
    const reason = kind === 'eager' ? compilation.reason : undefined;
    if (this.saidSpeed === undefined) {
      this.saidSpeed = kind;
      const setUpMs = kind === 'compiled' ? compilation.setUpMs : undefined;
      this.parts.emit({ kind: 'speed', speed: kind, reason, setUpMs });
    } else if (this.saidSpeed === 'compiled' && reason !== undefined) {
      const batches = batchSize === undefined ? 'Some batches run' : `Batches of ${batchSize} run`;
      this.parts.emit({ kind: 'notice', severity: 'info', message: `${batches} op by op: ${reason}.` });
    }
  }
}

function structureOf(feeds: readonly tf.Tensor[]): string {
  return feeds.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`).join(' ');
}

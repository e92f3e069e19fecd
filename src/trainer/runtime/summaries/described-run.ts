/**
 * What a run's files say once: source and settings, the row of hyper-parameters with its end, the model as a
 * graph. Each part is left out where it cannot be written, and why is said. Knows neither steps nor budgets.
 */
import type * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../shared/base/message-of.js';
import {
  encodeGraphEvent,
  encodeSummary,
  kerasModelValue,
  sessionEndValue,
  sessionStartValue,
  textValue,
  type SummaryValue,
} from '../../../shared/events/summary-encoders.js';
import { graphDefBytes } from '../../../shared/graph/graph-def.js';
import type { CompiledStep } from '../compiled/compiled-step.js';
import type { CompiledModel } from '../compiled-model.js';
import { learningRateOf } from '../optimizer-state.js';
import type { EventLogName } from '../run-folder.js';
import { hyperParameters, kerasModel, layerGraph, settingsText, sourceText, type RunFacts } from './run-description.js';
import type { SummaryKind } from './summary-settings.js';

export interface DescribedParts {
  readonly kinds: ReadonlySet<SummaryKind>;
  readonly facts: RunFacts;
  /** Asked for when needed: a script makes its models and optimizers as it goes. */
  readonly compiled: Pick<CompiledModel, 'optimizer' | 'labels'> & { readonly model?: tf.LayersModel };
}

const MOST_GRAPH_BYTES = 8 * 2 ** 20;

export class DescribedRun {
  private hasGraph = false;

  constructor(
    private readonly parts: DescribedParts,
    private readonly write: (log: EventLogName, record: Uint8Array) => void,
    private readonly say: (message: string) => void,
  ) {}

  /** What is known from the start. */
  begin(): void {
    const { kinds, facts, compiled } = this.parts;
    const seconds = Date.now() / 1000;
    const learningRate = learningRateOf(compiled.optimizer);
    const values: SummaryValue[] = [];
    if (kinds.has('text')) {
      try {
        values.push(textValue('experiment/source', sourceText(facts.experiment)));
      } catch (error) {
        this.say(`The experiment’s source could not be written to the event file: ${messageOf(error)}`);
      }
      values.push(textValue('experiment/settings', settingsText(facts, compiled.optimizer, learningRate)));
    }
    if (kinds.has('graph') && compiled.model) {
      const json = kerasModel(compiled.model, compiled.labels);
      if (json !== undefined) values.push(kerasModelValue(json));
    }
    if (values.length > 0) this.write('train', encodeSummary(0, seconds, values));
    if (kinds.has('hparams')) {
      const parameters = hyperParameters(facts, compiled.optimizer, learningRate);
      this.write('run', encodeSummary(0, seconds, [sessionStartValue(parameters, seconds, '')]));
    }
  }

  /** A graph that steps are compiled to, where one is wanted. */
  compiledTo(step: CompiledStep): void {
    const graph = step.graphDef();
    if (graph.byteLength > MOST_GRAPH_BYTES) return;
    this.hasGraph = true;
    this.write('train', encodeGraphEvent(Date.now() / 1000, graph));
  }

  get wantsGraph(): boolean {
    return !this.hasGraph && this.parts.kinds.has('graph');
  }

  /** For whoever computes op by op, where recording all ops is a step of its own. */
  graphOfLayers(): void {
    const { model, labels } = this.parts.compiled;
    this.hasGraph = true;
    if (model) this.write('train', encodeGraphEvent(Date.now() / 1000, graphDefBytes(layerGraph(model, labels))));
  }

  end(status: 'success' | 'failure'): void {
    if (!this.parts.kinds.has('hparams')) return;
    const seconds = Date.now() / 1000;
    this.write('run', encodeSummary(0, seconds, [sessionEndValue(status, seconds)]));
  }
}

/**
 * Everything that a training writes beside its curves: when, out of what, and for how much. Values are taken
 * between steps and summed up by a thread; what comes back goes to the run's event files. Changes neither
 * state nor randomness: a run ends at the same bits with and without it. Knows no protocol.
 */
import * as tf from '@tensorflow/tfjs';
import { availableParallelism } from 'node:os';
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
import type { StepEvent } from '../../../shared/protocol/training.js';
import type { SummaryReport } from '../../../shared/protocol/run-file.js';
import type { CompiledStep } from '../compiled/compiled-step.js';
import type { CompiledModel } from '../compiled-model.js';
import type { Batch } from '../data/batch-stream.js';
import { learningRateOf } from '../optimizer-state.js';
import type { EventLogName, RunFolder } from '../run-folder.js';
import type { StepRunner } from '../step-runner.js';
import { alias } from '../tfjs-internals.js';
import type { TrainingHost } from '../training-host.js';
import { JudgedExamples } from './judged-examples.js';
import { copyOf, LookPass } from './look-pass.js';
import { hyperParameters, kerasModel, layerGraph, settingsText, sourceText, type RunFacts } from './run-description.js';
import { SummaryBudget, type BudgetLine } from './summary-budget.js';
import type { SummarySettings } from './summary-settings.js';
import { SummaryThread } from './summary-thread.js';
import { Norms, type SummaryJob, type WeightValues } from './summary-work.js';

interface SummaryParts {
  readonly settings: SummarySettings;
  readonly facts: RunFacts;
  /** Asked for when needed: a script makes its models and optimizers as it goes. */
  readonly compiled: Pick<CompiledModel, 'optimizer' | 'labels'> & { readonly model?: tf.LayersModel };
  readonly runner: Pick<StepRunner, 'capture' | 'weights' | 'gradientNormsByWeight' | 'gradientValues'>;
  readonly folder: RunFolder;
  readonly host: TrainingHost;
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  readonly areClasses: boolean;
  /** Of the whole run, where that is known. */
  readonly totalSteps: number | undefined;
}

/** What pays for itself; their parts of the budget are beside their names. */
type Payer = 'norms' | 'weights' | 'activations' | 'images' | 'evaluation';
const weightOf: Readonly<Record<Payer, number>> = { norms: 1, weights: 3, activations: 2, images: 2, evaluation: 1 };

interface Under {
  readonly payer: Payer;
  readonly log: EventLogName;
}

/** Room on the disk for one kind of a run's sets; sets become rarer where they are large. */
const MOST_BYTES = 32 * 2 ** 20;
/** Of a larger model copies would take too much memory. */
const MOST_VALUES = 100_000_000;
const MOST_GRAPH_BYTES = 8 * 2 ** 20;
/** A run's end waits for its last summaries for so long at most. */
const END_MS = 10_000;
/** Plain steps whose median a step with more to fetch is compared with. */
const COMPARED_STEPS = 9;

export class TrainingSummaries {
  private readonly thread = new SummaryThread();
  private readonly budget: SummaryBudget<Payer>;
  private readonly under = new Map<number, Under>();
  private readonly bytes = new Map<Payer, number>();
  private readonly said = new Set<string>();
  private look: LookPass | 'none' | undefined;
  private planned: 'weights' | 'norms' | undefined;
  private before: readonly tf.Tensor[] = [];
  /** Of this thread, since the last step was counted. */
  private ownMs = 0;
  private readonly plainMs: number[] = [];
  private judged: JudgedExamples | undefined;
  private hasGraph = false;
  private steps = 0;
  private writtenBytes = 0;
  /** Steps since the pace was last written, and their time: that of validation and pauses is not theirs. */
  private pace = { steps: 0, ms: 0 };

  constructor(private readonly parts: SummaryParts) {
    const { settings } = parts;
    const { kinds } = settings;
    const lines: Partial<Record<Payer, BudgetLine>> = {};
    const sets = this.spacing(settings.mostSets);
    const add = (payer: Payer, everySteps: number, wanted: boolean): void => {
      if (wanted) lines[payer] = { weight: weightOf[payer], everySteps };
    };
    add('norms', 1, kinds.has('norms'));
    add('weights', sets, kinds.has('weights') || kinds.has('gradients') || kinds.has('norms'));
    add('activations', sets, kinds.has('activations'));
    add('images', this.spacing(settings.mostSets / 5), kinds.has('images'));
    add('evaluation', 1, kinds.has('evaluation') && parts.areClasses);
    this.budget = new SummaryBudget(settings.budget, lines);
  }

  /** What is known from the start. */
  begin(): void {
    const { settings, facts, compiled } = this.parts;
    const { kinds } = settings;
    const seconds = Date.now() / 1000;
    const learningRate = learningRateOf(compiled.optimizer);
    const values: SummaryValue[] = [];
    if (kinds.has('text')) {
      this.attempt('The experiment’s source', () => {
        values.push(textValue('experiment/source', sourceText(facts.experiment)));
      });
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

  /** A graph that steps are compiled to. */
  compiledTo(step: CompiledStep): void {
    if (this.hasGraph || !this.parts.settings.kinds.has('graph')) return;
    const graph = step.graphDef();
    if (graph.byteLength > MOST_GRAPH_BYTES) return;
    this.hasGraph = true;
    this.write('train', encodeGraphEvent(Date.now() / 1000, graph));
  }

  /** Before a step: decides what is summed up of it, and says what is to be kept for that. */
  beforeStep(batch: Batch, step: number): { readonly gradientNorms: boolean; readonly gradients: boolean } {
    this.planned = undefined;
    if (this.parts.settings.mode === 'off') return { gradientNorms: false, gradients: false };
    const { kinds } = this.parts.settings;
    this.seesBatch(batch);
    if (this.mayRun('weights', step)) {
      this.planned = 'weights';
      this.keepWeights();
      return { gradientNorms: false, gradients: kinds.has('gradients') || kinds.has('norms') };
    }
    // Those of an earlier step are still to come with its histograms: a curve's steps are to ascend.
    if (!this.isUnderWay('weights') && this.budget.mayRun('norms', step)) this.planned = 'norms';
    return { gradientNorms: this.planned === 'norms', gradients: false };
  }

  /** What a step is made on. The examples that are looked at all along are taken of the first that there are. */
  seesBatch(batch: Batch): void {
    const { model } = this.parts.compiled;
    if (model && batch.size > 0 && this.parts.settings.mode !== 'off') this.look ??= this.takeExamples(model, batch);
  }

  /** Tensors that are held from step to step. */
  get heldTensors(): number {
    return this.before.length + (this.look instanceof LookPass ? this.look.heldTensors : 0);
  }

  /** After the step, before anything of it is given back. */
  afterStep(event: StepEvent): void {
    if (this.parts.settings.mode === 'off') return;
    this.account(event);
    this.steps++;
    this.pace = { steps: this.pace.steps + 1, ms: this.pace.ms + event.stepMs };
    const { step, wallTime } = event;
    if (this.planned === 'weights') this.sumUpWeights(step, wallTime);
    if (this.planned === 'norms') this.writeNorms(step, wallTime);
    this.planned = undefined;
    this.sumUpLook(step, wallTime);
    if (!this.hasGraph && this.steps === 3 && this.parts.settings.kinds.has('graph')) this.writeLayerGraph();
    if (this.thread.pending > 0) this.take();
  }

  /** Once in a while: memory, and the pace since the last time. */
  performance(step: number, memory: { readonly tensorBytes: number; readonly processBytes: number }): void {
    if (!this.parts.settings.kinds.has('performance')) return;
    const { pace } = this;
    this.pace = { steps: 0, ms: 0 };
    const scalars: [string, number][] = [
      ['memory/tensor_bytes', memory.tensorBytes],
      ['memory/process_bytes', memory.processBytes],
    ];
    if (pace.ms > 0) scalars.push(['batch_steps_per_second', (pace.steps * 1000) / pace.ms]);
    this.parts.folder.addTrain(step, Date.now(), scalars);
  }

  /** To be shown a validation pass, where it is wanted of it. */
  validationBegins(step: number): Pick<JudgedExamples, 'seeTargets'> | undefined {
    this.judged = this.mayRun('evaluation', step) ? new JudgedExamples(this.parts.runner.capture) : undefined;
    return this.judged;
  }

  validationEnds(step: number, wallTimeMs: number): void {
    const { judged } = this;
    this.judged = undefined;
    const found = judged?.end();
    if (!judged) return;
    this.budget.ran('evaluation', step, judged.ms);
    if (!found) return;
    const { classNames } = this.parts;
    this.post('evaluation', 'validation', { kind: 'evaluation', step, wallTimeMs, judged: found, classNames });
  }

  /** Writes down what the thread has done by now. */
  take(): void {
    for (const done of this.thread.take()) this.hear(done);
  }

  /** Waits for what is not done, for a while. */
  async finish(status: 'success' | 'failure'): Promise<void> {
    if (this.parts.settings.mode === 'off') return;
    this.settled(await this.thread.settle(END_MS), status);
  }

  /** Likewise, without giving way to others meanwhile. */
  finishNow(status: 'success' | 'failure'): void {
    if (this.parts.settings.mode === 'off') return;
    this.settled(this.thread.settleNow(END_MS), status);
  }

  /** Without waiting. */
  end(status: 'success' | 'failure'): void {
    this.take();
    if (!this.parts.settings.kinds.has('hparams')) return;
    const seconds = Date.now() / 1000;
    this.write('run', encodeSummary(0, seconds, [sessionEndValue(status, seconds)]));
  }

  /** What it all has cost. */
  get report(): SummaryReport {
    const { mode, budget } = this.parts.settings;
    const sets: Record<string, SummaryReport['sets'][string]> = {};
    for (const payer of Object.keys(weightOf) as Payer[]) {
      const times = this.budget.timesOf(payer);
      if (times > 0) sets[payer] = { times, costMs: Math.round(this.budget.spentOn(payer) * 10) / 10 };
    }
    return {
      mode,
      ...(Number.isFinite(budget) && { budget }),
      costMs: Math.round(Math.max(0, this.budget.spentMs) * 10) / 10,
      share: Math.round(Math.max(0, this.budget.spentShare) * 1e5) / 1e5,
      bytes: this.writtenBytes,
      sets,
    };
  }

  async close(): Promise<void> {
    this.judged?.end();
    this.letGo();
    if (this.look instanceof LookPass) this.look.dispose();
    this.look = 'none';
    await this.thread.close();
  }

  /** So many steps from one set to the next that there are about `sets` of them; where the run's length is unknown, few at first. */
  private spacing(sets: number): number {
    const { settings, totalSteps } = this.parts;
    return Math.max(settings.everySteps, totalSteps === undefined ? 1 : Math.ceil(totalSteps / Math.max(1, sets)));
  }

  /** What was asked for last is to be paid first: until then nobody knows what it costs. */
  private mayRun(payer: Payer, step: number): boolean {
    return !this.isUnderWay(payer) && this.budget.mayRun(payer, step);
  }

  private isUnderWay(payer: Payer): boolean {
    for (const under of this.under.values()) if (under.payer === payer) return true;
    return false;
  }

  /** How much of the thread's time is missing to the training: it has a core of its own where one is free. */
  private get besideShare(): number {
    const cores = availableParallelism();
    const busy = this.parts.facts.backend === 'tensorflow' ? cores : 1;
    return Math.max(0, busy + 1 - cores) / cores;
  }

  /** The step's time, and how much longer it took for what was fetched of it. */
  private account({ stepMs, dataWaitMs, overheadMs }: StepEvent): void {
    this.budget.trained(Math.max(0, stepMs - this.ownMs));
    this.ownMs = 0;
    const computeMs = stepMs - dataWaitMs - overheadMs;
    const { plainMs } = this;
    if (this.planned !== 'weights') {
      plainMs.push(computeMs);
      if (plainMs.length > COMPARED_STEPS) plainMs.shift();
      return;
    }
    if (plainMs.length < COMPARED_STEPS) return;
    const usual = [...plainMs].sort((a, b) => a - b)[COMPARED_STEPS >> 1]!;
    // Below zero as well: steps differ by themselves, and what is not of the summary evens out.
    this.extraMs = computeMs - usual;
  }

  /** Of the step under way. */
  private extraMs = 0;

  private settled(done: ReturnType<SummaryThread['take']>, status: 'success' | 'failure'): void {
    for (const one of done) this.hear(one);
    if (this.under.size > 0) this.say('The last summaries were not done in time: they are missing in the run’s files.');
    this.end(status);
  }

  private takeExamples(model: tf.LayersModel, batch: Batch): LookPass | 'none' {
    const { settings, compiled, runner, classNames, featureNames, areClasses } = this.parts;
    const { labels } = compiled;
    if (!settings.kinds.has('activations') && !settings.kinds.has('images')) return 'none';
    if (model.layers.some((layer) => layer.stateful)) {
      this.say('No activations and pictures are written: the model’s layers keep state from batch to batch.');
      return 'none';
    }
    return this.timed(undefined, () => {
      try {
        return new LookPass({ model, labels, capture: runner.capture, classNames, featureNames, areClasses }, batch);
      } catch (error) {
        this.say(`No activations and pictures are written: ${messageOf(error)}`);
        return 'none';
      }
    });
  }

  private keepWeights(): void {
    if (!this.parts.settings.kinds.has('norms')) return;
    this.timed('weights', () => {
      this.before = this.parts.runner.weights.map(({ variable }) => alias(variable));
    });
  }

  private letGo(): void {
    tf.dispose([...this.before]);
    this.before = [];
  }

  private sumUpWeights(step: number, wallTimeMs: number): void {
    const { settings, runner } = this.parts;
    const { kinds } = settings;
    const began = performance.now();
    const weights = runner.weights.filter(({ variable }) => variable.dtype === 'float32');
    if (weights.reduce((sum, { variable }) => sum + variable.size, 0) > MOST_VALUES) {
      this.say(`The model is too large for histograms of its weights: above ${MOST_VALUES / 1e6} million of them.`);
      this.letGo();
      this.budget.spaceOut('weights', Infinity);
      this.budget.ran('weights', step, 0);
      return;
    }
    const all = runner.weights;
    const values = weights.map((weight): WeightValues => {
      const before = weight.trainable ? this.before[all.indexOf(weight)] : undefined;
      return {
        name: weight.name,
        layer: weight.layer,
        after: copyOf(weight.variable),
        before: before && copyOf(before),
        gradient: runner.gradientValues(weight),
      };
    });
    this.letGo();
    this.budget.ran('weights', step, this.extraMs + this.keptMs);
    this.extraMs = this.keptMs = 0;
    const histograms = { weights: kinds.has('weights'), gradients: kinds.has('gradients') };
    const job = { kind: 'weights' as const, step, wallTimeMs, weights: values, histograms, norms: kinds.has('norms') };
    this.post('weights', 'train', job);
    this.pay('weights', began);
  }

  /** Of keeping the weights before the step. */
  private keptMs = 0;

  private writeNorms(step: number, wallTimeMs: number): void {
    const { runner, folder } = this.parts;
    const began = performance.now();
    const norms = new Norms();
    for (const [weight, norm] of runner.gradientNormsByWeight()) norms.add('gradient_norm', weight.layer, norm);
    const entries = norms.entries();
    if (entries.length > 0) folder.addTrain(step, wallTimeMs, entries);
    this.budget.ran('norms', step, 0);
    this.pay('norms', began);
  }

  private sumUpLook(step: number, wallTimeMs: number): void {
    const { look } = this;
    if (!(look instanceof LookPass)) return;
    const activations = this.mayRun('activations', step);
    const images = look.hasPictures && this.mayRun('images', step);
    if (!activations && !images) return;
    const payer = activations ? 'activations' : 'images';
    const began = performance.now();
    try {
      const found = look.run({ activations, images }, this.parts.runner.weights);
      if (activations) this.budget.ran('activations', step, 0);
      if (images) this.budget.ran('images', step, 0);
      const { filters, featureMaps, predictions } = found;
      if (activations && found.activations.length > 0) {
        this.post('activations', 'train', { kind: 'look', step, wallTimeMs, activations: found.activations });
      }
      if (images) {
        this.post('images', 'train', {
          kind: 'look',
          step,
          wallTimeMs,
          activations: [],
          filters,
          featureMaps,
          predictions,
        });
      }
    } catch (error) {
      this.say(`No activations and pictures are written: ${messageOf(error)}`);
      look.dispose();
      this.look = 'none';
    }
    this.pay(payer, began);
  }

  /** For whoever computes op by op, where recording all ops is a step of its own. */
  private writeLayerGraph(): void {
    const { model, labels } = this.parts.compiled;
    this.hasGraph = true;
    if (!model) return;
    this.timed(undefined, () => {
      this.write('train', encodeGraphEvent(Date.now() / 1000, graphDefBytes(layerGraph(model, labels))));
    });
  }

  private post(payer: Payer, log: EventLogName, job: SummaryJob): void {
    this.under.set(this.thread.post(job), { payer, log });
  }

  private hear(done: ReturnType<SummaryThread['take']>[number]): void {
    const { id, record, besideMs, ownMs, problem } = done;
    const under = this.under.get(id);
    this.under.delete(id);
    if (!under) return;
    this.budget.charge(under.payer, ownMs + besideMs * this.besideShare);
    if (problem !== undefined) this.say(`Some summaries could not be made: ${problem}`);
    if (!record) return;
    this.write(under.log, record);
    this.keepSmall(under.payer, record.byteLength);
  }

  /** Where sets are large there are fewer of them. */
  private keepSmall(payer: Payer, setBytes: number): void {
    const before = this.bytes.get(payer) ?? 0;
    this.bytes.set(payer, before + setBytes);
    const { totalSteps, settings } = this.parts;
    if (payer === 'evaluation' || payer === 'norms') return;
    const sets = payer === 'images' ? settings.mostSets / 5 : settings.mostSets;
    if (totalSteps !== undefined) {
      const affordable = MOST_BYTES / setBytes;
      if (affordable < sets) this.budget.spaceOut(payer, this.spacing(affordable));
      return;
    }
    // A run of unknown length: each time that as many sets are there as are wanted, they become half as frequent.
    const times = this.budget.timesOf(payer);
    const most = Math.max(10, Math.min(sets, MOST_BYTES / setBytes));
    this.budget.spaceOut(payer, Math.max(settings.everySteps, 2 ** Math.floor(times / (most / 2))));
  }

  private write(log: EventLogName, record: Uint8Array): void {
    this.writtenBytes += record.byteLength;
    this.parts.folder.addRecord(log, record);
  }

  private pay(payer: Payer, began: number): void {
    const ms = performance.now() - began;
    this.ownMs += ms;
    this.budget.charge(payer, ms);
  }

  private timed<T>(payer: 'weights' | undefined, work: () => T): T {
    const began = performance.now();
    const result = work();
    const ms = performance.now() - began;
    this.ownMs += ms;
    if (payer) this.keptMs = ms;
    return result;
  }

  private attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.say(`${what} could not be written to the event file: ${messageOf(error)}`);
    }
  }

  /** Once. */
  private say(message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.parts.host.emit({ kind: 'notice', severity: 'info', message });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

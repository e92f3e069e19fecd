/**
 * Everything that a training writes beside its curves: when, out of what, and for how much. Values are taken
 * between steps and summed up by a thread; what comes back goes to the run's event files. Changes neither
 * state nor randomness: a run ends at the same bits with and without it. Knows no protocol.
 */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../shared/base/message-of.js';
import type { StepEvent } from '../../../shared/protocol/training.js';
import type { SummaryReport } from '../../../shared/protocol/run-file.js';
import type { CompiledStep } from '../compiled/compiled-step.js';
import type { Batch } from '../data/batch-stream.js';
import type { EventLogName, RunFolder } from '../run-folder.js';
import type { StepRunner } from '../step-runner.js';
import { alias } from '../tfjs-internals.js';
import type { TrainingHost } from '../training-host.js';
import { DescribedRun, type DescribedParts } from './described-run.js';
import { JudgedExamples } from './judged-examples.js';
import { copyOf, LookPass, MOST_EXAMPLES } from './look-pass.js';
import { SummaryAccounts, type Fetched, type Payer } from './summary-accounts.js';
import type { SummarySettings } from './summary-settings.js';
import { SummaryThread } from './summary-thread.js';
import { Norms, type SummaryJob, type WeightValues } from './summary-work.js';

type EvaluationJob = Extract<SummaryJob, { kind: 'evaluation' }>;

interface SummaryParts extends Omit<DescribedParts, 'kinds'> {
  readonly settings: SummarySettings;
  readonly runner: Pick<StepRunner, 'capture' | 'weights' | 'gradientNormsByWeight' | 'gradientValues'>;
  readonly folder: RunFolder;
  readonly host: TrainingHost;
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  readonly areClasses: boolean;
  /** Whether there are validation passes to be shown. */
  readonly isValidated: boolean;
  /** Of the whole run, where that is known. */
  readonly totalSteps: number | undefined;
}

/** Of a larger model copies would take too much memory. */
const MOST_VALUES = 100_000_000;
/** The share of the time from one validation to the next that keeping its predictions may take. */
const MOST_KEEPING = 0.01;
/** A run's end waits for its last summaries for so long at most. */
const END_MS = 10_000;

export class TrainingSummaries {
  private readonly thread = new SummaryThread();
  private readonly accounts: SummaryAccounts;
  private readonly description: DescribedRun;
  /** Where a job's record goes. */
  private readonly logs = new Map<number, EventLogName>();
  private readonly said = new Set<string>();
  private look: LookPass | 'none' | undefined;
  private planned: Fetched;
  private before: readonly tf.Tensor[] = [];
  private judged: JudgedExamples | undefined;
  /** Whether that is for the run's end alone. */
  private keeps = false;
  /** Of a validation that may prove to have been the last, for the run's end. */
  private keptJudged: EvaluationJob | undefined;
  /** Keeping it: what it took, and when that was. */
  private kept = { ms: 0, at: 0 };
  private steps = 0;
  private last = { step: 0, wallTimeMs: 0 };
  private writtenBytes = 0;
  /** Steps since the pace was last written, and their time: that of validation and pauses is not theirs. */
  private pace = { steps: 0, ms: 0 };

  constructor(private readonly parts: SummaryParts) {
    const { settings, facts, areClasses, isValidated, totalSteps } = parts;
    const areJudged = areClasses && isValidated;
    this.accounts = new SummaryAccounts({ settings, areJudged, totalSteps, backend: facts.backend });
    const write = (log: EventLogName, record: Uint8Array): void => this.write(log, record);
    const say = (message: string): void => this.say(message);
    this.description = new DescribedRun({ ...parts, kinds: settings.kinds }, write, say);
  }

  /** What is known from the start. */
  begin(): void {
    if (this.parts.settings.mode === 'off') return;
    this.accounts.timed('all', () => this.description.begin());
  }

  /** A graph that steps are compiled to. */
  compiledTo(step: CompiledStep): void {
    if (this.description.wantsGraph) this.accounts.timed('all', () => this.description.compiledTo(step));
  }

  /** Before a step: decides what is summed up of it, and says what is to be kept for that. */
  beforeStep(batch: Batch, step: number): { readonly gradientNorms: boolean; readonly gradients: boolean } {
    this.planned = undefined;
    if (this.parts.settings.mode === 'off') return { gradientNorms: false, gradients: false };
    const { kinds } = this.parts.settings;
    this.seesBatch(batch);
    this.expectCosts(batch);
    if (this.accounts.isLast(step)) this.accounts.end();
    if (this.accounts.mayRun('weights', step)) {
      this.planned = 'weights';
      this.accounts.ran('weights', step);
      this.keepWeights();
      return { gradientNorms: false, gradients: kinds.has('gradients') || kinds.has('norms') };
    }
    // Those of an earlier step are still to come with its histograms: a curve's steps are to ascend.
    if (this.accounts.mayRun('norms', step)) this.planned = 'norms';
    return { gradientNorms: this.planned === 'norms', gradients: false };
  }

  /** What a step is made on. The examples that are looked at all along are taken of the first that there are. */
  seesBatch(batch: Batch): void {
    const { model } = this.parts.compiled;
    if (this.look || !model || batch.size === 0 || this.parts.settings.mode === 'off') return;
    this.look = this.takeExamples(model, batch);
    if (this.look === 'none') this.giveUpLook();
    else if (!this.look.hasPictures) this.accounts.giveUp('images');
  }

  private giveUpLook(): void {
    this.look = 'none';
    this.accounts.giveUp('activations');
    this.accounts.giveUp('images');
  }

  /** Tensors that are held from step to step. */
  get heldTensors(): number {
    return this.before.length + (this.look instanceof LookPass ? this.look.heldTensors : 0);
  }

  /** After the step, before anything of it is given back. */
  afterStep(event: StepEvent): void {
    if (this.parts.settings.mode === 'off') return;
    this.accounts.stepDone(event, this.planned);
    this.steps++;
    this.pace = { steps: this.pace.steps + 1, ms: this.pace.ms + event.stepMs };
    const { step, wallTime } = event;
    this.last = { step, wallTimeMs: wallTime };
    if (this.planned === 'weights') this.sumUpWeights(step, wallTime);
    if (this.planned === 'norms') this.writeNorms(step, wallTime);
    this.planned = undefined;
    this.sumUpLook(step, wallTime);
    if (this.steps === 3 && this.description.wantsGraph) this.describeGraph();
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

  /** To be shown a validation pass, where it is wanted of it. Where nobody knows the last one, each is kept until the next. */
  validationBegins(step: number, isLast: boolean | 'unknown'): Pick<JudgedExamples, 'seeTargets'> | undefined {
    this.judged?.end();
    this.judged = undefined;
    if (this.parts.settings.mode === 'off') return undefined;
    if (isLast === true) this.accounts.end();
    const isDue = this.accounts.mayRun('evaluation', step);
    const isCheap = this.kept.ms <= MOST_KEEPING * (performance.now() - this.kept.at);
    const isKept = isLast === 'unknown' && isCheap && this.accounts.mayEndWith('evaluation', step);
    if (isDue || isKept) this.judged = new JudgedExamples(this.parts.runner.capture);
    this.keeps = !isDue;
    return this.judged;
  }

  validationEnds(step: number, wallTimeMs: number): void {
    const { judged } = this;
    this.judged = undefined;
    this.keptJudged = undefined;
    const found = judged?.end();
    if (!judged) return;
    if (this.keeps) {
      this.kept = { ms: judged.ms, at: performance.now() };
      this.accounts.keptReady('evaluation', judged.ms);
    } else this.accounts.ran('evaluation', step, judged.ms);
    if (!found) return;
    const { classNames } = this.parts;
    const job: EvaluationJob = { kind: 'evaluation', step, wallTimeMs, judged: found, classNames };
    if (this.keeps) this.keptJudged = job;
    else this.evaluate(job);
  }

  private evaluate(job: EvaluationJob): void {
    this.accounts.timed('evaluation', () => this.post('evaluation', 'validation', job));
  }

  /** Writes down what the thread has done by now. */
  take(): void {
    for (const done of this.thread.take()) this.hear(done);
  }

  /** Waits for what is not done, for a while. */
  async finish(status: 'success' | 'failure'): Promise<void> {
    if (this.parts.settings.mode === 'off') return;
    this.sumUpEnd();
    const began = performance.now();
    this.settled(await this.thread.settle(END_MS), began, status);
  }

  /** Likewise, without giving way to others meanwhile. */
  finishNow(status: 'success' | 'failure'): void {
    if (this.parts.settings.mode === 'off') return;
    this.sumUpEnd();
    const began = performance.now();
    this.settled(this.thread.settleNow(END_MS), began, status);
  }

  /** Without waiting. */
  end(status: 'success' | 'failure'): void {
    this.take();
    this.description.end(status);
  }

  /** What it all has cost. */
  get report(): SummaryReport {
    return this.accounts.report(this.writtenBytes);
  }

  async close(): Promise<void> {
    this.judged?.end();
    this.letGo();
    if (this.look instanceof LookPass) this.look.dispose();
    this.look = 'none';
    await this.thread.close();
  }

  /** Only the first sets need it: later ones are measured. The weights themselves would have to come out of the graph. */
  private expectCosts(batch: Batch): void {
    if (!this.accounts.expects) return;
    const values = this.parts.facts.params;
    this.accounts.expect({ values, examplesShare: batch.size > 0 ? MOST_EXAMPLES / batch.size : 1 });
  }

  private settled(done: ReturnType<SummaryThread['take']>, began: number, status: 'success' | 'failure'): void {
    for (const one of done) this.hear(one);
    this.accounts.waited(performance.now() - began);
    if (this.accounts.pending > 0)
      this.say('The last summaries were not done in time: they are missing in the run’s files.');
    this.end(status);
  }

  /** What was not summed up with the last step, which nobody may have known to be the last. */
  private sumUpEnd(): void {
    if (this.steps === 0) return;
    this.accounts.end();
    if (!this.accounts.isEnding) return;
    const { step, wallTimeMs } = this.last;
    if (this.accounts.mayRun('weights', step)) {
      this.accounts.ran('weights', step);
      this.sumUpWeights(step, wallTimeMs);
    }
    this.sumUpLook(step, wallTimeMs);
    const { keptJudged } = this;
    this.keptJudged = undefined;
    if (keptJudged && this.accounts.mayRun('evaluation', keptJudged.step)) {
      this.accounts.ran('evaluation', keptJudged.step);
      this.evaluate(keptJudged);
    }
    if (this.description.wantsGraph) this.describeGraph();
  }

  private describeGraph(): void {
    this.accounts.timed('all', () => this.description.graphOfLayers());
  }

  private takeExamples(model: tf.LayersModel, batch: Batch): LookPass | 'none' {
    const { settings, compiled, runner, classNames, featureNames, areClasses } = this.parts;
    const { labels } = compiled;
    if (!settings.kinds.has('activations') && !settings.kinds.has('images')) return 'none';
    if (model.layers.some((layer) => layer.stateful)) {
      this.say('No activations and pictures are written: the model’s layers keep state from batch to batch.');
      return 'none';
    }
    return this.accounts.timed('all', () => {
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
    this.accounts.timed('weights', () => {
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
    const weights = runner.weights.filter(({ variable }) => variable.dtype === 'float32');
    if (weights.reduce((sum, { variable }) => sum + variable.size, 0) > MOST_VALUES) {
      this.say(`The model is too large for histograms of its weights: above ${MOST_VALUES / 1e6} million of them.`);
      this.letGo();
      this.accounts.giveUp('weights');
      return;
    }
    this.accounts.timed('weights', () => {
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
      const histograms = { weights: kinds.has('weights'), gradients: kinds.has('gradients') };
      const norms = kinds.has('norms');
      this.post('weights', 'train', { kind: 'weights', step, wallTimeMs, weights: values, histograms, norms });
    });
  }

  private writeNorms(step: number, wallTimeMs: number): void {
    const { runner, folder } = this.parts;
    this.accounts.ran('norms', step);
    this.accounts.timed('norms', () => {
      const norms = new Norms();
      for (const [weight, norm] of runner.gradientNormsByWeight()) norms.add('gradient_norm', weight.layer, norm);
      const entries = norms.entries();
      if (entries.length > 0) folder.addTrain(step, wallTimeMs, entries);
    });
  }

  private sumUpLook(step: number, wallTimeMs: number): void {
    const { look } = this;
    if (!(look instanceof LookPass)) return;
    const activations = this.accounts.mayRun('activations', step);
    const images = look.hasPictures && this.accounts.mayRun('images', step);
    if (!activations && !images) return;
    if (activations) this.accounts.ran('activations', step);
    if (images) this.accounts.ran('images', step);
    const { accounts } = this;
    try {
      const { activations: found, ...pictures } = accounts.timed(activations ? 'activations' : 'images', () =>
        look.run({ activations, images }, this.parts.runner.weights),
      );
      const at = { kind: 'look' as const, step, wallTimeMs };
      if (found.length > 0)
        accounts.timed('activations', () => this.post('activations', 'train', { ...at, activations: found }));
      if (images) accounts.timed('images', () => this.post('images', 'train', { ...at, activations: [], ...pictures }));
    } catch (error) {
      this.say(`No activations and pictures are written: ${messageOf(error)}`);
      look.dispose();
      this.giveUpLook();
    }
  }

  private post(payer: Payer, log: EventLogName, job: SummaryJob): void {
    const ran = this.thread.isRunning;
    const id = this.thread.post(job, this.accounts.threadFor);
    if (!ran && this.thread.isRunning) this.accounts.threadStarted();
    this.logs.set(id, log);
    this.accounts.posted(id, payer);
  }

  private hear({ id, record, besideMs, problem }: ReturnType<SummaryThread['take']>[number]): void {
    const log = this.logs.get(id);
    this.logs.delete(id);
    this.accounts.done(id, { besideMs, bytes: record?.byteLength ?? 0 });
    if (problem !== undefined) this.say(`Some summaries could not be made: ${problem}`);
    if (record && log) this.write(log, record);
  }

  private write(log: EventLogName, record: Uint8Array): void {
    this.writtenBytes += record.byteLength;
    this.parts.folder.addRecord(log, record);
  }

  /** Once. */
  private say(message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.parts.host.emit({ kind: 'notice', severity: 'info', message });
  }
}

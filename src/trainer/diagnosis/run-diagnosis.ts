/**
 * The diagnosis of one training, from its start to its end: what is wrong is told once a rule and a
 * place, as soon as it can be known at no cost, and everything that can be known at a stop. Judges
 * beside the training, which runs as if nobody had. Knows neither protocol nor transport.
 */
import type * as tf from '@tensorflow/tfjs';
import { findingKey, type Finding } from '../../shared/protocol/diagnosis.js';
import type { StepEvent, TrainingEvent } from '../../shared/protocol/training.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import type { Experiment } from '../runtime/experiment.js';
import { labelledWeights, layerLabels, type LabelledWeight } from '../runtime/layer-labels.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import type { PausedTraining, StepTensors } from '../runtime/paused-training.js';
import type { SummaryWish, TensorSummary } from '../runtime/step-summaries.js';
import { Course } from './course.js';
import { explainFailure, type Failure } from './explain-failure.js';
import type { BatchFacts, ExperimentFacts, StepFacts } from './facts.js';
import { byGravity, findingsOf, isGraver, ruleNamed, wishesOf, type FindingPlaces, type WantedRule } from './find.js';
import { batchFacts, classesOf, valuesOf } from './gather-batch.js';
import { experimentFacts } from './gather-experiment.js';
import { stepFacts } from './gather-step.js';
import { OwnLooks } from './own-looks.js';
import { rules } from './rules/index.js';

export interface DiagnosedTraining {
  readonly model: tf.LayersModel;
  /** As others name the layers; by default as the engine does. */
  readonly labels?: ReadonlyMap<tf.layers.Layer, string>;
  readonly optimizer: tf.Optimizer | undefined;
  readonly experiment?: Experiment;
  /** What the experiment's `data` gave. */
  readonly data?: unknown;
  readonly start?: Pick<
    Extract<TrainingEvent, { kind: 'start' }>,
    'batchSize' | 'stepsPerEpoch' | 'data' | 'startStep'
  >;
}

/** Where training stands: what was kept of the step. */
export interface Standing {
  readonly step: number;
  /** None in the middle of a step. */
  readonly loss?: number;
  readonly tensors: StepTensors | undefined;
  summary?(wish: SummaryWish): TensorSummary | undefined;
}

interface Known {
  readonly training: DiagnosedTraining;
  readonly facts: ExperimentFacts;
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly weights: readonly LabelledWeight[];
  readonly course: Course;
}

const onExperiment = ofKind('experiment');
const onBatch = ofKind('batch');
const onCourse = ofKind('course');
const onStep = ofKind('step');
/** What makes a training come to nothing without a word, and can be told of a single step. */
const onLook: readonly WantedRule[] = [{ rule: 'deadRelu' }, { rule: 'vanishingGradient' }];

/** What the first step, which runs op by op at any speed and so costs nothing to keep, may show of those. */
const onFirstStep: readonly WantedRule[] = [{ rule: 'vanishingGradient' }];

/** How training goes is seen as well a few steps later; judging it at each would be a tenth of a quick step. */
const JUDGED_EVERY = 10;
const nothing: Finding[] = [];

export class RunDiagnosis {
  private known: Known | undefined;
  private firstBatch: BatchFacts | undefined;
  private readonly told = new Map<string, Finding>();
  /** What armed rules have found at the last step: only what is new since then stops. */
  private foundBefore = new Map<string, ReadonlySet<string>>();
  private lossIsBad = false;
  private hiddenIsBad = false;
  private readonly looks = new OwnLooks();

  constructor(private readonly places: FindingPlaces) {}

  get hasBegun(): boolean {
    return this.known !== undefined;
  }

  /** Before the first step. @returns what is told now for the first time, as from all methods but the last ones */
  begins(training: DiagnosedTraining): Finding[] {
    const { model, optimizer, start, labels = layerLabels(model) } = training;
    const facts = experimentFacts({
      ...training,
      labels,
      batchSize: start?.batchSize,
      stepsPerEpoch: start?.stepsPerEpoch,
      classNames: start?.data.classNames,
      continued: (start?.startStep ?? 0) > 0,
    });
    const weights = labelledWeights(model, labels);
    this.known = { training, facts, labels, weights, course: new Course(start?.batchSize) };
    this.firstBatch = undefined;
    const before = stepFacts({
      ...{ step: 0, learningRate: optimizer && learningRateOf(optimizer), model, labels, weights, batch: undefined },
      outputOf: () => undefined,
      gradientOf: () => undefined,
    });
    return this.tell([
      ...findingsOf({ experiment: facts }, this.places, onExperiment),
      ...findingsOf({ experiment: facts, step: before }, this.places, [{ rule: 'poorInitialisation' }]),
    ]);
  }

  /** Before each step, what it is about to train on. */
  sees(batch: Batch): Finding[] {
    const { known } = this;
    if (!known) return [];
    const { facts, course } = known;
    if (course.wantsClasses) {
      const classes = classesOf(batch, isOfClasses(facts));
      if (classes) course.addClasses(classes);
    }
    if (this.firstBatch) return [];
    this.firstBatch = batchFacts(batch, undefined);
    return this.tell(findingsOf({ experiment: facts, batch: this.firstBatch }, this.places, onBatch));
  }

  /** After each step; costs next to nothing but at the first one whose loss is not finite. */
  afterStep(event: StepEvent, paused: PausedTraining): Finding[] {
    const { known } = this;
    if (!known || event.withoutLoss) return [];
    const { course, facts } = known;
    course.addStep(event);
    const isLookedAt = this.looks.stepDone(event);
    const isBad = this.isBad(event, paused);
    // Weights as they happen to begin may mend; but it is a reason to look again.
    if (course.steps === 1 && !isBad && this.judged(known, event, paused, onFirstStep).length > 0) this.looks.suspect();
    if (!isBad && !isLookedAt && course.steps % JUDGED_EVERY !== 0) return nothing;
    const found = findingsOf({ experiment: facts, course }, this.places, onCourse);
    if (isBad) {
      found.push(...this.judged(known, event, paused, [{ rule: 'notFinite' }]));
    } else if (isLookedAt && !this.lossIsBad) {
      found.push(...this.looks.timed(() => this.judged(known, event, paused, onLook)));
    }
    return this.tell(found);
  }

  /** Before each step: whether it is to be kept, to be looked at for the diagnosis' own sake. */
  wantsLook(step: { readonly lastInEpoch: boolean }): boolean {
    if (!this.known) return false;
    const isFirst = this.known.course.steps === 0;
    return this.looks.wants(step) || isFirst;
  }

  /** After each epoch with its validation. */
  afterEpoch(event: Extract<TrainingEvent, { kind: 'epoch' }>): Finding[] {
    const { known } = this;
    if (!known) return [];
    known.course.addEpoch(event);
    return this.tell(findingsOf({ experiment: known.facts, course: known.course }, this.places, onCourse));
  }

  /** What a failure comes from, where it is one that people know. */
  fails(failure: Failure): Finding[] {
    const found = explainFailure(failure, this.known?.facts, this.known && this.places);
    return found ? this.tell([found]) : [];
  }

  /** At a stop: all that is wrong here, the gravest first, with what was told before. Tells nothing. */
  explain(at: Standing, failure?: Failure): Finding[] {
    const { known } = this;
    const failed = failure && explainFailure(failure, known?.facts, this.places);
    if (!known) return failed ? [failed] : [];
    const step = this.stepAt(known, at);
    const here = findingsOf({ experiment: known.facts, step }, this.places, onStep);
    const keys = new Set(here.map(findingKey));
    const before = [...this.told.values()].filter((finding) => !keys.has(findingKey(finding)) && !isOfStep(finding));
    return byGravity([...(failed ? [failed] : []), ...here, ...before]);
  }

  /** What armed rules ask each step for. */
  wishes(armed: readonly WantedRule[]): SummaryWish[] {
    return this.known ? wishesOf(armed, this.known.facts) : [];
  }

  /** What an armed rule finds after a step at a place where it has found nothing after the step before. Tells nothing. */
  test(armed: WantedRule, event: StepEvent, paused: PausedTraining): Finding | undefined {
    const { known } = this;
    if (!known) return undefined;
    const { facts, course } = known;
    const evidence = { experiment: facts, course, batch: this.firstBatch, step: armedStep(event, paused, known) };
    const found = findingsOf(evidence, this.places, [armed]);
    const key = `${armed.rule} ${armed.threshold}`;
    const before = this.foundBefore.get(key);
    this.foundBefore.set(key, new Set(found.map(findingKey)));
    return found.find((finding) => !before?.has(findingKey(finding)));
  }

  private stepAt({ labels, weights, training }: Known, { step, loss, tensors, summary }: Standing): StepFacts {
    const { model, optimizer } = training;
    return stepFacts({
      ...{ step, loss, model, labels, weights, summary },
      learningRate: optimizer && learningRateOf(optimizer),
      batch: tensors?.batch,
      outputOf: (layer) => tensors?.outputOf(layer),
      gradientOf: (variable) => tensors?.gradientOf(variable),
    });
  }

  /** Once for the loss, and once for what may be hidden from it: relu of what is no number can be 0. */
  private isBad({ loss }: StepEvent, paused: PausedTraining): boolean {
    if (this.lossIsBad) return false;
    this.lossIsBad = !Number.isFinite(loss);
    const isHidden = !this.lossIsBad && !this.hiddenIsBad && paused.knownFinite === false;
    if (isHidden) this.hiddenIsBad = true;
    return this.lossIsBad || isHidden;
  }

  private judged(
    known: Known,
    { step: number, loss }: StepEvent,
    paused: PausedTraining,
    wanted: readonly WantedRule[],
  ): Finding[] {
    if (paused.canLook) paused.lookUnseen?.();
    const step = this.stepAt(known, {
      ...{ step: number, loss, tensors: paused.tensors },
      summary: (wish) => paused.summary(wish),
    });
    return findingsOf({ experiment: known.facts, step }, this.places, wanted);
  }

  private isSaidBy({ rule, title }: Finding): boolean {
    const sayers = saidBy[rule] ?? [];
    return [...this.told.values()].some((one) => sayers.includes(one.rule) || one.title === title);
  }

  private tell(findings: readonly Finding[]): Finding[] {
    const fresh = byGravity(findings).filter((finding) => {
      const before = this.told.get(findingKey(finding));
      return before ? isGraver(finding, before) : !this.isSaidBy(finding);
    });
    for (const finding of fresh) this.told.set(findingKey(finding), finding);
    // There is a cause, and what a single step shows may be it.
    if (fresh.some(({ rule }) => rule === 'lossDoesNotFall')) this.looks.suspect();
    return fresh;
  }
}

/** A loss that rises does not fall either; with data that is no numbers it does whatever it does. */
const saidBy: Readonly<Record<string, readonly string[] | undefined>> = {
  lossDoesNotFall: ['lossDiverges', 'notFiniteData'],
  lossDiverges: ['notFiniteData'],
};

/** Summaries, as a compiled step has computed them where they were wished for; outputs where they were kept anyway. */
function armedStep({ step, loss, learningRate }: StepEvent, paused: PausedTraining, { labels }: Known): StepFacts {
  return {
    ...{ step, loss, learningRate },
    summary: (wish) => paused.summary(wish),
    output: (name) => {
      const layer = [...labels].find(([, label]) => label === name)?.[0];
      return layer && valuesOf(paused.tensors.outputOf(layer));
    },
    batch: () => undefined,
    firstBadOp: () => undefined,
  };
}

function ofKind(kind: string): WantedRule[] {
  return rules.filter((rule) => rule.kind === kind).map(({ rule }) => ({ rule }));
}

/** What only this moment shows: told before, it need not be so now. */
function isOfStep({ rule }: Finding): boolean {
  return ruleNamed(rule)?.kind === 'step' && rule !== 'poorInitialisation' && rule !== 'notFinite';
}

function isOfClasses({ losses, classNames, layers, outputs }: ExperimentFacts): boolean {
  if (outputs.length !== 1) return false;
  if (/categoricalCrossentropy/i.test(losses[0] ?? '')) return true;
  const last = layers.find(({ label }) => label === outputs[0]);
  return losses[0] === 'binaryCrossentropy' ? last?.outputShape.at(-1) === 1 : (classNames?.length ?? 0) > 1;
}

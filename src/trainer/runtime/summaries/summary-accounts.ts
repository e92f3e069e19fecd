/**
 * Who pays for which summaries: what each kind has taken, of this thread and beside it, in steps that fetched more
 * than others and at the run's end; and so when each may be made again. Knows no tensors and no files.
 */
import { availableParallelism } from 'node:os';
import type { SummaryReport } from '../../../shared/protocol/run-file.js';
import type { StepEvent } from '../../../shared/protocol/training.js';
import { SummaryBudget, type BudgetLine } from './summary-budget.js';
import type { SummarySettings } from './summary-settings.js';
import type { ThreadUse } from './summary-thread.js';

/** What pays for itself; their parts of the budget are beside their names. */
export type Payer = 'norms' | 'weights' | 'activations' | 'images' | 'evaluation';
const weightOf: Readonly<Record<Payer, number>> = { norms: 1, weights: 3, activations: 2, images: 2, evaluation: 1 };

/** What there is a last time of at a training's end, beyond the budget if need be. */
const atEnd = ['weights', 'activations', 'images', 'evaluation'] as const;

/** What of a step is fetched beside its losses. */
export type Fetched = 'weights' | 'norms' | undefined;

/** Room on the disk for one kind of a run's sets; sets become rarer where they are large. */
const MOST_BYTES = 32 * 2 ** 20;
/** Steps of one kind whose median is compared with that of others; from so many on it says something. */
const COMPARED_STEPS = 9;
const FIRST_COMPARED = 5;
/** Every so many steps nothing is fetched, so that there is something to compare with. */
const PLAIN_EVERY = 16;
/** A set of histograms: copies of so many values, and everything else. */
const MS_PER_VALUE = 5e-6;
const MS_PER_SET = 3;
/** Of what setting a graph up took, fetching more of it takes again: it is not recorded another time. */
const SET_UP_AGAIN = 0.5;
/** The first pictures of a set, and a confusion matrix with its curves, by code that has just been loaded: measured. */
const MS_PER_PICTURES = 40;
const MS_PER_EVALUATION = 18;
/** Starting the thread that sums up, where it has no core of its own: measured, with what it loads. */
const THREAD_MS = 110;
/** A thread is started for small sets once its start is so small a part of what they may take. */
const THREAD_PART = 4;

interface AccountFacts {
  readonly settings: SummarySettings;
  readonly backend: string;
  /** Whether it is judged on data whose classes are known. */
  readonly areJudged: boolean;
  /** Of the whole run, where that is known. */
  readonly totalSteps: number | undefined;
}

export class SummaryAccounts {
  private readonly budget: SummaryBudget<Payer>;
  private readonly underWay = new Map<number, Payer>();
  private readonly bytes = new Map<Payer, number>();
  private readonly plain = new RecentTimes();
  private readonly withFetched = { weights: new RecentTimes(), norms: new RecentTimes() };
  /** Of this thread, since the last step was counted. */
  private ownMs = 0;
  private ending = false;
  private isCompiled = false;
  private setUpMs = 0;
  /** What the summaries of the end took. */
  private endMs = 0;

  constructor(private readonly facts: AccountFacts) {
    const { settings, areJudged } = facts;
    const { kinds } = settings;
    const lines: Partial<Record<Payer, BudgetLine>> = {};
    const sets = this.spacing(settings.mostSets);
    const add = (payer: Payer, everySteps: number, wanted: boolean, expectedMs = Infinity): void => {
      if (wanted) lines[payer] = { weight: weightOf[payer], everySteps, expectedMs };
    };
    add('norms', 1, kinds.has('norms'));
    add('weights', sets, kinds.has('weights') || kinds.has('gradients') || kinds.has('norms'));
    add('activations', sets, kinds.has('activations'));
    add('images', this.spacing(settings.mostSets / 5), kinds.has('images'));
    add('evaluation', 1, kinds.has('evaluation') && areJudged, MS_PER_SET + MS_PER_EVALUATION);
    this.budget = new SummaryBudget(settings.budget, lines);
  }

  /**
   * What was asked for last is to be paid first: until then nobody knows what it costs. Where cost does not
   * matter, one set is made while the next is copied: runs of a few quick steps have more than their first.
   */
  mayRun(payer: Payer, step: number): boolean {
    if (this.ending) return payer !== 'norms' && this.budget.mayEnd(payer, step);
    const isFree = this.facts.settings.budget === Infinity;
    if (this.countUnderWay(payer) >= (isFree ? 2 : 1)) return false;
    if (payer === 'norms' && this.countUnderWay('weights') > 0) return false;
    if (payer === 'norms' && step % PLAIN_EVERY === 0 && !isFree) return false;
    return this.budget.mayRun(payer, step);
  }

  /** Whether there would be one at the end if this step were the last. */
  mayEndWith(payer: Payer, step: number): boolean {
    return this.facts.settings.atEnd && this.budget.mayEnd(payer, step);
  }

  /** Nothing is trained from here on, or but the last step: one set more, whatever has been paid. */
  end(): void {
    this.ending = this.facts.settings.atEnd;
  }

  get isEnding(): boolean {
    return this.ending;
  }

  /** Whether this step is known to be the last, and more can be had of it for nothing: not of a compiled one. */
  isLast(step: number): boolean {
    const { totalSteps } = this.facts;
    return !this.isCompiled && totalSteps !== undefined && step >= totalSteps;
  }

  /** Whether a first set is still to come, for which `expect` is there. */
  get expects(): boolean {
    return (['norms', 'weights', 'activations', 'images'] as const).some((payer) => this.budget.isFirstOf(payer));
  }

  /** How large first sets are, before they were made: of a model's weights, and of a few examples beside a whole batch. */
  expect({ values, examplesShare }: { readonly values: number; readonly examplesShare: number }): void {
    const stepMs = this.plain.median;
    if (stepMs === undefined) return;
    const fetchMs = Math.max(0, this.setUpMs - stepMs) * SET_UP_AGAIN;
    this.budget.expect('norms', fetchMs);
    this.budget.expect('weights', MS_PER_SET + values * MS_PER_VALUE + fetchMs);
    const lookMs = MS_PER_SET + (stepMs * Math.min(1, examplesShare)) / 2;
    this.budget.expect('activations', lookMs);
    this.budget.expect('images', lookMs + MS_PER_PICTURES);
  }

  /** From here on everything that is paid for is of this time. */
  ran(payer: Payer, step: number, ms = 0): void {
    this.budget.ran(payer, step, 0);
    this.charge(payer, ms);
  }

  /** What had to be done for a set that may never be made. */
  keptReady(payer: Payer, ms: number): void {
    this.charge(payer, ms, true);
  }

  timesOf(payer: Payer): number {
    return this.budget.timesOf(payer);
  }

  /** Never again. */
  giveUp(payer: Payer): void {
    this.budget.spaceOut(payer, Infinity);
  }

  /** Does work of this thread; `all`: what is of no kind alone. */
  timed<T>(payer: Payer | 'all', work: () => T): T {
    const began = performance.now();
    try {
      return work();
    } finally {
      const ms = performance.now() - began;
      this.ownMs += ms;
      this.charge(payer, ms);
    }
  }

  /** The step's time, and how much longer it took for what was fetched of it. */
  stepDone({ step, stepMs, dataWaitMs, overheadMs, speed }: StepEvent, fetched: Fetched): void {
    this.budget.trained(Math.max(0, stepMs - this.ownMs));
    this.ownMs = 0;
    const computeMs = stepMs - dataWaitMs - overheadMs;
    this.keepForEnd(step, this.plain.median);
    if (fetched === undefined) this.seePlain(computeMs, speed);
    // Op by op nothing is computed that was not to be computed anyway.
    else if (speed === 'compiled') this.chargeFetched(fetched, computeMs);
  }

  /** The first of compiled steps set their graph up, and so does the first of those of which more is fetched. */
  private seePlain(computeMs: number, speed: StepEvent['speed']): void {
    this.isCompiled = speed === 'compiled';
    if (this.isCompiled && this.plain.median === undefined) this.setUpMs = Math.max(this.setUpMs, computeMs);
    this.plain.add(computeMs);
  }

  /** By medians: what disturbs a step now and then is not the doing of what was fetched of it. */
  private chargeFetched(fetched: 'weights' | 'norms', computeMs: number): void {
    const times = this.withFetched[fetched];
    const usual = this.plain.median ?? computeMs;
    if (times.isEmpty) this.charge(fetched, Math.max(0, computeMs - usual), true);
    else this.charge(fetched, Math.max(0, (times.median ?? computeMs) - usual));
    // The first one is that of setting up.
    times.add(times.isEmpty ? usual : computeMs);
  }

  /** Which jobs are worth the start of a thread: at the end the run would wait for it. */
  get threadFor(): ThreadUse {
    if (this.ending) return 'what needs it';
    const isWorthIt = this.budget.earnedInAllMs >= THREAD_PART * THREAD_MS * this.besideShare;
    return isWorthIt ? 'all' : 'large ones';
  }

  threadStarted(): void {
    this.charge('all', THREAD_MS * this.besideShare);
  }

  /** A job was given away. */
  posted(id: number, payer: Payer): void {
    this.underWay.set(id, payer);
  }

  /** It came back: what it took, and how much it is. */
  done(id: number, cost: { readonly besideMs: number; readonly bytes: number }): void {
    const payer = this.underWay.get(id);
    if (payer === undefined) return;
    this.underWay.delete(id);
    // At the end it is waited for, and so counted.
    if (!this.ending) this.charge(payer, cost.besideMs * this.besideShare);
    if (cost.bytes > 0) this.keepSmall(payer, cost.bytes);
  }

  /** Jobs that are not done. */
  get pending(): number {
    return this.underWay.size;
  }

  /** The run's end has waited for the last of them. */
  waited(ms: number): void {
    this.charge('all', ms);
  }

  report(bytes: number): SummaryReport {
    const { mode, budget } = this.facts.settings;
    const sets: Record<string, SummaryReport['sets'][string]> = {};
    for (const payer of Object.keys(weightOf) as Payer[]) {
      const times = this.budget.timesOf(payer);
      if (times > 0) sets[payer] = { times, costMs: Math.round(this.budget.spentOn(payer) * 10) / 10 };
    }
    const tenths = (ms: number): number => Math.round(Math.max(0, ms) * 10) / 10;
    return {
      mode,
      ...(Number.isFinite(budget) && { budget }),
      costMs: tenths(this.budget.spentMs),
      endMs: tenths(this.endMs),
      share: Math.round(Math.max(0, this.budget.spentShare) * 1e5) / 1e5,
      bytes,
      sets,
    };
  }

  private charge(payer: Payer | 'all', ms: number, isOnce = false): void {
    if (this.ending) this.endMs += ms;
    if (payer === 'all') this.budget.chargeAll(ms);
    else if (isOnce) this.budget.chargeOnce(payer, ms);
    else this.budget.charge(payer, ms);
  }

  /** So that the last set is within the budget, too, of a training that is long enough for it. */
  private keepForEnd(step: number, stepMs = 0): void {
    const { settings, totalSteps } = this.facts;
    if (!settings.atEnd || settings.budget === Infinity) return;
    const lastMs = atEnd.reduce((sum, payer) => sum + this.budget.nextMs(payer), 0);
    this.budget.reserve(lastMs, totalSteps === undefined ? 0 : Math.max(0, totalSteps - step) * stepMs);
  }

  private countUnderWay(payer: Payer): number {
    let count = 0;
    for (const one of this.underWay.values()) if (one === payer) count++;
    return count;
  }

  /** So many steps from one set to the next that there are about `sets` of them; where the run's length is unknown, few at first. */
  private spacing(sets: number): number {
    const { settings, totalSteps } = this.facts;
    return Math.max(settings.everySteps, totalSteps === undefined ? 1 : Math.ceil(totalSteps / Math.max(1, sets)));
  }

  /**
   * How much of the thread's time is missing to the training: it has a core of its own where one is free. One core is
   * with those who follow the run: the debugger's thread, the server, the window.
   */
  private get besideShare(): number {
    const cores = availableParallelism();
    const busy = 1 + (this.facts.backend === 'tensorflow' ? cores : 1);
    return Math.min(1, Math.max(0, busy + 1 - cores) / cores);
  }

  /** Where sets are large there are fewer of them. */
  private keepSmall(payer: Payer, setBytes: number): void {
    const before = this.bytes.get(payer) ?? 0;
    this.bytes.set(payer, before + setBytes);
    const { totalSteps, settings } = this.facts;
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
}

/** The last few of a series of times. */
class RecentTimes {
  private readonly times: number[] = [];

  add(ms: number): void {
    this.times.push(ms);
    if (this.times.length > COMPARED_STEPS) this.times.shift();
  }

  get isEmpty(): boolean {
    return this.times.length === 0;
  }

  /** Undefined until there are enough of them. */
  get median(): number | undefined {
    if (this.times.length < FIRST_COMPARED) return undefined;
    return [...this.times].sort((a, b) => a - b)[this.times.length >> 1];
  }
}

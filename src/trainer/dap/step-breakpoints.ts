/**
 * Breakpoints in the middle of a step at work. A step that runs op by op meets them on its way. Of one that does
 * not stand still, compiled or so quick that following it is noticeable, it is found out, before it and by
 * summaries of it, whether it can hit any; only then it is walked through, with those armed. Knows neither
 * protocol nor threads.
 */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../shared/base/message-of.js';
import type { ConditionScope } from '../../shared/conditions/condition.js';
import type { BreakpointPlace, TrainingEvent } from '../../shared/protocol/training.js';
import { isHit } from '../../shared/breakpoints/hit-condition.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import type { SummaryWish } from '../runtime/step-summaries.js';
import { summarizeTensor } from '../runtime/summarize-tensor.js';
import type { ArmedBreakpoint, BreakpointListener } from './armed-breakpoint.js';
import { ArmedPlaces } from './armed-places.js';
import type { Hits } from './breakpoint-set.js';
import type { DataWatch } from './data-watch.js';
import { passedOn } from './layer-gradients.js';
import { placeScope, scalarsInStep, type PlaceScope, type StepFacts } from './place-scope.js';
import type { OpPlace } from './step-hooks.js';
import { numberOfValues, valuesAtLayer, valuesWatched, type RunNames, type WishList } from './wishes.js';

export interface StepBreakpointsHost {
  readonly listener: BreakpointListener;
  readonly names: RunNames;
  readonly facts: StepFacts;
  readonly weights: StepFacts['weights'];
  /** Arms what is followed from here on; none: nothing. */
  arm(places: ArmedPlaces | undefined): void;
  emit(event: TrainingEvent): void;
}

/** How a step is to run: as one graph; op by op, to be made once more where something hits; op by op, standing still where it does. */
export type StepCourse = 'compiled' | 'repeated' | 'followed';

/** What a step that does not stand still, and has not run yet, can come to for a breakpoint. */
type Outlook =
  /** It cannot hit. */
  | { readonly kind: 'no' }
  /** Its place is reached this many times, which can be counted without looking. */
  | { readonly kind: 'count'; readonly times: number }
  /** The step's summaries tell. */
  | { readonly kind: 'summary' }
  | { readonly kind: 'walk' };

/** What is known of a hit before the walk that is to stand at it. */
interface Foreseen {
  /** Values that it has happened to, and that the walk has not come to yet; none: it is the place itself, and its condition holds. */
  readonly values: Set<string> | undefined;
}

type DataPlace = Extract<BreakpointPlace, { kind: 'data' }>;

/** Of steps walked through in vain before that is told. */
const WALKS_UNSAID = 3;

export class StepBreakpoints {
  private armed: readonly ArmedBreakpoint[] = [];
  /** Those of them that can hit in this step. */
  private awake: readonly ArmedBreakpoint[] = [];
  private places: ArmedPlaces | undefined;
  private outlooks = new Map<ArmedBreakpoint, Outlook>();
  private readonly foreseen = new Map<ArmedBreakpoint, Foreseen>();
  /** How often each was reached in the step under way, and in one that was followed from its beginning. */
  private readonly reachedNow = new Map<ArmedBreakpoint, number>();
  private readonly reachedPerStep = new Map<ArmedBreakpoint, number>();
  /** How often a layer has given an output in this step. */
  private readonly applications = new Map<string, number>();
  /** Of those on outputs, whether one of their layers gives several in a step, which have one summary. */
  private readonly watchesSeveral = new WeakMap<ArmedBreakpoint, boolean>();
  /** Walks that came to no stop, by the breakpoint that asked for them. */
  private readonly idleWalks = new Map<string, number>();
  private readonly stopped = new Set<ArmedBreakpoint>();
  private readonly watched = new WeakMap<
    DataWatch,
    { readonly names: RunNames; readonly wishes: readonly SummaryWish[] }
  >();
  private follows = false;
  private wholeStep = false;
  private repeats = false;

  constructor(private readonly host: StepBreakpointsHost) {}

  /** Whether one can hit in the step under way. */
  get any(): boolean {
    return this.awake.length > 0;
  }

  set(armed: readonly ArmedBreakpoint[]): void {
    if (same(armed, this.armed)) return;
    this.armed = armed;
    for (const one of this.outlooks.keys()) if (!armed.includes(one)) this.outlooks.delete(one);
    this.wholeStep = false;
    this.wake(armed);
    if (this.follows) this.host.arm(this.places);
  }

  /** Whether the step under way is not followed, though it runs op by op: what hits in it is found out after it. */
  get isFoundOutAfter(): boolean {
    return this.repeats;
  }

  /** A step begins. @returns whether it would have to be looked at if it does not stand still */
  begin(course: StepCourse): boolean {
    this.repeats = false;
    if (this.armed.length === 0) return false;
    // What follows from numbers known before the step is decided once for all of it.
    let scope: ConditionScope | undefined;
    const holds = (one: ArmedBreakpoint): boolean =>
      one.holds((scope ??= scalarsInStep(this.host.facts)), this.host.listener);
    this.wake(this.armed.filter((one) => !isDecidedBefore(one) || holds(one)));
    if (course === 'repeated') return this.beginRepeatable();
    this.resume();
    if (course === 'followed') return false;
    this.lookAhead();
    return [...this.outlooks.values()].some(({ kind }) => kind === 'walk' || kind === 'summary');
  }

  /** What would have to be made once more each time is rather followed. */
  private beginRepeatable(): boolean {
    this.lookAhead();
    this.repeats = this.any && [...this.outlooks.values()].every(({ kind }) => kind === 'summary');
    if (this.repeats) this.pause();
    else {
      this.outlooks.clear();
      this.resume();
    }
    return this.repeats;
  }

  private lookAhead(): void {
    this.outlooks.clear();
    for (const one of this.awake) this.outlooks.set(one, this.outlook(one));
  }

  /** What runs from here on is the step. */
  resume(): void {
    this.follows = true;
    this.wholeStep = true;
    this.reachedNow.clear();
    this.applications.clear();
    this.host.arm(this.places);
  }

  /** What runs from here on is not the step, or the step no longer. */
  pause(): void {
    if (!this.follows) return;
    if (this.wholeStep) this.learnApplications();
    this.follows = false;
    this.host.arm(undefined);
  }

  private wake(awake: readonly ArmedBreakpoint[]): void {
    if (same(awake, this.awake)) return;
    this.awake = awake;
    this.places = ArmedPlaces.of(awake);
  }

  addWishes(list: WishList): void {
    const { names } = this.host;
    for (const { at, needs, watch } of this.armed) {
      if (at.kind === 'data' && watch) {
        for (const value of valuesWatched(at, names)) list.add([value], watch.numbers);
      }
      if (at.kind !== 'layer' || at.when !== 'after') continue;
      for (const { tensors } of needs) {
        for (const term of tensors) list.add(valuesAtLayer(term, at, names) ?? [], [term.number]);
      }
    }
  }

  /** Training is at a place that these wait for. @returns those that stop it, in words */
  hitsAt(place: OpPlace, armed: readonly ArmedBreakpoint[]): Hits | undefined {
    const application = this.applicationOf(place);
    if (application === 1 && armed.every((one) => this.isNoNews(one, place))) return undefined;
    const scope = placeScope(place, () => this.host.facts);
    const hits: { readonly id: string; readonly description: string }[] = [];
    for (const one of armed) {
      this.reachedNow.set(one, (this.reachedNow.get(one) ?? 0) + 1);
      const description = this.meets(one, place, scope, application);
      if (description !== undefined) hits.push({ id: one.id, description });
    }
    if (hits.length === 0) return undefined;
    for (const one of armed) if (hits.some(({ id }) => id === one.id)) this.stopped.add(one);
    const descriptions = new Set(hits.map(({ description }) => description));
    return { ids: hits.map(({ id }) => id), description: [...descriptions].join(', ') };
  }

  /**
   * A step that did not stand still is over: walks through it where one may hit, and stops at its very place.
   * @returns what hits, where the walk did not come to it
   */
  findOut(paused: PausedTraining, walk: () => void, walksAnyway: boolean): Hits | undefined {
    const outlooks = [...this.outlooks];
    this.outlooks.clear();
    this.foreseen.clear();
    const walkers = outlooks.filter(([one, outlook]) => this.hasToWalk(one, outlook, paused)).map(([one]) => one);
    if ((walkers.length === 0 && !walksAnyway) || !paused.canLook) {
      this.pause();
      return this.missed();
    }
    this.wake(walkers);
    this.stopped.clear();
    this.resume();
    walk();
    if (this.wholeStep) this.learn(walkers);
    this.pause();
    this.sayWalks(walkers);
    return this.missed();
  }

  /** Whether all is finite here, as it is nearly always. */
  private isNoNews({ watch }: ArmedBreakpoint, { layerName, outputs }: OpPlace): boolean {
    if (!watch || this.foreseen.size > 0 || layerName === undefined) return false;
    if (outputs instanceof tf.Tensor) return watch.expectsFinite(layerName) && allFinite(outputs);
    if (Array.isArray(outputs) || typeof outputs !== 'object' || outputs === null) return false;
    const made = outputs as Readonly<Record<string, tf.Tensor>>;
    for (const { layer, name, variable } of this.host.weights) {
      const gradient = layer === layerName ? made[variable.name] : undefined;
      if (gradient && !(watch.expectsFinite(name) && allFinite(gradient))) return false;
    }
    return true;
  }

  private learn(armed: readonly ArmedBreakpoint[]): void {
    for (const one of armed) this.reachedPerStep.set(one, this.reachedNow.get(one) ?? 0);
  }

  private learnApplications(): void {
    for (const one of this.awake) {
      const { at } = one;
      if (at.kind !== 'data' || at.of !== 'activation' || this.watchesSeveral.has(one)) continue;
      const times = valuesWatched(at, this.host.names).map(
        ({ name }) => this.applications.get(applicationKey('forward', name)) ?? 0,
      );
      // Where none was seen, the step was a graph's.
      if (times.some((count) => count > 0))
        this.watchesSeveral.set(
          one,
          times.some((count) => count > 1),
        );
    }
  }

  private applicationOf(place: OpPlace): number {
    const { layerName } = place;
    if (place.stands !== 'layer' || place.when !== 'after' || layerName === undefined) return 1;
    const key = applicationKey(place.phase, layerName);
    const count = (this.applications.get(key) ?? 0) + 1;
    this.applications.set(key, count);
    return count;
  }

  /** Counts and logs. @returns what hits, in words */
  private meets(one: ArmedBreakpoint, place: OpPlace, scope: PlaceScope, application: number): string | undefined {
    const { listener } = this.host;
    const foreseen = this.foreseen.get(one);
    if (!one.watch) {
      this.foreseen.delete(one);
      const stops = foreseen ? one.met(scope, listener) : one.reached(scope, listener);
      return stops ? one.describe() : undefined;
    }
    const happened = this.valuesAt(one, place).filter(({ name, tensors }) => {
      // It has been tested by the step's summaries.
      if (foreseen) return foreseen.values?.delete(name);
      try {
        const key = application === 1 ? name : `${name} ${application}`;
        return one.watch!.test(key, (number) => scope.reading.numberOf(tensors, number));
      } catch (error) {
        listener.failed(one.breakpoint, `${name}: ${messageOf(error)}`);
        return false;
      }
    });
    const stops = happened.filter(({ tensors }) => one.reached(scope.watching(tensors), listener));
    return stops[0] && stops.map(({ name }) => one.describe(name)).join(', ');
  }

  /** What a breakpoint on data watches here, by name. */
  private valuesAt({ at }: ArmedBreakpoint, place: OpPlace) {
    const { layerName } = place;
    if (at.kind !== 'data' || layerName === undefined) return [];
    if (at.of === 'activation') {
      return [{ name: layerName, tensors: placeTensors(place.outputs) }];
    }
    const made = (place.outputs ?? {}) as Readonly<Record<string, tf.Tensor>>;
    return this.host.facts.weights
      .filter(({ name, layer }) => layer === layerName && (at.name === undefined || [name, layer].includes(at.name)))
      .flatMap(({ name, variable }) => {
        const gradient = variable.name === passedOn ? undefined : made[variable.name];
        return gradient ? [{ name, tensors: [gradient] }] : [];
      });
  }

  private outlook(one: ArmedBreakpoint): Outlook {
    const { at, needs, rule, logs } = one;
    if (at.kind === 'data') return { kind: this.isSummarized(one, at) ? 'summary' : 'walk' };
    const times = this.reachedPerStep.get(one);
    if (isDecidedBefore(one)) {
      if (logs || times === undefined || !rule) return times === 0 ? { kind: 'no' } : { kind: 'walk' };
      for (let time = 1; time <= times; time++) if (isHit(rule, one.hits + time)) return { kind: 'walk' };
      return { kind: 'count', times };
    }
    const { names } = this.host;
    const tensors = needs.flatMap((need) => need.tensors);
    const isTold =
      at.kind === 'layer' &&
      at.when === 'after' &&
      !needs.some(({ readsPlace }) => readsPlace) &&
      tensors.every((term) => valuesAtLayer(term, at, names) !== undefined);
    // A layer that is applied twice has one summary for both.
    return isTold && times === 1 ? { kind: 'summary' } : times === 0 ? { kind: 'no' } : { kind: 'walk' };
  }

  /** What is not finite in one output of a layer is so in those made of it. */
  private isSummarized(one: ArmedBreakpoint, { of, event }: DataPlace): boolean {
    return of !== 'activation' || event.kind === 'notFinite' || this.watchesSeveral.get(one) === false;
  }

  private hasToWalk(one: ArmedBreakpoint, outlook: Outlook, paused: PausedTraining): boolean {
    switch (outlook.kind) {
      case 'no':
        return false;
      case 'count':
        one.hits += outlook.times;
        return false;
      case 'walk':
        return true;
      case 'summary':
        return one.watch ? this.dataHasToWalk(one, paused) : this.layerHasToWalk(one, paused);
    }
  }

  private dataHasToWalk(one: ArmedBreakpoint, paused: PausedTraining): boolean {
    const { at, watch } = one;
    if (at.kind !== 'data' || !watch) return false;
    const wishes = this.wishesOf(at, watch);
    const happened = new Set<string>();
    let known = 0;
    for (const wish of wishes) {
      const summary = paused.summary(wish);
      if (!summary) continue;
      known++;
      if (watch.test(wish.name, (number) => summary[number])) happened.add(wish.name);
    }
    if (known === 0) return wishes.length > 0;
    this.foreseen.set(one, { values: happened });
    return happened.size > 0;
  }

  /** At thousands of steps a second it is not to be put together at each. */
  private wishesOf(at: DataPlace, watch: DataWatch): readonly SummaryWish[] {
    const { names } = this.host;
    const { numbers } = watch;
    let watched = this.watched.get(watch);
    if (watched?.names !== names) {
      watched = { names, wishes: valuesWatched(at, names).map((value) => ({ ...value, numbers })) };
      this.watched.set(watch, watched);
    }
    return watched.wishes;
  }

  private layerHasToWalk(one: ArmedBreakpoint, paused: PausedTraining): boolean {
    const { at, rule, logs } = one;
    if (at.kind !== 'layer') return false;
    let told = true;
    const scope: ConditionScope = {
      ...scalarsInStep(this.host.facts),
      numberOf: (term, number) => numberOfValues(valuesAtLayer(term, at, this.host.names) ?? [], number, paused),
    };
    // What the step does not tell is no failure yet: the walk will.
    const holds = one.holds(scope, { ...this.host.listener, failed: () => (told = false) });
    if (!told) return true;
    if (!holds) return false;
    if (!logs && rule && !isHit(rule, one.hits + 1)) {
      one.hits++;
      return false;
    }
    this.foreseen.set(one, { values: undefined });
    return true;
  }

  /** What was to be hit, and was not when the step was walked through: computed op by op, the last digits differ. */
  private missed(): Hits | undefined {
    const { listener } = this.host;
    const hits: { readonly id: string; readonly description: string }[] = [];
    for (const [one, { values }] of this.foreseen) {
      if (values?.size === 0) continue;
      const scope = {
        ...scalarsInStep(this.host.facts),
        numberOf: (): number => {
          throw new Error('the step did not come to it when it was walked through.');
        },
      };
      if (!one.met(scope, listener)) continue;
      const names = values ? [...values] : [undefined];
      hits.push({ id: one.id, description: names.map((name) => one.describe(name)).join(', ') });
    }
    this.foreseen.clear();
    if (hits.length === 0) return undefined;
    return { ids: hits.map(({ id }) => id), description: hits.map(({ description }) => description).join(', ') };
  }

  /** Once each, when that goes on for a few steps: a run that is walked through is several times as slow. */
  private sayWalks(walkers: readonly ArmedBreakpoint[]): void {
    for (const one of walkers) {
      const foreseeable = isDecidedBefore(one) && !one.logs;
      if (foreseeable || one.at.kind === 'data' || this.stopped.has(one)) continue;
      const walks = (this.idleWalks.get(one.id) ?? 0) + 1;
      this.idleWalks.set(one.id, walks);
      if (walks !== WALKS_UNSAID) continue;
      this.host.emit({
        kind: 'notice',
        severity: 'info',
        message: `Steps are walked through op by op because of the breakpoint “${one.describe()}”: what it asks for is known only in the middle of a step.`,
        hint: 'Remove or disable it to train at full speed; the result is the same either way.',
      });
    }
  }
}

function applicationKey(phase: OpPlace['phase'], layer: string): string {
  return `${phase} ${layer}`;
}

/** Whether its condition is the same all through a step, and known before it. */
function isDecidedBefore({ at, needs }: ArmedBreakpoint): boolean {
  return at.kind !== 'data' && needs.every(({ tensors, readsPlace }) => tensors.length === 0 && !readsPlace);
}

function same<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

/** A tensor whose values are there and are all finite. */
function allFinite(tensor: tf.Tensor): boolean {
  return tensor.dtype === 'float32' && !tensor.isDisposed && summarizeTensor(tensor, ['notFinite']).notFinite === 0;
}

function placeTensors(value: unknown): tf.Tensor[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is tf.Tensor => one instanceof tf.Tensor);
}

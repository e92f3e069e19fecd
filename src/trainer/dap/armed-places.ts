/**
 * Breakpoints within a step, found by where training is: an op that none waits for costs one look into a map
 * at most. Knows neither how training is followed nor what a hit comes to.
 */
import type { BreakpointPlace, StepPhase } from '../../shared/protocol/training.js';
import type { ArmedBreakpoint } from './armed-breakpoint.js';
import { isOfLayer } from './layer-of.js';

type PlaceOf<K extends BreakpointPlace['kind']> = Extract<BreakpointPlace, { kind: K }>;

/** Of one layer, by when they are reached. Those on data after the others. */
export interface LayerArms {
  readonly before: readonly ArmedBreakpoint[];
  readonly after: readonly ArmedBreakpoint[];
  readonly gradientBefore: readonly ArmedBreakpoint[];
  readonly gradientAfter: readonly ArmedBreakpoint[];
}

/** Whether it stands in the middle of a step, rather than after one. */
export function isInStep(at: BreakpointPlace): boolean {
  switch (at.kind) {
    case 'phase':
    case 'layer':
    case 'op':
      return true;
    case 'data':
      return at.of === 'activation' || at.of === 'gradient';
    case 'step':
    case 'epochEnd':
    case 'condition':
    case 'rule':
      return false;
  }
}

export class ArmedPlaces {
  readonly phases: Partial<Record<StepPhase, readonly ArmedBreakpoint[]>> | undefined;
  /** By the kernel's name; to be tested before it runs. */
  readonly ops: ReadonlyMap<string, readonly ArmedBreakpoint[]> | undefined;
  /** To be tested when it has run: their conditions are about what it makes. */
  readonly opsDone: ReadonlyMap<string, readonly ArmedBreakpoint[]> | undefined;
  /** Whether layers' gradients have to be followed to their ends. */
  readonly followsGradients: boolean;
  /** Whether an op of the update is told apart by its layer. */
  readonly followsUpdates: boolean;
  private readonly layers: readonly ArmedBreakpoint[];
  private readonly byLayer = new Map<string, LayerArms | undefined>();

  private constructor(armed: readonly ArmedBreakpoint[]) {
    const of = <K extends BreakpointPlace['kind']>(kind: K): { armed: ArmedBreakpoint; at: PlaceOf<K> }[] =>
      armed.filter(({ at }) => at.kind === kind).map((one) => ({ armed: one, at: one.at as PlaceOf<K> }));
    const phases: Partial<Record<StepPhase, ArmedBreakpoint[]>> = {};
    for (const { armed: one, at } of of('phase')) (phases[at.phase] ??= []).push(one);
    this.phases = Object.keys(phases).length > 0 ? phases : undefined;
    const ops = of('op');
    const isAfter = ({ armed: one }: { armed: ArmedBreakpoint }): boolean =>
      one.needs.some(({ tensors }) => tensors.some(({ word }) => word !== 'input'));
    this.ops = byOp(ops.filter((one) => !isAfter(one)));
    this.opsDone = byOp(ops.filter(isAfter));
    const layers = of('layer');
    const data = of('data');
    this.layers = [...layers, ...data].map(({ armed: one }) => one);
    this.followsGradients =
      layers.some(({ at }) => at.pass === 'gradient' && at.when === 'after') ||
      data.some(({ at }) => at.of === 'gradient');
    this.followsUpdates = ops.some(
      ({ at }) => at.layer !== undefined && (at.phase === undefined || at.phase === 'optimizer'),
    );
  }

  /** Nothing where none of them stands in the middle of a step. */
  static of(armed: readonly ArmedBreakpoint[]): ArmedPlaces | undefined {
    const inStep = armed.filter(({ at }) => isInStep(at));
    return inStep.length > 0 ? new ArmedPlaces(inStep) : undefined;
  }

  /** Nothing where none waits for the layer. */
  layer(label: string): LayerArms | undefined {
    if (this.layers.length === 0) return undefined;
    if (!this.byLayer.has(label)) this.byLayer.set(label, this.armsOf(label));
    return this.byLayer.get(label);
  }

  private armsOf(label: string): LayerArms | undefined {
    const where = (test: (at: PlaceOf<'layer'> | PlaceOf<'data'>) => boolean): ArmedBreakpoint[] =>
      this.layers.filter(({ at }) => {
        const place = at as PlaceOf<'layer'> | PlaceOf<'data'>;
        return (place.kind === 'layer' ? place.layer === label : isOfLayer(place.name, label)) && test(place);
      });
    const layer =
      (pass: string, when: string) =>
      (at: PlaceOf<'layer'> | PlaceOf<'data'>): boolean =>
        at.kind === 'layer'
          ? at.pass === pass && at.when === when
          : when === 'after' && at.of === (pass === 'forward' ? 'activation' : 'gradient');
    const arms: LayerArms = {
      before: where(layer('forward', 'before')),
      after: where(layer('forward', 'after')),
      gradientBefore: where(layer('gradient', 'before')),
      gradientAfter: where(layer('gradient', 'after')),
    };
    return Object.values(arms).some((list: readonly ArmedBreakpoint[]) => list.length > 0) ? arms : undefined;
  }
}

function byOp(
  ops: readonly { readonly armed: ArmedBreakpoint; readonly at: PlaceOf<'op'> }[],
): ReadonlyMap<string, readonly ArmedBreakpoint[]> | undefined {
  if (ops.length === 0) return undefined;
  const map = new Map<string, ArmedBreakpoint[]>();
  for (const { armed, at } of ops) {
    const list = map.get(at.op) ?? [];
    map.set(at.op, list);
    list.push(armed);
  }
  return map;
}

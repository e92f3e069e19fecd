/**
 * Places of the training as other debuggers' front ends can name them: a function breakpoint's name, an
 * instruction's reference, a watched value. Pure.
 */
import type { KnownNames } from '../../shared/conditions/condition.js';
import { tensorNumberCalled } from '../../shared/conditions/tensor-numbers.js';
import {
  stepPhases,
  type BreakpointPlace,
  type DataEvent,
  type StepPhase,
  type StopPoint,
} from '../../shared/protocol/training.js';

export type ReadPlace =
  { readonly kind: 'ok'; readonly at: BreakpointPlace } | { readonly kind: 'problem'; readonly message: string };

const isPhase = (text: string): text is StepPhase => (stepPhases as readonly string[]).includes(text);
/** Kernels' names: `Conv2D`, `_FusedMatMul`. */
const isOp = (text: string): boolean => /^_?[A-Z]\w*$/.test(text);

/**
 * `conv2d_1`, `after dense_1`, `gradient of conv2d_1`, `after gradient of conv2d_1`, `gradient` (the phase),
 * `Conv2D`, `conv2d_1/Conv2DBackpropFilter`. What the model has goes before what a name looks like.
 */
export function placeNamed(text: string, { layers }: KnownNames = {}): ReadPlace {
  const match = /^\s*(?:(before|after)\s+)?(?:the\s+)?(gradient\s+of\s+)?(\S+)\s*$/i.exec(text);
  if (!match) {
    const message = `A place is a layer or an op: “conv2d_1”, “after dense_1”, “gradient of conv2d_1”, “Conv2D”, “conv2d_1/Conv2DBackpropFilter”, not “${text.trim()}”.`;
    return { kind: 'problem', message };
  }
  const [, when, gradient, name] = match as unknown as [string, string | undefined, string | undefined, string];
  const asLayer: BreakpointPlace = {
    kind: 'layer',
    layer: name,
    when: when?.toLowerCase() === 'after' ? 'after' : 'before',
    pass: gradient === undefined ? 'forward' : 'gradient',
  };
  if (layers?.includes(name) || gradient !== undefined || when?.toLowerCase() === 'after') return ok(asLayer);
  if (isPhase(name)) return ok({ kind: 'phase', phase: name });
  const parts = name.split('/');
  const op = parts.pop()!;
  if (!isOp(op)) return ok(asLayer);
  return ok({ kind: 'op', op, ...(parts.length > 0 ? { layer: parts.join('/') } : {}) });
}

function ok(at: BreakpointPlace): ReadPlace {
  return { kind: 'ok', at };
}

/** An op as a stack frame refers to it: `gradient/conv2d_1/Conv2DBackpropFilter#1`. Nothing where training is at none. */
export function instructionReference({ place }: Pick<StopPoint, 'place'>): string | undefined {
  if (place?.op === undefined) return undefined;
  const { phase, layer, op, occurrence } = place;
  return [
    phase,
    ...(layer === undefined ? [] : [layer]),
    `${op}${occurrence === undefined ? '' : `#${occurrence}`}`,
  ].join('/');
}

export function placeReferred(reference: string): ReadPlace {
  const [phase = '', ...rest] = reference.trim().split('/');
  const match = /^(\w+)(?:#([1-9]\d*))?$/.exec(rest.pop() ?? '');
  if (!isPhase(phase) || !match) {
    const message = `An op is referred to by phase, layer and op, as stack frames do: “forward/conv2d_1/Conv2D#1”, not “${reference}”.`;
    return { kind: 'problem', message };
  }
  const [, op, nth] = match as unknown as [string, string, string | undefined];
  return ok({
    kind: 'op',
    op,
    phase,
    ...(rest.length > 0 ? { layer: rest.join('/') } : {}),
    ...(nth === undefined ? {} : { occurrence: Number(nth) }),
  });
}

/** A value that can be watched. */
export interface WatchedValue {
  readonly of: 'weight' | 'gradient' | 'activation' | 'metric';
  readonly name: string;
}

const kinds = ['weight', 'gradient', 'activation', 'metric'] as const;

/** The protocol's `dataId`. */
export function dataIdOf({ of, name }: WatchedValue): string {
  return `${of} ${name}`;
}

export function valueOfDataId(dataId: string): WatchedValue | undefined {
  const at = dataId.indexOf(' ');
  const of = kinds.find((kind) => kind === dataId.slice(0, at));
  const name = dataId.slice(at + 1).trim();
  return of && name !== '' ? { of, name } : undefined;
}

/** `loss`, `dense_1/kernel`, `gradient of dense_1/kernel`, `output of dense_1`; as far as the run has these. */
export function valueNamed(text: string, { metrics, layers, weights }: KnownNames): WatchedValue | undefined {
  const match = /^(?:(gradient|output|activation|weight|metric)\s+(?:of\s+)?)?(\S+)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, what, name] = match as unknown as [string, string | undefined, string];
  switch (what?.toLowerCase()) {
    case 'gradient':
      return weights?.includes(name) || layers?.includes(name) ? { of: 'gradient', name } : undefined;
    case 'output':
    case 'activation':
      return layers?.includes(name) ? { of: 'activation', name } : undefined;
    default:
      if (name === 'loss' || metrics?.includes(name)) return { of: 'metric', name };
      return weights?.includes(name) ? { of: 'weight', name } : undefined;
  }
}

export type ReadEvent =
  | {
      readonly kind: 'ok';
      readonly event: DataEvent;
      /** What has to hold beside it. */
      readonly condition: string | undefined;
    }
  | { readonly kind: 'problem'; readonly message: string };

/** `notFinite` (also where nothing is written), `norm > 10`, `crosses 2`, `unchanged 5`; further conditions after `&&`. */
export function dataEventNamed(text: string | undefined, { of, name }: WatchedValue): ReadEvent {
  const [first = '', ...more] = (text ?? '').split('&&').map((part) => part.trim());
  const beside = (...parts: readonly string[]): string | undefined => [...parts, ...more].join(' && ') || undefined;
  if (first === '' || /^not\s?finite$/i.test(first))
    return { kind: 'ok', event: { kind: 'notFinite' }, condition: beside() };
  const unchanged = /^unchanged(?:\s+(?:for\s+)?([1-9]\d*))?(?:\s+steps?)?$/i.exec(first);
  if (unchanged)
    return { kind: 'ok', event: { kind: 'unchanged', steps: Number(unchanged[1] ?? 1) }, condition: beside() };
  const crosses = /^([a-z]\w*)?\s*(crosses|[<>]=?)\s*([-+]?[\d.]+(?:e[-+]?\d+)?)$/i.exec(first);
  const value = Number(crosses?.[3]);
  const word = crosses?.[1] ?? '';
  const isValue = word === '' || word === name || word === 'value';
  const number = of === 'metric' && isValue ? 'mean' : tensorNumberCalled(word === '' ? 'norm' : word);
  if (crosses && Number.isFinite(value) && number && number !== 'size') {
    const [, , sign] = crosses;
    // From one side to the other is what is waited for; the sign says to which.
    const side = of === 'metric' ? `${name} ${sign} ${crosses[3]}` : `${number}(tensor) ${sign} ${crosses[3]}`;
    const sided = /crosses/i.test(sign!) ? [] : [side];
    return { kind: 'ok', event: { kind: 'crosses', number, value }, condition: beside(...sided) };
  }
  const message = `What the value is to do: notFinite, norm > 10, mean crosses 0, unchanged 5; not “${first}”.`;
  return { kind: 'problem', message };
}

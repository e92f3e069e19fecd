/** What breakpoints are called and how they look: in the gutter, in the list, at layers and ops. Pure. */
import { describePlace } from '../../src/shared/breakpoints/describe-place.js';
import type { LineBreakpoint, LineStatus } from '../../src/shared/protocol/debugging.js';
import type { RuleInfo } from '../../src/shared/protocol/diagnosis.js';
import type { BreakpointPlace, TrainingBreakpoint } from '../../src/shared/protocol/training.js';

/** Of the sign in the gutter: filled, with an equals sign, with a rhombus; hollow where it cannot stop (yet). */
export interface LineLook {
  readonly sign: 'plain' | 'condition' | 'log';
  readonly state: 'on' | 'off' | 'unverified';
}

type Written = Pick<LineBreakpoint, 'enabled' | 'condition' | 'hitCondition' | 'logMessage'>;

export function lookOf(entry: Written, status: Pick<LineStatus, 'verified'> | undefined): LineLook {
  const sign = entry.logMessage ? 'log' : entry.condition || entry.hitCondition ? 'condition' : 'plain';
  return { sign, state: !entry.enabled ? 'off' : status && !status.verified ? 'unverified' : 'on' };
}

/** `message`: why the training under way cannot stop there. */
export function lookOfPlace(entry: TrainingBreakpoint, message: string | undefined): LineLook {
  const look = lookOf(entry, message === undefined ? undefined : { verified: false });
  return look.sign === 'plain' && entry.at.kind === 'condition' ? { ...look, sign: 'condition' } : look;
}

/** The lines of the sign's tooltip. */
export function wordsOf(
  entry: Written,
  status: Pick<LineStatus, 'message'> | undefined,
  place?: string,
): readonly string[] {
  const kind = entry.logMessage ? 'Logpoint' : entry.condition ? 'Conditional breakpoint' : 'Breakpoint';
  const named = place === undefined ? kind : `${kind}: ${place}`;
  return [
    entry.enabled ? named : `${named}, disabled`,
    ...(entry.condition ? [`Stops when: ${entry.condition}`] : []),
    ...(entry.hitCondition ? [`Hit count: ${entry.hitCondition}`] : []),
    ...(entry.logMessage ? [`Prints: ${entry.logMessage}`] : []),
    ...(entry.enabled && status?.message ? [status.message] : []),
  ];
}

/** Beside its place in the list: what it waits for or prints. */
export function detailOf({ condition, hitCondition, logMessage }: Omit<Written, 'enabled'>): string | undefined {
  const parts = [logMessage, condition, hitCondition && `hit count ${hitCondition}`].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : undefined;
}

/** As in every list, but for rules, which have titles for people. */
export function placeWords(at: BreakpointPlace, rules: readonly RuleInfo[]): string {
  if (at.kind !== 'rule') return describePlace(at);
  const title = rules.find(({ rule }) => rule === at.rule)?.title ?? at.rule;
  return at.threshold === undefined ? title : `${title} (${at.threshold})`;
}

/** What the sign at a layer or an op shows of the breakpoints there: the strongest of them, and all in words. */
export interface PlaceMark extends LineLook {
  readonly words: readonly string[];
}

const stateOrder: readonly LineLook['state'][] = ['on', 'unverified', 'off'];
const signOrder: readonly LineLook['sign'][] = ['plain', 'condition', 'log'];

export function markOf(
  entries: readonly TrainingBreakpoint[],
  messages: Readonly<Record<string, string>>,
): PlaceMark | undefined {
  if (entries.length === 0) return undefined;
  const looks = entries.map((entry) => lookOfPlace(entry, messages[entry.id]));
  const state = stateOrder.find((one) => looks.some((look) => look.state === one))!;
  const sign = signOrder.find((one) => looks.some((look) => look.state === state && look.sign === one))!;
  const words = entries.flatMap((entry) => wordsOf(entry, { message: messages[entry.id] }, describePlace(entry.at)));
  return { state, sign, words };
}

/** Those that wait at a layer as a whole: before it, after it, at its gradient, at its values. */
export function atLayer(breakpoints: readonly TrainingBreakpoint[], layer: string): readonly TrainingBreakpoint[] {
  return breakpoints.filter(({ at }) => {
    if (at.kind === 'layer') return at.layer === layer;
    return at.kind === 'data' && at.of !== 'metric' && (at.name === layer || at.name?.startsWith(`${layer}/`) === true);
  });
}

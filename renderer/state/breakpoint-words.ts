/** What breakpoints on lines are called and how they look, in the gutter and in the list. Pure. */
import type { LineBreakpoint, LineStatus } from '../../src/shared/protocol/debugging.js';

/** Of the sign in the gutter: filled, with an equals sign, with a rhombus; hollow where it cannot stop (yet). */
export interface LineLook {
  readonly sign: 'plain' | 'condition' | 'log';
  readonly state: 'on' | 'off' | 'unverified';
}

export function lookOf(entry: LineBreakpoint, status: LineStatus | undefined): LineLook {
  const sign = entry.logMessage ? 'log' : entry.condition || entry.hitCondition ? 'condition' : 'plain';
  return { sign, state: !entry.enabled ? 'off' : status && !status.verified ? 'unverified' : 'on' };
}

/** The lines of the sign's tooltip. */
export function wordsOf(entry: LineBreakpoint, status: LineStatus | undefined): readonly string[] {
  const kind = entry.logMessage ? 'Logpoint' : entry.condition ? 'Conditional breakpoint' : 'Breakpoint';
  return [
    entry.enabled ? kind : `${kind}, disabled`,
    ...(entry.condition ? [`Stops when: ${entry.condition}`] : []),
    ...(entry.hitCondition ? [`Hit count: ${entry.hitCondition}`] : []),
    ...(entry.logMessage ? [`Prints: ${entry.logMessage}`] : []),
    ...(entry.enabled && status?.message ? [status.message] : []),
  ];
}

/** Beside its place in the list: what it waits for or prints. */
export function detailOf({ condition, hitCondition, logMessage }: LineBreakpoint): string | undefined {
  const parts = [logMessage, condition, hitCondition && `hit count ${hitCondition}`].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : undefined;
}

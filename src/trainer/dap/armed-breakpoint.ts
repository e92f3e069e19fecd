/**
 * One breakpoint of the training at work: its condition, hit count and log message, and how often it was
 * reached. Knows neither where training stands nor how its place is found.
 */
import { describePlace } from '../../shared/breakpoints/describe-place.js';
import { hitRuleProblem, isHit, parseHitRule, type HitRule } from '../../shared/breakpoints/hit-condition.js';
import {
  parseCondition,
  parseLogText,
  type Condition,
  type ConditionScope,
  type KnownNames,
  type LogText,
  type Needs,
} from '../../shared/conditions/condition.js';
import { reachOf } from '../../shared/conditions/reach.js';
import type { TrainingBreakpoint } from '../../shared/protocol/training.js';
import { DataWatch } from './data-watch.js';
import { isOfLayer } from './layer-of.js';

/** Whoever takes what a breakpoint says beside stopping. */
export interface BreakpointListener {
  /** Its condition cannot be tested: counts as not met. Told every time. */
  failed(breakpoint: TrainingBreakpoint, message: string): void;
  log(breakpoint: TrainingBreakpoint, text: string): void;
}

/** What is written beside a place, read; or why it cannot be. */
type Parsed =
  | {
      readonly kind: 'ok';
      readonly conditions: readonly Condition[];
      readonly rule: HitRule | undefined;
      readonly log: LogText | undefined;
    }
  | { readonly kind: 'problem'; readonly message: string };

export function parseBreakpoint({ at, ...beside }: TrainingBreakpoint, run: KnownNames = {}): Parsed {
  const reach = reachOf(at);
  const { layers, weights } = run;
  const own = at.kind === 'layer' && layers?.includes(at.layer) ? at.layer : undefined;
  const known = own === undefined ? run : { ...run, weights: weights?.filter((one) => isOfLayer(one, own)) };
  const texts = [at.kind === 'condition' ? at.condition : '', beside.condition ?? ''];
  const conditions: Condition[] = [];
  for (const [index, text] of texts.entries()) {
    if (text.trim() === '' && !(index === 0 && at.kind === 'condition')) continue;
    const parsed = parseCondition(text, known, reach);
    if (parsed.kind === 'error') return { kind: 'problem', message: parsed.message };
    conditions.push(parsed.condition);
  }
  const hitText = beside.hitCondition?.trim() ?? '';
  const rule = hitText === '' ? undefined : parseHitRule(hitText);
  if (hitText !== '' && !rule) return { kind: 'problem', message: hitRuleProblem(hitText) };
  const log = beside.logMessage ? parseLogText(beside.logMessage, known, reach) : undefined;
  if (log?.kind === 'error') return { kind: 'problem', message: log.message };
  return { kind: 'ok', conditions, rule, log: log?.text };
}

export class ArmedBreakpoint {
  /** What it watches, where it stands on data. */
  readonly watch: DataWatch | undefined;
  /** Of conditions and log message together. */
  readonly needs: readonly Needs[];
  readonly logs: boolean;
  /** How often its place was reached and its condition met. */
  hits = 0;
  private readonly description: string;

  private constructor(
    readonly breakpoint: TrainingBreakpoint,
    private readonly parsed: Extract<Parsed, { kind: 'ok' }>,
  ) {
    const { at } = breakpoint;
    if (at.kind === 'data') this.watch = new DataWatch(at.event);
    this.needs = [...parsed.conditions, ...(parsed.log ? [parsed.log] : [])];
    this.logs = parsed.log !== undefined;
    this.description = describePlace(at);
  }

  /** `undefined` where it is switched off, or can never hit for what is written beside it. */
  static of(breakpoint: TrainingBreakpoint): ArmedBreakpoint | undefined {
    if (!breakpoint.enabled) return undefined;
    const parsed = parseBreakpoint(breakpoint);
    return parsed.kind === 'ok' ? new ArmedBreakpoint(breakpoint, parsed) : undefined;
  }

  get id(): string {
    return this.breakpoint.id;
  }
  get at(): TrainingBreakpoint['at'] {
    return this.breakpoint.at;
  }
  get rule(): HitRule | undefined {
    return this.parsed.rule;
  }

  /** For a person, at a stop: the place, with what it happened to where that was left open. */
  describe(what?: string): string {
    const { at } = this;
    if (what !== undefined && at.kind === 'data' && at.name === undefined) return describePlace({ ...at, name: what });
    return this.description;
  }

  holds(scope: ConditionScope, listener: BreakpointListener): boolean {
    const { breakpoint } = this;
    return this.parsed.conditions.every((condition) =>
      condition.holds(scope, (message) => listener.failed(breakpoint, `${condition.text}: ${message}`)),
    );
  }

  /** Its place is reached: counts, and logs where it is to. @returns whether training is to stop */
  reached(scope: ConditionScope, listener: BreakpointListener): boolean {
    return this.holds(scope, listener) && this.met(scope, listener);
  }

  /** Likewise, where the condition is known to hold. */
  met(scope: ConditionScope, listener: BreakpointListener): boolean {
    this.hits++;
    const { rule, log } = this.parsed;
    if (rule && !isHit(rule, this.hits)) return false;
    if (!log) return true;
    listener.log(this.breakpoint, log.write(scope));
    return false;
  }
}

/** Which training breakpoints a step or an epoch's end hits. Knows neither threads nor protocol. */
import {
  parseCondition,
  type Condition,
  type ConditionScope,
  type KnownNames,
} from '../../shared/conditions/condition.js';
import type { StepEvent, TrainingBreakpoint } from '../../shared/protocol/training.js';

export interface Hits {
  readonly ids: readonly string[];
  /** For a person: "step 40", "loss > 2 || isNaN(loss)", "end of epoch 1". */
  readonly description: string;
}

export interface VerifiedBreakpoint {
  readonly id: string;
  readonly verified: boolean;
  /** Why it cannot be hit. */
  readonly message?: string;
}

export class BreakpointSet {
  private readonly steps = new Map<number, string[]>();
  private readonly epochEnds: { readonly id: string; readonly epoch: number | undefined }[] = [];
  private readonly conditions: { readonly id: string; readonly condition: Condition }[] = [];

  constructor(breakpoints: readonly TrainingBreakpoint[] = []) {
    for (const { id, enabled, at } of breakpoints) {
      if (!enabled) continue;
      switch (at.kind) {
        case 'step':
          this.steps.set(at.step, [...(this.steps.get(at.step) ?? []), id]);
          break;
        case 'epochEnd':
          this.epochEnds.push({ id, epoch: at.epoch });
          break;
        case 'condition': {
          const parsed = parseCondition(at.condition);
          if (parsed.kind === 'ok') this.conditions.push({ id, condition: parsed.condition });
        }
      }
    }
  }

  get wantsGradientNorms(): boolean {
    return this.conditions.some(({ condition }) => condition.usesGradientNorms);
  }

  /** Whether a stop right after this step is possible, before it has run. */
  mayHitAfter(step: number): boolean {
    return this.conditions.length > 0 || this.steps.has(step);
  }

  get mayHitAtEpochEnd(): boolean {
    return this.epochEnds.length > 0;
  }

  hitsAfter(step: StepEvent, seen: Pick<ConditionScope, 'gradNorm' | 'weightNorm' | 'notFinite'>): Hits | undefined {
    const ids = [...(this.steps.get(step.step) ?? [])];
    const descriptions = ids.length > 0 ? [`step ${step.step}`] : [];
    const scope = { ...step, ...seen };
    for (const { id, condition } of this.conditions) {
      if (!condition.holds(scope)) continue;
      ids.push(id);
      descriptions.push(condition.text);
    }
    return ids.length > 0 ? { ids, description: descriptions.join(', ') } : undefined;
  }

  hitsAtEndOf(epoch: number): Hits | undefined {
    const ids = this.epochEnds.filter((one) => one.epoch === undefined || one.epoch === epoch).map(({ id }) => id);
    return ids.length > 0 ? { ids, description: `end of epoch ${epoch}` } : undefined;
  }
}

/** Whether it can ever be hit, in a run that has these names (where they are known yet). */
export function verifyBreakpoint(breakpoint: TrainingBreakpoint, known: KnownNames = {}): VerifiedBreakpoint {
  const { id, at } = breakpoint;
  if (at.kind !== 'condition') return { id, verified: true };
  const parsed = parseCondition(at.condition, known);
  return parsed.kind === 'ok' ? { id, verified: true } : { id, verified: false, message: parsed.message };
}

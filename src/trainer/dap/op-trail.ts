/**
 * The ops of the step under way so far, so that one of them can be told from others of its kind. Noting an
 * op costs two stores. Knows no tensors.
 */
import type { StepPhase } from '../../shared/protocol/training.js';

/** Where in the step training is; another object wherever that changes. */
export interface TrailPlace {
  readonly phase: StepPhase;
  readonly layer: string | undefined;
}

export class OpTrail {
  private readonly ops: string[] = [];
  private readonly places: TrailPlace[] = [];
  private count = 0;

  begin(): void {
    this.count = 0;
  }

  /** @returns which of all it is, from 0 */
  note(op: string, place: TrailPlace): number {
    const at = this.count++;
    this.ops[at] = op;
    this.places[at] = place;
    return at;
  }

  /** In the order in which they began. */
  get all(): readonly string[] {
    return this.ops.slice(0, this.count);
  }

  /** Which of its kind the last one is, from 1, among those of this phase and layer, where these are given. */
  occurrence(phase: StepPhase | undefined, layer: string | undefined): number {
    const op = this.ops[this.count - 1];
    let nth = 0;
    for (let at = 0; at < this.count; at++) {
      if (this.ops[at] !== op) continue;
      const place = this.places[at]!;
      if (phase !== undefined && place.phase !== phase) continue;
      if (layer === undefined || place.layer === layer) nth++;
    }
    return nth;
  }

  /** Kinds of ops that have run. */
  get kinds(): ReadonlySet<string> {
    return new Set(this.all);
  }
}

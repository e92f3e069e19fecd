/**
 * What the ops of the step under way have given, for a graph that shows values. What an op gave is
 * remembered by reference, one store an op, and measured when somebody asks; once somebody has, ops are
 * measured as they run, before the training gives their tensors back. Keeps no tensor alive, runs none of
 * the step's ops. Knows no protocol.
 */
import type { OpStatistics } from '../../shared/graph/op-statistics.js';
import { doAside } from '../runtime/aside.js';
import { valuesOfResult } from '../tensors/value-numbers.js';

type Measured = OpStatistics['ops'][number];

/** After so many stops at which nobody asks, nobody looks any more. */
const UNASKED_STOPS = 10;

export class OpValues {
  /** By the op's place in the step; none where it has not come to its end. */
  private results: unknown[] = [];
  private measured: (Measured | undefined)[] = [];
  /** Whether ops are measured as they run. */
  private measures = false;
  /** How many stops ago somebody has asked; a person who steps fast leaves no time to. */
  private stopsSinceAsked = Infinity;
  /** Before the first step there is none. */
  private isOver = true;
  private hasJustStopped = false;
  /** Of those since the last stop. */
  private isFirstStep = false;

  /** The ops of a step come next. What the step before has left is not kept in memory for its numbers. */
  begin(): void {
    this.results = [];
    this.measured = [];
    this.isOver = false;
  }

  /** What comes is no part of the step: validation, what a person's code does beside. */
  ends(): void {
    this.isOver = true;
    this.measures = false;
  }

  /**
   * Another step of the training begins: measured where somebody has just looked, and where training stops after
   * it. `mayBeRecorded`: it is followed to be compiled, and nothing of it must be read.
   */
  beginStep({
    isStoppedAfter,
    mayBeRecorded,
  }: {
    readonly isStoppedAfter: boolean;
    readonly mayBeRecorded: boolean;
  }): void {
    this.isFirstStep = this.hasJustStopped;
    this.hasJustStopped = false;
    this.measures = this.isWanted && !mayBeRecorded && (this.isFirstStep || isStoppedAfter);
  }

  /** The step that was just made is computed once more, to be looked at or to stop in it. */
  beginWalk(isStoppedAfter: boolean): void {
    this.isOver = false;
    this.measures = this.isWanted && (this.isFirstStep || isStoppedAfter);
  }

  ran(at: number, op: string, result: unknown): void {
    if (this.isOver) return;
    this.results[at] = result;
    if (this.measures) this.measured[at] = doAside(() => ({ op, outputs: valuesOfResult(result) }));
  }

  /** What comes is measured as it runs, to the end of the step under way. */
  measureRest(): void {
    this.measures = true;
  }

  /** What comes is not to be touched. */
  leave(): void {
    this.measures = false;
  }

  /** Training stands still. */
  stops(): void {
    this.stopsSinceAsked++;
    this.hasJustStopped = true;
  }

  /** Of the ops that have run, all before the first that has not. To be called aside of the training, while it stands. */
  read(ops: readonly string[], from: number, mostMs: number): Pick<OpStatistics, 'ops' | 'total'> {
    this.stopsSinceAsked = 0;
    const under = ops.findIndex((_, at) => this.results[at] === undefined);
    const total = under < 0 ? ops.length : under;
    const until = performance.now() + mostMs;
    const read: Measured[] = [];
    for (let at = from; at < total; at++) {
      read.push((this.measured[at] ??= { op: ops[at]!, outputs: valuesOfResult(this.results[at]) }));
      if (performance.now() >= until) break;
    }
    return { ops: read, total };
  }

  private get isWanted(): boolean {
    return this.stopsSinceAsked < UNASKED_STOPS;
  }
}

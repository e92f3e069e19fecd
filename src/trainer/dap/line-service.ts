/**
 * The training thread's side of breakpoints on lines that have more than a place: V8 asks it, in the
 * middle of the person's code, whether to stop. Counts hits, writes log messages, and tells what is
 * wrong with a condition once. Knows no protocol.
 */
import { format } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { doAside } from '../runtime/aside.js';
import { callersPlace } from '../loader/stack-frames.js';
import { isHit } from '../../shared/breakpoints/hit-condition.js';
import type { LineFacts } from './line-condition.js';
import { describeValue } from './describe-value.js';
import { withNames } from './names-in-reach.js';
import type { FromTraining } from './thread-messages.js';

/** What takes longer would hold the training each time that the line is reached. */
const LIMIT_MS = 5_000;

/** A text, or an expression to evaluate. */
type LogPart = string | (() => unknown);

export class LineService {
  private readonly hits = new Map<number, number>();
  private readonly reported = new Set<number>();
  /** Those that did not come to an end: what they ask is not asked again. */
  private readonly givenUp = new Set<number>();
  private deadline = Infinity;

  constructor(
    private readonly options: {
      readonly post: (message: FromTraining) => void;
      /** What expressions may name beside what the person's code has in reach there. */
      readonly names: () => Readonly<Record<string, unknown>>;
      /** What runs is no step, but a recording of one: it counts for nothing. */
      readonly isRecording: () => boolean;
      /** Told which one's expressions run from here on, and when they have. */
      readonly testing: (id: number | undefined) => void;
      readonly log: (text: string, place: { readonly file: string; readonly line: number } | undefined) => void;
    },
  ) {
    Object.defineProperty(globalThis, Symbol.for('backstep.lines'), { value: this });
  }

  /** Called by V8 at the line. @returns whether training is to stop there */
  reached(facts: LineFacts, condition: (() => unknown) | undefined, log: readonly LogPart[] | undefined): boolean {
    if (this.options.isRecording() || this.givenUp.has(facts.id)) return false;
    this.deadline = performance.now() + LIMIT_MS;
    this.options.testing(facts.id);
    try {
      const names = this.options.names();
      return doAside(() => withNames(names, () => this.decide(facts, condition, log)));
    } catch (error) {
      if (this.isNotKnownYet(error)) return false;
      this.report(facts.id, 'condition', error);
      return false;
    } finally {
      this.options.testing(undefined);
    }
  }

  /** Once, however often it fails. @returns it in words */
  private report(id: number, of: 'condition' | 'log message', error: unknown): string {
    if (error instanceof DoesNotEnd) this.givenUp.add(id);
    const isOurs = error instanceof DoesNotEnd;
    const message = isOurs ? error.message : error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!this.reported.has(id)) {
      this.reported.add(id);
      this.options.post({ kind: 'lineProblem', id, of, message });
    }
    return message;
  }

  /** Called each time round by loops in the expressions. @throws DoesNotEnd */
  mayGoOn(): void {
    if (performance.now() > this.deadline) throw new DoesNotEnd();
  }

  /** `loss` before the first step is over: a condition on it is not met then, and there is nothing to mend. */
  private isNotKnownYet(error: unknown): boolean {
    if (!(error instanceof ReferenceError)) return false;
    const name = /^(\w+) is not defined$/.exec(error.message)?.[1];
    const names = this.options.names();
    return name !== undefined && name in names && names[name] === undefined;
  }

  private decide(
    { id, hit, logs }: LineFacts,
    condition: (() => unknown) | undefined,
    log: readonly LogPart[] | undefined,
  ): boolean {
    if (condition && !isTrue(condition())) return false;
    const hits = (this.hits.get(id) ?? 0) + 1;
    this.hits.set(id, hits);
    if (hit && !isHit(hit, hits)) return false;
    if (!logs || !log) return true;
    const text = log.map((part) => (typeof part === 'string' ? part : this.logged(id, part))).join('');
    this.options.log(text, callersPlace());
    return false;
  }

  /** What cannot be told says why in its place: the rest of the message is worth having. */
  private logged(id: number, expression: () => unknown): string {
    try {
      const value = expression();
      return typeof value === 'object' ? describeValue(value) : format(value);
    } catch (error) {
      return this.isNotKnownYet(error) ? '–' : `(${this.report(id, 'log message', error)})`;
    }
  }
}

class DoesNotEnd extends Error {
  constructor() {
    super(`It did not come to an end within ${LIMIT_MS / 1000} s, and is not tried again until it is changed`);
  }
}

/** A tensor of one value counts as that value, as a person would mean it. */
function isTrue(value: unknown): boolean {
  return value instanceof tf.Tensor && value.size === 1 ? value.dataSync()[0] !== 0 : Boolean(value);
}

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

type LogPart = string | { readonly value: unknown };

export class LineService {
  private readonly hits = new Map<number, number>();
  private readonly reported = new Set<number>();

  constructor(
    private readonly options: {
      readonly post: (message: FromTraining) => void;
      /** What expressions may name beside what the person's code has in reach there. */
      readonly names: () => Readonly<Record<string, unknown>>;
      /** What runs is no step, but a recording of one: it counts for nothing. */
      readonly isRecording: () => boolean;
      readonly log: (text: string, place: { readonly file: string; readonly line: number } | undefined) => void;
    },
  ) {
    Object.defineProperty(globalThis, Symbol.for('backstep.lines'), { value: this });
  }

  /** Called by V8 at the line. @returns whether training is to stop there */
  reached(facts: LineFacts, condition: (() => unknown) | undefined, log: (() => LogPart[]) | undefined): boolean {
    if (this.options.isRecording()) return false;
    try {
      return doAside(() => withNames(this.options.names(), () => this.decide(facts, condition, log)));
    } catch (error) {
      if (!this.reported.has(facts.id)) {
        this.reported.add(facts.id);
        const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        this.options.post({ kind: 'lineProblem', id: facts.id, message });
      }
      return false;
    }
  }

  private decide(
    { id, hit, logs }: LineFacts,
    condition: (() => unknown) | undefined,
    log: (() => LogPart[]) | undefined,
  ): boolean {
    if (condition && !isTrue(condition())) return false;
    const hits = (this.hits.get(id) ?? 0) + 1;
    this.hits.set(id, hits);
    if (hit && !isHit(hit, hits)) return false;
    if (!logs || !log) return true;
    const text = log()
      .map((part) => (typeof part === 'string' ? part : loggedText(part.value)))
      .join('');
    this.options.log(text, callersPlace());
    return false;
  }
}

/** A tensor of one value counts as that value, as a person would mean it. */
function isTrue(value: unknown): boolean {
  return value instanceof tf.Tensor && value.size === 1 ? value.dataSync()[0] !== 0 : Boolean(value);
}

function loggedText(value: unknown): string {
  return value instanceof tf.Tensor ? describeValue(value) : format(value);
}

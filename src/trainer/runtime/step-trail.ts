/**
 * The way back into a step that was not followed. To take the state before every step would cost a copy of it
 * each; here it is taken once in a few steps, with what those steps were fed: they give the same bits again, so
 * that the state before the last of them is a replay away. Knows neither loop nor host.
 */
import * as tf from '@tensorflow/tfjs';
import { numbersOf, setNumbers } from './optimizer-state.js';
import { alias } from './tfjs-internals.js';

/** A step as it can be computed again, op by op; its feeds are the trail's own. */
export interface TrodStep {
  readonly number: number;
  readonly feeds: readonly tf.Tensor[];
  /** Gives loss and metrics, whoever asks disposes them. */
  readonly compute: (feeds: readonly tf.Tensor[]) => tf.Tensor[];
}

/** Makes steps once more, from what the variables hold to what they held after the last of them. */
export type MakeAgain = (steps: readonly TrodStep[]) => void;

/** The state before a trail's first step; whoever has it disposes it. */
export interface WayBack {
  /** Puts it into the variables and the optimizer. */
  restore(): void;
  dispose(): void;
}

/** The state that the variables hold now, whatever is assigned to them from here on. */
export function wayBackToVariables(optimizer: tf.Optimizer): WayBack {
  const numbers = numbersOf(optimizer);
  const held = Object.values(tf.engine().registeredVariables).map((variable) => ({ variable, value: alias(variable) }));
  return {
    restore: () => {
      for (const { variable, value } of held) variable.assign(value);
      setNumbers(optimizer, numbers);
    },
    dispose: () => tf.dispose(held.map(({ value }) => value)),
  };
}

/** A stop waits for a replay of about this long at most. */
const REPLAY_MS = 800;
/** Taking the state costs about as much as a quick step; keeping more batches than these is as dear again. */
const MOST_STEPS = 32;
const MOST_BYTES = 64 * 2 ** 20;

export class StepTrail {
  private readonly steps: TrodStep[] = [];
  private stepMs = 0;
  private isClosed = false;

  /**
   * Takes over `before`, the state before its first step.
   * @param maker what its steps are made by: a graph, or what computes them op by op
   */
  constructor(
    private readonly maker: object,
    private readonly makeAgain: MakeAgain,
    private readonly before: WayBack,
    private readonly learningRate: number | undefined,
  ) {}

  get last(): TrodStep | undefined {
    return this.steps.at(-1);
  }

  /** Whether the next step can be the next of this trail, rather than the first of a new one. */
  goesOn(maker: object, number: number, learningRate: number | undefined): boolean {
    const { last } = this;
    if (this.isClosed) return false;
    if (maker !== this.maker || learningRate !== this.learningRate || last?.number !== number - 1) return false;
    const bytes = last.feeds.reduce((sum, tensor) => sum + tf.util.bytesPerElement(tensor.dtype) * tensor.size, 0);
    const most = Math.min(MOST_STEPS, REPLAY_MS / this.stepMs, MOST_BYTES / bytes);
    return this.steps.length < most;
  }

  /** No further step follows from those on it. */
  close(): void {
    this.isClosed = true;
  }

  /** The feeds stay the caller's. */
  add({ number, feeds, compute }: TrodStep): void {
    this.steps.push({ number, feeds: feeds.map(alias), compute });
  }

  /** How long the step that was added last took. */
  took(ms: number): void {
    this.stepMs = this.steps.length === 1 ? ms : Math.min(this.stepMs, ms);
  }

  /** Puts the state before the last step into the variables. What a graph holds afterwards is not to be relied on. */
  goBack(): void {
    this.before.restore();
    const again = this.steps.slice(0, -1);
    if (again.length > 0) this.makeAgain(again);
  }

  dispose(): void {
    this.before.dispose();
    for (const { feeds } of this.steps) tf.dispose([...feeds]);
    this.steps.length = 0;
  }
}

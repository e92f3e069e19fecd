/**
 * The state that trying a step out changes, set aside: variables, the optimizer's numbers and its
 * learning rate. In between the variables are copies, so that no other tensor shares their memory.
 */
import * as tf from '@tensorflow/tfjs';
import { alias } from '../tfjs-internals.js';
import { learningRateOf, numbersOf, setNumbers } from '../optimizer-state.js';
import { putLearningRate } from './learning-rate.js';
import { deepCopy, type NativeBackend } from './native.js';

export class StepState {
  private readonly originals: readonly tf.Tensor[];
  private readonly copies: readonly tf.Tensor[];
  private readonly numbers: Readonly<Record<string, number>>;
  private readonly rate: number | undefined;

  constructor(
    backend: NativeBackend,
    readonly variables: readonly tf.Variable[],
    private readonly optimizer: tf.Optimizer,
  ) {
    this.originals = variables.map(alias);
    this.copies = variables.map((variable) => tf.keep(deepCopy(backend, variable)));
    this.numbers = numbersOf(optimizer);
    this.rate = learningRateOf(optimizer);
  }

  /** As it was, in memory that nobody else holds. */
  useCopies(): void {
    this.put(this.copies);
  }

  /** What steps have added to the optimizer's numbers since. */
  numbersAdded(): Record<string, number> {
    const now = numbersOf(this.optimizer);
    const added: Record<string, number> = {};
    for (const [name, value] of Object.entries(now)) {
      const difference = value - (this.numbers[name] ?? 0);
      if (difference !== 0) added[name] = difference;
    }
    return added;
  }

  /** The learning rate as it was. */
  useRate(): void {
    if (this.rate !== undefined) putLearningRate(this.optimizer, this.rate);
  }

  /** Everything as it was; done with. */
  restore(): void {
    this.put(this.originals);
    this.useRate();
    tf.dispose([...this.originals, ...this.copies]);
  }

  private put(values: readonly tf.Tensor[]): void {
    this.variables.forEach((variable, index) => variable.assign(values[index]!));
    setNumbers(this.optimizer, this.numbers);
  }
}

/** A pass over batches that asks for the next one before it is needed, so that it is made while a step runs. */
import * as tf from '@tensorflow/tfjs';
import type { Batch, BatchIterator } from './data/batch-stream.js';

export class PrefetchedPass {
  private asked: Promise<Batch | undefined> | undefined;
  private closed: Promise<void> | undefined;

  constructor(private readonly iterator: BatchIterator) {}

  /** Asks for the next batch, once. Its failure is told by `next`. */
  ask(): void {
    if (this.asked) return;
    // Also where an iterator throws at once, it is `next` that tells.
    this.asked = new Promise((resolve) => resolve(this.iterator.next()));
    this.asked.catch(() => undefined);
  }

  /** The next batch without taking it; `undefined` at the end. It stays this pass's to give back. */
  peek(): Promise<Batch | undefined> {
    this.ask();
    return this.asked!;
  }

  /** The next batch, its receiver's from now on. */
  async next(): Promise<Batch | undefined> {
    const batch = await this.peek();
    // The end stays the end, however often it is asked.
    if (batch) this.asked = undefined;
    return batch;
  }

  /** Once; whoever closes it again waits for the same. */
  close(): Promise<void> {
    return (this.closed ??= this.giveBack());
  }

  private async giveBack(): Promise<void> {
    const asked = this.asked;
    this.asked = undefined;
    // A batch that could not be made is nobody's trouble any more.
    disposeBatch(await asked?.catch(() => undefined));
    await this.iterator.close();
  }
}

export function disposeBatch(batch: Batch | undefined): void {
  if (batch) tf.dispose([batch.xs, batch.ys]);
}

/** Gathers training events so that batches leave at a pace, in order. Knows no transport. */
import type { TrainingEvent } from '../shared/protocol/training.js';

const BATCH_MS = 16;

export class EventBatcher {
  private waiting: TrainingEvent[] = [];
  private lastSent = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly send: (events: readonly TrainingEvent[]) => void,
    private readonly batchMs = BATCH_MS,
  ) {}

  /** Steps can come thousands a second, and epochs hundreds: they travel together. Everything else is rare and goes at once. */
  tell(event: TrainingEvent): void {
    this.add([event]);
    if (!comesOften(event)) this.flush();
  }

  add(events: readonly TrainingEvent[]): void {
    this.waiting.push(...events);
    const wait = this.lastSent + this.batchMs - performance.now();
    if (wait <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), wait);
  }

  /** Sends what waits at once: before a stop or the end is told. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length === 0) return;
    this.lastSent = performance.now();
    const events = this.waiting;
    this.waiting = [];
    this.send(events);
  }
}

/** Steps, epochs, and what each epoch goes through; not what announces a long wait. */
function comesOften(event: TrainingEvent): boolean {
  if (event.kind !== 'activity') return event.kind === 'step' || event.kind === 'epoch';
  return event.activity === 'validating' || (event.activity === 'training' && event.message === undefined);
}

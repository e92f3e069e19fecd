/** Asks the layout worker: one question at a time, the latest of those that wait. */
import type { Outline } from '../../../../src/shared/graph/tree/outline.js';
import type { Placement } from '../../../../src/shared/graph/tree/placing.js';
import type { LayoutReply, LayoutRequest } from './layout-messages.js';

/** As much of a `Worker` as is used. */
export interface LayoutWorker {
  onmessage: ((event: MessageEvent<LayoutReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: LayoutRequest): void;
}

interface Question {
  readonly open: Uint8Array;
  readonly done: (placement: Placement) => void;
  readonly failed: (error: Error) => void;
}

export class LayoutClient {
  private worker: LayoutWorker | undefined;
  private trees = 0;
  private requests = 0;
  private readonly asked = new Map<number, Question>();

  constructor(private readonly make: () => LayoutWorker) {}

  /** The questions of one tree. `close` when nobody looks at it any more. */
  of(outline: Outline): TreePlacer {
    const tree = ++this.trees;
    let told = false;
    let waiting: Question | undefined;
    let isBusy = false;
    const next = (): void => {
      const question = waiting;
      waiting = undefined;
      isBusy = question !== undefined;
      if (!question) return;
      if (!told) this.say({ kind: 'outline', tree, outline });
      told = true;
      const request = ++this.requests;
      const ended =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          // What was asked meanwhile makes this one old.
          if (!waiting) then(value);
          next();
        };
      this.asked.set(request, { ...question, done: ended(question.done), failed: ended(question.failed) });
      this.say({ kind: 'place', tree, request, open: question.open });
    };
    return {
      place(open, done, failed) {
        waiting = { open, done, failed };
        if (!isBusy) next();
      },
      close: () => {
        waiting = undefined;
        if (told) this.say({ kind: 'forget', tree });
        told = false;
      },
    };
  }

  /** Makes the worker, where it is not there yet; else the first question does. */
  start(): LayoutWorker {
    if (this.worker) return this.worker;
    const worker = this.make();
    worker.onmessage = ({ data }) => {
      const question = this.asked.get(data.request)!;
      this.asked.delete(data.request);
      if (data.kind === 'placed') question.done(data.placement);
      else question.failed(new Error(data.message));
    };
    worker.onerror = (event) => {
      const all = [...this.asked.values()];
      this.asked.clear();
      for (const question of all) question.failed(new Error(event.message));
    };
    return (this.worker = worker);
  }

  private say(request: LayoutRequest): void {
    this.start().postMessage(request);
  }
}

export interface TreePlacer {
  /** Calls back once, unless something newer is asked before it is there. */
  place(open: Uint8Array, done: (placement: Placement) => void, failed: (error: Error) => void): void;
  close(): void;
}

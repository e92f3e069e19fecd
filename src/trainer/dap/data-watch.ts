/**
 * Watches values over the steps for what a breakpoint on data waits for: becoming not finite, crossing a
 * number, no longer changing. Each once, until it is over. Knows no tensors.
 */
import type { TensorNumbers } from '../../shared/conditions/tensor-numbers.js';
import type { DataEvent, SummaryNumber } from '../../shared/protocol/training.js';

interface Seen {
  finite: boolean;
  above: boolean | undefined;
  mark: string;
  same: number;
}

/** As a tensor of one value would have them. */
export function numbersOfValue(value: number): TensorNumbers {
  const finite = Number.isFinite(value);
  const shown = finite ? value : NaN;
  return {
    size: 1,
    norm: Math.abs(shown),
    min: shown,
    max: shown,
    mean: shown,
    spread: 0,
    zeros: value === 0 ? 1 : 0,
    notFinite: finite ? 0 : 1,
  };
}

/**
 * Values count as the same where all of these are equal to the last bit: that costs no copy of them, and
 * weights that an update has touched do not agree in all five by chance.
 */
const identity = ['norm', 'mean', 'spread', 'min', 'max', 'notFinite'] as const;

export class DataWatch {
  private readonly seen = new Map<string, Seen>();
  /** That `test` reads. */
  readonly numbers: readonly SummaryNumber[];

  constructor(private readonly event: DataEvent) {
    this.numbers =
      event.kind === 'notFinite' ? ['notFinite'] : event.kind === 'crosses' ? [event.number] : [...identity];
  }

  /** What has been watched before is watched on. */
  takeOver(before: DataWatch): void {
    for (const [name, seen] of before.seen) this.seen.set(name, seen);
  }

  /** Whether a value that is finite is no news. */
  expectsFinite(name: string): boolean {
    return this.event.kind === 'notFinite' && this.seen.get(name)?.finite !== false;
  }

  /** Once a step for each value, by its name. @returns whether it has happened now */
  test(name: string, numberOf: (number: SummaryNumber) => number): boolean {
    const { event } = this;
    const before = this.seen.get(name);
    switch (event.kind) {
      case 'notFinite': {
        const finite = !(numberOf('notFinite') > 0);
        this.keep(name, { finite });
        return !finite && before?.finite !== false;
      }
      case 'crosses': {
        const value = numberOf(event.number);
        // What is no number is on neither side.
        if (Number.isNaN(value)) return false;
        const above = value > event.value;
        this.keep(name, { above });
        return before?.above === undefined ? above : above !== before.above;
      }
      case 'unchanged': {
        const mark = identity.map((number) => numberOf(number)).join();
        const same = before?.mark === mark ? before.same + 1 : 0;
        this.keep(name, { mark, same });
        return same === event.steps;
      }
    }
  }

  private keep(name: string, news: Partial<Seen>): void {
    this.seen.set(name, { finite: true, above: undefined, mark: '', same: 0, ...news });
  }
}

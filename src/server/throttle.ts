/** Calls something soon, but not more often than every so many milliseconds; the last call is never lost. */

const SOON_MS = 100;

export class Throttle {
  private timer: NodeJS.Timeout | undefined;
  private lastCall = -Infinity;

  constructor(
    private readonly work: () => void,
    private readonly everyMs: number,
  ) {}

  call(): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.lastCall = performance.now();
        this.work();
      },
      Math.max(SOON_MS, this.lastCall + this.everyMs - performance.now()),
    );
  }

  /** Forgets a call that is due. */
  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

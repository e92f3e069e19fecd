/** Runs jobs that share a key one after the other, so that a check and the act it allows are not torn apart. */

export class Serial {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, job: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(job, job);
    const tail: Promise<void> = result.then(
      () => this.forget(key, tail),
      // The failure belongs to the caller of run(); here only the order matters.
      () => this.forget(key, tail),
    );
    this.tails.set(key, tail);
    return result;
  }

  private forget(key: string, tail: Promise<unknown>): void {
    if (this.tails.get(key) === tail) this.tails.delete(key);
  }
}

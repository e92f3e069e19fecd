/** What is to be read, in the order in which it is wanted and counted by name: there may be a hundred thousand. */

interface Waiting {
  readonly name: { readonly name: string };
  readonly wantedAt: number;
}

export class WaitingSeries<E extends Waiting> {
  private readonly all = new Set<E>();
  private readonly counts = new Map<string, number>();
  /** What was wanted last stands at its end, with some that wait no more; none where others have come since. */
  private order: E[] | undefined;

  get size(): number {
    return this.all.size;
  }

  /** Whether any of this name waits. */
  hasOf(name: string): boolean {
    return this.counts.has(name);
  }

  add(entry: E): void {
    if (this.all.has(entry)) return;
    this.all.add(entry);
    this.counts.set(entry.name.name, (this.counts.get(entry.name.name) ?? 0) + 1);
    this.order = undefined;
  }

  /** Its `wantedAt` is another. */
  isWantedAnew(entry: E): void {
    if (this.all.has(entry)) this.order = undefined;
  }

  delete(entry: E): void {
    if (!this.all.delete(entry)) return;
    const count = this.counts.get(entry.name.name)! - 1;
    if (count > 0) this.counts.set(entry.name.name, count);
    else this.counts.delete(entry.name.name);
  }

  clear(): void {
    this.all.clear();
    this.counts.clear();
    this.order = undefined;
  }

  /** From what was wanted last on; of what was wanted at once, in the order in which it came. */
  *latest(): Generator<E> {
    this.order ??= [...this.all].reverse().sort((a, b) => a.wantedAt - b.wantedAt);
    const { order } = this;
    while (order.length > 0 && !this.all.has(order.at(-1)!)) order.pop();
    for (let index = order.length - 1; index >= 0; index--) if (this.all.has(order[index]!)) yield order[index]!;
  }
}

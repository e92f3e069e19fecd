/**
 * When something may be summed up so that all summaries together stay within their share of training time.
 * Each kind has its own part of the share, pays what it has been measured to cost, and waits until it can
 * afford the next time; the first time waits for what it is expected to cost. What none of them pays for alone
 * comes off before the share is parted. Knows times and step numbers only.
 */

export interface BudgetLine {
  /** Its part, beside those of the others. */
  readonly weight: number;
  /** At least so many steps from one time to the next. */
  readonly everySteps: number;
  /** What the first time may take, before it was measured. */
  readonly expectedMs?: number;
}

interface Account {
  readonly weight: number;
  everySteps: number;
  spentMs: number;
  /** Of one time, as it was last; expected, before the first. */
  lastMs: number;
  times: number;
  lastStep: number;
}

export class SummaryBudget<Name extends string> {
  private readonly accounts: ReadonlyMap<Name, Account>;
  private readonly weights: number;
  private trainedMs = 0;
  private commonMs = 0;

  /** @param share of training time, 0 to 1, infinite where time does not matter */
  constructor(
    private readonly share: number,
    lines: Readonly<Partial<Record<Name, BudgetLine>>>,
  ) {
    const entries = Object.entries(lines) as [Name, BudgetLine][];
    this.weights = entries.reduce((sum, [, { weight }]) => sum + weight, 0);
    this.accounts = new Map(
      entries.map(([name, { weight, everySteps, expectedMs = 0 }]) => [
        name,
        { weight, everySteps, spentMs: 0, lastMs: expectedMs, times: 0, lastStep: -Infinity },
      ]),
    );
  }

  /** Training has gone on for so long, the time of summaries left out. */
  trained(ms: number): void {
    this.trainedMs += ms;
  }

  /** So much went into what is of all of them: a thread's start, the examples that they look at. */
  chargeAll(ms: number): void {
    this.commonMs += ms;
  }

  /** The first time may take so long, as it looks now. */
  expect(name: Name, ms: number): void {
    const account = this.accounts.get(name);
    if (account && account.times === 0) account.lastMs = ms;
  }

  /** Whether it is wished for, due at this step, and can be afforded. */
  mayRun(name: Name, step: number): boolean {
    const account = this.accounts.get(name);
    if (!account || this.share === 0) return false;
    if (step < account.lastStep + account.everySteps) return false;
    if (this.share === Infinity) return true;
    return account.spentMs + account.lastMs <= this.earnedMs(account);
  }

  /** It was done at this step, and took so long so far; the rest is charged as it is known. */
  ran(name: Name, step: number, ms: number): void {
    const account = this.accounts.get(name);
    if (!account) return;
    account.times++;
    account.lastStep = step;
    account.lastMs = 0;
    this.charge(name, ms);
  }

  /** More of the last time's cost. */
  charge(name: Name, ms: number): void {
    const account = this.accounts.get(name);
    if (!account) return;
    account.spentMs += ms;
    account.lastMs = Math.max(0, account.lastMs + ms);
  }

  /** From now on. */
  spaceOut(name: Name, everySteps: number): void {
    const account = this.accounts.get(name);
    if (account) account.everySteps = everySteps;
  }

  /** Whether it is wished for, and was never made. */
  isFirstOf(name: Name): boolean {
    return this.accounts.get(name)?.times === 0;
  }

  timesOf(name: Name): number {
    return this.accounts.get(name)?.times ?? 0;
  }

  spentOn(name: Name): number {
    return this.accounts.get(name)?.spentMs ?? 0;
  }

  get spentMs(): number {
    let sum = this.commonMs;
    for (const { spentMs } of this.accounts.values()) sum += spentMs;
    return sum;
  }

  /** Of all time, training and summaries. */
  get spentShare(): number {
    const { spentMs } = this;
    return spentMs === 0 ? 0 : spentMs / (spentMs + this.trainedMs);
  }

  /** What all of them together may have taken until now. */
  get earnedInAllMs(): number {
    return this.share === Infinity ? Infinity : this.trainedMs * this.share;
  }

  private earnedMs({ weight }: Account): number {
    return ((this.trainedMs * this.share - this.commonMs) * weight) / this.weights;
  }
}

/**
 * When something may be summed up so that all summaries together stay within their share of training time.
 * Each kind has its own part of the share, pays what it has been measured to cost, and waits until it can
 * afford the next time; the first time waits for what it is expected to cost. What none of them pays for alone
 * comes off before the share is parted, and so does what is kept back for the end. Knows times and step numbers only.
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
  private aheadMs = 0;
  private reservedMs = 0;

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

  /** So much is to be left at the end of a training that goes on for so long yet, as far as one can tell. */
  reserve(ms: number, aheadMs: number): void {
    this.reservedMs = ms;
    this.aheadMs = aheadMs;
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
    if (!account || !this.isWished(name) || step < account.lastStep + account.everySteps) return false;
    if (this.share === Infinity) return true;
    // The first of each may be dear, and it is what people wait for: all that is left helps to pay for it.
    const all = account.times === 0 && this.spentMs + account.lastMs <= this.earnedInAllMs;
    return all || account.spentMs + account.lastMs <= this.earnedMs(account);
  }

  /** Whether there is to be a last one at this step, whatever it takes. */
  mayEnd(name: Name, step: number): boolean {
    return this.isWished(name) && step > this.accounts.get(name)!.lastStep;
  }

  isWished(name: Name): boolean {
    return this.share > 0 && (this.accounts.get(name)?.everySteps ?? Infinity) < Infinity;
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

  /** Likewise, of what will not be paid again the next time. */
  chargeOnce(name: Name, ms: number): void {
    const account = this.accounts.get(name);
    if (account) account.spentMs += ms;
  }

  /** From now on; never again with no end of steps. */
  spaceOut(name: Name, everySteps: number): void {
    const account = this.accounts.get(name);
    if (account) account.everySteps = everySteps;
  }

  /** Whether it is wished for, and was never made. */
  isFirstOf(name: Name): boolean {
    return this.accounts.get(name)?.times === 0;
  }

  /** What the next time is expected to take. */
  nextMs(name: Name): number {
    return this.isWished(name) ? this.accounts.get(name)!.lastMs : 0;
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
    if (this.share === Infinity) return Infinity;
    const inAll = (this.trainedMs + this.aheadMs) * this.share;
    return Math.min(this.trainedMs * this.share, inAll - this.reservedMs);
  }

  private earnedMs({ weight }: Account): number {
    return ((this.earnedInAllMs - this.commonMs) * weight) / this.weights;
  }
}

// Two ways to train, compared on a machine that others use too: they run in short turns, each against its neighbours in
// time (A B … B A), and the ratio of each round is one observation. Read from outside, so that measuring costs the training
// nothing: the clock, and what the scheduler has given to the training's thread and to its whole process.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from './native.mjs';

/** Milliseconds of processor time so far, where the system tells. */
function processorMs(pid) {
  const of = (task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  try {
    const all = readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + of(task), 0);
    return { thread: of(pid), all };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(error.code)) return { thread: NaN, all: NaN };
    throw error;
  }
}

/** The steps of a process, by when each was over. */
export class StepTimes {
  ends = [];
  gaps = [];
  taken = 0;

  take(event) {
    if (event.kind === 'epoch') this.epochIsOver = true;
    if (event.kind !== 'step') return;
    // What is done between two epochs is no step's.
    if (this.epochIsOver) this.gaps.push([this.ends.at(-1)?.at ?? 0, event.wallTime]);
    this.epochIsOver = false;
    this.ends.push({ at: event.wallTime, step: event.step, ms: event.stepMs });
    this.taken++;
  }

  /** How many steps were over at a time, with the part of the one under way. */
  countAt(at) {
    let [low, high] = [0, this.ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle].at < at) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [this.ends[low - 1], this.ends[low]];
    if (!before || !after) return NaN;
    return before.step + ((at - before.at) / Math.max(1, after.at - before.at)) * (after.step - before.step);
  }

  /**
   * Milliseconds a step, none where an epoch has ended in it: by the clock that which four in five take longer than, for
   * other work only adds to them, and the median; and by the processor.
   */
  within({ from, to }, epochsAreShort) {
    if (!epochsAreShort && this.gaps.some(([began, ended]) => began < to.at && ended > from.at)) return undefined;
    const steps = this.countAt(to.at) - this.countAt(from.at);
    const own = this.ends.filter(({ at }) => at > from.at && at <= to.at).map(({ ms }) => ms);
    // The first has stood still for a part of its time.
    const sorted = own.slice(1).sort((a, b) => a - b);
    if (!(steps > 1) || sorted.length === 0) return undefined;
    const [least, wall] = [sorted[Math.floor(sorted.length / 5)], median(sorted)];
    return { least, wall, thread: (to.thread - from.thread) / steps, all: (to.all - from.all) / steps };
  }
}

const now = (pid) => ({ at: Date.now(), ...processorMs(pid) });

/**
 * `ways`: by name, what begins a turn of it and ends it, the process that trains then, and its steps. The first is what the
 * others are compared with.
 */
export async function inTurns(ways, { rounds, turnMs, settleMs = turnMs / 4, epochsAreShort = false }) {
  const names = Object.keys(ways);
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    for (const name of [...names, ...[...names].reverse()]) {
      const { pid, begin, end } = ways[name];
      await begin();
      await wait(settleMs);
      const from = now(pid);
      await wait(turnMs);
      turns.push({ round, name, from, to: now(pid) });
      await end?.();
    }
  }
  // What is still on its way.
  for (const { begin } of Object.values(ways)) await begin();
  await wait(2 * settleMs + 200);
  const seen = turns.map((turn) => ({ ...turn, a: ways[turn.name].steps.within(turn, epochsAreShort) }));
  const meanOf = (round, name, what) => {
    const values = seen.filter((turn) => turn.round === round && turn.name === name && turn.a).map(({ a }) => a[what]);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const measures = ['least', 'wall', 'thread', 'all'];
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        measures.map((what) => {
          const all = Array.from({ length: rounds }, (_, round) => round);
          const own = all.map((round) => meanOf(round, name, what)).filter(Number.isFinite);
          const ratios = all.map((round) => meanOf(round, name, what) / meanOf(round, names[0], what));
          return [what, { ms: median(own), ...ratioOf(ratios.filter(Number.isFinite)) }];
        }),
      ),
    ]),
  );
}

/** The median of ratios, and how far another measurement's may lie from it: the notch of a box plot, about 95 %. */
export function ratioOf(ratios) {
  const sorted = [...ratios].sort((a, b) => a - b);
  const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return {
    ratio: median(ratios),
    spread: (1.57 * (quantile(0.75) - quantile(0.25))) / Math.sqrt(ratios.length),
    count: ratios.length,
  };
}

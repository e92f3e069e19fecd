/**
 * When a script is over: its module has run, and nothing that it began keeps the process alive, as Node
 * itself would judge. What the trainer keeps alive of its own was there before. Knows no training.
 */

const EVERY_MS = 20;
/** Seen idle so often in a row: what goes from one resource to the next is over in less. */
const IDLE_TIMES = 3;
/** Nothing can happen any more, yet something is waited for. */
const STUCK_TIMES = 250;

export type ScriptEnd = 'over' | 'waits for ever';

export interface ScriptLife {
  /** Whether the module's own promise has settled. */
  readonly hasRun: boolean;
  /** Whether something that the script awaits is under way. */
  readonly isBusy: boolean;
}

/** To be called before the script is loaded. @returns what waits for its end */
export function watchLife(): (life: ScriptLife) => Promise<ScriptEnd> {
  const before = resources();
  return (life) =>
    new Promise((resolve) => {
      let idle = 0;
      // Not counted itself: it keeps nothing alive, as the trainer does that anyway.
      const timer = setInterval(() => {
        idle = hasMore(resources(), before) ? 0 : idle + 1;
        const end = life.hasRun && !life.isBusy ? 'over' : 'waits for ever';
        if (idle < (end === 'over' ? IDLE_TIMES : STUCK_TIMES)) return;
        clearInterval(timer);
        resolve(end);
      }, EVERY_MS);
      timer.unref();
    });
}

/** Of one moment, and no sign of a script that is alive. */
const passing = new Set(['CloseReq', 'TickObject', 'MessagePort']);

function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (!passing.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function hasMore(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): boolean {
  return [...now].some(([name, count]) => count > (before.get(name) ?? 0));
}

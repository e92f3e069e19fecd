/**
 * Values of the ops of the step that training stands in, for whoever shows them: fetched while somebody
 * does, in parts, so that the debugger's other answers get their turn. Knows no graph.
 */
import { createStore } from 'zustand/vanilla';
import type { OpStatistics } from '../../src/shared/graph/op-statistics.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import { server } from './server.js';

export interface OpValues {
  readonly sessionId: string;
  readonly experiment: string;
  readonly epoch: number;
  readonly step: number;
  /** In the order in which they ran; of all that have run, once `isWhole`. */
  readonly ops: OpStatistics['ops'];
  readonly sources: OpStatistics['sources'];
  readonly isWhole: boolean;
}

/** Of the latest stop that anybody asked at; they stay while training goes on. */
export const opValues = createStore<{ readonly values?: OpValues }>(() => ({}));

/** Of one answer: short enough that stepping does not wait for it. */
const PART_MS = 25;
/** What is shown grows no more often: drawing takes time, too. */
const SHOWN_EVERY_MS = 150;

let reading: object | undefined;

/** Reads what is not known yet of the step that training stands in; to be called at every stop while they are shown. */
export async function readOpValues(): Promise<void> {
  const { session } = appStore.getState();
  const stop = session?.stop;
  if (!session || session.status !== 'paused' || !stop || hasEnded(session) || reading === stop) return;
  reading = stop;
  try {
    await readPart(session.sessionId, session.experiment, () => appStore.getState().session?.stop === stop);
  } catch (error) {
    // Training has gone on meanwhile, or ended: there is nothing to show of it any more.
    console.debug('values of ops could not be read', error);
  } finally {
    if (reading === stop) reading = undefined;
  }
}

async function readPart(sessionId: string, experiment: string, isThere: () => boolean): Promise<void> {
  const before = opValues.getState().values;
  let known: OpValues | undefined = before?.sessionId === sessionId ? before : undefined;
  let shownAt = 0;
  while (isThere()) {
    const from = known?.ops.length ?? 0;
    const answer = await server().backstep('backstep/opStatistics', { from, mostMs: PART_MS });
    if (!isThere()) return;
    const { epoch, step, ops, total, sources } = answer;
    // Of another step: what was asked for is not its beginning.
    if (known && (known.step !== step || known.epoch !== epoch || total < from)) {
      known = undefined;
      continue;
    }
    const all: OpStatistics['ops'] = known ? [...known.ops, ...ops] : ops;
    const isWhole = all.length >= total;
    known = { sessionId, experiment, epoch, step, ops: all, sources: sources ?? known?.sources, isWhole };
    const now = performance.now();
    if (isWhole || now - shownAt > SHOWN_EVERY_MS) {
      shownAt = now;
      opValues.setState({ values: known });
    }
    if (isWhole) return;
  }
}

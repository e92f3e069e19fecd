/**
 * Keeps the store's session in step with the trainer: fetched whole after every (re)connection, then
 * folded on from the debug adapter's events. Events may come every few milliseconds; the store hears
 * of them at most once a frame. Draws nothing and starts nothing.
 */
import { messageOf } from '../../src/shared/base/message-of.js';
import { foldDapMessage, hasEnded, type SessionState } from '../../src/shared/session/session-state.js';
import { appStore, moveCursor, notify } from './app-state.js';
import { canRun, runCommand } from './commands.js';
import { RequestError, type Connection, type DapMessage } from './connection.js';
import { learnRules } from './known-places.js';
import { catchUp } from './session-catch-up.js';
import { tellChangedBreakpoints } from './session-breakpoints.js';
import { openFile } from './file-actions.js';
import { relativePath } from './paths.js';
import { sessionUi } from './session-ui.js';
import { adoptTexts } from './training-texts.js';

/** Calls back before the next frame; where no frame comes (a covered window), a little later. */
function nextFrame(callback: () => void): void {
  if (typeof document === 'undefined' || document.hidden) setTimeout(callback, 100);
  else requestAnimationFrame(callback);
}

let current: SessionState | undefined;
let publishing = false;
/** When the trainer was last heard of, on `performance.now()`'s clock. */
let heardAt = 0;

export function lastHeardAt(): number {
  return heardAt;
}

/** A change known before the trainer says so: a stop that was asked for, a learning rate that was set. */
export function patchSession(change: Partial<SessionState>): void {
  if (!current) return;
  current = { ...current, ...change };
  publish();
}

function publish(): void {
  publishing = false;
  if (appStore.getState().session !== current) appStore.setState({ session: current });
}

function publishSoon(): void {
  if (publishing) return;
  publishing = true;
  nextFrame(() => {
    if (publishing) publish();
  });
}

/** A training that has ended belongs to its folder; one that still runs is shown wherever the person goes. */
function isOfAnotherFolder(session: SessionState): boolean {
  const { workspace } = appStore.getState();
  return hasEnded(session) && workspace !== undefined && relativePath(workspace.path, session.experiment) === undefined;
}

/** Called once, before the connection opens. */
export function startSessionSync(connection: Connection): void {
  let missed: { readonly message: DapMessage; readonly sessionId: string }[] | undefined;
  let replacedMeanwhile = false;

  const take = (latest: SessionState | undefined) => {
    const before = current;
    const session = latest && isOfAnotherFolder(latest) ? undefined : latest;
    const other = before?.sessionId !== session?.sessionId;
    current = session;
    heardAt = performance.now();
    adoptTexts(session?.sessionId);
    if (other) {
      appStore.setState({ look: undefined, breakpointMessages: {} });
      sessionUi.setState({ lookFailure: undefined, pausingSince: undefined });
      if (appStore.getState().cursor.step !== undefined) moveCursor({ step: undefined, runId: undefined });
    }
    publish();
    if (session?.status === 'paused' && !session.stop?.stands) void look(connection, session);
    if (!other && before) tellEnd(before, session);
  };

  const resync = async () => {
    if (missed) return;
    missed = [];
    try {
      const { session } = await connection.request('session/current', {});
      const messages = missed.filter((entry) => entry.sessionId === session?.sessionId).map((entry) => entry.message);
      take(session && catchUp(session, messages));
    } catch (error) {
      // A lost connection comes back, and asks again then.
      if (!(error instanceof RequestError && error.tag === 'disconnected')) {
        notify({ severity: 'error', message: 'The training under way could not be read.', detail: messageOf(error) });
      }
    } finally {
      missed = undefined;
    }
    if (replacedMeanwhile) {
      replacedMeanwhile = false;
      void resync();
    }
  };

  connection.onStatus((status) => {
    if (status === 'open') void resync();
  });

  appStore.subscribe((state, before) => {
    if (state.workspace?.path !== before.workspace?.path && current && isOfAnotherFolder(current)) take(undefined);
  });

  connection.onNotification('session/changed', ({ session }) => {
    if (missed) replacedMeanwhile = true;
    else take(session);
  });

  connection.onDap((message, sessionId) => {
    if (missed) {
      missed.push({ message, sessionId });
      return;
    }
    if (sessionId !== current?.sessionId) {
      void resync();
      return;
    }
    heardAt = performance.now();
    const before = current;
    const after = foldDapMessage(before, message);
    if (after === before) return;
    current = after;
    if (after.status === before.status && after.stop === before.stop) {
      publishSoon();
      return;
    }
    // What can be done now has changed: keys pressed within this frame must know.
    publish();
    if (after.status !== 'running') sessionUi.setState({ pausingSince: undefined });
    if (after.stop && after.stop !== before.stop) {
      moveCursor({ step: after.stop.step > 0 ? after.stop.step : undefined, runId: undefined });
      // In the middle of a step there is no whole step to look at.
      if (after.stop.stands) sessionUi.setState({ lookFailure: undefined });
      else void look(connection, after);
    } else if (before.stop && !after.stop) {
      if (appStore.getState().cursor.step === before.stop.step) moveCursor({ step: undefined, runId: undefined });
      sessionUi.setState({ lookFailure: undefined });
    }
    if (before.status === 'starting' && (after.status === 'running' || after.status === 'paused')) void learnRules();
    if (before.status === 'starting' && after.status === 'running') {
      tellChangedBreakpoints().catch((error: unknown) => {
        notify({
          severity: 'error',
          message: 'The trainer does not know the latest breakpoints.',
          detail: messageOf(error),
        });
      });
    }
    tellEnd(before, after);
  });
}

/** Fetches what there is to see of the step that training stands after. */
async function look(connection: Connection, session: SessionState): Promise<void> {
  const stillThere = () => current?.sessionId === session.sessionId && current.stop?.step === session.stop?.step;
  try {
    const seen = await connection.backstep('backstep/look', {});
    if (!stillThere()) return;
    appStore.setState({ look: seen });
    sessionUi.setState({ lookFailure: undefined });
  } catch (error) {
    if (stillThere()) sessionUi.setState({ lookFailure: messageOf(error) });
  }
}

function tellEnd(before: SessionState, after: SessionState | undefined): void {
  if (!after || hasEnded(before) || !hasEnded(after)) return;
  if (after.status === 'failed') {
    const problem = after.problems.findLast((entry) => entry.severity === 'error');
    const { file, line } = problem ?? {};
    notify({
      severity: 'error',
      message: problem?.message ?? 'The training ended by a failure.',
      detail: problem?.hint,
      actions: [
        ...(file ? [{ label: 'Go to Line', run: () => void openFile(file, { line, focus: true }) }] : []),
        ...(canRun('view.show.console')
          ? [{ label: 'Show Console', run: () => void runCommand('view.show.console') }]
          : []),
      ],
    });
  } else if (after.status === 'stopped') {
    notify({
      severity: 'info',
      message: `Stopped after step ${after.step}. What was trained is saved.`,
      detail: 'It can be continued from the Runs panel.',
    });
  } else {
    notify({
      severity: 'info',
      message: `Training done: ${after.epoch} ${after.epoch === 1 ? 'epoch' : 'epochs'}, ${after.step} steps.`,
    });
  }
}

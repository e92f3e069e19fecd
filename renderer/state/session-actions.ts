/** What a person can do to a training: start, pause, step, stop, kill. Failures are told in plain words with the next step. */
import { messageOf } from '../../src/shared/base/message-of.js';
import type { StepGranularity } from '../../src/shared/protocol/dap.js';
import { hasEnded, type SessionState } from '../../src/shared/session/session-state.js';
import type { RequestParams } from '../../src/shared/protocol/rpc.js';
import { appStore, dismissNotice, notify } from './app-state.js';
import { canRun, findCommand, runCommand } from './commands.js';
import { RequestError } from './connection.js';
import { breakpointsGiven, FIRST_STEP } from './session-breakpoints.js';
import { server } from './server.js';
import { lastHeardAt, patchSession } from './session-sync.js';
import { sessionUi } from './session-ui.js';
import { rememberTexts } from './training-texts.js';

/** Training has one thread for the debug adapter. */
const THREAD = { threadId: 1 };
/** After the step under way, of which everything can be looked at. */
const AFTER_STEP = { ...THREAD, backstep: { granularity: 'step' } };
const PATIENCE_MS = 10_000;

export type SessionPhase = 'idle' | 'starting' | 'running' | 'paused' | 'stopping';

/** What the session allows now; a finished one allows as much as none. */
export function sessionPhase(session: SessionState | undefined = appStore.getState().session): SessionPhase {
  if (sessionUi.getState().starting) return 'starting';
  if (!session || hasEnded(session)) return 'idle';
  switch (session.status) {
    case 'starting':
    case 'running':
    case 'paused':
    case 'stopping':
      return session.status;
    default:
      return 'idle';
  }
}

/**
 * Saves what is not saved, asks for trust where it is missing, then trains the window's experiment.
 * @returns whether it was started; why not, a notice says.
 */
export async function startRun(more: Partial<RequestParams<'run/start'>> = {}): Promise<boolean> {
  if (sessionPhase() !== 'idle') return false;
  sessionUi.setState({ starting: true });
  try {
    if (!(await mayStart())) return false;
    const { breakpoints, experiment } = appStore.getState();
    const wanted = more.experiment ?? experiment;
    if (wanted === undefined) {
      notify({
        severity: 'warning',
        message: 'There is no experiment to train in this folder.',
        detail:
          'Open a sample, or add a TensorFlow.js script that trains, or a file whose default export is made by defineExperiment.',
      });
      return false;
    }
    const { backend, epochs, seed, summaries, settings } = sessionUi.getState().choices;
    breakpointsGiven(breakpoints);
    rememberTexts();
    await server().request('run/start', {
      experiment: wanted,
      backend,
      epochs,
      seed,
      summaries,
      settings,
      breakpoints: [...breakpoints],
      ...more,
    });
    return true;
  } catch (error) {
    tellStartFailure(error);
    return false;
  } finally {
    sessionUi.setState({ starting: false });
  }
}

/** As `startRun`, to stand after the first step, unless something of the person's stops training before. */
export function startToFirstStep(): Promise<boolean> {
  const first = { id: FIRST_STEP, enabled: true, at: { kind: 'step', step: 1 } } as const;
  return startRun({ breakpoints: [...appStore.getState().breakpoints, first] });
}

async function mayStart(): Promise<boolean> {
  if (!appStore.getState().workspace) {
    notify({ severity: 'warning', message: 'Open a folder or a sample first; then Run trains its experiment.' });
    return false;
  }
  if (!appStore.getState().workspace?.trusted) {
    await runCommand('workspace.trust');
    if (!appStore.getState().workspace?.trusted) return false;
  }
  return saveAll();
}

/** Training reads the files on the disk, so that is where the edits have to be. */
async function saveAll(): Promise<boolean> {
  const unsaved = () => appStore.getState().openFiles.filter((file) => file.dirty);
  if (unsaved().length === 0) return true;
  if (findCommand('file.saveAll')) await runCommand('file.saveAll');
  const left = unsaved();
  if (left.length === 0) return true;
  notify({
    severity: 'warning',
    message: `${left.map((file) => file.path).join(', ')} could not be saved, so nothing was started.`,
    detail: 'Save it, or settle the conflict with the copy on the disk; then run again.',
  });
  return false;
}

function tellStartFailure(error: unknown): void {
  const tag = error instanceof RequestError ? error.tag : undefined;
  const message = messageOf(error);
  const hint = error instanceof RequestError ? error.hint : undefined;
  const problems = canRun('view.show.problems')
    ? [{ label: 'Show Problems', run: () => void runCommand('view.show.problems') }]
    : [];
  if (tag === 'busy') {
    notify({
      severity: 'warning',
      message,
      detail: hint ?? 'One training runs at a time. Stop it, or wait for its end.',
      actions: [{ label: 'Stop It', run: () => void runCommand('run.stop') }],
    });
  } else {
    notify({ severity: 'error', message: `Nothing was started. ${message}`, detail: hint, actions: problems });
  }
}

export async function continueRun(): Promise<void> {
  await control('go on', server().dap('continue', THREAD), hasGoneOn());
}

/** After the step under way; where the person steps by lines, layers or ops, within it. */
export async function pauseRun(): Promise<void> {
  const within = ['line', 'layer', 'op'].includes(sessionUi.getState().granularity);
  sessionUi.setState({ pausingSince: performance.now() });
  await control(
    'pause',
    server().dap('pause', within ? THREAD : AFTER_STEP),
    (session) => session.status !== 'running',
  );
}

/** To after the next training step, wherever training stands. */
export async function stepOnce(): Promise<void> {
  await step('next', 'step');
}

export type StepCommand = 'next' | 'stepIn' | 'stepOut';

/** As far as was chosen, or as what training stands at asks for. Into and out of are of lines alone. */
export async function stepBy(command: StepCommand): Promise<void> {
  const { granularity } = sessionUi.getState();
  const chosen = granularity !== 'auto' && (command === 'next' || granularity === 'line');
  await step(command, chosen ? granularity : undefined);
}

/** Into one of what the line, layer or op calls; `targetId` as `stepInTargets` gave it. */
export async function stepInto(targetId: number): Promise<void> {
  await step('stepIn', undefined, { targetId });
}

async function step(
  command: StepCommand,
  granularity: StepGranularity | undefined,
  more: { readonly targetId?: number } = {},
): Promise<void> {
  const before = appStore.getState().session?.stop;
  const args = { ...THREAD, ...more, ...(granularity === undefined ? {} : { backstep: { granularity } }) };
  await control('step', server().dap(command, args), (session) => session.stop !== before);
}

export async function runToEpochEnd(): Promise<void> {
  await control('go on', server().backstep('backstep/runToEpochEnd', {}), hasGoneOn());
}

/** From the stop that there is now, if only to stand at the next one already. */
function hasGoneOn(): (session: SessionState) => boolean {
  const before = appStore.getState().session?.stop;
  return ({ status, stop }) => status !== 'paused' || stop !== before;
}

/** Ends the training after the step under way; what was trained is saved. */
export async function stopRun(): Promise<void> {
  patchSession({ status: 'stopping' });
  await control('stop', server().dap('terminate', {}), hasEnded);
}

/** Stops what trains and waits for its end. @returns whether nothing trains any more */
export async function stopAndWait(): Promise<boolean> {
  const { session } = appStore.getState();
  if (!session || hasEnded(session)) return true;
  await stopRun();
  return until((now) => !now || hasEnded(now));
}

/** As `startRun`, after the end of what trains. */
export async function restartRun(more: Partial<RequestParams<'run/start'>> = {}): Promise<boolean> {
  const { session } = appStore.getState();
  if (!(await stopAndWait())) return false;
  return startRun({ ...(session ? { experiment: session.experiment } : {}), ...more });
}

/** Ends the trainer's process at once. What was flushed stays readable. */
export async function killRun(): Promise<void> {
  await server().request('run/kill', {});
}

/** Used from the next step on. @throws RequestError */
export async function setLearningRate(learningRate: number): Promise<void> {
  const answer = await server().backstep('backstep/setLearningRate', { learningRate });
  patchSession({ learningRate: answer.learningRate });
  const { look } = appStore.getState();
  if (look) appStore.setState({ look: { ...look, learningRate: answer.learningRate } });
}

/** Why this is no learning rate, or nothing. */
export function learningRateProblem(text: string): string | undefined {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || Number.isNaN(value)) return 'Write a number, such as 0.001 or 3e-4.';
  if (!Number.isFinite(value) || value <= 0) return 'A learning rate is greater than 0 and finite.';
  return undefined;
}

/** Waits for a request, and offers to kill a trainer that gives no sign of life until the session has become as it should. */
async function control(
  doing: string,
  request: Promise<unknown>,
  reached: (session: SessionState) => boolean,
): Promise<void> {
  const sessionId = appStore.getState().session?.sessionId;
  const askedAt = performance.now();
  let noticeId: number | undefined;
  const done = () => {
    const { session } = appStore.getState();
    return !session || session.sessionId !== sessionId || reached(session);
  };
  const timer = setInterval(() => {
    const { session } = appStore.getState();
    const patience = Math.max(PATIENCE_MS, 5 * (session?.stepMs ?? 0));
    const silent = performance.now() - Math.max(askedAt, lastHeardAt());
    if (done()) {
      clearInterval(timer);
      if (noticeId !== undefined) dismissNotice(noticeId);
    } else if (noticeId !== undefined && silent < patience) {
      dismissNotice(noticeId);
      noticeId = undefined;
    } else if (noticeId === undefined && silent > patience) {
      notify({
        severity: 'warning',
        message: `The trainer was asked to ${doing} and has not answered for ${Math.round(silent / 1000)} s.`,
        detail: 'It may be in a long step or stuck. Killing it loses what was not saved; the curves stay.',
        actions: [{ label: 'Kill Trainer', run: () => void runCommand('run.kill') }],
      });
      noticeId = appStore.getState().notices.at(-1)?.id;
    }
  }, 1000);
  try {
    await request;
  } catch (error) {
    clearInterval(timer);
    if (noticeId !== undefined) dismissNotice(noticeId);
    // A trainer that ended meanwhile has told why; its end is not this request's failure.
    if (!done()) throw error;
  }
}

/** Whether the session becomes so; gives up when it is replaced or after two minutes. */
function until(reached: (session: SessionState | undefined) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    if (reached(appStore.getState().session)) {
      resolve(true);
      return;
    }
    const timer = setTimeout(() => finish(false), 120_000);
    const unsubscribe = appStore.subscribe((state) => {
      if (reached(state.session)) finish(true);
    });
    const finish = (result: boolean) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(result);
    };
  });
}

/** The bar at the bottom: the session's state at left; backend, memory, state hash and the editor's place at right. */
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { formatBytes, formatCount, formatShare, formatSpeed, shortHash } from '../charts/format.js';
import type { SessionState } from '../../src/shared/session/session-state.js';
import type { StepLook } from '../../src/shared/protocol/training.js';
import { notify } from '../state/app-state.js';
import { canRun, runCommand } from '../state/commands.js';
import { currentProblems } from '../state/problems.js';
import { showEngine } from '../state/engine.js';
import { progressWords, shortProgress } from '../state/engine-words.js';
import { progressOf, speedWords, statusWords } from '../state/session-progress.js';
import { sessionUi } from '../state/session-ui.js';
import { Icon } from '../ui/icon.js';
import { useApp } from '../use-app.js';
import { useRestricted } from './run-or-trust.js';
import { useCalmSession } from './use-calm-session.js';
import './training.css';

export function StatusBar() {
  const session = useCalmSession();
  const look = useApp((state) => state.look);
  const line = useApp((state) => state.cursor.line);
  const column = useApp((state) => state.cursor.column);
  return (
    <footer className="status-bar" data-part="status-bar" aria-label="Status bar" data-status={session?.status}>
      <div className="status-start">
        {session ? <SessionItems session={session} /> : <ReadyItem />}
        <ProblemsItem />
      </div>
      <div className="status-end">
        <EngineItem />
        {session?.start && <BackendItem start={session.start} />}
        {session?.memory && (
          <span
            className="status-item"
            title={`${formatCount(session.memory.numTensors)} tensors hold ${formatBytes(session.memory.tensorBytes)}; the trainer’s process has ${formatBytes(session.memory.processBytes)}`}
          >
            {formatBytes(session.memory.processBytes)}
          </span>
        )}
        {session && <HashItem session={session} look={look} />}
        {line !== undefined && (
          <button
            className="status-item"
            title="Go to line"
            disabled={!canRun('editor.goToLine')}
            onClick={() => void runCommand('editor.goToLine')}
          >
            Ln {line}
            {column === undefined ? '' : `, Col ${column}`}
          </button>
        )}
      </div>
    </footer>
  );
}

function ReadyItem() {
  const open = useApp((state) => state.workspace !== undefined);
  const restricted = useRestricted();
  if (restricted) {
    return (
      <button
        className="status-item"
        title="None of this folder’s code runs until you trust it"
        onClick={() => void runCommand('workspace.trust')}
      >
        <Icon name="shield" />
        Restricted
      </button>
    );
  }
  return <span className="status-item">{open ? 'Ready · F5 trains' : 'No folder open'}</span>;
}

const icons: Record<SessionState['status'], string> = {
  starting: 'loading',
  running: 'play',
  paused: 'debug-pause',
  stopping: 'loading',
  completed: 'pass',
  stopped: 'debug-stop',
  failed: 'error',
};

/** "Paused · epoch 1/15 · step 41/79". */
export function placeWords(session: SessionState): string {
  const { epoch, epochs, stepInEpoch, stepsPerEpoch } = progressOf(session);
  const pausing = session.status === 'running' && sessionUi.getState().pausingSince !== undefined;
  const parts = [pausing ? 'Pausing' : statusWords(session)];
  if (session.start) {
    // In the middle of a step, that one, and how far it is.
    const within = session.status === 'paused' && session.stop?.stands ? session.stop : undefined;
    const step = Math.max(within?.stepInEpoch ?? stepInEpoch, 0);
    const phase = within?.place?.phase;
    parts.push(`epoch ${within && within.epoch > 0 ? within.epoch : epoch}${epochs ? `/${epochs}` : ''}`);
    parts.push(`step ${step}${stepsPerEpoch ? `/${stepsPerEpoch}` : ''}${phase === undefined ? '' : `, ${phase}`}`);
  }
  return parts.join(' · ');
}

function SessionItems({ session }: { session: SessionState }) {
  const pausing = useStore(sessionUi, (state) => state.pausingSince !== undefined);
  const busy =
    session.status === 'starting' || session.status === 'stopping' || (pausing && session.status === 'running');
  return (
    <>
      <span className="status-item" role="status">
        <Icon name={busy ? 'loading' : icons[session.status]} className={busy ? 'codicon-modifier-spin' : undefined} />
        {placeWords(session)}
      </span>
      {session.stepMs !== undefined && <span className="status-item">{formatSpeed(session.stepMs)}</span>}
      {session.dataWaitShare !== undefined && (
        <span className="status-item" title="Share of each step that waited for its batch">
          data wait {formatShare(session.dataWaitShare)}
        </span>
      )}
    </>
  );
}

function ProblemsItem() {
  const errors = useProblemCount('error');
  const warnings = useProblemCount('warning');
  return (
    <button
      className="status-item"
      title={`${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}
      onClick={() => void runCommand('view.show.problems')}
    >
      <Icon name="error" />
      {errors}
      <Icon name="warning" />
      {warnings}
    </button>
  );
}

function useProblemCount(severity: 'error' | 'warning'): number {
  return useApp((state) =>
    currentProblems(state).reduce(
      (sum, { problems }) => sum + problems.filter((problem) => problem.severity === severity).length,
      0,
    ),
  );
}

/** While native TensorFlow is being set up: how far that is. */
function EngineItem() {
  const progress = useApp((state) => state.engine?.progress);
  if (!progress) return null;
  return (
    <button
      className="status-item"
      title={[progress.message, progressWords(progress)].filter(Boolean).join('\n')}
      onClick={() => void showEngine()}
    >
      <Icon name="loading" className="codicon-modifier-spin" />
      {shortProgress(progress)}
    </button>
  );
}

function BackendItem({ start }: { start: NonNullable<SessionState['start']> }) {
  const words = [start.backend, start.device, start.precision, start.speed].join(' · ');
  return (
    <DialogTrigger>
      <Button className="status-item status-backend" aria-label={`Backend: ${words}`}>
        <span title={`${words}\n${speedWords(start)}`}>
          {start.backend} · <span className="status-device">{start.device}</span> · {start.precision} ·{' '}
          <b data-speed={start.speed}>{start.speed}</b>
        </span>
      </Button>
      <Popover className="popover" placement="top end" offset={4}>
        <Dialog className="backend-report" aria-label="Backend">
          {({ close }) => <BackendReport start={start} close={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function BackendReport({ start, close }: { start: NonNullable<SessionState['start']>; close(): void }) {
  const engine = useApp((state) => state.engine);
  return (
    <>
      <h3>
        {start.backend} <span>in use</span>
      </h3>
      <dl>
        <Row name="device">
          {start.device}, {start.precision}
        </Row>
        <Row name="speed">{speedWords(start)}</Row>
      </dl>
      {start.notInUse.length === 0 ? (
        <p className="backend-best">It is the best that Backstep knows.</p>
      ) : (
        <>
          <h4>Not in use</h4>
          <dl>
            {start.notInUse.map(({ backend, reason }) => (
              <Row key={backend} name={backend}>
                {reason}
              </Row>
            ))}
          </dl>
        </>
      )}
      {engine && (
        <button
          type="button"
          className="button"
          onClick={() => {
            close();
            void showEngine();
          }}
        >
          {engine.progress
            ? 'Show How Far Setting Up Is…'
            : engine.installed
              ? 'About Native TensorFlow…'
              : 'Set Up Native TensorFlow…'}
        </button>
      )}
    </>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="selectable">{children}</dd>
    </>
  );
}

function HashItem({ session, look }: { session: SessionState; look: StepLook | undefined }) {
  const paused = session.status === 'paused' && look?.at.step === session.step;
  const hash = paused ? look.stateHash : session.stateHash;
  if (!hash) return null;
  return (
    <button
      className="status-item"
      title={`State hash ${paused ? 'of this step' : 'of the last epoch’s end'}: weights, optimizer, random state, data cursor.\n${hash}\nClick to copy`}
      onClick={() => {
        navigator.clipboard.writeText(hash).then(
          () => notify({ severity: 'info', message: 'The state hash is in the clipboard.' }),
          () => notify({ severity: 'info', message: `State hash: ${hash}` }),
        );
      }}
    >
      state {shortHash(hash)}
    </button>
  );
}

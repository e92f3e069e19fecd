/** VS Code's debug toolbar, for training: run or continue, pause, one step, to the end of the epoch, restart, stop. */
import { useStore } from 'zustand';
import { sessionPhase, type SessionPhase } from '../state/session-actions.js';
import { sessionUi } from '../state/session-ui.js';
import { useApp } from '../use-app.js';
import { CommandButton } from './command-button.js';
import { useRestricted } from './run-or-trust.js';
import { RunOptionsButton } from './run-options.js';
import './training.css';

/** Re-renders when what can be done changes, and only then. */
export function useSessionPhase(): SessionPhase {
  // Subscribed to for its sake: the phase depends on it, beside the session.
  useStore(sessionUi, (state) => state.starting);
  return useApp((state) => sessionPhase(state.session));
}

export function DebugToolbar() {
  const phase = useSessionPhase();
  const open = useApp((state) => state.workspace !== undefined);
  const restricted = useRestricted();
  const runs = phase === 'running' || phase === 'starting' || phase === 'stopping';
  return (
    <div className="debug-toolbar" role="toolbar" aria-label="Training">
      {phase === 'running' ? (
        <CommandButton command="run.pause" icon="debug-pause" tone="accent" enabled />
      ) : (
        <CommandButton
          command="run.start"
          icon={phase === 'paused' ? 'debug-continue' : 'debug-start'}
          title={
            phase === 'paused'
              ? 'Continue'
              : restricted
                ? 'Trust this folder, then train'
                : 'Run: train this experiment'
          }
          tone="good"
          enabled={open && !runs}
        />
      )}
      <CommandButton command="run.step" icon="debug-step-over" tone="accent" enabled={phase === 'paused'} />
      <CommandButton
        command="run.toEpochEnd"
        icon="debug-step-out"
        title="Run to End of Epoch"
        tone="accent"
        enabled={phase === 'paused'}
      />
      <CommandButton
        command="run.restart"
        icon="debug-restart"
        tone="good"
        enabled={phase === 'running' || phase === 'paused'}
      />
      <CommandButton
        command="run.stop"
        icon="debug-stop"
        title="Stop and save"
        tone="stop"
        enabled={phase === 'running' || phase === 'paused' || phase === 'starting'}
      />
      <RunOptionsButton enabled={open} />
    </div>
  );
}

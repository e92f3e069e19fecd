/** VS Code's debug toolbar, for training: run or continue, pause, step over, into, out and how far, restart, stop. */
import { useStore } from 'zustand';
import { sessionPhase, type SessionPhase } from '../state/session-actions.js';
import { sessionUi, type SessionUi } from '../state/session-ui.js';
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

const lengths: readonly (readonly [value: SessionUi['granularity'], label: string])[] = [
  ['auto', 'auto'],
  ['line', 'line'],
  ['layer', 'layer'],
  ['op', 'op'],
  ['step', 'step'],
  ['epoch', 'epoch'],
];

/** How far F10 goes from any stop. */
function StepLength() {
  const granularity = useStore(sessionUi, (state) => state.granularity);
  return (
    <select
      className="step-length"
      aria-label="How far a step goes"
      title={'How far Step Over (F10) goes.\nauto: by lines from a line, by ops from an op, else by training steps'}
      value={granularity}
      onChange={(event) => sessionUi.setState({ granularity: event.target.value as SessionUi['granularity'] })}
    >
      {lengths.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
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
      <CommandButton command="debug.stepOver" icon="debug-step-over" tone="accent" enabled={phase === 'paused'} />
      <CommandButton command="debug.stepInto" icon="debug-step-into" tone="accent" enabled={phase === 'paused'} />
      <CommandButton command="debug.stepOut" icon="debug-step-out" tone="accent" enabled={phase === 'paused'} />
      <StepLength />
      <CommandButton command="run.step" icon="run-below" tone="accent" enabled={phase === 'paused'} />
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

/** VS Code's debug toolbar, for training: run or continue, pause, step over, into, out and how far, restart, stop. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { sessionPhase, stepInto, type SessionPhase } from '../state/session-actions.js';
import { granularities, sessionUi, type SessionUi } from '../state/session-ui.js';
import { stopView } from '../state/stop-view.js';
import { PopupMenu, popupAt, type PopupAt } from '../ui/popup-menu.js';
import { useApp } from '../use-app.js';
import { CommandButton, withKeys } from './command-button.js';
import { useRestricted } from './run-or-trust.js';
import { RunOptionsButton } from './run-options.js';
import './training.css';

/** Re-renders when what can be done changes, and only then. */
export function useSessionPhase(): SessionPhase {
  // Subscribed to for its sake: the phase depends on it, beside the session.
  useStore(sessionUi, (state) => state.starting);
  return useApp((state) => sessionPhase(state.session));
}

/** How far F10 goes from any stop. */
function StepLength() {
  const granularity = useStore(sessionUi, (state) => state.granularity);
  return (
    <select
      className="step-length"
      aria-label="How far a step goes"
      title={[
        `How far ${withKeys('Step Over', 'debug.stepOver')} goes.`,
        'auto: by lines from a line, by ops from an op, by layers from a layer, else by training steps',
        `${withKeys('Further', 'debug.stepLonger')} · ${withKeys('less far', 'debug.stepShorter')}`,
      ].join('\n')}
      value={granularity}
      onChange={(event) => sessionUi.setState({ granularity: event.target.value as SessionUi['granularity'] })}
    >
      {granularities.map((value) => (
        <option key={value} value={value}>
          {value}
        </option>
      ))}
    </select>
  );
}

/** Says where it leads; where there are several ways, its menu offers them. */
function StepIntoButton({ enabled }: { enabled: boolean }) {
  const targets = useStore(stopView, (state) => (state.old ? undefined : state.targets));
  const [menu, setMenu] = useState<PopupAt>();
  const first = enabled ? targets?.[0]?.label : undefined;
  const some = enabled && targets !== undefined && targets.length > 1;
  return (
    <span
      onContextMenu={(event) => {
        event.preventDefault();
        if (some) setMenu(popupAt(event));
      }}
    >
      <CommandButton
        command="debug.stepInto"
        icon="debug-step-into"
        tone="accent"
        enabled={enabled}
        title={first === undefined ? undefined : `Step Into ${first}`}
        more={some ? `${withKeys('Others: right click', 'debug.stepIntoTarget')}` : undefined}
      />
      {menu && targets && (
        <PopupMenu
          items={targets.map(({ id, label }) => ({
            kind: 'item',
            label: `Into ${label}`,
            run: () => void stepInto(id),
          }))}
          at={menu}
          close={() => setMenu(undefined)}
        />
      )}
    </span>
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
      <CommandButton
        command="debug.stepOver"
        icon="debug-step-over"
        title={phase === 'idle' ? 'Train one step and stop there' : undefined}
        tone="accent"
        enabled={phase === 'paused' || (open && phase === 'idle')}
      />
      <StepIntoButton enabled={phase === 'paused'} />
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

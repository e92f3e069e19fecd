/** The debug side bar: where training stands, and what can be seen and changed there. */
import { runCommand } from '../../state/commands.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { JustMyCodeSwitch } from '../../training/just-my-code-switch.js';
import { RunOrTrust } from '../../training/run-or-trust.js';
import { Section } from '../../training/section.js';
import { useCalmSession } from '../../training/use-calm-session.js';
import { withKeys } from '../../training/command-button.js';
import { stopView } from '../../state/stop-view.js';
import { sessionUi } from '../../state/session-ui.js';
import { useStore } from 'zustand';
import { hasEnded } from '../../../src/shared/session/session-state.js';
import { Batch } from './batch.js';
import { Breakpoints, BreakpointActions } from './breakpoints.js';
import { Explanation } from './explanation.js';
import { headlineOf } from './headline.js';
import { LayerList } from './layer-list.js';
import { CallStack } from './call-stack.js';
import { StepValues } from './step-values.js';
import { usePausing } from './use-pausing.js';
import { Variables } from './variables.js';
import { Watch } from './watch.js';
import './debug.css';

export function Debug() {
  const session = useCalmSession();
  const look = useApp((state) => state.look);
  const breakpoints = useApp((state) => state.breakpoints);
  const lookFailure = useStore(sessionUi, (state) => state.lookFailure);
  const open = useApp((state) => state.workspace !== undefined);
  const standing = useStore(stopView, (state) => state.frames.length > 0 || state.failure !== undefined);
  // Within a step there is no whole step to be seen.
  const within = session?.stop?.stands !== undefined;
  const pausing = usePausing();
  const headline = session && headlineOf(session, breakpoints, pausing);
  const paused = session?.status === 'paused';
  // The look stays on screen, dimmed, until there is a newer one: stepping must not make the bar jump.
  const stale = look !== undefined && !(paused && look.at.step === session.stop?.step);

  return (
    <div className="debug">
      {headline ? (
        <div className="debug-headline" data-status={session?.status}>
          <strong>{headline.title}</strong>
          {headline.place && <span> · {headline.place}</span>}
          {headline.detail && <code className="selectable">{headline.detail}</code>}
        </div>
      ) : (
        <Idle />
      )}
      <Explanation />
      {session?.start && (
        <Section
          id="step"
          title={within ? 'Last step' : 'Step'}
          note={!within && <CursorNote current={session.step} />}
        >
          <StepValues session={session} look={within ? undefined : look} stale={stale} />
        </Section>
      )}
      {standing && (
        <>
          <Section id="variables" title="Variables">
            <Variables />
          </Section>
          <Section id="call-stack" title="Call stack" actions={<JustMyCodeSwitch />}>
            <CallStack />
          </Section>
        </>
      )}
      {open && (
        <Section id="watch" title="Watch">
          <Watch />
        </Section>
      )}
      {lookFailure !== undefined && paused && (
        <p className="debug-failure" role="alert">
          <Icon name="warning" /> This step could not be looked at: {lookFailure}
        </p>
      )}
      {within ? undefined : look ? (
        <>
          <Batch look={look} stale={stale} />
          <LayerList look={look} stale={stale} />
        </>
      ) : (
        session &&
        !hasEnded(session) && (
          <p className="debug-hint">
            {paused ? (
              'Reading this step…'
            ) : (
              <>
                Pause to see the batch, each layer’s output and the gradients.{' '}
                <button className="link-button" onClick={() => void runCommand('run.pause')}>
                  {withKeys('Pause', 'run.pause')}
                </button>
              </>
            )}
          </p>
        )
      )}
      <Section id="breakpoints" title="Breakpoints" actions={<BreakpointActions />}>
        <Breakpoints />
      </Section>
    </div>
  );
}

function Idle() {
  return (
    <div className="debug-idle">
      <RunOrTrust
        primary
        words="Nothing is training. Press F10 to train one step and look inside it, or run, then pause or let a breakpoint stop it."
        withoutTrust="there is no step to look into"
      />
    </div>
  );
}

/** Says it where the values are not of the step that training is at. */
function CursorNote({ current }: { current: number }) {
  const step = useApp((state) => state.cursor.step);
  if (step === undefined || step === current) return null;
  return <span className="cursor-note">at step {step}</span>;
}

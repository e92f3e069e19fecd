/** One line: epoch and step with bars and time left, speed, and how much of it was waiting for data. */
import { useEffect, useState } from 'react';
import { formatCount, formatDuration, formatShare, formatSpeed } from '../../charts/format.js';
import { hasEnded } from '../../../src/shared/session/session-state.js';
import { progressOf, statusWords } from '../../state/session-progress.js';
import { appStore } from '../../state/app-state.js';
import { useCalmSession } from '../../training/use-calm-session.js';

export function ProgressStrip() {
  const session = useCalmSession();
  if (!session) return null;
  const progress = progressOf(session);
  const ended = hasEnded(session);
  const activity = session.activity?.total && session.status !== 'paused' ? session.activity : undefined;
  return (
    <div className="progress-strip" role="group" aria-label="Progress">
      <span className="progress-status" data-status={session.status}>
        {statusWords(session)}
      </span>
      {activity ? (
        <Bar
          label={activity.message ?? ''}
          share={(activity.done ?? 0) / (activity.total ?? 1)}
          text={`${formatCount(activity.done ?? 0)} of ${formatCount(activity.total ?? 0)}`}
        />
      ) : (
        session.start && (
          <>
            <Bar
              label="epoch"
              share={progress.runShare}
              text={`${progress.epoch}${progress.epochs ? ` of ${progress.epochs}` : ''}`}
            />
            <Bar
              label="step"
              share={progress.epochShare}
              text={`${progress.stepInEpoch}${progress.stepsPerEpoch ? ` of ${formatCount(progress.stepsPerEpoch)}` : ''}`}
            />
          </>
        )
      )}
      {!ended && progress.runLeftMs !== undefined && (
        <span title="Estimated from the latest steps, validation included">
          {formatDuration(progress.runLeftMs)} left
        </span>
      )}
      {ended && <Elapsed />}
      {session.stepMs !== undefined && <span className="progress-speed">{formatSpeed(session.stepMs)}</span>}
      {session.dataWaitShare !== undefined && (
        <span className="progress-wait" title="Share of each step that waited for its batch, against computing">
          <i aria-hidden>
            <b style={{ width: `${Math.min(100, session.dataWaitShare * 100)}%` }} />
          </i>
          data {formatShare(session.dataWaitShare)}
          <span className="progress-compute">· compute {formatShare(1 - session.dataWaitShare)}</span>
        </span>
      )}
    </div>
  );
}

function Elapsed() {
  const [text, setText] = useState('');
  useEffect(() => {
    const { session } = appStore.getState();
    const last = session?.scalars['train/loss']?.wallTimes.at(-1);
    setText(session?.start && last ? `in ${formatDuration(last - session.start.wallTime)}` : '');
  }, []);
  return text === '' ? null : <span>{text}</span>;
}

function Bar({ label, share, text }: { label: string; share: number | undefined; text: string }) {
  return (
    <span className="progress-bar">
      <span className="progress-label">{label}</span>
      <span
        className="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuetext={text}
        aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      >
        <b style={{ transform: `scaleX(${share ?? 0})` }} />
      </span>
      <span className="progress-text">{text}</span>
    </span>
  );
}

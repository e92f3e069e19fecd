/** Loss, metrics, learning rate, gradient norm and state hash of the cursor's step. The learning rate can be changed while paused. */
import { useRef, useState, type ReactNode } from 'react';
import { formatSetting, formatValue, shortHash } from '../../charts/format.js';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { StepLook } from '../../../src/shared/protocol/training.js';
import type { SessionState } from '../../../src/shared/session/session-state.js';
import { learningRateProblem, setLearningRate } from '../../state/session-actions.js';
import { valueAt } from '../../state/session-progress.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';

export function StepValues({
  session,
  look,
  stale,
}: {
  session: SessionState;
  look: StepLook | undefined;
  stale: boolean;
}) {
  const cursorStep = useApp((state) => state.cursor.step);
  const step = cursorStep ?? session.step;
  const here = look !== undefined && !stale && step === look.at.step;
  const metrics = session.start?.metricNames ?? [];
  const value = (series: string) => valueAt(session, series, step);
  return (
    <dl className="variables">
      <Row name="loss" value={here ? look.loss : value('train/loss')} />
      {metrics.map((name) => (
        <Row key={name} name={name} value={here ? look.metrics[name] : value(`train/${name}`)} />
      ))}
      {session.status === 'paused' &&
      !session.stop?.stands &&
      (cursorStep === undefined || cursorStep === session.step) ? (
        <LearningRate value={look?.learningRate ?? session.learningRate} />
      ) : (
        <Line name="learningRate">{formatSetting(value('train/learning_rate') ?? session.learningRate)}</Line>
      )}
      {look && (
        <>
          <Line name="gradNorm" dim={!here}>
            {here ? formatValue(look.gradNorm) : '–'}
          </Line>
          <Line name="stateHash" dim={!here}>
            {here ? (
              <span className="selectable" title={look.stateHash}>
                {shortHash(look.stateHash)}
              </span>
            ) : (
              '–'
            )}
          </Line>
        </>
      )}
    </dl>
  );
}

function Row({ name, value }: { name: string; value: number | undefined }) {
  const broken = value !== undefined && !Number.isFinite(value);
  return (
    <Line name={name}>
      <span className={broken ? 'not-finite' : undefined}>{formatValue(value)}</span>
    </Line>
  );
}

function Line({ name, dim, children }: { name: string; dim?: boolean; children: ReactNode }) {
  return (
    <div className="variable" data-dim={dim || undefined}>
      <dt>{name}</dt>
      <dd className="numeric">{children}</dd>
    </div>
  );
}

function LearningRate({ value }: { value: number | undefined }) {
  const [text, setText] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  if (value === undefined) return <Line name="learningRate">–</Line>;
  const close = () => {
    setText(undefined);
    setFailure(undefined);
    requestAnimationFrame(() => button.current?.focus());
  };
  if (text === undefined) {
    return (
      <Line name="learningRate">
        <button
          ref={button}
          className="value-edit"
          title="Change it; used from the next step on"
          aria-label={`learning rate ${formatSetting(value)}, change`}
          onClick={() => setText(formatSetting(value))}
        >
          {formatSetting(value)}
          <Icon name="edit" />
        </button>
      </Line>
    );
  }
  const wrong = learningRateProblem(text);
  const commit = async () => {
    if (wrong) return;
    try {
      await setLearningRate(Number(text.trim().replace(',', '.')));
      close();
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  return (
    <>
      <Line name="learningRate">
        <input
          className="input value-input"
          autoFocus
          aria-label="learning rate"
          aria-invalid={wrong !== undefined || failure !== undefined}
          value={text}
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setText(event.target.value);
            setFailure(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void commit();
            else if (event.key === 'Escape') close();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
          onBlur={() => {
            if (failure === undefined) setText(undefined);
          }}
        />
      </Line>
      <div className="variable-message" role="alert" data-wrong={Boolean(wrong ?? failure) || undefined}>
        {wrong ?? failure ?? 'Enter: use it from the next step on · Esc: leave it'}
      </div>
    </>
  );
}

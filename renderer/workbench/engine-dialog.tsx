/**
 * Native TensorFlow in one dialog: what setting it up would do and what stands in the way, how far it is,
 * how it failed, and what is there. Follows the server's word; closing it stops nothing.
 */
import { useEffect, useState, type ReactNode } from 'react';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { EngineFailure, EngineObstacle, EngineProgress, EngineStatus } from '../../src/shared/protocol/engine.js';
import { formatBytes, formatWhen } from '../charts/format.js';
import { cancelInstall, engineTitle, installEngine, lookForPlan, removeEngine } from '../state/engine.js';
import { engineStage, flavorWords, phases, planRows, progressShare, progressWords } from '../state/engine-words.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { InlineCode } from '../ui/inline-code.js';
import { useApp } from '../use-app.js';
import './engine-dialog.css';

export function EngineDialog({ close }: { close(): void }) {
  const engine = useApp((state) => state.engine);
  const connected = useApp((state) => state.connection === 'open');
  const [asking, setAsking] = useState<'looking' | 'other'>();
  const [refusal, setRefusal] = useState<string>();
  const stage = engineStage(engine);

  const doing = (kind: 'looking' | 'other', work: Promise<unknown>) => {
    setAsking(kind);
    setRefusal(undefined);
    work.then(
      () => setAsking(undefined),
      (error: unknown) => {
        setAsking(undefined);
        setRefusal(messageOf(error));
      },
    );
  };
  useEffect(() => {
    const needed = engine && !engine.progress && !engine.installed && !engine.plan;
    if (connected && needed) doing('looking', lookForPlan());
    // Looked for once when it opens; what changes later is told by the server, or asked for by the person.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [connected]);

  const looking = asking === 'looking';
  const install = (label: string) => (
    <button
      type="button"
      className="button"
      data-kind="primary"
      data-autofocus
      disabled={asking !== undefined || (engine?.obstacles.length ?? 0) > 0}
      onClick={() => doing('other', installEngine())}
    >
      {label}
    </button>
  );
  const lookAgain = (
    <button type="button" className="button" disabled={looking} onClick={() => doing('looking', lookForPlan())}>
      Look Again
    </button>
  );
  const remove = (
    <button
      type="button"
      className="button"
      onClick={() => {
        close();
        void removeEngine();
      }}
    >
      Remove…
    </button>
  );
  const buttons: Record<typeof stage, ReactNode> = {
    unknown: undefined,
    looking: !looking && lookAgain,
    working: (
      <button
        type="button"
        className="button"
        disabled={asking !== undefined}
        onClick={() => doing('other', cancelInstall())}
      >
        Cancel Setting Up
      </button>
    ),
    failed: (
      <>
        {engine?.installed && remove}
        {engine?.obstacles.length ? lookAgain : install('Try Again')}
      </>
    ),
    troubled: (
      <>
        {remove}
        {install('Set Up Anew')}
      </>
    ),
    installed: remove,
    blocked: lookAgain,
    planned: install('Set Up'),
  };

  return (
    <Dialog
      title={engineTitle}
      width={560}
      close={close}
      buttons={
        <>
          <button
            type="button"
            className="button"
            data-autofocus={stage === 'installed' || stage === 'working' || undefined}
            onClick={close}
          >
            {stage === 'working' ? 'Hide' : 'Close'}
          </button>
          {buttons[stage]}
        </>
      }
    >
      <div className="engine" data-stage={stage}>
        <Body engine={engine} looking={looking} stage={stage} />
        {refusal !== undefined && (
          <p className="engine-refusal" role="alert">
            <Icon name="error" /> {refusal}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function Body({
  engine,
  looking,
  stage,
}: {
  engine: EngineStatus | undefined;
  looking: boolean;
  stage: ReturnType<typeof engineStage>;
}) {
  switch (stage) {
    case 'unknown':
      return <p>The server has not said yet what is installed.</p>;
    case 'working':
      return engine?.progress && <Progress progress={engine.progress} />;
    case 'installed':
      return <Installed engine={engine} />;
    case 'troubled':
      return (
        <>
          <p className="engine-warning" role="alert">
            <Icon name="warning" /> {engine?.installed?.trouble}
          </p>
          <Facts engine={engine} />
          {looking ? <Looking /> : <Plan engine={engine} />}
        </>
      );
    case 'failed':
      return (
        <>
          {engine?.failure && <Failure failure={engine.failure} />}
          <Obstacles obstacles={engine?.obstacles ?? []} />
          {engine?.installed && (
            <p className="dialog-dim">TensorFlow {engine.installed.version}, set up before, is still in use.</p>
          )}
          {looking && <Looking />}
        </>
      );
    case 'blocked':
      return (
        <>
          <Purpose />
          {looking ? (
            <Looking />
          ) : (
            <>
              <Obstacles obstacles={engine?.obstacles ?? []} />
              {engine?.plan && <Plan engine={engine} />}
            </>
          )}
        </>
      );
    case 'looking':
    case 'planned':
      return (
        <>
          <Purpose />
          {looking || !engine?.plan ? <Looking idle={!looking} /> : <Plan engine={engine} />}
        </>
      );
  }
}

function Purpose() {
  return (
    <p>
      Trains with TensorFlow’s own library in place of WebAssembly: several times faster on the processor, and on an
      NVIDIA GPU where there is one. Nothing outside your Backstep folder is changed, no Python is needed.
    </p>
  );
}

function Looking({ idle = false }: { idle?: boolean }) {
  return (
    <p className="engine-looking" role="status">
      {idle ? (
        'What it takes here is not known yet.'
      ) : (
        <>
          <Icon name="loading" className="codicon-modifier-spin" /> Looking at this computer and the package index…
        </>
      )}
    </p>
  );
}

function Plan({ engine }: { engine: EngineStatus | undefined }) {
  if (!engine?.plan) return null;
  return (
    <>
      <dl className="engine-facts selectable">
        {planRows(engine.plan).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="dialog-dim">
        It is downloaded and checked, unpacked, {engine.plan.addon === 'prebuilt' ? '' : 'built, '}and proven with a
        small training; only then it is used. You can go on working meanwhile.
      </p>
    </>
  );
}

function Obstacles({ obstacles }: { obstacles: readonly EngineObstacle[] }) {
  if (obstacles.length === 0) return null;
  return (
    <ul className="engine-obstacles" aria-label="In the way">
      {obstacles.map(({ kind, message, hint }) => (
        <li key={kind + message} className="selectable">
          <Icon name="circle-slash" />
          <span>
            <InlineCode text={message} />
            {hint !== undefined && (
              <span className="engine-hint">
                <InlineCode text={hint} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Progress({ progress }: { progress: EngineProgress }) {
  const at = phases.findIndex(({ phase }) => phase === progress.phase);
  const share = progressShare(progress);
  const words = progressWords(progress);
  return (
    <ol className="engine-phases">
      {phases.map(({ phase, words: name }, index) => (
        <li
          key={phase}
          data-state={index < at ? 'done' : index === at ? 'now' : 'later'}
          aria-current={index === at ? 'step' : undefined}
        >
          <Icon
            name={index < at ? 'check' : index === at ? 'loading' : 'circle-large-outline'}
            className={index === at ? 'codicon-modifier-spin' : undefined}
            label={index < at ? 'done' : undefined}
          />
          <span>{name}</span>
          {index === at && (
            <div className="engine-now">
              <span className="dialog-dim">{progress.message}</span>
              <div
                className="engine-bar"
                data-moving={share === undefined || undefined}
                role="progressbar"
                aria-label={name}
                aria-valuemin={0}
                aria-valuemax={100}
                aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
                aria-valuetext={words || progress.message}
              >
                <b style={share === undefined ? undefined : { width: `${share * 100}%` }} />
              </div>
              <span className="engine-amount">{words || ' '}</span>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

function Failure({ failure }: { failure: EngineFailure }) {
  const [copied, setCopied] = useState(false);
  const { message, hint, log } = failure;
  const copy = () => {
    navigator.clipboard.writeText([message, hint, log].filter(Boolean).join('\n\n')).then(
      () => setCopied(true),
      (error: unknown) => console.warn('the log could not be copied; it can be selected', error),
    );
  };
  return (
    <div className="engine-failure" role="alert">
      <p className="selectable">
        <Icon name="error" /> <strong>It was not set up.</strong> <InlineCode text={message} />
      </p>
      {hint !== undefined && (
        <p className="selectable">
          <InlineCode text={hint} />
        </p>
      )}
      {log !== undefined && (
        <>
          <pre className="engine-log selectable" tabIndex={0} aria-label="What it printed last">
            {log}
          </pre>
          <button type="button" className="link-button" onClick={copy}>
            <Icon name={copied ? 'check' : 'copy'} /> {copied ? 'Copied' : 'Copy all of this'}
          </button>
        </>
      )}
      <p className="dialog-dim">Training goes on as before; nothing half-installed is used.</p>
    </div>
  );
}

function Installed({ engine }: { engine: EngineStatus | undefined }) {
  return (
    <>
      <p className="engine-good" role="status">
        <Icon name="pass" /> TensorFlow {engine?.installed?.version} is set up. The next run uses it.
      </p>
      <Facts engine={engine} />
    </>
  );
}

function Facts({ engine }: { engine: EngineStatus | undefined }) {
  const installed = engine?.installed;
  if (!installed || installed.bytes === 0) return null;
  return (
    <dl className="engine-facts selectable">
      <div>
        <dt>For</dt>
        <dd>{flavorWords[installed.flavor]}</dd>
      </div>
      <div>
        <dt>On disk</dt>
        <dd>{formatBytes(installed.bytes)}</dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>{formatWhen(installed.installedAt)}</dd>
      </div>
      <div>
        <dt>Folder</dt>
        <dd>{installed.folder}</dd>
      </div>
    </dl>
  );
}

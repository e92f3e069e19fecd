/** Where the experiment's data comes from, and the other places it could come from: a folder, the original, a generator. */
import { useEffect, useState } from 'react';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { DataSourceStatus, RequestName, RequestParams, RequestResult } from '../../../src/shared/protocol/rpc.js';
import type { DataInfo } from '../../../src/shared/protocol/training.js';
import { host } from '../../host/index.js';
import { ask } from '../../state/dialogs.js';
import { notify } from '../../state/app-state.js';
import { RequestError } from '../../state/connection.js';
import { server } from '../../state/server.js';
import { TrustFirst, useRestricted } from '../../training/run-or-trust.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { choiceInUse, downloadLabel, downloadWords, exampleWords, sourceIcons, sourceWords } from './data-words.js';
import './data.css';

export function Data() {
  const experiment = useApp((state) => state.experiment);
  const analysed = useApp((state) => (experiment ? state.analyses[experiment]?.data : undefined));
  const running = useApp((state) => state.session?.start?.data);
  const restricted = useRestricted();
  const info = analysed ?? running;
  if (!info) {
    return restricted ? (
      <TrustFirst>
        Restricted: the experiment’s data() is not run, so its data is not known. Trust the folder if you know who wrote
        it.
      </TrustFirst>
    ) : (
      <EmptyState icon="database">
        {experiment
          ? 'The experiment’s data shows here as soon as its data() has been looked at.'
          : 'Open an experiment to see where its data comes from.'}
      </EmptyState>
    );
  }
  return <DataSet key={info.name} info={info} />;
}

type DataRequest = Extract<RequestName, `data/${string}`>;

function DataSet({ info }: { info: DataInfo }) {
  const [status, setStatus] = useState<DataSourceStatus>();
  const [unknown, setUnknown] = useState(false);
  const connection = useApp((state) => state.connection);
  const { name } = info;

  useEffect(() => {
    if (connection !== 'open') return undefined;
    let gone = false;
    server()
      .request('data/status', { name })
      .then(
        (result) => !gone && setStatus(result),
        (error: unknown) => {
          // Data made by the experiment itself has no other sources to choose from.
          if (!gone && error instanceof RequestError && error.tag === 'not-found') setUnknown(true);
          else if (!gone) tell(error);
        },
      );
    const silent = server().onNotification('data/changed', (changed) => {
      if (changed.name === name) setStatus(changed);
    });
    return () => {
      gone = true;
      silent();
    };
  }, [name, connection]);

  const change = <N extends DataRequest>(request: N, params: RequestParams<N>) => {
    server()
      .request(request, params)
      .then((result: RequestResult<N>) => setStatus(result as DataSourceStatus), tell);
  };
  const chooseFolder = async () => {
    const title = `Choose the folder of ${name}`;
    const folder = host.openFolder
      ? await host.openFolder(title)
      : await ask({ kind: 'folder', title, confirm: 'Use This Folder', start: status?.folder });
    if (folder) change('data/setFolder', { name, folder });
  };

  const now = status?.current ?? info;
  // A file or tensors that the experiment names itself leave nothing to choose here.
  const choices =
    !unknown &&
    (status?.download !== undefined ||
      status?.hasGenerator === true ||
      status?.folder !== undefined ||
      now.source === 'folder');
  const chosen = status && choiceInUse(status);
  const download = status?.download;
  return (
    <div className="data">
      <section className="data-now">
        <h3>
          <Icon name={sourceIcons[now.source]} />
          <span>{name}</span>
        </h3>
        <p className="data-source" data-source={now.source}>
          {sourceWords[now.source]}
        </p>
        <p className="selectable">{now.description}</p>
        {exampleWords(now) && <p className="data-dim">{exampleWords(now)}</p>}
        {now.classNames && now.classNames.length > 0 && (
          <p className="data-classes" title={now.classNames.join(', ')}>
            {now.classNames.slice(0, 12).map((label) => (
              <span key={label}>{label}</span>
            ))}
            {now.classNames.length > 12 && <span>+{now.classNames.length - 12}</span>}
          </p>
        )}
        {now.skippedCount > 0 && (
          <details className="data-skipped">
            <summary>
              <Icon name="warning" /> {now.skippedCount} {now.skippedCount === 1 ? 'file' : 'files'} skipped
            </summary>
            <ul className="selectable">
              {now.skipped.map((file) => (
                <li key={file.path}>
                  {file.path}: {file.reason}
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
      {choices && status && (
        <section className="data-choices">
          <h4>Where to take it from</h4>
          <Choice icon="folder" title="A folder of yours" inUse={chosen === 'folder'} note={status.folder}>
            <button className="button" onClick={() => void chooseFolder()}>
              Choose folder…
            </button>
            {status.folder !== undefined && (
              <button className="button" onClick={() => change('data/setFolder', { name })}>
                Forget it
              </button>
            )}
          </Choice>
          {download && (
            <Choice
              icon="cloud-download"
              title="The original"
              inUse={chosen === 'download'}
              note={download.state === 'ready' ? 'Downloaded and checked' : hostOf(download.urls[0])}
            >
              {download.state === 'running' ? (
                <>
                  <div
                    className="data-progress"
                    role="progressbar"
                    aria-label="Download"
                    aria-valuetext={downloadWords(download)}
                  >
                    <b
                      style={{
                        width: `${download.totalBytes ? (download.receivedBytes / download.totalBytes) * 100 : 5}%`,
                      }}
                    />
                  </div>
                  <p className="data-dim">{downloadWords(download)}</p>
                  <button className="button" onClick={() => change('data/cancelDownload', { name })}>
                    Pause
                  </button>
                </>
              ) : download.state !== 'ready' ? (
                <>
                  {download.message && <p className="data-failure">{download.message}</p>}
                  {download.receivedBytes > 0 && <p className="data-dim">{downloadWords(download)}</p>}
                  <button className="button" onClick={() => change('data/download', { name })}>
                    {downloadLabel(download)}
                  </button>
                </>
              ) : (
                chosen !== 'download' && (
                  <button className="button" onClick={() => change('data/setFolder', { name })}>
                    Use the original
                  </button>
                )
              )}
            </Choice>
          )}
          {status.hasGenerator && (
            <Choice
              icon="beaker"
              title="Generated"
              inUse={chosen === 'generated'}
              note="Plausible stand-ins that Backstep draws; good for trying, not for judging a model"
            >
              {chosen !== 'generated' && (
                <button className="button" onClick={() => change('data/setFolder', { name, generated: true })}>
                  Use generated
                </button>
              )}
            </Choice>
          )}
        </section>
      )}
      {!choices && (unknown || status) && (
        <p className="data-hint">The experiment makes or names this data itself; change it there.</p>
      )}
    </div>
  );
}

function Choice({
  icon,
  title,
  inUse,
  note,
  children,
}: {
  icon: string;
  title: string;
  inUse: boolean;
  note?: string;
  children?: React.ReactNode;
}) {
  return (
    <div className="data-choice" data-in-use={inUse || undefined}>
      <div className="data-choice-title">
        <Icon name={icon} />
        <span>{title}</span>
        {inUse && <em>in use</em>}
      </div>
      {note && <p className="data-dim selectable">{note}</p>}
      {children}
    </div>
  );
}

function hostOf(url: string | undefined): string | undefined {
  return url && URL.canParse(url) ? `From ${new URL(url).host}` : undefined;
}

function tell(error: unknown): void {
  if (error instanceof RequestError && error.tag === 'disconnected') return;
  notify({
    severity: 'error',
    message: messageOf(error),
    detail: error instanceof RequestError ? error.hint : undefined,
  });
}

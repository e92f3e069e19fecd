/** The workspace's runs: what became of each, their curves over each other, renaming, deleting, continuing. */
import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { RunSummary } from '../../../src/shared/protocol/rpc.js';
import { formatCount, formatWhen, formatWhenShort } from '../../charts/format.js';
import { notify } from '../../state/app-state.js';
import { confirm } from '../../state/dialogs.js';
import { compareGraphsOfRuns } from '../../state/graph-comparison.js';
import { nameOfRun, runNames, type RunName } from '../../state/run-names.js';
import { hparamsStore } from '../../state/run-settings.js';
import { runColour } from '../../state/runs-colours.js';
import { continueFromRun, deleteRun, isAdded, renameRun, runsStore, selectRun } from '../../state/runs-sync.js';
import { sessionPhase } from '../../state/session-actions.js';
import { AddEventFiles, RunOrTrust } from '../../training/run-or-trust.js';
import { useCalmSession } from '../../training/use-calm-session.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { extentWords, inOrder, isLive, lastValues, resultWords, statusIcons, statusWords } from './run-facts.js';
import './runs.css';

export function Runs() {
  const runs = useApp((state) => state.runs);
  const selected = useApp((state) => state.selectedRuns);
  const failure = useStore(runsStore, (state) => state.failure);
  const loaded = useStore(runsStore, (state) => state.loaded);
  const colours = useStore(runsStore, (state) => state.colours);
  const hparams = useStore(hparamsStore, (state) => state.sessions);
  const session = useCalmSession();
  const [open, setOpen] = useState<string>();

  if (failure !== undefined) {
    return <EmptyState icon="warning">The runs of this folder could not be read: {failure}</EmptyState>;
  }
  if (runs.length === 0) {
    if (!loaded) return <EmptyState icon="list-tree">Reading the runs…</EmptyState>;
    return (
      <RunOrTrust
        icon="list-tree"
        words="No runs yet. Every run is kept here with its curves and its weights."
        withoutTrust="there are no runs yet"
        more={<AddEventFiles />}
      />
    );
  }
  const names = runNames(runs, hparams);
  return (
    <ul
      className="runs"
      aria-label="Runs"
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
        if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
        const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.run-open')];
        const at = rows.findIndex((row) => row.closest('li')?.contains(document.activeElement));
        rows[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
        event.preventDefault();
      }}
    >
      {inOrder(runs).map((run) => {
        const live = isLive(run, session);
        const last = lastValues(run, session);
        return (
          <RunRow
            key={run.id}
            name={names.get(run.id)}
            run={live && session ? { ...run, step: session.step } : run}
            live={live}
            paused={live && session?.status === 'paused'}
            result={resultWords(last)}
            last={last}
            selected={selected.includes(run.id)}
            other={otherOf(runs, selected, run)}
            colour={live ? 'var(--train)' : runColour(colours[run.id])}
            open={open === run.id}
            onOpen={() => setOpen(open === run.id ? undefined : run.id)}
          />
        );
      })}
    </ul>
  );
}

/** The one that is ticked besides it. */
function otherOf(runs: readonly RunSummary[], ticked: readonly string[], { id }: RunSummary): RunSummary | undefined {
  const [other, ...more] = ticked.filter((one) => one !== id);
  return more.length === 0 ? runs.find((one) => one.id === other) : undefined;
}

interface RowProps {
  readonly run: RunSummary;
  readonly name: RunName | undefined;
  /** What its graph is compared with, where that is not asked for. */
  readonly other: RunSummary | undefined;
  readonly live: boolean;
  readonly paused: boolean;
  readonly result: string;
  readonly last: Readonly<Record<string, number>>;
  readonly selected: boolean;
  readonly colour: string;
  readonly open: boolean;
  onOpen(): void;
}

function RunRow({ run, name, other, live, paused, result, last, selected, colour, open, onOpen }: RowProps) {
  const [renaming, setRenaming] = useState(false);
  const [menu, setMenu] = useState<PopupAt>();
  const row = useRef<HTMLLIElement>(null);
  const running = run.status === 'running';
  // Nothing is changed in a folder of logs that was added.
  const added = isAdded(run);
  const items: PopupItem[] = [
    {
      kind: 'item',
      label: selected ? 'Hide Curves' : 'Show Curves',
      disabled: live,
      run: () => selectRun(run.id, !selected),
    },
    { kind: 'item', label: open ? 'Hide Details' : 'Show Details', run: onOpen },
    {
      kind: 'item',
      label: other ? `Compare Graphs with ${nameOfRun(other.id)}` : 'Compare Graph with…',
      run: () => void compareGraphsOfRuns(run, other),
    },
    { kind: 'separator' },
    {
      kind: 'item',
      label: 'Continue from Here',
      disabled: !run.canContinue || running || sessionPhase() !== 'idle',
      run: () => void continueFromRun(run),
    },
    { kind: 'item', label: 'Rename…', key: 'F2', disabled: added, run: () => setRenaming(true) },
    { kind: 'item', label: 'Delete…', key: 'Delete', disabled: running || added, run: () => void askDelete(run) },
  ];
  return (
    <li
      ref={row}
      className="run"
      data-open={open || undefined}
      data-status={run.status}
      onContextMenu={(event) => {
        event.preventDefault();
        // The menu gives the focus back to where it was: F2 and Delete then mean this row.
        if (!row.current?.contains(document.activeElement)) row.current?.querySelector('button')?.focus();
        setMenu(popupAt(event, row.current));
      }}
      onKeyDown={(event) => {
        if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
        if (event.key === 'F2' && !added) setRenaming(true);
        else if (event.key === 'Delete' && !running && !added) void askDelete(run);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className="run-row">
        <label
          className="run-curve"
          title={live ? 'The curves of the run under way are always drawn' : 'Draw its curves over the others'}
        >
          <input
            type="checkbox"
            checked={selected || live}
            disabled={live}
            aria-label={`Draw the curves of ${name?.whole ?? run.name}`}
            onChange={(event) => selectRun(run.id, event.target.checked)}
          />
          <i
            style={{ color: selected || live ? colour : undefined }}
            data-on={selected || live || undefined}
            aria-hidden
          />
        </label>
        <div className="run-words">
          {renaming ? (
            <Rename run={run} done={() => setRenaming(false)} />
          ) : (
            <button
              className="run-open"
              aria-expanded={open}
              title={`${name?.whole ?? run.name}: ${statusWords[run.status]}${run.warning ? `\n${run.warning}` : ''}`}
              onClick={onOpen}
              onDoubleClick={() => setRenaming(!added)}
            >
              <Icon
                name={paused ? 'debug-pause' : statusIcons[run.status]}
                className={running && !paused ? 'codicon-modifier-spin' : undefined}
                label={paused ? 'paused' : run.status}
              />
              <span className="run-name">{name?.placed ?? run.name}</span>
              {run.warning && <Icon name="warning" className="run-warning" label={run.warning} />}
              <span className="run-when" title={formatWhen(run.createdAt)}>
                {formatWhenShort(run.createdAt)}
              </span>
            </button>
          )}
          {name && name.settings !== '' && <div className="run-settings">{name.settings}</div>}
          {result !== '' && <div className="run-result numeric">{result}</div>}
          <div className="run-extent">{extentWords(run)}</div>
        </div>
        <button
          className="icon-button run-more"
          title="More"
          aria-label={`More about ${name?.whole ?? run.name}`}
          aria-haspopup="menu"
          onClick={(event) => setMenu(popupAt(event, row.current))}
        >
          <Icon name="ellipsis" />
        </button>
      </div>
      {open && <Details run={run} last={last} />}
      {menu && <PopupMenu items={items} at={menu} close={() => setMenu(undefined)} />}
    </li>
  );
}

function Rename({ run, done }: { run: RunSummary; done: () => void }) {
  const [text, setText] = useState(run.name);
  const finished = useRef(false);
  const commit = () => {
    if (finished.current) return;
    finished.current = true;
    const name = text.trim();
    done();
    if (name === '' || name === run.name) return;
    renameRun(run.id, name).catch((error: unknown) => tell('The run could not be renamed.', error));
  };
  return (
    <input
      className="input run-rename"
      type="text"
      autoFocus
      aria-label="Name of the run"
      value={text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        else if (event.key === 'Escape') {
          finished.current = true;
          done();
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

function Details({ run, last }: { run: RunSummary; last: Readonly<Record<string, number>> }) {
  const facts: [string, string | undefined][] = [
    ['status', statusWords[run.status]],
    ['begun', formatWhen(run.createdAt)],
    ['experiment', run.experiment],
    ['epochs', run.epoch === undefined ? undefined : `${run.epoch}${run.epochs ? ` of ${run.epochs}` : ''}`],
    ['backend', run.backend],
    ['parameters', run.params === undefined ? undefined : formatCount(run.params)],
    ['seed', run.seed === undefined ? undefined : String(run.seed)],
    ['continues', run.continuedFrom?.slice(run.continuedFrom.lastIndexOf('/') + 1)],
    ...Object.entries(last)
      .filter(([name]) => !name.includes('learning_rate'))
      .map(([name, value]): [string, string] => [name, String(Number(value.toPrecision(4)))]),
    ['folder', run.path],
  ];
  return (
    <div className="run-details">
      {run.warning && (
        <p className="run-warning-text">
          <Icon name="warning" /> {run.warning}
        </p>
      )}
      <dl className="selectable">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {run.isScript && (
        <p className="run-extent">
          A plain script makes its state itself: its runs cannot be continued, only run again.
        </p>
      )}
      {run.canContinue && run.status !== 'running' && (
        <button
          className="button"
          disabled={sessionPhase() !== 'idle'}
          title="Trains on from the weights and optimizer state that this run saved"
          onClick={() => void continueFromRun(run)}
        >
          <Icon name="debug-continue" />
          Continue from here
        </button>
      )}
    </div>
  );
}

async function askDelete(run: RunSummary): Promise<void> {
  const sure = await confirm(
    `Delete ${nameOfRun(run.id)}?`,
    'Its curves and weights are moved to .backstep/trash in this folder, from where they can be taken back.',
    'Delete',
    'danger',
  );
  if (!sure) return;
  try {
    await deleteRun(run.id);
  } catch (error) {
    tell('The run could not be deleted.', error);
  }
}

function tell(message: string, error: unknown): void {
  notify({ severity: 'error', message, detail: messageOf(error) });
}

/** The list of breakpoints: exceptions, lines, and those of the training, which are added here. A condition is checked while it is typed. */
import { useEffect, useRef, useState } from 'react';
import { describePlace } from '../../../src/shared/breakpoints/describe-place.js';
import type { BreakpointPlace, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { appStore, notify } from '../../state/app-state.js';
import { runCommand } from '../../state/commands.js';
import {
  addBreakpoint,
  changeBreakpoint,
  hitsOf,
  isTyped,
  knownNames,
  placeText,
  readPlace,
  removeBreakpoint,
  type TypedPlace,
} from '../../state/session-breakpoints.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { ExceptionRows, LineRows } from './line-breakpoints.js';

export function Breakpoints() {
  const breakpoints = useApp((state) => state.breakpoints);
  const messages = useApp((state) => state.breakpointMessages);
  const stop = useApp((state) => (state.session?.status === 'paused' ? state.session.stop : undefined));
  const stops = useApp((state) => state.session?.stops);
  const open = useApp((state) => state.workspace !== undefined);
  const noLines = useApp((state) => state.debugging.lines.length === 0);
  const [editing, setEditing] = useState<string>();
  const hits = stops ? hitsOf(appStore.getState().session) : hitsOf(undefined);
  return (
    <div className="breakpoints">
      <ul aria-label="Breakpoints">
        {open && <ExceptionRows />}
        <LineRows />
        {breakpoints.map((entry) =>
          editing === entry.id ? (
            <li key={entry.id}>
              <PlaceForm
                at={entry.at}
                doing="Save"
                onCancel={() => setEditing(undefined)}
                onDone={(at) => {
                  setEditing(undefined);
                  told(changeBreakpoint(entry.id, { at }));
                }}
              />
            </li>
          ) : (
            <BreakpointRow
              key={entry.id}
              entry={entry}
              message={messages[entry.id]}
              hit={stop?.breakpointIds.includes(entry.id) ?? false}
              hits={hits.get(entry.id)}
              onEdit={() => setEditing(entry.id)}
            />
          ),
        )}
      </ul>
      {open ? (
        <AddForm empty={breakpoints.length === 0 && noLines} />
      ) : (
        <p className="debug-hint">Open a folder to set breakpoints.</p>
      )}
    </div>
  );
}

export function BreakpointActions() {
  const some = useApp((state) => state.breakpoints.length + state.debugging.lines.length > 0);
  const anyEnabled = useApp(
    (state) => state.breakpoints.some((entry) => entry.enabled) || state.debugging.lines.some((entry) => entry.enabled),
  );
  if (!some) return null;
  const title = anyEnabled ? 'Disable all breakpoints' : 'Enable all breakpoints';
  return (
    <>
      <button
        className="icon-button"
        title={title}
        aria-label={title}
        onClick={() => void runCommand(anyEnabled ? 'breakpoints.disableAll' : 'breakpoints.enableAll')}
      >
        <Icon name="activate-breakpoints" />
      </button>
      <button
        className="icon-button"
        title="Remove all breakpoints"
        aria-label="Remove all breakpoints"
        onClick={() => void runCommand('breakpoints.removeAll')}
      >
        <Icon name="close-all" />
      </button>
    </>
  );
}

function BreakpointRow({
  entry,
  message,
  hit,
  hits,
  onEdit,
}: {
  entry: TrainingBreakpoint;
  message: string | undefined;
  hit: boolean;
  hits: { readonly count: number; readonly lastStep: number } | undefined;
  onEdit: () => void;
}) {
  const words = describePlace(entry.at);
  return (
    <li className="breakpoint" data-hit={hit || undefined} data-kind={entry.at.kind}>
      <label title={message ?? (entry.enabled ? 'Enabled' : 'Disabled')}>
        <input
          type="checkbox"
          checked={entry.enabled}
          aria-label={words}
          onChange={(event) => told(changeBreakpoint(entry.id, { enabled: event.target.checked }))}
        />
        <i className="breakpoint-dot" data-state={!entry.enabled ? 'off' : message ? 'refused' : 'on'} aria-hidden />
        <span className="breakpoint-words" data-code={entry.at.kind === 'condition' || undefined}>
          {words}
        </span>
      </label>
      <span className="breakpoint-buttons">
        <button className="icon-button" title="Change" aria-label={`Change ${words}`} onClick={onEdit}>
          <Icon name="edit" />
        </button>
        <button
          className="icon-button"
          title="Remove"
          aria-label={`Remove ${words}`}
          onClick={() => told(removeBreakpoint(entry.id))}
        >
          <Icon name="close" />
        </button>
      </span>
      {hits && (
        <span className="breakpoint-hits" title={`Hit ${hits.count}× in this run, last at step ${hits.lastStep}`}>
          {hit ? `hit ${hits.lastStep}` : `${hits.count}×`}
        </span>
      )}
      {message && <span className="breakpoint-message">{message}</span>}
    </li>
  );
}

function AddForm({ empty }: { empty: boolean }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (!open) {
    return (
      <>
        {empty && (
          <p className="debug-hint">
            Click beside a line’s number, or press F9 in it, to stop on that line. Steps, epochs and conditions of the
            training are added here.
          </p>
        )}
        <button ref={button} className="link-button breakpoint-add" onClick={() => setOpen(true)}>
          <Icon name="add" /> Add breakpoint
        </button>
      </>
    );
  }
  return (
    <PlaceForm
      doing="Add"
      onCancel={() => {
        setOpen(false);
        requestAnimationFrame(() => button.current?.focus());
      }}
      onDone={(at) => {
        setOpen(false);
        told(addBreakpoint(at));
        requestAnimationFrame(() => button.current?.focus());
      }}
    />
  );
}

const kinds: readonly { readonly kind: TypedPlace; readonly label: string; readonly example: string }[] = [
  { kind: 'step', label: 'At step', example: '40' },
  { kind: 'epochEnd', label: 'At end of epoch', example: 'every epoch' },
  { kind: 'condition', label: 'When', example: 'loss > 2 || isNaN(loss)' },
];

function PlaceForm({
  at,
  doing,
  onCancel,
  onDone,
}: {
  at?: BreakpointPlace;
  doing: string;
  onCancel: () => void;
  onDone: (at: BreakpointPlace) => void;
}) {
  const [kind, setKind] = useState<TypedPlace>(at && isTyped(at.kind) ? at.kind : 'step');
  const [text, setText] = useState(at ? placeText(at) : '');
  const [tried, setTried] = useState(false);
  const place = readPlace(kind, text, knownNames(appStore.getState().session));
  // An empty field is no mistake until it is sent.
  const wrong = place.kind === 'error' && (tried || text.trim() !== '') ? place.message : undefined;
  const form = useRef<HTMLFormElement>(null);
  // The breakpoints are the last section: its form would open below the edge of the side bar.
  // What scrollIntoView returns, a promise in newer browsers, is not the effect's to give back.
  useEffect(() => {
    form.current?.scrollIntoView({ block: 'nearest' });
  }, [kind]);
  return (
    <form
      className="place-form"
      ref={form}
      data-kind={kind}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (place.kind === 'ok') onDone(place.at);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <select
        className="input"
        aria-label="Kind of breakpoint"
        value={kind}
        onChange={(event) => {
          setKind(event.target.value as TypedPlace);
          setTried(false);
        }}
      >
        {kinds.map((entry) => (
          <option key={entry.kind} value={entry.kind}>
            {entry.label}
          </option>
        ))}
      </select>
      <input
        className="input"
        autoFocus
        spellCheck={false}
        data-code={kind === 'condition' || undefined}
        aria-label={kinds.find((entry) => entry.kind === kind)?.label}
        placeholder={kinds.find((entry) => entry.kind === kind)?.example}
        value={text}
        aria-invalid={wrong !== undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="place-form-foot">
        <span className="field-error" role="alert">
          {wrong ?? ''}
        </span>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button" data-kind="primary">
          {doing}
        </button>
      </div>
      {kind === 'condition' && wrong === undefined && (
        <p className="place-form-help">
          Over <code>loss</code>, metrics by name, <code>learningRate</code>, <code>gradNorm</code>,{' '}
          <code>gradNorm('layer')</code>, <code>step</code>, <code>epoch</code>.
        </p>
      )}
    </form>
  );
}

function told(saving: Promise<void>): void {
  saving.catch((error: unknown) => {
    notify({
      severity: 'error',
      message: 'The breakpoints could not be kept.',
      detail: error instanceof Error ? error.message : String(error),
    });
  });
}

/** The training's own breakpoints in the list: each with its sign, what it waits for, its hits and why it cannot stop. */
import { useStore } from 'zustand';
import type { BreakpointPlace, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { appStore, moveCursor } from '../../state/app-state.js';
import { breakpointForm, editBreakpoint } from '../../state/breakpoint-form.js';
import { detailOf, lookOfPlace, placeWords, wordsOf } from '../../state/breakpoint-words.js';
import { runCommand } from '../../state/commands.js';
import { openFile } from '../../state/file-actions.js';
import { knownLayers, rulesStore } from '../../state/known-places.js';
import { changeBreakpoint, hitsOf, removeBreakpoint } from '../../state/session-breakpoints.js';
import { told } from '../../training/break-menu.js';
import { Icon } from '../../ui/icon.js';
import { useBreakpointMessages } from '../../training/use-breakpoint-messages.js';
import { useApp } from '../../use-app.js';
import { BreakpointForm } from './breakpoint-form.js';

export function TrainingRows() {
  const breakpoints = useApp((state) => state.breakpoints);
  const messages = useBreakpointMessages();
  const stop = useApp((state) => (state.session?.status === 'paused' ? state.session.stop : undefined));
  const stops = useApp((state) => state.session?.stops);
  const form = useStore(breakpointForm, (state) => state.open);
  const hits = stops ? hitsOf(appStore.getState().session) : hitsOf(undefined);
  return breakpoints.map((entry) =>
    form?.id === entry.id ? (
      <li key={entry.id}>
        <BreakpointForm key={form.key} open={form} leave={() => focusRow(entry.id)} />
      </li>
    ) : (
      <BreakpointRow
        key={entry.id}
        entry={entry}
        message={messages[entry.id]}
        hit={stop?.breakpointIds.includes(entry.id) ?? false}
        hits={hits.get(entry.id)}
      />
    ),
  );
}

function focusRow(id: string): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-breakpoint="${CSS.escape(id)}"] .breakpoint-place`)?.focus(),
  );
}

function BreakpointRow({
  entry,
  message,
  hit,
  hits,
}: {
  entry: TrainingBreakpoint;
  message: string | undefined;
  hit: boolean;
  hits: { readonly count: number; readonly lastStep: number } | undefined;
}) {
  const rules = useStore(rulesStore, (state) => state.rules);
  const words = placeWords(entry.at, rules);
  const look = lookOfPlace(entry, message);
  const detail = detailOf(entry);
  const tooltip = wordsOf(entry, { message }, words).join('\n');
  return (
    <li className="breakpoint" data-hit={hit || undefined} data-kind={entry.at.kind} data-breakpoint={entry.id}>
      <label title={tooltip}>
        <input
          type="checkbox"
          checked={entry.enabled}
          aria-label={words}
          onChange={(event) => told(changeBreakpoint(entry.id, { enabled: event.target.checked }))}
        />
        <i className="breakpoint-dot" data-state={look.state} data-sign={look.sign} aria-hidden />
      </label>
      <button
        className="breakpoint-place"
        title={tooltip}
        onClick={() => showPlace(entry.at)}
        onDoubleClick={() => editBreakpoint(entry.id)}
        onKeyDown={(event) => {
          if (event.key !== 'Delete' && event.key !== 'F2') return;
          event.preventDefault();
          if (event.key === 'F2') editBreakpoint(entry.id);
          else told(removeBreakpoint(entry.id));
        }}
      >
        <span className="breakpoint-words" data-code={entry.at.kind === 'condition' || undefined}>
          {words}
        </span>
        {detail !== undefined && <code>{detail}</code>}
      </button>
      <span className="breakpoint-buttons">
        <button
          className="icon-button"
          title="Change (F2)"
          aria-label={`Change ${words}`}
          onClick={() => editBreakpoint(entry.id)}
        >
          <Icon name="edit" />
        </button>
        <button
          className="icon-button"
          title="Remove (Delete)"
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
      {message && entry.enabled && <span className="breakpoint-message">{message}</span>}
    </li>
  );
}

/** The layer's line in the editor; an op in the graph; a step on the timeline. */
function showPlace(at: BreakpointPlace): void {
  if (at.kind === 'step') {
    const { session } = appStore.getState();
    if (session && at.step <= session.step) moveCursor({ step: at.step, runId: undefined });
    return;
  }
  const name = at.kind === 'layer' || at.kind === 'op' ? at.layer : at.kind === 'data' ? at.name : undefined;
  const layer = knownLayers(appStore.getState()).find((one) => name === one.layer || name?.startsWith(`${one.layer}/`));
  if (!layer) return;
  const { file, line } = layer;
  moveCursor({ layer: layer.layer, ...(file !== undefined && line !== undefined ? { file, line } : {}) });
  if (file !== undefined && line !== undefined) void openFile(file, { line, focus: false });
  if (at.kind === 'op') void runCommand('view.show.graph', { focus: false });
}

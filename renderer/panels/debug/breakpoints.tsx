/** The list of breakpoints: exceptions, lines, and those of the training, which are added and changed here. */
import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { breakpointForm, openForm } from '../../state/breakpoint-form.js';
import { runCommand } from '../../state/commands.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { BreakpointForm, placeKinds } from './breakpoint-form.js';
import { ExceptionRows, LineRows } from './line-breakpoints.js';
import { TrainingRows } from './training-breakpoints.js';

export function Breakpoints() {
  const open = useApp((state) => state.workspace !== undefined);
  const none = useApp((state) => state.breakpoints.length + state.debugging.lines.length === 0);
  const form = useStore(breakpointForm, (state) => state.open);
  const button = useRef<HTMLButtonElement>(null);
  const focusButton = () => requestAnimationFrame(() => button.current?.focus());
  return (
    <div className="breakpoints">
      <ul aria-label="Breakpoints">
        {open && <ExceptionRows />}
        <LineRows />
        <TrainingRows />
      </ul>
      {!open ? (
        <p className="debug-hint">Open a folder to set breakpoints.</p>
      ) : form && form.id === undefined ? (
        <BreakpointForm key={form.key} open={form} leave={focusButton} />
      ) : (
        <>
          {none && (
            <p className="debug-hint">
              Click beside a line’s number, or press F9 in it, to stop on that line. Layers and ops are stopped at from
              their table and the graph, in the same way; everything else is added here.
            </p>
          )}
          <button ref={button} className="link-button breakpoint-add" onClick={() => openForm('step')}>
            <Icon name="add" /> Add breakpoint
          </button>
        </>
      )}
    </div>
  );
}

export function BreakpointActions() {
  const open = useApp((state) => state.workspace !== undefined);
  const some = useApp((state) => state.breakpoints.length + state.debugging.lines.length > 0);
  const anyEnabled = useApp(
    (state) => state.breakpoints.some((entry) => entry.enabled) || state.debugging.lines.some((entry) => entry.enabled),
  );
  const title = anyEnabled ? 'Disable all breakpoints' : 'Enable all breakpoints';
  return (
    <>
      {open && <AddMenu />}
      {some && (
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
      )}
    </>
  );
}

/** Every kind, as a menu: what is chosen opens its form. */
function AddMenu() {
  const [at, setAt] = useState<PopupAt>();
  const items = placeKinds.flatMap(({ kind, item }): PopupItem[] => [
    ...(kind === 'phase' ? [{ kind: 'separator' } as const] : []),
    { kind: 'item', label: item, run: () => openForm(kind) },
  ]);
  return (
    <>
      <button
        className="icon-button"
        title="New breakpoint…"
        aria-label="New breakpoint…"
        aria-haspopup="menu"
        onClick={(event) => setAt(popupAt(event))}
      >
        <Icon name="add" />
      </button>
      {at && <PopupMenu items={items} at={at} close={() => setAt(undefined)} />}
    </>
  );
}

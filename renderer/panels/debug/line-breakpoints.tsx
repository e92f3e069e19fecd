/** Breakpoints on lines, and exceptions that stop: the upper part of the list of breakpoints. */
import { useStore } from 'zustand';
import { isLibraryPath } from '../../../src/shared/base/library-path.js';
import type { ExceptionStop, LineBreakpoint } from '../../../src/shared/protocol/debugging.js';
import { detailOf, lookOf, wordsOf } from '../../state/breakpoint-words.js';
import { changeLine, removeLine, setExceptionStop, statusOf } from '../../state/debugging.js';
import { runCommand } from '../../state/commands.js';
import { openFile } from '../../state/file-actions.js';
import { openLibrary } from '../../state/library-files.js';
import { baseName } from '../../state/paths.js';
import { stopView } from '../../state/stop-view.js';
import { toEditor } from '../../state/training-texts.js';
import { tell } from '../../state/workspace-actions.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';

const exceptionKinds: readonly (readonly [ExceptionStop, label: string, title: string])[] = [
  ['caught', 'Caught exceptions', 'Stop where an exception is thrown that the code or TensorFlow.js catches'],
  ['uncaught', 'Uncaught exceptions', 'Stop where an exception is thrown that ends the training'],
];

export function ExceptionRows() {
  const exceptions = useApp((state) => state.debugging.exceptions);
  return exceptionKinds.map(([kind, label, title]) => (
    <li key={kind} className="breakpoint" data-kind="exception">
      <label title={title}>
        <input
          type="checkbox"
          checked={exceptions.includes(kind)}
          onChange={(event) => void setExceptionStop(kind, event.target.checked)}
        />
        <span className="breakpoint-words">{label}</span>
      </label>
    </li>
  ));
}

export function LineRows() {
  const lines = useApp((state) => state.debugging.lines);
  const sorted = [...lines].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return sorted.map((entry) => <LineRow key={entry.id} entry={entry} />);
}

function LineRow({ entry }: { entry: LineBreakpoint }) {
  const status = useApp((state) => statusOf(state.session, entry));
  const hit = useStore(
    stopView,
    ({ stop, old }) =>
      !old &&
      stop?.reason === 'breakpoint' &&
      stop.file === entry.file &&
      toEditor(entry.file, stop.line ?? 0) === entry.line,
  );
  const place = `${baseName(entry.file)}:${entry.line}`;
  const detail = detailOf(entry);
  const look = lookOf(entry, status);
  const show = async () => {
    const at = { line: entry.line, focus: true };
    if (!isLibraryPath(entry.file)) return openFile(entry.file, at);
    await openLibrary({ path: entry.file }, at).catch((error: unknown) =>
      tell(`${baseName(entry.file)} is there while training runs`, error),
    );
  };
  const edit = async () => {
    await show();
    const field = entry.logMessage
      ? 'lineLog'
      : entry.hitCondition && !entry.condition
        ? 'lineHitCount'
        : 'lineCondition';
    await runCommand(`breakpoints.${field}`);
  };
  return (
    <li className="breakpoint" data-hit={hit || undefined} data-kind="line">
      <label title={wordsOf(entry, status).join('\n')}>
        <input
          type="checkbox"
          checked={entry.enabled}
          aria-label={place}
          onChange={(event) => void changeLine(entry.id, { enabled: event.target.checked })}
        />
        <i className="breakpoint-dot" data-state={look.state} data-sign={look.sign} aria-hidden />
      </label>
      <button className="breakpoint-place" title={`Show ${entry.file}:${entry.line}`} onClick={() => void show()}>
        <span className="breakpoint-words">{place}</span>
        {detail !== undefined && <code>{detail}</code>}
      </button>
      <span className="breakpoint-buttons">
        <button className="icon-button" title="Change" aria-label={`Change ${place}`} onClick={() => void edit()}>
          <Icon name="edit" />
        </button>
        <button
          className="icon-button"
          title="Remove"
          aria-label={`Remove ${place}`}
          onClick={() => void removeLine(entry.id)}
        >
          <Icon name="close" />
        </button>
      </span>
      {look.state === 'unverified' && status?.message && <span className="breakpoint-message">{status.message}</span>}
    </li>
  );
}

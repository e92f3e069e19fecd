/**
 * What is set for debugging in this folder: breakpoints on lines, exceptions that stop, watches. Shown at
 * once, kept with the workspace, handed to the training under way by the server. Knows no editor.
 */
import { messageOf } from '../../src/shared/base/message-of.js';
import {
  noDebugging,
  type Debugging,
  type ExceptionStop,
  type LineBreakpoint,
  type LineStatus,
} from '../../src/shared/protocol/debugging.js';
import type { WorkspaceInfo } from '../../src/shared/protocol/rpc.js';
import { hasEnded, type SessionState } from '../../src/shared/session/session-state.js';
import { appStore, notify } from './app-state.js';
import { server } from './server.js';
import { isEdited, toTraining } from './training-texts.js';

/** Lines move with every key that is typed above them. */
const MOVED_AFTER_MS = 400;

export type LineChange = Partial<Pick<LineBreakpoint, 'enabled' | 'condition' | 'hitCondition' | 'logMessage'>>;

/** What the server says is kept; what was changed here and is not kept yet is newer. */
export function takeDebugging(workspace: WorkspaceInfo | undefined, another: boolean): void {
  if (another) {
    clearTimeout(movedTimer);
    movedTimer = undefined;
    unsent = undefined;
  }
  if (!another && (sending || unsent || movedTimer !== undefined)) return;
  appStore.setState({ debugging: workspace?.debugging ?? noDebugging });
}

export function breakpointsAt(file: string, line: number): readonly LineBreakpoint[] {
  return appStore.getState().debugging.lines.filter((entry) => entry.file === file && entry.line === line);
}

/** Sets one, or takes away what is there. */
export function toggleLine(file: string, line: number): Promise<void> {
  return breakpointsAt(file, line).length > 0 ? removeAt(file, line) : setLine(file, line, {});
}

/** Changes the breakpoint on this line, or makes one; fields that are undefined are taken away. */
export function setLine(file: string, line: number, change: LineChange): Promise<void> {
  const [there] = breakpointsAt(file, line);
  if (there) return changeLine(there.id, change);
  const made: LineBreakpoint = { id: newId(), enabled: true, file, line, ...change };
  return update(({ lines }) => ({ lines: [...lines, made] }));
}

export function changeLine(id: string, change: LineChange): Promise<void> {
  return update(({ lines }) => ({ lines: lines.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)) }));
}

export function removeLine(id: string): Promise<void> {
  return update(({ lines }) => ({ lines: lines.filter((entry) => entry.id !== id) }));
}

function removeAt(file: string, line: number): Promise<void> {
  return update(({ lines }) => ({ lines: lines.filter((entry) => entry.file !== file || entry.line !== line) }));
}

export function setAllLines(change: (lines: readonly LineBreakpoint[]) => LineBreakpoint[]): Promise<void> {
  return update(({ lines }) => ({ lines: change(lines) }));
}

export function setExceptionStop(which: ExceptionStop, on: boolean): Promise<void> {
  return update(({ exceptions }) => ({
    exceptions: on ? [...new Set([...exceptions, which])] : exceptions.filter((entry) => entry !== which),
  }));
}

export function setWatches(watches: readonly string[]): Promise<void> {
  return update(() => ({ watches: [...watches] }), true);
}

/** The text was edited: breakpoints are on other lines now. The training under way runs the text before. */
export function moveLines(moved: ReadonlyMap<string, number>): void {
  const { debugging } = appStore.getState();
  const lines = withoutDoubles(debugging.lines.map((entry) => ({ ...entry, line: moved.get(entry.id) ?? entry.line })));
  appStore.setState({ debugging: { ...debugging, lines } });
  clearTimeout(movedTimer);
  movedTimer = setTimeout(keepMoved, MOVED_AFTER_MS);
}

/** With the text on the disk, and before the page goes, lines are kept without waiting for the next key. */
function keepMoved(): void {
  if (movedTimer === undefined) return;
  clearTimeout(movedTimer);
  movedTimer = undefined;
  void save(true);
}

/** What the training under way says of a breakpoint; nothing where none runs. */
export function statusOf(
  session: SessionState | undefined,
  { id, file, line }: LineBreakpoint,
): LineStatus | undefined {
  if (!session || hasEnded(session)) return undefined;
  if (toTraining(file, line) !== undefined) return session.lineBreakpoints?.[id];
  return {
    verified: false,
    wished: line,
    message: 'What trains is the text of before, which has no such line: it stops there in the next run.',
  };
}

/** A breakpoint on a line without code goes to the one that it stops on, once. */
export function adopted(lines: readonly LineBreakpoint[], session: SessionState): readonly LineBreakpoint[] {
  let any = false;
  const moved = lines.map((entry) => {
    const status = session.lineBreakpoints?.[entry.id];
    if (status?.line === undefined || status.line === entry.line || entry.line !== status.wished) return entry;
    any = true;
    return { ...entry, line: status.line };
  });
  return any ? withoutDoubles(moved) : lines;
}

/** Called once by the training side's start. */
export function startDebugging(): void {
  if (typeof window !== 'undefined') window.addEventListener('pagehide', keepMoved);
  appStore.subscribe((state, before) => {
    const { session, debugging, openFiles } = state;
    const wasDirty = (path: string) => before.openFiles.some((file) => file.path === path && file.dirty);
    if (openFiles !== before.openFiles && openFiles.some(({ path, dirty }) => !dirty && wasDirty(path))) keepMoved();
    if (!session || hasEnded(session) || session.lineBreakpoints === before.session?.lineBreakpoints) return;
    // Lines of a text that was edited are not those that the training knows.
    const edited = (entry: LineBreakpoint) =>
      isEdited(entry.file) || openFiles.some((file) => file.path === entry.file && file.dirty);
    const lines = adopted(
      debugging.lines.filter((entry) => !edited(entry)),
      session,
    );
    if (lines.every((entry) => debugging.lines.includes(entry))) return;
    const all = [...lines, ...debugging.lines.filter(edited)];
    appStore.setState({ debugging: { ...debugging, lines: all } });
    void save(true);
  });
}

let unsent: { readonly quietly: boolean } | undefined;
let sending = false;
let movedTimer: ReturnType<typeof setTimeout> | undefined;

function update(change: (now: Debugging) => Partial<Debugging>, quietly = false): Promise<void> {
  const { debugging } = appStore.getState();
  appStore.setState({ debugging: { ...debugging, ...change(debugging) } });
  return save(quietly);
}

/** One at a time: the last to be asked is the last to be kept. */
async function save(quietly: boolean): Promise<void> {
  unsent = { quietly: quietly && (unsent?.quietly ?? true) };
  if (sending) return;
  sending = true;
  try {
    while (unsent) {
      const { quietly: silent }: { readonly quietly: boolean } = unsent;
      unsent = undefined;
      const { debugging } = appStore.getState();
      await server().request('workspace/setDebugging', {
        debugging,
        quietly: silent,
        linesInTraining: movedIn(debugging),
      });
    }
  } catch (error) {
    unsent = undefined;
    notify({
      severity: 'error',
      message: 'The breakpoints and watches could not be kept.',
      detail: messageOf(error),
    });
  } finally {
    sending = false;
  }
}

/** Where the text that trains has the lines that are elsewhere, or nowhere, in it. */
function movedIn({ lines }: Debugging): Record<string, number | null> | undefined {
  const moved = lines.flatMap(({ id, file, line }) => {
    const there = toTraining(file, line);
    return there === line ? [] : [[id, there ?? null] as const];
  });
  return moved.length > 0 ? Object.fromEntries(moved) : undefined;
}

/** Two that came to one line are one. */
function withoutDoubles(lines: readonly LineBreakpoint[]): LineBreakpoint[] {
  return lines.filter(
    (entry, index) => lines.findIndex((other) => other.file === entry.file && other.line === entry.line) === index,
  );
}

function newId(): string {
  return `l${Date.now().toString(36)}${Math.floor(Math.random() * 46656).toString(36)}`;
}

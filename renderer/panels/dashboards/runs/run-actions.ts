/** What can be done to a run from the views of runs: drawing, comparing, renaming, tags, notes, the archive, the trash. */
import { messageOf } from '../../../../src/shared/base/message-of.js';
import { host } from '../../../host/index.js';
import { notify } from '../../../state/app-state.js';
import { ask, confirm } from '../../../state/dialogs.js';
import { noteRun } from '../../../state/dashboards.js';
import { compareGraphsOfRuns } from '../../../state/graph-comparison.js';
import { deleteRun, isAdded, renameRun, selectRun } from '../../../state/runs-sync.js';
import type { PopupItem } from '../../../ui/popup-menu.js';
import type { RunRow } from './run-columns.js';

export function runItems(
  { run, notes }: RunRow,
  drawn: boolean,
  ticked: readonly RunRow[],
  compareWith: (id: string) => void,
): readonly PopupItem[] {
  const item = (label: string, act: () => void, disabled = false): PopupItem => ({
    kind: 'item',
    label,
    disabled,
    run: act,
  });
  const other = ticked.find((row) => row.run.id !== run.id)?.run;
  const running = run.status === 'running';
  return [
    item(drawn ? 'Hide Curves' : 'Show Curves', () => selectRun(run.id, !drawn)),
    item(
      other ? `Compare with ${other.name}` : 'Compare with… (tick another run)',
      () => compareWith(other!.id),
      !other,
    ),
    item(
      other ? `Compare Graphs with ${other.name}` : 'Compare Graph with…',
      () => void compareGraphsOfRuns(run, other),
    ),
    { kind: 'separator' },
    item('Rename…', () => void rename(run.id, run.name), running || isAdded(run)),
    item('Tags…', () => void editTags(run.id, run.name, notes.tags ?? [])),
    item('Note…', () => void editNote(run.id, run.name, notes.note ?? '')),
    item(notes.archived ? 'Take Out of the Archive' : 'Archive', () => {
      noteRun(run.id, { archived: !notes.archived });
      if (!notes.archived) selectRun(run.id, false);
    }),
    item('Delete…', () => void remove(run.id, run.name), running || isAdded(run)),
  ];
}

async function rename(id: string, name: string): Promise<void> {
  const typed = await ask({ kind: 'text', title: `Rename ${name}`, label: 'Name', value: name, confirm: 'Rename' });
  if (typed === undefined || typed.trim() === '' || typed.trim() === name) return;
  await told('The run could not be renamed.', renameRun(id, typed.trim()));
}

async function editTags(id: string, name: string, tags: readonly string[]): Promise<void> {
  const typed = await ask({
    kind: 'text',
    title: `Tags of ${name}`,
    label: 'Words, by commas',
    value: tags.join(', '),
  });
  if (typed === undefined) return;
  const words = typed.split(',').map((word) => word.trim());
  noteRun(id, { tags: [...new Set(words.filter((word) => word !== ''))] });
}

async function editNote(id: string, name: string, note: string): Promise<void> {
  const typed = await ask({ kind: 'text', title: `Note about ${name}`, label: 'Note', value: note });
  if (typed !== undefined) noteRun(id, { note: typed.trim() === '' ? undefined : typed.trim() });
}

async function remove(id: string, name: string): Promise<void> {
  const sure = await confirm(
    `Delete ${name}?`,
    'Its curves and weights are moved to .backstep/trash in this folder, from where they can be taken back.',
    'Delete',
    'danger',
  );
  if (sure) await told('The run could not be deleted.', deleteRun(id));
}

export function saveText(name: string, text: string): Promise<void> {
  const type = name.endsWith('.csv') ? 'text/csv' : 'application/json';
  return saveBlob(name, Promise.resolve(new Blob([text], { type })));
}

export function saveBlob(name: string, blob: Promise<Blob>): Promise<void> {
  return told(
    `${name} could not be saved.`,
    blob.then((made) => host.saveFile(name, made)),
  );
}

async function told(message: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    notify({ severity: 'error', message, detail: messageOf(error) });
  }
}

/** What happens to a file that is open: pure transitions of its state, tested on their own. */
import type { OpenFile } from './app-state.js';
import type { Draft } from './drafts.js';

export interface DiskText {
  readonly text: string;
  readonly version: string;
  readonly readOnly: boolean;
}

/** A file as it is first shown: the disk's text, or the draft that was kept of it. */
export function opened(path: string, disk: DiskText | undefined, draft: Draft | undefined): OpenFile {
  if (!disk)
    return {
      path,
      text: draft?.text ?? '',
      dirty: draft !== undefined,
      readOnly: false,
      version: draft?.version ?? '',
      missing: true,
    };
  const clean: OpenFile = {
    path,
    text: disk.text,
    dirty: false,
    readOnly: disk.readOnly,
    version: disk.version,
    savedText: disk.text,
  };
  if (!draft || draft.text === disk.text) return clean;
  return {
    ...clean,
    text: draft.text,
    dirty: true,
    version: draft.version,
    ...(draft.version === disk.version
      ? {}
      : { savedText: undefined, conflict: { text: disk.text, version: disk.version } }),
  };
}

/** The disk was looked at again. A clean file follows it; a dirty one is never overwritten. */
export function diskChanged(file: OpenFile, disk: DiskText | undefined): OpenFile {
  if (!disk) return file.missing ? file : { ...file, missing: true, conflict: undefined };
  const back: OpenFile =
    file.missing || file.readOnly !== disk.readOnly ? { ...file, missing: undefined, readOnly: disk.readOnly } : file;
  if (disk.version === file.version) return back.conflict ? { ...back, conflict: undefined } : back;
  if (!file.dirty || disk.text === file.text) {
    return {
      ...back,
      text: disk.text,
      savedText: disk.text,
      version: disk.version,
      dirty: false,
      conflict: undefined,
      missing: undefined,
    };
  }
  if (file.conflict?.version === disk.version) return back;
  return { ...back, savedText: undefined, conflict: { text: disk.text, version: disk.version } };
}

/** The person typed. */
export function edited(file: OpenFile, text: string): OpenFile {
  return text === file.text ? file : { ...file, text, dirty: text !== file.savedText };
}

/** The disk now has `text` under `version`; the person may have typed on while it was written. */
export function saved(file: OpenFile, text: string, version: string): OpenFile {
  return { ...file, version, savedText: text, dirty: file.text !== text, conflict: undefined, missing: undefined };
}

/** The person takes the disk's text of a conflict. */
export function tookTheirs(file: OpenFile): OpenFile {
  if (!file.conflict) return file;
  return {
    ...file,
    text: file.conflict.text,
    savedText: file.conflict.text,
    version: file.conflict.version,
    dirty: false,
    conflict: undefined,
  };
}

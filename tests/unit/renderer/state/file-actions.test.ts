/** Files between window, disk and drafts, against a disk in memory that answers when it is told to. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeStorage } from '../fake-storage.js';

const disk = new Map<string, string>();
const versionOf = (text: string) => `v:${text}`;
let gate: Promise<void> = Promise.resolve();
let failure: Error | undefined;

vi.mock('../../../../renderer/state/server.js', async () => {
  const { RequestError } = await import('../../../../renderer/state/connection.js');
  return {
    server: () => ({
      async request(name: string, params: { path: string; text: string; baseVersion?: string }) {
        const { path } = params;
        const found = disk.get(path);
        if (name === 'file/read') {
          if (failure) throw failure;
          if (found === undefined) throw new RequestError('not-found', 'gone');
          return { text: found, version: versionOf(found), readOnly: false };
        }
        await gate;
        if (failure) throw failure;
        if (params.baseVersion !== undefined && found !== undefined && versionOf(found) !== params.baseVersion) {
          return { kind: 'conflict', text: found, version: versionOf(found) };
        }
        disk.set(path, params.text);
        return { kind: 'written', version: versionOf(params.text) };
      },
    }),
  };
});

const { appStore } = await import('../../../../renderer/state/app-state.js');
const { dialogStore } = await import('../../../../renderer/state/dialogs.js');
const { RequestError } = await import('../../../../renderer/state/connection.js');
const files = await import('../../../../renderer/state/file-actions.js');
const { draftsOf } = await import('../../../../renderer/state/drafts.js');

const path = '/w/a.ts';
const now = () => files.findOpen(path);
const drafts = () => [...draftsOf('/w')].map(([name, draft]) => [name, draft.text]);

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue();
  disk.clear();
  disk.set(path, 'one');
  gate = Promise.resolve();
  failure = undefined;
  appStore.setState({
    workspace: { path: '/w', name: 'w', trusted: true, experiments: [path], breakpoints: [] },
    openFiles: [],
    activeFile: undefined,
    notices: [],
  });
  // After the store: emptying it is not to be remembered.
  vi.stubGlobal('localStorage', new FakeStorage());
});

describe('opening', () => {
  it('says why a file cannot be shown, and leaves what is in front', async () => {
    await files.openFile(path);
    failure = new RequestError('not-text', '“b.png” is not a text file.');
    await files.openFile('/w/b.png');
    expect(appStore.getState().notices.at(-1)?.message).toBe('“b.png” is not a text file.');
    expect(appStore.getState()).toMatchObject({ activeFile: path, openFiles: [{ path }] });
  });
});

it('opens a file that was edited from another one, not saved and behind', async () => {
  await files.openFile(path);
  disk.set('/w/b.ts', 'old name');
  let text = 'new';
  const opening = [files.openEdited('/w/b.ts', () => text), files.openEdited('/w/b.ts', () => text)];
  text = 'new name';
  await Promise.all(opening);
  expect(appStore.getState()).toMatchObject({
    activeFile: path,
    openFiles: [{ path }, { path: '/w/b.ts', text: 'new name', dirty: true }],
  });
});

describe('saving', () => {
  it('writes, and drops the draft', async () => {
    await files.openFile(path);
    files.editFile(path, 'two');
    files.keepAllDrafts();
    expect(drafts()).toEqual([[path, 'two']]);
    expect(await files.saveFile(path)).toBe(true);
    expect(disk.get(path)).toBe('two');
    expect(now()).toMatchObject({ dirty: false, version: versionOf('two') });
    expect(drafts()).toEqual([]);
  });

  it('keeps what was typed while it wrote, and takes its own change for no one else’s', async () => {
    await files.openFile(path);
    files.editFile(path, 'two');
    let open = () => {};
    gate = new Promise((resolve) => (open = resolve));
    const saving = files.saveFile(path);
    files.editFile(path, 'three');
    const told = files.filesChanged(['a.ts']);
    open();
    await Promise.all([saving, told]);
    expect(now()).toMatchObject({ text: 'three', dirty: true, version: versionOf('two') });
    expect(now()?.conflict).toBeUndefined();
    expect(drafts()).toEqual([[path, 'three']]);
  });

  it('stops at a conflict, and overwrites only when told to', async () => {
    await files.openFile(path);
    files.editFile(path, 'mine');
    disk.set(path, 'theirs');
    expect(await files.saveFile(path)).toBe(false);
    expect(disk.get(path)).toBe('theirs');
    expect(now()?.conflict?.text).toBe('theirs');
    expect(await files.saveFile(path, { overwrite: true })).toBe(true);
    expect(disk.get(path)).toBe('mine');
    expect(now()).toMatchObject({ dirty: false });
  });

  it('keeps the edit and says why where the disk refuses', async () => {
    await files.openFile(path);
    files.editFile(path, 'two');
    failure = new RequestError('disk-full', 'The disk is full.', 'Free some room.');
    expect(await files.saveFile(path)).toBe(false);
    expect(now()).toMatchObject({ text: 'two', dirty: true });
    const notice = appStore.getState().notices.at(-1);
    expect(notice?.message).toMatch(/a\.ts was not saved: The disk is full/);
    expect(notice?.detail).toMatch(/Free some room\. Your edit is kept/);
  });

  it('writes a deleted file anew', async () => {
    await files.openFile(path);
    disk.delete(path);
    await files.filesChanged(['a.ts']);
    expect(now()).toMatchObject({ missing: true, text: 'one' });
    expect(await files.saveFile(path)).toBe(true);
    expect(disk.get(path)).toBe('one');
    expect(now()?.missing).toBeUndefined();
  });
});

describe('coming back', () => {
  it('opens what was open, drafts over the disk, and tells of what changed meanwhile', async () => {
    disk.set('/w/b.ts', 'b');
    files.rememberOpenFiles();
    await files.openFile(path);
    await files.openFile('/w/b.ts');
    files.editFile(path, 'mine');
    files.keepAllDrafts();
    const remembered = appStore.getState().workspace;
    // The page goes; somebody else writes; the page comes back.
    appStore.setState({ workspace: undefined, openFiles: [], activeFile: undefined });
    disk.set(path, 'theirs');
    appStore.setState({ workspace: remembered });
    await files.restoreFiles('/w', [path]);
    expect(appStore.getState().openFiles.map((file) => file.path)).toEqual([path, '/w/b.ts']);
    expect(appStore.getState().activeFile).toBe('/w/b.ts');
    expect(now()).toMatchObject({ text: 'mine', dirty: true, conflict: { text: 'theirs' } });
  });

  it('opens the experiment of a folder that was never open', async () => {
    await files.restoreFiles('/w', [path]);
    expect(appStore.getState().activeFile).toBe(path);
  });

  it('brings back the draft of a file that is gone', async () => {
    await files.openFile(path);
    files.editFile(path, 'mine');
    files.keepAllDrafts();
    disk.delete(path);
    appStore.setState({ openFiles: [] });
    await files.restoreFiles('/w', []);
    expect(now()).toMatchObject({ text: 'mine', missing: true, dirty: true });
  });
});

describe('closing', () => {
  const answer = (value: string | undefined) => dialogStore.getState().asked?.answer(value);

  it('asks where something is not saved', async () => {
    await files.openFile(path);
    files.editFile(path, 'two');
    const kept = files.closeFile(path);
    answer(undefined);
    expect(await kept).toBe(false);
    expect(now()?.text).toBe('two');

    const saved = files.closeFile(path);
    answer('save');
    expect(await saved).toBe(true);
    expect(disk.get(path)).toBe('two');
    expect(now()).toBeUndefined();
  });

  it('drops the draft with the edit', async () => {
    await files.openFile(path);
    files.editFile(path, 'two');
    files.keepAllDrafts();
    const closed = files.closeFile(path);
    answer('discard');
    expect(await closed).toBe(true);
    expect(disk.get(path)).toBe('one');
    expect(drafts()).toEqual([]);
  });
});

it('follows a rename, unsaved edit included', async () => {
  await files.openFile(path);
  files.editFile(path, 'two');
  files.keepAllDrafts();
  files.pathRenamed('/w/a.ts', '/w/b.ts');
  expect(appStore.getState()).toMatchObject({
    activeFile: '/w/b.ts',
    openFiles: [{ path: '/w/b.ts', text: 'two', dirty: true }],
  });
  expect(drafts()).toEqual([['/w/b.ts', 'two']]);
});

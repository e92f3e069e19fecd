import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draftsOf, dropDraft, keepDraft } from '../../../../renderer/state/drafts.js';
import { readEditorMemory, writeEditorMemory } from '../../../../renderer/state/editor-memory.js';
import { FakeStorage } from '../fake-storage.js';

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
afterEach(() => void vi.restoreAllMocks());

describe('drafts', () => {
  it('belong to their workspace', () => {
    const storage = new FakeStorage();
    keepDraft('/w', '/w/a.ts', { text: 'a', version: 'v1' }, storage);
    keepDraft('/w2', '/w2/b.ts', { text: 'b', version: 'v2' }, storage);
    expect([...draftsOf('/w', storage)]).toEqual([['/w/a.ts', { text: 'a', version: 'v1' }]]);
    dropDraft('/w', '/w/a.ts', storage);
    expect(draftsOf('/w', storage).size).toBe(0);
    expect(draftsOf('/w2', storage).size).toBe(1);
  });

  it('say when they cannot be kept', () => {
    const storage = new FakeStorage();
    storage.full = true;
    expect(keepDraft('/w', '/w/a.ts', { text: 'a', version: '' }, storage)).toBe(false);
  });

  it('leave a damaged one aside', () => {
    const storage = new FakeStorage();
    keepDraft('/w', '/w/a.ts', { text: 'a', version: 'v1' }, storage);
    storage.setItem('backstep.draft:/w\n/w/b.ts', '{"text":');
    expect([...draftsOf('/w', storage).keys()]).toEqual(['/w/a.ts']);
  });
});

describe('the memory of open files', () => {
  it('is fresh where there is none, and where it is damaged', () => {
    const storage = new FakeStorage();
    expect(readEditorMemory('/w', storage)).toMatchObject({ open: [], fresh: true });
    storage.setItem('backstep.editor:/w', 'nonsense');
    expect(readEditorMemory('/w', storage).fresh).toBe(true);
  });

  it('takes changes in parts', () => {
    const storage = new FakeStorage();
    writeEditorMemory('/w', { open: ['/w/a.ts'], active: '/w/a.ts' }, storage);
    writeEditorMemory('/w', { views: { '/w/a.ts': { scrollTop: 40 } } }, storage);
    expect(readEditorMemory('/w', storage)).toEqual({
      open: ['/w/a.ts'],
      active: '/w/a.ts',
      views: { '/w/a.ts': { scrollTop: 40 } },
      fresh: false,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { diskChanged, edited, opened, saved, tookTheirs } from '../../../../renderer/state/open-file.js';

const disk = { text: 'one\n', version: 'v1', readOnly: false };
const clean = opened('/w/a.ts', disk, undefined);

describe('a file as it is opened', () => {
  it('shows the disk where there is no draft', () => {
    expect(clean).toMatchObject({ text: 'one\n', dirty: false, version: 'v1' });
    expect(clean.conflict).toBeUndefined();
  });

  it('shows the draft, still based on the text that it began from', () => {
    expect(opened('/w/a.ts', disk, { text: 'mine\n', version: 'v1' })).toMatchObject({
      text: 'mine\n',
      dirty: true,
      version: 'v1',
    });
  });

  it('tells of a conflict where the disk went on while the window was away', () => {
    const file = opened('/w/a.ts', { ...disk, text: 'theirs\n', version: 'v2' }, { text: 'mine\n', version: 'v1' });
    expect(file).toMatchObject({ text: 'mine\n', dirty: true, conflict: { text: 'theirs\n', version: 'v2' } });
  });

  it('drops a draft that says what the disk says', () => {
    expect(opened('/w/a.ts', { ...disk, version: 'v2' }, { text: 'one\n', version: 'v1' })).toMatchObject({
      dirty: false,
      version: 'v2',
    });
  });

  it('keeps the draft of a file that is gone', () => {
    expect(opened('/w/a.ts', undefined, { text: 'mine\n', version: 'v1' })).toMatchObject({
      text: 'mine\n',
      dirty: true,
      missing: true,
    });
  });
});

describe('a file whose disk changed', () => {
  const theirs = { text: 'theirs\n', version: 'v2', readOnly: false };

  it('follows while it is clean', () => {
    expect(diskChanged(clean, theirs)).toMatchObject({ text: 'theirs\n', version: 'v2', dirty: false });
  });

  it('never loses an edit: it asks', () => {
    const file = diskChanged(edited(clean, 'mine\n'), theirs);
    expect(file).toMatchObject({
      text: 'mine\n',
      dirty: true,
      version: 'v1',
      conflict: { text: 'theirs\n', version: 'v2' },
    });
    expect(edited(file, 'one\n').dirty, 'the text that was saved once is not the disk’s any more').toBe(true);
  });

  it('sees that both made the same edit', () => {
    const file = diskChanged(edited(clean, 'theirs\n'), theirs);
    expect(file).toMatchObject({ dirty: false, version: 'v2' });
    expect(file.conflict).toBeUndefined();
  });

  it('forgets a conflict when the disk goes back', () => {
    const file = diskChanged(diskChanged(edited(clean, 'mine\n'), theirs), disk);
    expect(file.conflict).toBeUndefined();
    expect(file).toMatchObject({ text: 'mine\n', dirty: true });
  });

  it('is the same object where nothing changed, so that nothing is drawn anew', () => {
    expect(diskChanged(clean, disk)).toBe(clean);
  });

  it('says that it was deleted, keeps its text, and says so when it is back', () => {
    const gone = diskChanged(edited(clean, 'mine\n'), undefined);
    expect(gone).toMatchObject({ missing: true, text: 'mine\n', dirty: true });
    expect(diskChanged(gone, disk).missing).toBeUndefined();
  });
});

describe('editing and saving', () => {
  it('is clean again when the edit is undone', () => {
    expect(edited(edited(clean, 'two\n'), 'one\n').dirty).toBe(false);
  });

  it('stays dirty where the person typed on while it was written', () => {
    const typedOn = edited(edited(clean, 'two\n'), 'three\n');
    expect(saved(typedOn, 'two\n', 'v2')).toMatchObject({ text: 'three\n', dirty: true, version: 'v2' });
  });

  it('settles a conflict and a deletion', () => {
    const file = saved(
      { ...edited(clean, 'mine\n'), missing: true, conflict: { text: 'x', version: 'v2' } },
      'mine\n',
      'v3',
    );
    expect(file).toMatchObject({ dirty: false, version: 'v3' });
    expect(file.missing ?? file.conflict).toBeUndefined();
  });

  it('takes theirs', () => {
    const file = tookTheirs(diskChanged(edited(clean, 'mine\n'), { text: 'theirs\n', version: 'v2', readOnly: false }));
    expect(file).toMatchObject({ text: 'theirs\n', version: 'v2', dirty: false });
    expect(file.conflict).toBeUndefined();
  });
});

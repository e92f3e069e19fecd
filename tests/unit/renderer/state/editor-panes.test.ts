import { beforeEach, describe, expect, it } from 'vitest';
import { appStore } from '../../../../renderer/state/app-state.js';
import { closePane, focusPane, paneFiles, splitEditor, withoutFile } from '../../../../renderer/state/editor-panes.js';

const panes = () => {
  const state = appStore.getState();
  return { files: paneFiles(state), active: state.activePane };
};

beforeEach(() => appStore.setState({ activeFile: '/a.ts', otherFile: undefined, activePane: 0 }));

describe('the panes of the editor', () => {
  it('begin as one; splitting shows the same file at the right, which is active then', () => {
    expect(panes()).toEqual({ files: ['/a.ts'], active: 0 });
    splitEditor();
    expect(panes()).toEqual({ files: ['/a.ts', '/a.ts'], active: 1 });
    appStore.setState({ activeFile: '/b.ts' });
    expect(panes()).toEqual({ files: ['/a.ts', '/b.ts'], active: 1 });
  });

  it('keep their files when the other one becomes active', () => {
    splitEditor('/b.ts');
    focusPane(0);
    expect(panes()).toEqual({ files: ['/a.ts', '/b.ts'], active: 0 });
    expect(appStore.getState().activeFile).toBe('/a.ts');
    splitEditor();
    expect(panes().active).toBe(1);
    focusPane(0);
    splitEditor('/c.ts');
    expect(panes()).toEqual({ files: ['/a.ts', '/c.ts'], active: 0 });
  });

  it('are one again when one is closed, with the file of the other', () => {
    splitEditor('/b.ts');
    closePane(0);
    expect(panes()).toEqual({ files: ['/b.ts'], active: 0 });
    closePane(0);
    expect(panes()).toEqual({ files: ['/b.ts'], active: 0 });
  });

  it('do not split where no file is open', () => {
    appStore.setState({ activeFile: undefined });
    splitEditor('/b.ts');
    expect(panes().files).toEqual([undefined]);
  });
});

describe('a file that is closed', () => {
  const split = { activeFile: '/a.ts', otherFile: '/b.ts', activePane: 1 } as const;

  it('takes its pane along where there are two', () => {
    expect(withoutFile(split, '/a.ts', '/c.ts')).toEqual({ activeFile: '/b.ts', otherFile: undefined, activePane: 0 });
    expect(withoutFile(split, '/b.ts', '/c.ts')).toEqual({ activeFile: '/a.ts', otherFile: undefined, activePane: 0 });
    expect(withoutFile(split, '/c.ts', '/d.ts')).toEqual(split);
  });

  it('gives way to its neighbour where both panes show it, or there is one pane', () => {
    expect(withoutFile({ ...split, otherFile: '/a.ts' }, '/a.ts', '/c.ts').activeFile).toBe('/c.ts');
    const alone = { activeFile: '/a.ts', otherFile: undefined, activePane: 0 } as const;
    expect(withoutFile(alone, '/a.ts', '/c.ts')).toEqual({ ...alone, activeFile: '/c.ts' });
    expect(withoutFile(alone, '/a.ts', undefined).activeFile).toBeUndefined();
  });
});

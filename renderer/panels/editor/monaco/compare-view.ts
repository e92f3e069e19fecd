/** Two texts side by side: the disk's and the person's, for settling a conflict. */
import { monaco } from './api.js';
import { LOOKED_AT_CODE } from './looked-at-code.js';

export class CompareView {
  private readonly diff: monaco.editor.IStandaloneDiffEditor;
  private readonly disk: monaco.editor.ITextModel;
  private readonly mine: monaco.editor.ITextModel;

  constructor(container: HTMLElement, path: string, diskText: string, myText: string) {
    const colours = /\.[cm]?[jt]sx?$/.test(path) ? LOOKED_AT_CODE : undefined;
    this.disk = monaco.editor.createModel(diskText, colours);
    this.mine = monaco.editor.createModel(myText, colours);
    this.diff = monaco.editor.createDiffEditor(container, {
      automaticLayout: true,
      readOnly: true,
      originalEditable: false,
      minimap: { enabled: false },
      fontSize: 13,
      lineHeight: 20,
      scrollBeyondLastLine: false,
      renderOverviewRuler: false,
      inlayHints: { enabled: 'off' },
    });
    this.diff.setModel({ original: this.disk, modified: this.mine });
  }

  update(diskText: string, myText: string): void {
    if (this.disk.getValue() !== diskText) this.disk.setValue(diskText);
    if (this.mine.getValue() !== myText) this.mine.setValue(myText);
  }

  dispose(): void {
    this.diff.dispose();
    this.disk.dispose();
    this.mine.dispose();
  }
}

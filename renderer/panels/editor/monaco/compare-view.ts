/** Two texts side by side: the disk's and the person's, for settling a conflict. */
import { monaco } from './api.js';

export class CompareView {
  private readonly diff: monaco.editor.IStandaloneDiffEditor;
  private readonly disk: monaco.editor.ITextModel;
  private readonly mine: monaco.editor.ITextModel;

  constructor(container: HTMLElement, path: string, diskText: string, myText: string) {
    const language = /\.[cm]?tsx?$/.test(path) ? 'typescript' : /\.[cm]?jsx?$/.test(path) ? 'javascript' : undefined;
    // Under a scheme of their own: the checker must not take them for two more files of the workspace.
    this.disk = monaco.editor.createModel(
      diskText,
      language,
      monaco.Uri.from({ scheme: 'compare-disk', path: `/${Date.now()}` }),
    );
    this.mine = monaco.editor.createModel(
      myText,
      language,
      monaco.Uri.from({ scheme: 'compare-mine', path: `/${Date.now()}` }),
    );
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

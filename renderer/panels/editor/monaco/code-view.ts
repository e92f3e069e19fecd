/** The code of one pane: shows the pane's file, keeps each file's place, and keeps its caret and the window's cursor together. */
import { appStore, moveCursor } from '../../../state/app-state.js';
import { openFile } from '../../../state/file-actions.js';
import { readEditorMemory, writeEditorMemory } from '../../../state/editor-memory.js';
import { focusPane, paneFiles, type PaneIndex } from '../../../state/editor-panes.js';
import { isLibraryPath } from '../../../../src/shared/base/library-path.js';
import { onReveal, type Place } from '../../../state/reveal.js';
import { monaco } from './api.js';
import { BreakpointGutter } from './breakpoint-gutter.js';
import { refreshMarkers } from './markers.js';
import { modelOf, pathOf } from './models.js';
import { forwardKeys } from './overflow-keys.js';
import { PinnedHints } from './pinned-hints.js';
import { layersAt, lineOfLayer, modelAppeared } from './shape-hints.js';

type ViewState = monaco.editor.ICodeEditorViewState;

/** Before the paths of the right pane; no path begins so. */
const RIGHT = 'right:';

export class CodeView {
  readonly editor: monaco.editor.IStandaloneCodeEditor;
  readonly breakpoints: BreakpointGutter;
  private readonly views = new Map<string, ViewState>();
  private readonly cursorLine: monaco.editor.IEditorDecorationsCollection;
  private readonly releases: (() => void)[] = [];
  private shown: string | undefined;
  private workspace: string | undefined;
  /** True while the view itself moves the caret: that says nothing new to the window. */
  private moving = false;

  constructor(
    container: HTMLElement,
    overflow: HTMLElement,
    private readonly pane: PaneIndex,
  ) {
    this.editor = monaco.editor.create(container, {
      model: null,
      theme: themeName(appStore.getState().theme),
      automaticLayout: true,
      fontFamily: "'SF Mono', Menlo, Consolas, 'Cascadia Mono', 'DejaVu Sans Mono', 'Liberation Mono', monospace",
      fontSize: codeFontSize(),
      lineHeight: 20,
      lineDecorationsWidth: 6,
      minimap: { enabled: false },
      glyphMargin: true,
      lineNumbersMinChars: 3,
      folding: true,
      scrollBeyondLastLine: false,
      smoothScrolling: false,
      renderLineHighlight: 'line',
      renderLineHighlightOnlyWhenFocus: true,
      padding: { top: 8, bottom: 8 },
      overviewRulerBorder: false,
      scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
      occurrencesHighlight: 'singleFile',
      fixedOverflowWidgets: true,
      overflowWidgetsDomNode: overflow,
      inlayHints: { enabled: 'on', fontSize: 12, padding: true, maximumLength: 80 },
      stickyScroll: { enabled: false },
      tabSize: 2,
      quickSuggestions: { strings: true, other: true, comments: false },
      ariaLabel: pane === 0 ? 'Code' : 'Code at the right',
      'semanticHighlighting.enabled': true,
    });
    this.releases.push(forwardKeys(overflow, container));
    this.cursorLine = this.editor.createDecorationsCollection();
    const listeners = [
      // TypeScript's words for a string ("relu", "same") are asked for where it begins, as in other editors.
      this.editor.onDidChangeModelContent(({ changes, isFlush, isUndoing, isRedoing }) => {
        // A pair of quotes is what the editor makes of one that begins a string, and of none in a comment.
        if (isFlush || isUndoing || isRedoing || !changes.some(({ text }) => text === "''" || text === '""')) return;
        // Once the cursor stands between them.
        setTimeout(() => this.editor.trigger('quote', 'editor.action.triggerSuggest', { auto: true }));
      }),
      this.editor.onDidChangeCursorPosition(() => this.tellCursor()),
      this.editor.onDidFocusEditorText(() => {
        focusPane(this.pane);
        this.tellCursor();
      }),
      monaco.editor.registerEditorOpener({
        openCodeEditor: (_source, resource, selection) => {
          if (resource.scheme !== 'file' || resource.path.startsWith('/node_modules/')) return false;
          void openFile(pathOf(resource), selection && placeOf(selection));
          return true;
        },
      }),
    ];
    this.releases.push(...listeners.map((listener) => () => listener.dispose()));
    const pinned = new PinnedHints(this.editor, () => this.shown);
    this.releases.push(() => pinned.dispose());
    this.breakpoints = new BreakpointGutter(this.editor, () => this.shown);
    this.releases.push(() => this.breakpoints.dispose());
    this.show();
    this.releases.push(
      onReveal((place) => this.reveal(place)),
      appStore.subscribe((state, before) => {
        if (state.theme !== before.theme) monaco.editor.setTheme(themeName(state.theme));
        if (
          state.activeFile !== before.activeFile ||
          state.otherFile !== before.otherFile ||
          state.activePane !== before.activePane ||
          state.openFiles !== before.openFiles ||
          state.workspace !== before.workspace
        )
          this.show();
        if (state.cursor !== before.cursor || state.analyses !== before.analyses) this.showCursor();
      }),
    );
    const refit = () => this.editor.updateOptions({ fontSize: codeFontSize() });
    window.addEventListener('resize', refit);
    this.releases.push(() => window.removeEventListener('resize', refit));
    const remember = () => this.remember();
    window.addEventListener('pagehide', remember);
    this.releases.push(() => window.removeEventListener('pagehide', remember));
  }

  dispose(): void {
    this.remember();
    for (const release of this.releases) release();
    this.editor.dispose();
  }

  run(action: string): void {
    this.editor.focus();
    this.editor.trigger('menu', action, undefined);
  }

  private show(): void {
    const { openFiles, workspace, ...panes } = appStore.getState();
    const path = paneFiles(panes)[this.pane];
    if (workspace?.path !== this.workspace) {
      this.workspace = workspace?.path;
      this.views.clear();
      if (workspace) {
        for (const [key, view] of Object.entries(readEditorMemory(workspace.path).views))
          this.views.set(key, view as ViewState);
      }
      this.shown = undefined;
    }
    const file = openFiles.find((candidate) => candidate.path === path);
    if (file?.path !== this.shown || this.editor.getModel() === null) {
      if (this.shown !== undefined) this.keepView(this.shown);
      this.shown = file?.path;
      this.moving = true;
      this.editor.setModel(file ? modelOf(file.path, file.text) : null);
      const view = file && (this.views.get(this.keyOf(file.path)) ?? this.views.get(file.path));
      if (view) this.editor.restoreViewState(view);
      this.moving = false;
      if (file) {
        modelAppeared();
        refreshMarkers();
      }
      this.showCursor();
    }
    this.editor.updateOptions({
      readOnly: file?.readOnly ?? false,
      readOnlyMessage: {
        value:
          file && isLibraryPath(file.path)
            ? 'This is the library’s own source; it cannot be changed.'
            : 'This file is read-only on disk.',
      },
    });
  }

  private keepView(path: string): void {
    const view = this.editor.saveViewState();
    if (view) this.views.set(this.keyOf(path), view);
  }

  /** Scroll positions outlive the page. */
  private remember(): void {
    if (this.shown !== undefined) this.keepView(this.shown);
    if (this.workspace === undefined) return;
    const open = new Set(appStore.getState().openFiles.map((file) => this.keyOf(file.path)));
    const others = Object.entries(readEditorMemory(this.workspace).views).filter(([key]) => this.isOthers(key));
    writeEditorMemory(this.workspace, {
      views: Object.fromEntries([...others, ...[...this.views].filter(([key]) => open.has(key))]),
    });
  }

  /** Names a place in a file: both panes can show the same one. */
  private keyOf(path: string): string {
    return this.pane === 0 ? path : `${RIGHT}${path}`;
  }

  private isOthers(key: string): boolean {
    return key.startsWith(RIGHT) !== (this.pane === 1);
  }

  private reveal({ path, line, column, focus }: Place): boolean {
    if (appStore.getState().activePane !== this.pane) return false;
    this.show();
    if (this.shown !== path) return false;
    if (line !== undefined) {
      const position = {
        lineNumber: line,
        column: column ?? this.editor.getModel()?.getLineFirstNonWhitespaceColumn(line) ?? 1,
      };
      this.editor.setPosition({ ...position, column: position.column || 1 });
      // A line at the very edge is in sight, and what comes next is not.
      const [seen] = this.editor.getVisibleRanges();
      if (seen && line > seen.startLineNumber + 1 && line < seen.endLineNumber - 1)
        this.editor.revealLineInCenterIfOutsideViewport(line);
      else this.editor.revealLineInCenter(line);
    }
    if (focus) this.editor.focus();
    return true;
  }

  private tellCursor(): void {
    const position = this.editor.getPosition();
    const { activePane, cursor } = appStore.getState();
    if (this.moving || !position || this.shown === undefined || activePane !== this.pane) return;
    const layers = layersAt(this.shown, position.lineNumber);
    const layer = cursor.layer !== undefined && layers.includes(cursor.layer) ? cursor.layer : layers[0];
    if (
      cursor.file === this.shown &&
      cursor.line === position.lineNumber &&
      cursor.column === position.column &&
      cursor.layer === layer
    )
      return;
    moveCursor({ file: this.shown, line: position.lineNumber, column: position.column, layer });
  }

  /** The line of the selected layer, in the cursor's yellow. */
  private showCursor(): void {
    const { cursor } = appStore.getState();
    const line =
      this.shown !== undefined && cursor.layer !== undefined ? lineOfLayer(this.shown, cursor.layer) : undefined;
    this.cursorLine.set(
      line === undefined
        ? []
        : [
            {
              range: new monaco.Range(line, 1, line, 1),
              options: { isWholeLine: true, className: 'cursor-line', linesDecorationsClassName: 'cursor-line-mark' },
            },
          ],
    );
  }
}

/** On a narrow screen a line and its shape should both fit. */
function codeFontSize(): number {
  return window.innerWidth < 1500 ? 12 : 13;
}

function placeOf(at: monaco.IPosition | monaco.IRange): { line: number; column: number } {
  return 'lineNumber' in at
    ? { line: at.lineNumber, column: at.column }
    : { line: at.startLineNumber, column: at.startColumn };
}

function themeName(theme: 'dark' | 'light'): string {
  return `backstep-${theme}`;
}

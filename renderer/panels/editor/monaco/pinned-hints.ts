/**
 * Shapes of lines that are longer than the editor is wide: their inlays would stand beyond its edge, so a
 * short form stands at the edge, over the end of the line, until the person writes in that line or scrolls
 * to the inlay itself. Knows Monaco's geometry, and no analysis.
 */
import { monaco } from './api.js';
import { hintsOf, onHintsChanged } from './shape-hints.js';

/** Around an inlay's text, in pixels. */
const INLAY_PADDING = 10;

/** Added with its editor; `dispose` before that. `fileOf` names the file that the editor shows. */
export class PinnedHints {
  private readonly layer = document.createElement('div');
  private readonly widget: monaco.editor.IOverlayWidget;
  private readonly listening: readonly monaco.IDisposable[];
  private frame = 0;

  constructor(
    private readonly editor: monaco.editor.IStandaloneCodeEditor,
    private readonly fileOf: () => string | undefined,
  ) {
    this.layer.className = 'pinned-hints';
    this.widget = { getId: () => 'backstep.pinned-hints', getDomNode: () => this.layer, getPosition: () => null };
    editor.addOverlayWidget(this.widget);
    const soon = () => this.drawSoon();
    this.listening = [
      onHintsChanged(soon),
      editor.onDidScrollChange(soon),
      editor.onDidLayoutChange(soon),
      editor.onDidChangeModel(soon),
      editor.onDidChangeModelContent(soon),
      editor.onDidChangeCursorPosition(soon),
      editor.onDidChangeHiddenAreas(soon),
      editor.onDidFocusEditorText(soon),
      editor.onDidBlurEditorText(soon),
    ];
    soon();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    for (const one of this.listening) one.dispose();
    this.editor.removeOverlayWidget(this.widget);
  }

  private drawSoon(): void {
    // Monaco draws its lines in a frame of its own; the one after it knows how wide they are.
    if (this.frame === 0)
      this.frame = requestAnimationFrame(() => (this.frame = requestAnimationFrame(() => this.draw())));
  }

  private draw(): void {
    this.frame = 0;
    const { editor, layer } = this;
    const path = this.fileOf();
    const model = editor.getModel();
    if (path === undefined || !model) {
      layer.replaceChildren();
      return;
    }
    const layout = editor.getLayoutInfo();
    const room = layout.contentWidth - layout.verticalScrollbarWidth;
    const letter = editor.getOption(monaco.editor.EditorOption.fontInfo).typicalHalfwidthCharacterWidth;
    const writing = editor.hasTextFocus() ? editor.getPosition()?.lineNumber : undefined;
    const shown = editor.getVisibleRanges();
    const pins = hintsOf(path).flatMap((hint) => {
      if (hint.line === writing || hint.line > model.getLineCount()) return [];
      if (!shown.some((range) => range.startLineNumber <= hint.line && hint.line <= range.endLineNumber)) return [];
      const end = editor.getOffsetForColumn(hint.line, model.getLineMaxColumn(hint.line)) - editor.getScrollLeft();
      if (end + hint.text.length * letter + INLAY_PADDING <= room) return [];
      // Where the short form fits behind the code it stands there, else at the edge.
      const left = Math.min(end, room - hint.short.length * letter - INLAY_PADDING);
      return [this.pin(hint, model, layout.contentLeft + left, layout.verticalScrollbarWidth)];
    });
    layer.style.width = `${layout.width}px`;
    layer.style.height = `${layout.height - layout.horizontalScrollbarHeight}px`;
    layer.replaceChildren(...pins);
  }

  private pin(
    hint: ReturnType<typeof hintsOf>[number],
    model: monaco.editor.ITextModel,
    left: number,
    right: number,
  ): HTMLElement {
    const { editor } = this;
    const pin = document.createElement('div');
    pin.className = 'pinned-hint';
    pin.classList.toggle('old', hint.stale);
    const text = document.createElement('span');
    text.textContent = hint.short;
    pin.append(text);
    pin.title = hint.hover.replaceAll(/[*`]|^---$/gm, '').replaceAll(/\n{2,}/g, '\n');
    pin.style.top = `${editor.getTopForLineNumber(hint.line) - editor.getScrollTop()}px`;
    pin.style.left = `${left}px`;
    pin.style.right = `${right}px`;
    pin.addEventListener('mousedown', (event) => {
      event.preventDefault();
      const position = { lineNumber: hint.line, column: model.getLineMaxColumn(hint.line) };
      editor.setPosition(position);
      editor.revealPosition(position);
      editor.focus();
    });
    return pin;
  }
}

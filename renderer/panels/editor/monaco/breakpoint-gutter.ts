/** The gutter of one editor: a click sets and clears a breakpoint, the right button offers the rest, a field below the line takes its words. */
import { breakpointsAt, toggleLine } from '../../../state/debugging.js';
import { told } from '../../../training/break-menu.js';
import { appStore } from '../../../state/app-state.js';
import { atLayer } from '../../../state/breakpoint-words.js';
import { saveBreakpoints } from '../../../state/session-breakpoints.js';
import { isCode } from '../../../state/analysis-actions.js';
import { showLineMenu, type LineField } from '../line-menu.js';
import { monaco } from './api.js';
import { BreakpointField } from './breakpoint-field.js';
import { layersAt } from './shape-hints.js';

const GUTTER = monaco.editor.MouseTargetType.GUTTER_GLYPH_MARGIN;
const NUMBERS = monaco.editor.MouseTargetType.GUTTER_LINE_NUMBERS;

/** Added with its editor; `dispose` before that. `fileOf` names the file that the editor shows. */
export class BreakpointGutter {
  private readonly hint: monaco.editor.IEditorDecorationsCollection;
  private readonly listening: readonly monaco.IDisposable[];
  private field: BreakpointField | undefined;

  constructor(
    private readonly editor: monaco.editor.IStandaloneCodeEditor,
    private readonly fileOf: () => string | undefined,
  ) {
    this.hint = editor.createDecorationsCollection();
    this.listening = [
      editor.onMouseDown(({ target, event }) => {
        const line = target.position?.lineNumber;
        const file = this.codeFile();
        if (line === undefined || file === undefined || target.type !== GUTTER || !event.leftButton) return;
        if (breakpointsAt(file, line).length === 0 && this.clearLayers(file, line)) return;
        void toggleLine(file, line);
      }),
      editor.onContextMenu(({ target, event }) => {
        const line = target.position?.lineNumber;
        const file = this.codeFile();
        if (line === undefined || file === undefined || (target.type !== GUTTER && target.type !== NUMBERS)) return;
        event.preventDefault();
        event.stopPropagation();
        showLineMenu(file, line, { x: event.posx, y: event.posy }, layersAt(file, line), (field) =>
          this.edit(line, field),
        );
      }),
      editor.onMouseMove(({ target }) =>
        this.showHint(target.type === GUTTER ? target.position?.lineNumber : undefined),
      ),
      editor.onMouseLeave(() => this.showHint(undefined)),
      editor.onDidChangeModel(() => this.closeField()),
    ];
  }

  dispose(): void {
    this.closeField();
    for (const one of this.listening) one.dispose();
  }

  toggleAtCaret(): void {
    const file = this.codeFile();
    const line = this.editor.getPosition()?.lineNumber;
    if (file !== undefined && line !== undefined) void toggleLine(file, line);
  }

  editAtCaret(field: LineField): void {
    const line = this.editor.getPosition()?.lineNumber;
    if (line !== undefined) this.edit(line, field);
  }

  private edit(line: number, field: LineField): void {
    const file = this.codeFile();
    if (file === undefined) return;
    this.closeField();
    this.field = new BreakpointField(this.editor, file, line, field, () => {
      this.field = undefined;
    });
  }

  private closeField(): void {
    this.field?.dispose();
    this.field = undefined;
  }

  /** A click on the sign of a layer's breakpoints takes them away, as one on a line's does. */
  private clearLayers(file: string, line: number): boolean {
    const { breakpoints } = appStore.getState();
    const there = layersAt(file, line).flatMap((layer) => atLayer(breakpoints, layer));
    if (there.length > 0) told(saveBreakpoints(breakpoints.filter((entry) => !there.includes(entry))));
    return there.length > 0;
  }

  /** Where a click would set one. */
  private showHint(line: number | undefined): void {
    const file = this.codeFile();
    const free = line !== undefined && file !== undefined && breakpointsAt(file, line).length === 0;
    this.hint.set(
      free
        ? [
            {
              range: new monaco.Range(line, 1, line, 1),
              options: { glyphMarginClassName: 'breakpoint-sign hint' },
            },
          ]
        : [],
    );
  }

  private codeFile(): string | undefined {
    const file = this.fileOf();
    return file !== undefined && isCode(file) ? file : undefined;
  }
}

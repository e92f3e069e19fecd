/** The field below a line, as in VS Code: what a breakpoint there waits for, counts or prints. Enter keeps it, Escape leaves it. */
import { breakpointsAt, setLine } from '../../../state/debugging.js';
import { offeredExpression, offeredInLogMessage } from '../../../state/session-console.js';
import { attachCompletion } from '../../../ui/completion.js';
import type { LineField } from '../line-menu.js';
import { monaco } from './api.js';

const kinds: readonly { readonly field: LineField; readonly label: string; readonly hint: string }[] = [
  { field: 'condition', label: 'Expression', hint: 'Stop when this is true, for example: step > 100' },
  { field: 'hitCondition', label: 'Hit Count', hint: 'Stop at this hit: 5, >= 10, % 3 (every third)' },
  { field: 'logMessage', label: 'Log Message', hint: 'Print instead of stopping; {expressions} are evaluated' },
];

const HEIGHT_IN_LINES = 1.7;

/** Takes the keyboard at once; gone when it is left, and then `onClose` is called. */
export class BreakpointField {
  private readonly box = document.createElement('div');
  private readonly input = document.createElement('input');
  private readonly select = document.createElement('select');
  private readonly overlay: monaco.editor.IOverlayWidget;
  private zone = '';
  private closed = false;
  private readonly listening: readonly monaco.IDisposable[];

  constructor(
    private readonly editor: monaco.editor.IStandaloneCodeEditor,
    private readonly file: string,
    private readonly line: number,
    field: LineField,
    private readonly onClose: () => void,
  ) {
    this.build(field);
    this.overlay = { getId: () => 'backstep.breakpoint-field', getDomNode: () => this.box, getPosition: () => null };
    editor.addOverlayWidget(this.overlay);
    // The zone makes room between the lines; what lies in it is drawn above the text, where the pointer reaches it.
    editor.changeViewZones((zones) => {
      this.zone = zones.addZone({
        afterLineNumber: line,
        heightInLines: HEIGHT_IN_LINES,
        domNode: document.createElement('div'),
        onDomNodeTop: (top) => (this.box.style.top = `${top}px`),
        onComputedHeight: (height) => (this.box.style.height = `${height}px`),
      });
    });
    this.fit();
    const detach = attachCompletion(this.input, () => ({
      complete:
        this.field === 'logMessage' ? offeredInLogMessage : this.field === 'condition' ? offeredExpression : () => [],
    }));
    this.listening = [editor.onDidLayoutChange(() => this.fit()), { dispose: detach }];
    editor.revealLine(line + 1);
    requestAnimationFrame(() => {
      this.input.focus();
      this.input.select();
    });
  }

  dispose(): void {
    if (this.closed) return;
    this.closed = true;
    for (const one of this.listening) one.dispose();
    this.editor.removeOverlayWidget(this.overlay);
    this.editor.changeViewZones((zones) => zones.removeZone(this.zone));
    this.onClose();
  }

  private build(field: LineField): void {
    this.box.className = 'breakpoint-field';
    this.select.className = 'input';
    this.select.setAttribute('aria-label', 'What the breakpoint does');
    for (const kind of kinds) this.select.add(new Option(kind.label, kind.field, false, kind.field === field));
    this.input.className = 'input';
    this.input.spellcheck = false;
    this.box.append(this.select, this.input);
    this.showKind();
    this.select.addEventListener('change', () => {
      this.showKind();
      this.input.focus();
    });
    // What is typed here is nothing to the code below it.
    this.box.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter' && event.target === this.input) this.keep();
      else if (event.key !== 'Escape') return;
      event.preventDefault();
      this.leave();
    });
    this.box.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.box.contains(relatedTarget))) this.dispose();
    });
  }

  private get field(): LineField {
    return this.select.value as LineField;
  }

  private showKind(): void {
    const { hint, label } = kinds.find((kind) => kind.field === this.field)!;
    this.input.placeholder = hint;
    this.input.setAttribute('aria-label', label);
    this.input.value = breakpointsAt(this.file, this.line)[0]?.[this.field] ?? '';
  }

  private keep(): void {
    const words = this.input.value.trim();
    if (words !== '' || breakpointsAt(this.file, this.line).length > 0)
      void setLine(this.file, this.line, { [this.field]: words === '' ? undefined : words, enabled: true });
  }

  private leave(): void {
    this.dispose();
    this.editor.focus();
  }

  private fit(): void {
    const { contentLeft, contentWidth, verticalScrollbarWidth } = this.editor.getLayoutInfo();
    this.box.style.left = `${contentLeft}px`;
    this.box.style.width = `${contentWidth - verticalScrollbarWidth}px`;
  }
}

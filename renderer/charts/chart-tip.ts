/**
 * The values under the cross-hair, beside it; or pinned, then it stays with a scrollable list until it is closed.
 * In the document's body: cards clip, and the values of many runs need more room than a card has. Names are text,
 * whatever is in them.
 */
import { byName } from '../../src/shared/base/by-name.js';
import { formatValue } from './format.js';

export type TipOrder = 'nearest' | 'value' | 'name';

export const tipOrders: readonly { readonly order: TipOrder; readonly label: string }[] = [
  { order: 'nearest', label: 'nearest first' },
  { order: 'value', label: 'by value' },
  { order: 'name', label: 'by name' },
];

export interface TipRow {
  readonly label: string;
  readonly colour: string;
  readonly value: number;
  /** None where the curve is not smoothed. */
  readonly smoothed?: number;
  /** Low and high of a group's spread. */
  readonly band?: readonly [number, number];
  /** From the pointer, in pixels. */
  readonly distance: number;
}

/** More than this is for a table. */
const MOST_ROWS = 24;
const MOST_PINNED = 500;

/** `distance` decides only where the order says so; not-finite values come last. */
export function sortRows(rows: readonly TipRow[], order: TipOrder): readonly TipRow[] {
  const shown = (row: TipRow) => row.smoothed ?? row.value;
  const rank = (row: TipRow) => (Number.isNaN(shown(row)) ? 1 : 0);
  const by: Record<TipOrder, (a: TipRow, b: TipRow) => number> = {
    nearest: (a, b) => a.distance - b.distance,
    value: (a, b) => rank(a) - rank(b) || shown(b) - shown(a) || 0,
    name: (a, b) => byName(a.label, b.label),
  };
  return rows.toSorted(by[order]);
}

export class ChartTip {
  /** Made when there is something to say: most charts come and go without. */
  private made: HTMLElement | undefined;
  pinned = false;

  constructor(private readonly onUnpin: () => void) {}

  private get element(): HTMLElement {
    if (this.made) return this.made;
    const element = document.createElement('div');
    element.className = 'curve-chart-tip';
    element.hidden = true;
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.unpin();
    });
    document.body.append(element);
    return (this.made = element);
  }

  /** Another one is made where there is something to say again. */
  dispose(): void {
    this.made?.remove();
    this.made = undefined;
    this.pinned = false;
  }

  hide(): void {
    if (this.made && !this.pinned && !this.made.hidden) this.made.hidden = true;
  }

  /** At a place of the screen; goes to the other side of it where there is no room. */
  show(head: string, rows: readonly TipRow[], order: TipOrder, x: number, y: number): void {
    if (this.pinned) return;
    this.fill(head, rows, order, MOST_ROWS);
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const right = x + 12 + width < window.innerWidth - 8;
    this.element.style.left = `${Math.max(8, right ? x + 12 : x - 12 - width)}px`;
    this.element.style.top = `${Math.max(8, Math.min(y, window.innerHeight - height - 8))}px`;
  }

  pin(head: string, rows: readonly TipRow[], order: TipOrder, x: number, y: number): void {
    this.pinned = false;
    this.show(head, rows, order, x, y);
    this.fill(head, rows, order, MOST_PINNED);
    this.pinned = true;
    this.element.dataset.pinned = '';
    this.element.tabIndex = -1;
    this.element.setAttribute('role', 'dialog');
    this.element.setAttribute('aria-label', `Values at ${head}`);
    const close = document.createElement('button');
    close.className = 'icon-button codicon codicon-close';
    close.title = 'Close (Escape)';
    close.setAttribute('aria-label', 'Close the pinned values');
    close.addEventListener('click', () => this.unpin());
    this.element.firstElementChild?.append(close);
    const { bottom } = this.element.getBoundingClientRect();
    if (bottom > window.innerHeight - 8) {
      this.element.style.top = `${Math.max(8, window.innerHeight - 8 - this.element.offsetHeight)}px`;
    }
  }

  unpin(): void {
    if (!this.pinned) return;
    this.pinned = false;
    delete this.element.dataset.pinned;
    this.element.removeAttribute('role');
    this.element.hidden = true;
    this.onUnpin();
  }

  private fill(head: string, rows: readonly TipRow[], order: TipOrder, most: number): void {
    // Of many, the nearest are shown, in the order that was asked for.
    const near = rows.length > most ? sortRows(rows, 'nearest').slice(0, most) : rows;
    const title = document.createElement('div');
    title.className = 'curve-chart-tip-head';
    const words = document.createElement('span');
    words.textContent = head;
    title.append(words);
    this.element.replaceChildren(title, ...sortRows(near, order).map(rowOf));
    if (rows.length > near.length) {
      const more = document.createElement('div');
      more.className = 'curve-chart-tip-head';
      more.textContent = `and ${rows.length - near.length} farther off`;
      this.element.append(more);
    }
  }
}

function rowOf({ label, colour, value, smoothed, band }: TipRow): HTMLElement {
  const row = document.createElement('div');
  row.className = 'curve-chart-tip-row';
  const dot = document.createElement('i');
  dot.style.background = colour;
  const name = document.createElement('span');
  name.textContent = label;
  const number = document.createElement('b');
  number.textContent = formatValue(value);
  row.append(dot, name, number);
  const more = band
    ? `${formatValue(band[0])} – ${formatValue(band[1])}`
    : smoothed !== undefined
      ? `≈ ${formatValue(smoothed)}`
      : undefined;
  if (more !== undefined) {
    const extra = document.createElement('em');
    extra.textContent = more;
    row.append(extra);
  }
  return row;
}

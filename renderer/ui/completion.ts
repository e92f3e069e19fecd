/**
 * What a text field offers while it is typed in: a list beside the field, moved through with the arrow
 * keys, taken with Tab, or with Enter once something in it was chosen. Works on any `input`, React's and
 * others; knows not where the offers come from.
 */
import './completion.css';

export interface Completion {
  readonly label: string;
  /** `function`, `class`, or anything else for a value. */
  readonly kind: string;
  /** Said at the right, dim. */
  readonly detail?: string;
  /** Where in the text it begins, and what it takes the place of, up to the caret. */
  readonly from: number;
}

export type Complete = (text: string, caret: number) => readonly Completion[] | Promise<readonly Completion[]>;

export interface CompletionOptions {
  readonly complete: Complete;
  /** Where the list stands while there is room for it there. */
  readonly side?: 'above' | 'below';
  /** An empty field offers too, as soon as it has the keyboard: where only certain words fit. */
  readonly atOnce?: boolean;
}

/** A person types faster than it is worth asking. */
const ASK_AFTER_MS = 80;
const HIGHEST = 220;

const icons: Readonly<Record<string, string>> = {
  function: 'symbol-method',
  method: 'symbol-method',
  class: 'symbol-class',
  layer: 'layers',
  op: 'symbol-operator',
  variable: 'symbol-variable',
};

let nextId = 1;

/** From now on the field offers; the returned function ends that. `options` is asked anew each time. */
export function attachCompletion(input: HTMLInputElement, options: () => CompletionOptions): () => void {
  const id = `completions-${nextId++}`;
  let offers: readonly Completion[] = [];
  let at = 0;
  let chosen = false;
  let list: HTMLUListElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  /** True while an offer is put into the field: that is no typing. */
  let taking = false;

  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-expanded', 'false');
  input.setAttribute('autocomplete', 'off');
  input.spellcheck = false;

  const forget = () => {
    clearTimeout(timer);
    asked++;
    offers = [];
    list?.remove();
    list = undefined;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    input.removeAttribute('aria-controls');
  };

  const ask = (afterMs: number) => {
    clearTimeout(timer);
    const round = ++asked;
    timer = setTimeout(() => void answer(round), afterMs);
  };

  const answer = async (round: number) => {
    let found: readonly Completion[] = [];
    try {
      found = await options().complete(input.value, input.selectionStart ?? input.value.length);
    } catch (error) {
      // Half a name is often no expression; there is then nothing to offer.
      console.debug('nothing to complete', error);
    }
    if (round !== asked) return;
    if (found.length === 0 || document.activeElement !== input) forget();
    else show(found);
  };

  const show = (found: readonly Completion[]) => {
    offers = found;
    at = 0;
    chosen = false;
    if (!list) {
      list = document.createElement('ul');
      list.className = 'completions';
      list.id = id;
      list.setAttribute('role', 'listbox');
      list.setAttribute('aria-label', 'Completions');
      // Before the field loses the keyboard.
      list.addEventListener('mousedown', (event) => {
        event.preventDefault();
        const row = (event.target as Element).closest('li');
        if (row) take(offers[Number(row.dataset['index'])]);
      });
      document.body.append(list);
    }
    list.replaceChildren(...found.map(row));
    input.setAttribute('aria-expanded', 'true');
    input.setAttribute('aria-controls', id);
    mark();
    place(list);
  };

  const row = ({ label, kind, detail }: Completion, index: number): HTMLLIElement => {
    const item = document.createElement('li');
    item.id = `${id}-${index}`;
    item.dataset['index'] = String(index);
    item.setAttribute('role', 'option');
    const icon = document.createElement('i');
    icon.className = `codicon codicon-${icons[kind] ?? 'symbol-field'}`;
    icon.setAttribute('aria-hidden', 'true');
    const name = document.createElement('span');
    name.textContent = label;
    item.append(icon, name);
    if (detail !== undefined) {
      const said = document.createElement('em');
      said.textContent = detail;
      item.append(said);
    }
    return item;
  };

  const mark = () => {
    list?.querySelectorAll('li').forEach((item, index) => {
      item.setAttribute('aria-selected', String(index === at));
      if (index === at) item.scrollIntoView({ block: 'nearest' });
    });
    input.setAttribute('aria-activedescendant', `${id}-${at}`);
  };

  const place = (box: HTMLUListElement) => {
    const field = input.getBoundingClientRect();
    box.style.minWidth = `${Math.max(180, Math.min(field.width, 320))}px`;
    box.style.left = `${Math.max(4, Math.min(field.left, innerWidth - box.offsetWidth - 4))}px`;
    const below = innerHeight - field.bottom - 8;
    const above = field.top - 8;
    const wantsAbove = options().side === 'above' ? above > 100 || above > below : below < 100 && above > below;
    box.style.maxHeight = `${Math.min(HIGHEST, wantsAbove ? above : below)}px`;
    if (wantsAbove) box.style.bottom = `${innerHeight - field.top + 2}px`;
    else box.style.top = `${field.bottom + 2}px`;
  };

  const take = (offer: Completion | undefined) => {
    if (!offer) return;
    const caret = input.selectionStart ?? input.value.length;
    forget();
    taking = true;
    input.setRangeText(offer.label, offer.from, caret, 'end');
    input.dispatchEvent(new Event('input', { bubbles: true }));
    taking = false;
    input.focus();
  };

  const takes = (key: string) => (key === 'Tab' && (chosen || input.value !== '')) || (key === 'Enter' && chosen);

  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    const open = list !== undefined;
    if (open && (key === 'ArrowDown' || key === 'ArrowUp')) {
      const next = chosen || key === 'ArrowUp' ? at + (key === 'ArrowDown' ? 1 : -1) : 0;
      at = (next + offers.length) % offers.length;
      chosen = true;
      mark();
    }
    // Out of a field that was left empty, Tab goes on to the next one.
    else if (open && !event.shiftKey && takes(key)) take(offers[at]);
    else if (open && key === 'Escape') forget();
    else if (key === ' ' && event.ctrlKey) ask(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onInput = () => {
    if (!taking) ask(ASK_AFTER_MS);
  };
  const onFocus = () => {
    if (options().atOnce && input.value === '') ask(0);
  };
  const onScroll = (event: Event) => {
    if (list && event.target !== list && event.target !== input) forget();
  };

  input.addEventListener('keydown', onKeyDown);
  input.addEventListener('input', onInput);
  input.addEventListener('focus', onFocus);
  input.addEventListener('click', onFocus);
  input.addEventListener('blur', forget);
  window.addEventListener('scroll', onScroll, { capture: true });
  return () => {
    forget();
    input.removeEventListener('keydown', onKeyDown);
    input.removeEventListener('input', onInput);
    input.removeEventListener('focus', onFocus);
    input.removeEventListener('click', onFocus);
    input.removeEventListener('blur', forget);
    window.removeEventListener('scroll', onScroll, { capture: true });
  };
}

/** F6: the focus from part to part of the window, in the order in which they stand on screen. */
import { focusInside } from './dock-actions.js';

const lastFocused = new WeakMap<Element, HTMLElement>();

function parts(): readonly Element[] {
  const all = [...document.querySelectorAll('[data-part], .dv-groupview, .welcome-area')];
  return all
    .map((part) => ({ part, box: part.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height > 0)
    .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
    .map(({ part }) => part);
}

export function focusNextPart(direction: 1 | -1): void {
  const all = parts();
  const focused = document.activeElement as HTMLElement | null;
  const current = all.findIndex((part) => part.contains(focused));
  if (focused && all[current]) lastFocused.set(all[current], focused);
  for (let step = 1; step <= all.length; step++) {
    const part = all[(current + direction * step + all.length * 2) % all.length];
    if (part && focusPart(part)) return;
  }
}

function focusPart(part: Element): boolean {
  const before = lastFocused.get(part);
  if (before?.isConnected && part.contains(before) && before.offsetParent !== null) {
    before.focus();
    if (document.activeElement === before) return true;
  }
  return focusInside(part.querySelector('.panel')) || focusInside(part);
}

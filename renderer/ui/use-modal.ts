/**
 * A native dialog in front of the window, for as long as it is drawn: the focus goes into it, and back to where it was.
 * The browser gives it back only where a dialog is closed before it leaves the page. Knows no question.
 */
import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Where the focus goes when a dialog goes: one that follows upon another gives it back to where that one had it from. */
const returns = new WeakMap<Element, HTMLElement>();

function placeToReturnTo(): HTMLElement | undefined {
  const focused = document.activeElement;
  const inFront = focused?.closest('dialog');
  if (inFront) return returns.get(inFront);
  return focused instanceof HTMLElement && focused !== document.body ? focused : undefined;
}

export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  // Asked while nothing is drawn yet: what focuses itself as it is drawn would be found otherwise.
  const [before] = useState(placeToReturnTo);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return undefined;
    if (before) returns.set(element, before);
    element.showModal();
    element.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      element.close();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, [before]);
  return dialog;
}

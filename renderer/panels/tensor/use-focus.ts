/**
 * The keys stay in the viewer while what is drawn in it changes: what takes the place of the element that had the
 * focus gets it, and what is drawn in a sheet that waited with the focus, too.
 */
import { useEffect, type FocusEvent, type RefObject } from 'react';

/** The focus was last in the viewer; an element that is taken away says nothing when it goes. */
let isInside = false;

/** For the element that holds all of the viewer. */
export const focusWatch = {
  onFocus(): void {
    isInside = true;
  },
  onBlur({ currentTarget, relatedTarget }: FocusEvent): void {
    if (relatedTarget && !currentTarget.contains(relatedTarget)) isInside = false;
  },
};

/** For what is drawn. */
export function useFocusOfSheet(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { activeElement, body } = document;
    if (activeElement?.id === 'tensor-sheet' || (isInside && activeElement === body))
      ref.current?.focus({ preventScroll: true });
  }, [ref]);
}

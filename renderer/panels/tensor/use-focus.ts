/** What is drawn in a sheet that has the focus takes it over, so that the keys are its own from the first moment. */
import { useEffect, type RefObject } from 'react';

export function useFocusOfSheet(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement?.id === 'tensor-sheet') ref.current?.focus({ preventScroll: true });
  }, [ref]);
}

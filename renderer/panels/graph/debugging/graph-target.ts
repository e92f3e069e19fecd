/** What F9 sets while the graph has the keyboard: the panel's command asks, the drawn graph answers. */

type Target = () => (() => void) | undefined;

let target: Target | undefined;

/** The returned function takes it away. */
export function setBreakTarget(of: Target): () => void {
  target = of;
  return () => {
    if (target === of) target = undefined;
  };
}

/** Nothing where what is selected cannot be stopped at. */
export function breakTarget(): (() => void) | undefined {
  return document.activeElement?.closest('.graph-canvas') ? target?.() : undefined;
}

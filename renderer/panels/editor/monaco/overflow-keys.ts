/**
 * Keys pressed in the editor's widgets outside of it, such as the box for a symbol's new name. Monaco listens for keys
 * within the editor alone, and these widgets stand at the page's end so that no panel cuts them off.
 */

/** Hands keys on to the editor as if they had been pressed there. @returns what ends it */
export function forwardKeys(overflow: HTMLElement, editor: HTMLElement): () => void {
  const forward = (event: KeyboardEvent) => {
    const { key, code, keyCode, location, repeat, isComposing, ctrlKey, shiftKey, altKey, metaKey } = event;
    const modifiers = { ctrlKey, shiftKey, altKey, metaKey };
    // Monaco reads keys by their codes.
    const init = { key, code, keyCode, location, repeat, isComposing, ...modifiers, bubbles: true, cancelable: true };
    const wanted = editor.dispatchEvent(new KeyboardEvent(event.type, init));
    if (!wanted) event.preventDefault();
  };
  overflow.addEventListener('keydown', forward);
  return () => overflow.removeEventListener('keydown', forward);
}

/** What floats above the window: notices, questions, the palette. */
import { useStore } from 'zustand';
import { dialogStore } from '../state/dialogs.js';
import { Toasts } from './toasts.js';

export function Overlays() {
  const asked = useStore(dialogStore, (state) => state.asked);
  return (
    <>
      <Toasts />
      {asked && null}
    </>
  );
}

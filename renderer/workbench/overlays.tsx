/** What floats above the window: notices, and the question in front where there is one. */
import { useStore } from 'zustand';
import { dialogStore } from '../state/dialogs.js';
import { QuestionDialog } from './questions.js';
import { Toasts } from './toasts.js';

export function Overlays() {
  const asked = useStore(dialogStore, (state) => state.asked);
  return (
    <>
      <Toasts />
      {asked && <QuestionDialog key={asked.id} asked={asked} />}
    </>
  );
}

/** Switches the library's frames off and on: beside the call stack and in the console. */
import { useStore } from 'zustand';
import { messageOf } from '../../src/shared/base/message-of.js';
import { notify } from '../state/app-state.js';
import { setJustMyCode } from '../state/just-my-code.js';
import { sessionUi } from '../state/session-ui.js';

export function JustMyCodeSwitch() {
  const on = useStore(sessionUi, (state) => state.justMyCode);
  return (
    <button
      className="text-toggle"
      aria-pressed={on}
      aria-label="Just my code"
      title={
        on
          ? 'Just my code: on\nTensorFlow.js is folded in the call stack and stepped over'
          : 'Just my code: off\nTensorFlow.js is shown, stepped into and broken in, in its own source'
      }
      onClick={() => {
        setJustMyCode(!on).catch((error: unknown) =>
          notify({
            severity: 'warning',
            message: 'The training was not told of it; the next one will be.',
            detail: messageOf(error),
          }),
        );
      }}
    >
      My code
    </button>
  );
}

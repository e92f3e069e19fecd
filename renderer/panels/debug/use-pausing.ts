/** Whether a pause was asked for that has not come yet, and for how long: a native op cannot be interrupted. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { sessionUi } from '../../state/session-ui.js';

/** Longer than nearly any op takes. */
const LONG_MS = 1200;

export type Pausing = 'asked' | 'long';

export function usePausing(): Pausing | undefined {
  const since = useStore(sessionUi, (state) => state.pausingSince);
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (since === undefined) return undefined;
    const timer = setTimeout(() => setLong(true), Math.max(0, since + LONG_MS - performance.now()));
    return () => clearTimeout(timer);
  }, [since]);
  return since === undefined ? undefined : long ? 'long' : 'asked';
}

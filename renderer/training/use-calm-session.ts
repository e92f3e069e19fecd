/** The session for text: a person reads no more than a few numbers a second, so a running one is shown that often. */
import { useEffect, useState } from 'react';
import type { SessionState } from '../../src/shared/session/session-state.js';
import { appStore } from '../state/app-state.js';

const INTERVAL_MS = 150;

/** Changes of status and stops come at once; the rest a few times a second, the last of them always. */
export function useCalmSession(): SessionState | undefined {
  const [session, setSession] = useState(() => appStore.getState().session);
  useEffect(() => {
    let shown = appStore.getState().session;
    let shownAt = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      clearTimeout(timer);
      timer = undefined;
      shown = appStore.getState().session;
      shownAt = performance.now();
      setSession(shown);
    };
    const unsubscribe = appStore.subscribe((state, before) => {
      if (state.session === before.session) return;
      const next = state.session;
      if (next?.status !== shown?.status || next?.stop !== shown?.stop || next?.sessionId !== shown?.sessionId) show();
      else timer ??= setTimeout(show, Math.max(0, INTERVAL_MS - (performance.now() - shownAt)));
    });
    show();
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, []);
  return session;
}

/** Why breakpoints of the training cannot stop, by id: what was said when they were set, and what the run has found out since. */
import { useMemo } from 'react';
import { hasEnded } from '../../src/shared/session/session-state.js';
import { useApp } from '../use-app.js';

export function useBreakpointMessages(): Readonly<Record<string, string>> {
  const refused = useApp((state) => state.breakpointMessages);
  const found = useApp((state) => (state.session && !hasEnded(state.session) ? state.session.breakpoints : undefined));
  return useMemo(() => {
    const messages: Record<string, string> = { ...refused };
    for (const { id, verified, message } of Object.values(found ?? {})) {
      if (message !== undefined) messages[id] = message;
      else if (verified) delete messages[id];
      else messages[id] = 'The training cannot stop here.';
    }
    return messages;
  }, [refused, found]);
}

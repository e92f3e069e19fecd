/** What a graph that is drawn beside the debugger asks for: the values in the step that training stands in. */
import { checkedArguments } from '../request-arguments.js';
import type { Handlers, SessionParts } from '../session-parts.js';

export function graphRequests({ thread, inspector }: SessionParts): Handlers {
  return {
    'backstep/opStatistics': async (args: unknown) => {
      const { from, mostMs } = checkedArguments('backstep/opStatistics', args);
      thread.requireStanding();
      return { body: await inspector.ask('opStatistics', from, mostMs) };
    },
  };
}

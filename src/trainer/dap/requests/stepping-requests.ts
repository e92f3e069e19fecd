/** Pausing, and going on from a stop: to the next one, or as far as a step goes. */
import type { Handlers, SessionParts } from '../session-parts.js';
import { wantedStep } from '../request-arguments.js';

export function steppingRequests({ thread }: SessionParts): Handlers {
  return {
    pause: (args: unknown) => {
      thread.pause(wantedStep(args).granularity);
      return {};
    },
    continue: () => {
      thread.requireStanding();
      return { body: { allThreadsContinued: true }, after: () => thread.goOn() };
    },
    next: (args: unknown) => ({ after: thread.step('next', wantedStep(args).granularity) }),
    stepIn: (args: unknown) => ({ after: thread.step('stepIn', wantedStep(args).granularity) }),
    stepOut: (args: unknown) => ({ after: thread.step('stepOut', wantedStep(args).granularity) }),
  };
}

/** Pausing, and going on from a stop: to the next one, or as far as a step goes. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handlers, SessionParts } from '../session-parts.js';
import { wantedStep } from '../request-arguments.js';
import type { StepInTarget } from '../step-in-targets.js';

export function steppingRequests({ thread }: SessionParts): Handlers {
  /** As told last, with the stop that they are of. */
  let targets: readonly StepInTarget[] = [];
  let targetsOf: unknown;
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
    stepInTargets: async ({ frameId }: DebugProtocol.StepInTargetsArguments) => {
      targets = await thread.standing.stepInTargets(frameId);
      targetsOf = thread.standing;
      const shown = targets.map(({ label, line, column }, index) => ({ id: index + 1, label, line, column }));
      return { body: { targets: shown } };
    },
    stepIn: (args: Partial<DebugProtocol.StepInArguments>) => {
      if (args.targetId === undefined) return { after: thread.step('stepIn', wantedStep(args).granularity) };
      const target = thread.standing === targetsOf ? targets[args.targetId - 1] : undefined;
      if (!target) throw new Error('This target belongs to an earlier stop.');
      return { after: target.call ? thread.stepIntoCall(target.call) : thread.step('stepIn', undefined) };
    },
    stepOut: (args: unknown) => ({ after: thread.step('stepOut', wantedStep(args).granularity) }),
  };
}

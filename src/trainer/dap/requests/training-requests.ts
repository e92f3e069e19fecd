/** Backstep's own requests beside the protocol's: breakpoints of the training, looks at a step, its settings. */
import { ruleInfos } from '../../diagnosis/find.js';
import { personsFrames } from '../../loader/stack-frames.js';
import { tellChanged, type Handlers, type SessionParts } from '../session-parts.js';
import { checkedArguments } from '../request-arguments.js';

export function trainingRequests(parts: SessionParts): Handlers {
  const { thread, inspector, flags } = parts;
  const ask = (method: 'look' | 'stateHash'): Promise<unknown> => {
    thread.requireStanding();
    return inspector.ask(method);
  };
  return {
    'backstep/setTrainingBreakpoints': (args: unknown) => {
      const { breakpoints } = checkedArguments('backstep/setTrainingBreakpoints', args);
      return { body: { breakpoints: parts.trainingBreakpoints.set(breakpoints) } };
    },
    'backstep/look': async () => ({ body: await ask('look') }),
    'backstep/setLearningRate': async (args: unknown) => {
      const { learningRate } = checkedArguments('backstep/setLearningRate', args);
      const view = thread.standing;
      const set = await inspector.ask<{ readonly learningRate: number }>('setLearningRate', learningRate);
      await view.noteLearningRate(set.learningRate);
      return { body: set, after: () => tellChanged(parts, 'variables') };
    },
    'backstep/runToEpochEnd': () => {
      thread.requireStanding();
      flags.stopAtEpochEnd = true;
      return { body: {}, after: () => thread.goOn() };
    },
    'backstep/setJustMyCode': (args: unknown) => {
      const { enabled } = checkedArguments('backstep/setJustMyCode', args);
      thread.showJustMyCode(enabled);
      return { body: {}, after: () => tellChanged(parts, 'stacks') };
    },
    'backstep/explain': async () => {
      const { thrown } = thread;
      // Libraries throw on what they have caught: the stack tells where it came from.
      const frame = personsFrames(thrown?.stack)[0];
      const message = thrown?.text.replace(/^Error: /, '');
      const failure = message === undefined ? undefined : { message, file: frame?.file, line: frame?.line };
      return { body: await inspector.ask('explain', failure) };
    },
    'backstep/rules': () => ({ body: { rules: ruleInfos() } }),
    'backstep/stateHash': async () => ({ body: await ask('stateHash') }),
  };
}

/**
 * Requests by name, beside those of the session's own life (`debug-session.ts`): a group of them is one
 * file here and one line below.
 */
import type { Handlers, SessionParts } from '../session-parts.js';
import { breakpointRequests } from './breakpoint-requests.js';
import { graphRequests } from './graph-requests.js';
import { inspectionRequests } from './inspection-requests.js';
import { placeRequests } from './place-requests.js';
import { sourceRequests } from './source-requests.js';
import { steppingRequests } from './stepping-requests.js';
import { tensorRequests } from './tensor-requests.js';
import { trainingRequests } from './training-requests.js';

export function allRequests(parts: SessionParts): Handlers {
  return {
    ...breakpointRequests(parts),
    ...graphRequests(parts),
    ...inspectionRequests(parts),
    ...placeRequests(parts),
    ...sourceRequests(parts),
    ...steppingRequests(parts),
    ...tensorRequests(parts),
    ...trainingRequests(parts),
  };
}

/** Answered even while a look at the stopped thread takes its time. */
export const urgentRequests: ReadonlySet<string> = new Set([
  // Before all others: what is sent with it, and answered at once, is refused by an adapter that is not initialized.
  'initialize',
  'cancel',
  'pause',
  'terminate',
  'disconnect',
  'threads',
  'setFunctionBreakpoints',
  'setDataBreakpoints',
  'setInstructionBreakpoints',
  'backstep/setTrainingBreakpoints',
]);

/**
 * What a step into can go into from a stop: one of the calls on the line, the step's first layer, a
 * layer's first op, the library's own code of an op. Asks V8 and changes nothing.
 */
import type { Debugger } from 'node:inspector';
import type { StopPoint } from '../../shared/protocol/training.js';
import type { InspectorClient } from './inspector-client.js';

export interface StepInTarget {
  /** For a person. */
  readonly label: string;
  /** In the text; count from 1. */
  readonly line?: number;
  readonly column?: number;
  /** Of the call; without one the target is where a step into goes by itself. */
  readonly call?: Debugger.Location;
}

export async function stepInTargets(
  at: StopPoint,
  frame: Debugger.CallFrame,
  inspector: InspectorClient,
): Promise<StepInTarget[]> {
  switch (at.stands) {
    case undefined:
      return [{ label: 'the first layer of the next step' }];
    case 'layer':
      return [{ label: `the first op of ${at.place?.layer ?? at.description}` }];
    case 'op':
      return [{ label: `TensorFlow.js’s own code of ${at.place?.op ?? at.description}` }];
    case 'line':
      return callsOnLine(frame, inspector);
  }
}

/** Calls of this line that are still to come. */
async function callsOnLine({ location }: Debugger.CallFrame, inspector: InspectorClient): Promise<StepInTarget[]> {
  const { scriptId, lineNumber, columnNumber } = location;
  const { locations } = await inspector.send<Debugger.GetPossibleBreakpointsReturnType>(
    'Debugger.getPossibleBreakpoints',
    {
      start: { scriptId, lineNumber, columnNumber },
      end: { scriptId, lineNumber: lineNumber + 1, columnNumber: 0 },
      restrictToFunction: true,
    },
  );
  const text = (await inspector.sourceOf(scriptId)).split('\n')[lineNumber] ?? '';
  return locations
    .filter(({ type }) => type === 'call')
    .map(({ columnNumber: column = 0 }) => ({
      label: calledAt(text, column),
      line: lineNumber + 1,
      column: column + 1,
      call: { scriptId, lineNumber, columnNumber: column },
    }));
}

/** `loss.add(…)` of the call whose name, or bracket, stands at this column. */
function calledAt(text: string, column: number): string {
  const before = /[\p{ID_Continue}$.]*$/u.exec(text.slice(0, column))![0];
  const name = /^[\p{ID_Continue}$.]*/u.exec(text.slice(column))![0];
  return `${before}${name}(…)`;
}

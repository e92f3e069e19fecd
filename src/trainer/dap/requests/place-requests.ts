/** Breakpoints on layers, ops and values, as the protocol's own requests set them. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { TrainingBreakpoint } from '../../../shared/protocol/training.js';
import type { ShownVariable } from '../inspection.js';
import type { MakeBreakpoint } from '../known-breakpoints.js';
import {
  dataEventNamed,
  dataIdOf,
  placeNamed,
  placeReferred,
  valueNamed,
  valueOfDataId,
  type ReadPlace,
  type WatchedValue,
} from '../place-names.js';
import type { Handlers, SessionParts } from '../session-parts.js';

interface Beside {
  readonly condition?: string;
  readonly hitCondition?: string;
}

/** None where the front end leaves an empty text. */
function beside({ condition, hitCondition }: Beside): Pick<TrainingBreakpoint, 'condition' | 'hitCondition'> {
  return {
    ...(condition?.trim() ? { condition } : {}),
    ...(hitCondition?.trim() ? { hitCondition } : {}),
  };
}

function atPlace(read: ReadPlace, id: string, wish: Beside): ReturnType<MakeBreakpoint> {
  if (read.kind === 'problem') return { problem: read.message };
  return { breakpoint: { id, enabled: true, at: read.at, ...beside(wish) } };
}

function onValue({ dataId, condition, hitCondition }: DebugProtocol.DataBreakpoint): MakeBreakpoint {
  return (id) => {
    const value = valueOfDataId(dataId);
    if (!value) return { problem: `No value is called “${dataId}”: ask for it by dataBreakpointInfo.` };
    const read = dataEventNamed(condition, value);
    if (read.kind === 'problem') return { problem: read.message };
    const at = { kind: 'data', ...value, event: read.event } as const;
    return { breakpoint: { id, enabled: true, at, ...beside({ condition: read.condition, hitCondition }) } };
  };
}

export function placeRequests({ thread, inspector, trainingBreakpoints }: SessionParts): Handlers {
  /** What a variable of the training's own scopes is, where it can be watched. */
  const valueOf = async (reference: number, name: string): Promise<WatchedValue | undefined> => {
    const handle = thread.standing.handleOf(reference);
    const children = await inspector.ask<ShownVariable[]>('children', handle, { filter: 'named' });
    return children.find((child) => child.name === name)?.watch;
  };
  return {
    setFunctionBreakpoints: ({ breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments) => {
      const makers = breakpoints.map(
        ({ name, ...wish }): MakeBreakpoint =>
          (id, known) =>
            atPlace(placeNamed(name, known), id, wish),
      );
      return { body: { breakpoints: trainingBreakpoints.setByProtocol('function', makers) } };
    },

    setInstructionBreakpoints: ({ breakpoints }: DebugProtocol.SetInstructionBreakpointsArguments) => {
      const makers = breakpoints.map(
        ({ instructionReference, ...wish }): MakeBreakpoint =>
          (id) =>
            atPlace(placeReferred(instructionReference), id, wish),
      );
      return { body: { breakpoints: trainingBreakpoints.setByProtocol('instruction', makers) } };
    },

    dataBreakpointInfo: async ({ variablesReference, name }: DebugProtocol.DataBreakpointInfoArguments) => {
      const value = variablesReference
        ? await valueOf(variablesReference, name)
        : valueNamed(name, trainingBreakpoints.known);
      if (!value) {
        const description = trainingBreakpoints.known.weights
          ? `${name} cannot be watched: weights, gradients, outputs of layers and metrics can.`
          : `${name} is not known yet: weights and layers can be watched once training has begun.`;
        return { body: { dataId: null, description } };
      }
      const whose = value.of === 'metric' ? value.name : `${value.of} of ${value.name}`;
      const description = `${whose} (notFinite, norm > 10, unchanged 5)`;
      return { body: { dataId: dataIdOf(value), description, accessTypes: ['write'], canPersist: true } };
    },
    setDataBreakpoints: ({ breakpoints }: DebugProtocol.SetDataBreakpointsArguments) => ({
      body: { breakpoints: trainingBreakpoints.setByProtocol('data', breakpoints.map(onValue)) },
    }),
  };
}

/** Breakpoints on lines and exceptions. */
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handlers, SessionParts } from '../session-parts.js';

export function breakpointRequests({ lines, exceptions, thread, threadDebugger }: SessionParts): Handlers {
  return {
    setBreakpoints: async ({ source, breakpoints, lines: plain }: DebugProtocol.SetBreakpointsArguments) => {
      if (!source?.path || !path.isAbsolute(source.path))
        throw new Error('Breakpoints need the absolute path of a file.');
      const wishes = breakpoints ?? (plain ?? []).map((line) => ({ line }));
      if (!wishes.every(({ line }) => Number.isInteger(line) && line > 0))
        throw new Error('Lines of breakpoints count from 1.');
      if (!thread.hasEnded && wishes.length > 0) await threadDebugger.attach();
      const set = await lines.set(source.path, wishes, threadDebugger.attached);
      await thread.armsChanged();
      return { body: { breakpoints: set } };
    },

    setExceptionBreakpoints: async ({ filters, filterOptions }: DebugProtocol.SetExceptionBreakpointsArguments) => {
      const plain = (filters ?? []).map((filter) => ({ filter }));
      const conditional = (filterOptions ?? []).map(({ filterId, condition }) => ({
        filter: filterId,
        // An empty one is none.
        ...(condition?.trim() ? { condition } : {}),
      }));
      const set = exceptions.set([...plain, ...conditional]);
      if (exceptions.any && !thread.hasEnded) await threadDebugger.attach();
      await threadDebugger.setExceptionStops(exceptions.any);
      await thread.armsChanged();
      return { body: { breakpoints: set } };
    },

    breakpointLocations: async ({
      source,
      line,
      column,
      endLine,
      endColumn,
    }: DebugProtocol.BreakpointLocationsArguments) => {
      const { possiblePlaces } = await import('../possible-places.js');
      const places = source.path === undefined ? [] : (possiblePlaces(source.path) ?? []);
      const last = endLine ?? line;
      const breakpoints = places.filter(
        (place) =>
          (place.line > line || (place.line === line && place.column >= (column ?? 1))) &&
          (place.line < last || (place.line === last && place.column <= (endColumn ?? Infinity))),
      );
      return { body: { breakpoints } };
    },
  };
}

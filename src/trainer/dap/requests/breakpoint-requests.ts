/** Breakpoints on lines and exceptions. */
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isLibraryPath, libraryName } from '../../../shared/base/library-path.js';
import type { Place } from '../possible-places.js';
import { withoutTypes } from '../typed-expression.js';
import type { Handlers, SessionParts } from '../session-parts.js';

async function inJavaScript(wish: DebugProtocol.SourceBreakpoint): Promise<DebugProtocol.SourceBreakpoint> {
  return wish.condition === undefined ? wish : { ...wish, condition: await withoutTypes(wish.condition) };
}

export function breakpointRequests(parts: SessionParts): Handlers {
  const { lines, exceptions, libraryLines, thread, threadDebugger } = parts;
  /** An absolute path, or the name of one of the library’s files. */
  const fileOf = ({ path: file, sourceReference = 0 }: DebugProtocol.Source): string => {
    if (sourceReference > 0) return libraryLines.nameOf(sourceReference);
    if (file && isLibraryPath(file)) return libraryName(file);
    if (file && path.isAbsolute(file)) return file;
    throw new Error('Breakpoints need the absolute path of a file, or the number of a source of the library.');
  };
  const placesIn = async (source: DebugProtocol.Source): Promise<readonly Place[]> => {
    const { path: file, sourceReference = 0 } = source;
    if (sourceReference > 0 || (file !== undefined && isLibraryPath(file))) {
      if (!thread.hasEnded) await threadDebugger.attach();
      const places = (await libraryLines.placesIn(fileOf(source))).map(({ actual }) => actual);
      await thread.armsChanged();
      return places;
    }
    const { possiblePlaces } = await import('../possible-places.js');
    return file === undefined ? [] : (possiblePlaces(file) ?? []);
  };
  return {
    setBreakpoints: async ({ source, breakpoints, lines: numbers }: DebugProtocol.SetBreakpointsArguments) => {
      const file = fileOf(source ?? {});
      const wishes = breakpoints ?? (numbers ?? []).map((line) => ({ line }));
      if (!wishes.every(({ line }) => Number.isInteger(line) && line > 0))
        throw new Error('Lines of breakpoints count from 1.');
      if (!thread.hasEnded && wishes.length > 0) await threadDebugger.attach();
      const plain = await Promise.all(wishes.map(inJavaScript));
      const set = await lines.set(file, plain, threadDebugger.attached);
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
      const places = await placesIn(source);
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

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
      exceptions.set([...(filters ?? []), ...(filterOptions ?? []).map(({ filterId }) => filterId)]);
      if (exceptions.any && !thread.hasEnded) await threadDebugger.attach();
      await threadDebugger.setExceptionStops(exceptions.any);
      await thread.armsChanged();
      return {};
    },
  };
}

/** Looks at a training that stands still: frames, scopes, variables, expressions, sources. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handlers, SessionParts } from '../session-parts.js';

export function inspectionRequests({ thread, library }: SessionParts): Handlers {
  return {
    threads: () => ({ body: { threads: [{ id: 1, name: 'training' }] } }),

    stackTrace: (args: DebugProtocol.StackTraceArguments) => ({ body: thread.standing.stackTrace(args) }),

    scopes: async ({ frameId }: DebugProtocol.ScopesArguments) => ({
      body: { scopes: await thread.standing.scopes(frameId) },
    }),

    variables: async ({ variablesReference, filter, start, count }: DebugProtocol.VariablesArguments) => ({
      body: { variables: await thread.standing.variables(variablesReference, { filter, start, count }) },
    }),

    setVariable: async ({ variablesReference, name, value }: DebugProtocol.SetVariableArguments) => ({
      body: await thread.standing.setVariable(variablesReference, name, value),
    }),

    evaluate: async ({ expression, frameId, context }: DebugProtocol.EvaluateArguments) => ({
      body: await thread.standing.evaluate(expression, frameId, context),
    }),

    completions: async ({ text, column, line, frameId }: DebugProtocol.CompletionsArguments) => {
      const upTo = (text.split('\n')[(line ?? 1) - 1] ?? '').slice(0, column - 1);
      const targets = await thread.standing.completions(upTo, frameId);
      return { body: { targets: targets.map(({ name, kind }) => ({ label: name, type: kind })) } };
    },

    exceptionInfo: () => {
      const { thrown } = thread;
      if (!thrown) throw new Error('Training has not stopped at an exception.');
      const { className, text, caught } = thrown;
      const breakMode = caught ? 'always' : 'unhandled';
      return { body: { exceptionId: className, description: text, breakMode, details: { stackTrace: text } } };
    },

    source: ({ source, sourceReference }: DebugProtocol.SourceArguments) => ({
      body: {
        content: library.textOf(source?.sourceReference ?? sourceReference),
        mimeType: 'text/typescript',
      },
    }),
  };
}

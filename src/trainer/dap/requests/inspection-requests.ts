/** Looks at a training that stands still: frames, scopes, variables, expressions. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { tellChanged, type Handlers, type SessionParts } from '../session-parts.js';

export function inspectionRequests(parts: SessionParts): Handlers {
  const { thread } = parts;
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
      after: () => tellChanged(parts, 'variables'),
    }),

    setExpression: async ({ expression, value, frameId }: DebugProtocol.SetExpressionArguments) => ({
      body: await thread.standing.setExpression(expression, value, frameId),
      after: () => tellChanged(parts, 'variables'),
    }),

    evaluate: async ({ expression, frameId, context }: DebugProtocol.EvaluateArguments) => ({
      body: await thread.standing.evaluate(expression, frameId, context),
    }),

    completions: async ({ text, column, line, frameId }: DebugProtocol.CompletionsArguments) => {
      const upTo = (text.split('\n')[(line ?? 1) - 1] ?? '').slice(0, column - 1);
      const { found, typed } = await thread.standing.completions(upTo, frameId);
      const start = column - typed;
      const targets = found.map(({ name, kind }, index) => ({
        ...{ label: name, type: kind, start, length: typed },
        // In this order, whatever the front end makes of names.
        sortText: String(index).padStart(4, '0'),
      }));
      return { body: { targets } };
    },

    exceptionInfo: () => {
      const { thrown } = thread;
      if (!thrown) throw new Error('Training has not stopped at an exception.');
      const { className, text, caught, stack } = thrown;
      const breakMode = caught ? 'always' : 'unhandled';
      const details = { message: text, typeName: className, stackTrace: stack };
      return { body: { exceptionId: className, description: text, breakMode, details } };
    },
  };
}

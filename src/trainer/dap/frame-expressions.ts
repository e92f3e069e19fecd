/**
 * What a person enters at a stop, evaluated on a frame beside the training: expressions, and names to go
 * on with where one is typed. Knows no reference of a front end.
 */
import type { Debugger } from 'node:inspector';
import { messageOf } from '../../shared/base/message-of.js';
import { tensorNumbers } from '../../shared/conditions/tensor-numbers.js';
import { functions } from '../../shared/conditions/vocabulary.js';
import { sorted, type Completion } from './completions.js';
import { expressionBefore } from './expression-before.js';
import { nameBegunIn } from './identifiers.js';
import type { ShownValue } from './inspection.js';
import type { InspectorClient, Remote } from './inspector-client.js';
import { expressionProblem } from './line-condition.js';
import { outliving } from './outliving.js';
import { pausedExpression } from './thread-messages.js';
import { withoutTypes } from './typed-expression.js';

export type Evaluated =
  | { readonly kind: 'shown'; readonly shown: ShownValue }
  /** All of a value, to keep elsewhere. */
  | { readonly kind: 'text'; readonly text: string };

export class FrameExpressions {
  constructor(private readonly inspector: InspectorClient) {}

  /**
   * `context` as in the protocol: while somebody points at something (`hover`), nothing may be changed by it.
   * @throws Error in words
   */
  async evaluate(frame: Debugger.CallFrame, entered: string, context: string | undefined): Promise<Evaluated> {
    const plain = await withoutTypes(entered);
    const whole = context === 'clipboard' && expressionProblem(plain) === undefined;
    const inConsole = context === 'repl' ? outliving(plain) : plain;
    const expression = whole ? `${service}.wholeText((${plain}\n))` : inConsole;
    await this.inspector.run(beginEvaluation);
    let value: Remote;
    try {
      value = await this.evaluateWithNames(frame, expression, { sideEffects: context !== 'hover' });
    } catch (error) {
      await this.inspector.ask('endEvaluation', '');
      throw inPlainWords(error as Error);
    }
    if (!whole) return { kind: 'shown', shown: await this.inspector.ask<ShownValue>('endEvaluation', entered, value) };
    await this.inspector.ask('endEvaluation', '');
    return { kind: 'text', text: String(value.object.value) };
  }

  /** In the order in which they are offered, with how much of each has been typed. */
  async completions(
    frame: Debugger.CallFrame,
    text: string,
  ): Promise<{ readonly found: Completion[]; readonly typed: number }> {
    const member = expressionBefore(text);
    if (member) {
      const { object, start } = member;
      const found = await this.inAside(async () => {
        const value = await this.valueOf(object, frame);
        return value ? this.inspector.ask<Completion[]>('completions', value, start) : [];
      });
      return { found: sorted(found), typed: start.length };
    }
    const start = nameBegunIn(text);
    const names: Completion[] = [];
    for (const { type, object } of frame.scopeChain) {
      if (type === 'global' || object.objectId === undefined) continue;
      for (const { name, value } of await this.inspector.properties(object.objectId)) {
        if (!name.toLowerCase().startsWith(start.toLowerCase()) || names.some((known) => known.name === name)) continue;
        names.push({ name, kind: value.object.type === 'function' ? 'function' : 'variable' });
      }
    }
    const lent = await this.inspector.ask<Completion[]>('completionsOfNames', start);
    const others = lent.filter(({ name }) => !names.some((known) => known.name === name));
    // What the code itself has in reach comes before what everything has.
    return { found: [...sorted(names), ...sorted(others)], typed: start.length };
  }

  /** Nothing where it fails, as it does where something would have to be called: it is still being written. */
  private async valueOf(expression: string, { callFrameId }: Debugger.CallFrame): Promise<Remote | undefined> {
    try {
      return await this.inspector.evaluateOnFrame(callFrameId, expression, { sideEffects: false });
    } catch {
      return undefined;
    }
  }

  /** The innermost scope of the code that has a variable of this name. */
  async scopeWith(name: string, frame: Debugger.CallFrame) {
    for (const [number, { type, object }] of frame.scopeChain.entries()) {
      const { objectId } = object;
      if (type === 'global' || objectId === undefined) continue;
      const properties = await this.inspector.properties(objectId);
      if (properties.some((property) => property.name === name)) {
        return { kind: 'scope', objectId, frame, number } as const;
      }
    }
    return undefined;
  }

  /**
   * V8 refuses names of functions around this one that the code here does not use, whatever else has
   * them: those of the training are handed in once more, as parameters.
   */
  private async evaluateWithNames(
    { callFrameId }: Debugger.CallFrame,
    expression: string,
    options: { readonly sideEffects: boolean },
  ): Promise<Remote> {
    const evaluate = (text: string): Promise<Remote> => this.inspector.evaluateOnFrame(callFrameId, text, options);
    const isExpression = expressionProblem(expression) === undefined;
    const body = isExpression ? `(${expression}\n)` : `eval(${JSON.stringify(expression)})`;
    const names: string[] = [];
    for (;;) {
      const handed = names.map((name) => `${service}.names().${name}`).join();
      try {
        return await evaluate(names.length === 0 ? expression : `((${names.join()}) => ${body})(${handed})`);
      } catch (error) {
        const missing = /^ReferenceError: (\w+) is not defined/.exec(messageOf(error))?.[1];
        if (missing === undefined || names.includes(missing) || !lentNames.has(missing)) throw error;
        names.push(missing);
      }
    }
  }

  private async inAside<T>(work: () => Promise<T>): Promise<T> {
    await this.inspector.run(beginEvaluation);
    try {
      return await work();
    } finally {
      await this.inspector.ask('endEvaluation', '');
    }
  }
}

const service = pausedExpression;
const beginEvaluation = `${service}.beginEvaluation()`;
/** As the service lends them. */
export const lentNames: ReadonlySet<string> = new Set([
  'tf',
  'model',
  'optimizer',
  'batch',
  'epoch',
  'step',
  'stepInEpoch',
  'learningRate',
  'loss',
  'metrics',
  ...Object.keys(functions),
  ...tensorNumbers,
]);

function inPlainWords(error: Error): Error {
  if (/await (?:is only valid|can ?not be used)|Unexpected reserved word/.test(error.message)) {
    return new Error(
      'Training stands still here, so there is nothing to await: use dataSync() instead of data(), arraySync() instead of array().',
    );
  }
  if (/Possible side-effect/.test(error.message))
    return new Error('This would change something; evaluate it in the console.');
  return error;
}

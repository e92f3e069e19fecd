/**
 * Frames, scopes and variables of a training that stands still, in the Debug Adapter Protocol's
 * terms. Lives for one stop: every reference that it hands out ends with it, and no later one is called like it.
 */
import type { Debugger } from 'node:inspector';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf } from '../../shared/base/message-of.js';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import { isConstantIn } from './constant-in-scope.js';
import { FrameExpressions, lentNames } from './frame-expressions.js';
import { isIdentifier } from './identifiers.js';
import type { Part, ShownValue, ShownVariable } from './inspection.js';
import { Remote, type InspectorClient } from './inspector-client.js';
import type { LibrarySources } from './library-sources.js';
import { stepInTargets, type StepInTarget } from './step-in-targets.js';
import { instructionReference } from './place-names.js';
import type { Position } from './text-position.js';
import type { StopFacts } from './thread-messages.js';

const TRAINING_FRAME = 1;
const FIRST_CODE_FRAME = 2;

/** What a reference that has been handed out stands for. */
type Expandable =
  | { readonly kind: 'held'; readonly handle: number }
  | {
      readonly kind: 'scope';
      readonly objectId: string;
      readonly frame: Debugger.CallFrame;
      readonly number: number;
    };

export interface PausedViewOptions {
  readonly inspector: InspectorClient;
  readonly library: LibrarySources;
  readonly frames: readonly Debugger.CallFrame[];
  readonly facts: StopFacts;
  readonly justMyCode: boolean;
  /** As the front end spells the names of files. */
  readonly fileOf: (file: string) => string;
  /** A number that no stop has used for a reference. */
  readonly nextReference: () => number;
}

export class PausedView {
  readonly facts: StopFacts;
  private readonly inspector: InspectorClient;
  private readonly expressions: FrameExpressions;
  private readonly expandable = new Map<number, Expandable>();
  /** What was changed by hand: V8 shows a scope as it was when the thread was paused. */
  private readonly changed = new Map<string, Remote>();
  private justMyCode: boolean;

  constructor(private readonly options: PausedViewOptions) {
    this.facts = options.facts;
    this.inspector = options.inspector;
    this.expressions = new FrameExpressions(options.inspector);
    this.justMyCode = options.justMyCode;
  }

  stackTrace({ startFrame = 0, levels = 0 }: Partial<DebugProtocol.StackTraceArguments> = {}): {
    readonly stackFrames: DebugProtocol.StackFrame[];
    readonly totalFrames: number;
  } {
    const code = this.codeFrames();
    const training = this.trainingFrame();
    // An op or layer that training stands before is the innermost there is.
    const { stands } = this.facts.at;
    const all = stands === 'op' || stands === 'layer' ? [training, ...code] : [...code, training];
    return {
      stackFrames: all.slice(startFrame, levels > 0 ? startFrame + levels : undefined),
      totalFrames: all.length,
    };
  }

  /** V8's, innermost first. */
  get frames(): readonly Debugger.CallFrame[] {
    return this.options.frames;
  }

  async scopes(frameId: number): Promise<DebugProtocol.Scope[]> {
    const training = await this.inspector.ask<{ name: string; expensive: boolean; handle: number }[]>('scopes');
    const shown = training.map(({ name, expensive, handle }) => ({
      name,
      expensive,
      variablesReference: this.reference({ kind: 'held', handle }),
    }));
    if (frameId === TRAINING_FRAME) return shown;
    const frame = this.codeFrame(frameId);
    const code = frame.scopeChain.flatMap((scope, number): DebugProtocol.Scope[] => {
      const { objectId } = scope.object;
      if (scope.type === 'global' || objectId === undefined) return [];
      return [
        {
          name: scopeName(scope),
          ...(scope.type === 'local' ? { presentationHint: 'locals' } : {}),
          variablesReference: this.reference({ kind: 'scope', objectId, frame, number }),
          expensive: scope.type === 'module',
        },
      ];
    });
    return [...code, ...shown];
  }

  /** Of a variable that has something inside. @throws Error for a reference of an earlier stop */
  handleOf(reference: number): number {
    const expandable = this.expandableOf(reference);
    if (expandable.kind === 'held') return expandable.handle;
    throw new Error('This is a scope, no tensor.');
  }

  async variables(reference: number, part: Part): Promise<DebugProtocol.Variable[]> {
    const expandable = this.expandableOf(reference);
    if (expandable.kind === 'held') {
      const children = await this.inspector.ask<ShownVariable[]>('children', expandable.handle, part);
      const shown = children.map((child) => this.variable(child, child.name, child.readOnly));
      return part.filter === 'indexed' ? shown : [...shown, ...(await this.hiddenFields(expandable.handle))];
    }
    const { objectId } = expandable;
    const variables = (await this.inspector.properties(objectId)).map(({ name, value }) => ({
      name,
      value: this.changed.get(`${objectId} ${name}`) ?? value,
    }));
    const properties = [...thisIn(expandable), ...variables];
    const shown = await this.show(properties);
    return properties.map(({ name }, index) => this.variable(shown[index]!, name, name === 'this'));
  }

  async setVariable(
    reference: number,
    name: string,
    expression: string,
  ): Promise<DebugProtocol.SetVariableResponse['body']> {
    const expandable = this.expandableOf(reference);
    const { callFrameId } = expandable.kind === 'scope' ? expandable.frame : this.options.frames[0]!;
    // Not beside the training, as looks are: what is put in is to live as long as what was there.
    const value = await this.inspector.evaluateOnFrame(callFrameId, expression, { sideEffects: true });
    if (expandable.kind === 'held') {
      const shown = await this.inspector.ask<ShownValue>('setChild', expandable.handle, name, value);
      if (name === 'learningRate') await this.noteLearningRate(Number(shown.value));
      return this.value(shown);
    }
    if (!(await this.inspector.properties(expandable.objectId)).some((known) => known.name === name))
      throw new Error(`There is no ${name} here.`);
    await this.requireVariable(name, expandable);
    try {
      await this.inspector.send('Debugger.setVariableValue', {
        scopeNumber: expandable.number,
        variableName: name,
        newValue: value.asArgument,
        callFrameId,
      });
    } catch (error) {
      throw new Error(`${name} cannot be changed here: ${messageOf(error)}.`);
    }
    this.changed.set(`${expandable.objectId} ${name}`, value);
    await this.inspector.ask('noteChange');
    return this.value((await this.show([{ name, value }]))[0]!);
  }

  /** Gives what an expression names another value: a variable of the code, or a member of what is in reach. */
  async setExpression(
    expression: string,
    value: string,
    frameId: number | undefined,
  ): Promise<DebugProtocol.SetExpressionResponse['body']> {
    const frame = this.frameFor(frameId);
    const name = expression.trim();
    // Optimizers keep it in more than one place: it is set as in the scope that shows it.
    if (/^(?:optimizer\.)?learningRate$/.test(name)) {
      const scopes = await this.inspector.ask<{ name: string; handle: number }[]>('scopes');
      const { handle } = scopes.find((scope) => scope.name === 'Training')!;
      return this.setVariable(this.reference({ kind: 'held', handle }), 'learningRate', value);
    }
    const scope = isIdentifier(name) ? await this.expressions.scopeWith(name, frame) : undefined;
    if (scope) return this.setVariable(this.reference(scope), name, value);
    if (lentNames.has(name)) throw new Error(`${name} is the training’s own: it cannot be changed here.`);
    try {
      await this.inspector.evaluateOnFrame(frame.callFrameId, `(${name}) = (${value}\n)`, { sideEffects: true });
    } catch (error) {
      throw /Invalid left-hand side/.test(messageOf(error)) ? new Error(`${name} cannot be set.`) : error;
    }
    await this.inspector.ask('noteChange');
    const { result, ...rest } = await this.evaluate(name, frameId, 'watch');
    return { value: result, ...rest };
  }

  /** What a step into can go into from this frame. */
  stepInTargets(frameId: number): Promise<StepInTarget[]> {
    const innermost = this.stackTrace().stackFrames.find(({ presentationHint }) => presentationHint !== 'label');
    if (innermost?.id !== frameId) return Promise.resolve([]);
    return stepInTargets(this.facts.at, this.frameFor(frameId), this.inspector);
  }

  /** The name `learningRate` in expressions follows it, too. */
  async noteLearningRate(learningRate: number): Promise<void> {
    if (this.facts.at.stands) return;
    const { callFrameId } = this.options.frames[0]!;
    await this.inspector.evaluateOnFrame(callFrameId, `learningRate = ${learningRate}`, { sideEffects: true });
  }

  showJustMyCode(enabled: boolean): void {
    this.justMyCode = enabled;
  }

  async evaluate(
    entered: string,
    frameId: number | undefined,
    context: string | undefined,
  ): Promise<DebugProtocol.EvaluateResponse['body']> {
    const evaluated = await this.expressions.evaluate(this.frameFor(frameId), entered, context);
    if (evaluated.kind === 'text') return { result: evaluated.text, variablesReference: 0 };
    const { value: result, ...rest } = this.value(evaluated.shown);
    return { result, ...rest };
  }

  completions(text: string, frameId: number | undefined) {
    return this.expressions.completions(this.frameFor(frameId), text);
  }

  /** V8's debugger gives constants another value without a word. @throws Error for one */
  private async requireVariable(name: string, { frame, number }: { frame: Debugger.CallFrame; number: number }) {
    const { startLocation, endLocation } = frame.scopeChain[number]!;
    const source = await this.inspector.sourceOf(frame.location.scriptId);
    if (isConstantIn({ source, start: placeOf(startLocation), end: placeOf(endLocation) }, name))
      throw new Error(`${name} is a constant: declare it with let to change it at a stop.`);
  }

  private async hiddenFields(handle: number): Promise<DebugProtocol.Variable[]> {
    const fields = await this.inspector.hiddenFields(handle);
    if (fields.length === 0) return [];
    const shown = await this.inspector.ask<ShownValue[]>('show', [], ...fields.map(({ value }) => value));
    return fields.map(({ name }, index) => this.variable(shown[index]!, name, true));
  }

  private show(named: readonly { readonly name: string; readonly value: Remote }[]): Promise<ShownValue[]> {
    return this.inspector.ask(
      'show',
      named.map(({ name }) => name),
      ...named.map(({ value }) => value),
    );
  }

  private variable(shown: ShownValue, name: string, readOnly: boolean): DebugProtocol.Variable {
    return {
      name,
      ...this.value(shown),
      ...(shown.evaluateName === undefined ? {} : { evaluateName: shown.evaluateName }),
      presentationHint: { kind: 'data', ...(readOnly ? { attributes: ['readOnly'] } : {}) },
    };
  }

  private value({ value, type, handle, indexed, named, tensor }: ShownValue) {
    return {
      value,
      type,
      variablesReference: handle === 0 ? 0 : this.reference({ kind: 'held', handle }),
      ...(indexed === undefined ? {} : { indexedVariables: indexed, namedVariables: named }),
      ...(tensor === undefined ? {} : { backstep: { tensor: true, ...tensor } }),
    };
  }

  /** The person's frames, and those of the library between them; nothing of the trainer's own. */
  private codeFrames(): DebugProtocol.StackFrame[] {
    const { frames } = this.options;
    const outermost = frames.findLastIndex((frame) => this.personsFile(frame) !== undefined);
    return frames.flatMap((frame, index): DebugProtocol.StackFrame[] => {
      const id = FIRST_CODE_FRAME + index;
      const name = frame.functionName || '(anonymous)';
      const { lineNumber, columnNumber = 0 } = frame.location;
      const file = this.personsFile(frame);
      if (file !== undefined) {
        const shown = this.options.fileOf(file);
        const source = { name: path.basename(shown), path: shown };
        return [{ id, name, source, line: lineNumber + 1, column: columnNumber + 1 }];
      }
      if (!this.justMyCode) {
        const place = this.options.library.placeOf(this.inspector.scriptOf(frame), lineNumber, columnNumber);
        if (!place) return [];
        const source = { name: place.name, sourceReference: place.reference, origin: 'TensorFlow.js' };
        return [{ id, name, source, line: place.line, column: place.column }];
      }
      if (index > outermost) return [];
      const source = { name: 'TensorFlow.js', presentationHint: 'deemphasize' as const };
      return [{ id, name, source, line: 0, column: 0, presentationHint: 'subtle' }];
    });
  }

  private trainingFrame(): DebugProtocol.StackFrame {
    const { at, source } = this.facts;
    const parts = at.path ?? (at.epoch > 0 ? [`epoch ${at.epoch}`, `step ${at.step}`] : []);
    const inStep = at.stands === 'line';
    const op = instructionReference(at);
    return {
      id: TRAINING_FRAME,
      name: parts.length > 0 ? parts.join(' › ') : 'before the first step',
      ...(source && !inStep ? { source: { name: path.basename(source.file), path: source.file } } : {}),
      line: (!inStep && source?.line) || 0,
      column: (!inStep && source?.column) || 0,
      ...(inStep ? { presentationHint: 'label' as const } : {}),
      ...(op === undefined ? {} : { instructionPointerReference: op }),
    };
  }

  private personsFile(frame: Debugger.CallFrame): string | undefined {
    const file = pathOf(this.inspector.scriptOf(frame));
    return file !== undefined && isPersons(file) ? file : undefined;
  }

  private frameFor(frameId: number | undefined): Debugger.CallFrame {
    const { frames } = this.options;
    if (frameId !== undefined && frameId !== TRAINING_FRAME) return this.codeFrame(frameId);
    return (frameId === undefined && frames.find((frame) => this.personsFile(frame))) || frames[0]!;
  }

  private codeFrame(frameId: number): Debugger.CallFrame {
    const found = this.options.frames[frameId - FIRST_CODE_FRAME];
    if (!found) throw new Error('This frame belongs to an earlier stop.');
    return found;
  }

  private reference(expandable: Expandable): number {
    const reference = this.options.nextReference();
    this.expandable.set(reference, expandable);
    return reference;
  }

  private expandableOf(reference: number): Expandable {
    const found = this.expandable.get(reference);
    if (!found) throw new Error('This value belongs to an earlier stop.');
    return found;
  }
}

/** V8 has it beside a function's variables. Outside of objects it is nothing, or the world. */
function thisIn({ frame, number }: { frame: Debugger.CallFrame; number: number }): { name: string; value: Remote }[] {
  const { type, className } = frame.this;
  const isLocal = frame.scopeChain[number]!.type === 'local';
  return isLocal && type !== 'undefined' && className !== 'global'
    ? [{ name: 'this', value: new Remote(frame.this) }]
    : [];
}

function placeOf(location: Debugger.Location | undefined): Position | undefined {
  return location && { line: location.lineNumber, column: location.columnNumber ?? 0 };
}

const scopeNames: Readonly<Record<string, string>> = {
  local: 'Local',
  block: 'Block',
  closure: 'Closure',
  catch: 'Catch',
  module: 'Module',
  script: 'Script',
  with: 'With',
  eval: 'Eval',
};

function scopeName({ type, name }: Debugger.Scope): string {
  const known = scopeNames[type] ?? type;
  return (type === 'closure' || type === 'block') && name ? `${known} (${name})` : known;
}

/**
 * Frames, scopes and variables of a training that stands still, in the Debug Adapter Protocol's
 * terms. Lives for one stop: every reference that it hands out ends with it.
 */
import type { Debugger, Runtime } from 'node:inspector';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import type { InspectorClient } from './inspector-client.js';
import { pausedExpression, stopFunctionName, type StopFacts } from './thread-messages.js';

const TRAINING_FRAME = 1;
const FIRST_PERSONS_FRAME = 2;

interface PersonsFrame {
  readonly frame: Debugger.CallFrame;
  readonly file: string;
}

export class PausedView {
  private readonly persons: readonly PersonsFrame[];
  private readonly expandable = new Map<number, string>();
  private nextReference = 2;
  private learningRate: number | undefined;

  constructor(
    private readonly inspector: InspectorClient,
    private readonly frames: readonly Debugger.CallFrame[],
    readonly facts: StopFacts,
  ) {
    this.learningRate = facts.learningRate;
    this.persons = frames.flatMap((frame) => {
      const file = pathOf(inspector.scriptOf(frame));
      return file !== undefined && isPersons(file) ? [{ frame, file }] : [];
    });
  }

  /** Whether training stands between two steps, rather than at a `debugger` statement of the person's. */
  get betweenSteps(): boolean {
    return this.frames[0]?.functionName === stopFunctionName;
  }

  stackTrace(): DebugProtocol.StackTraceResponse['body'] {
    const { at, source } = this.facts;
    const persons = this.persons.map(({ frame, file }, index) => ({
      id: FIRST_PERSONS_FRAME + index,
      name: frame.functionName || '(anonymous)',
      source: { name: path.basename(file), path: file },
      line: frame.location.lineNumber + 1,
      column: (frame.location.columnNumber ?? 0) + 1,
    }));
    const training = {
      id: TRAINING_FRAME,
      name: `epoch ${at.epoch} › step ${at.step}`,
      ...(source ? { source: { name: path.basename(source.file), path: source.file } } : {}),
      line: source?.line ?? 0,
      column: source?.column ?? 0,
    };
    return { stackFrames: [...persons, training], totalFrames: persons.length + 1 };
  }

  scopes(frameId: number): DebugProtocol.Scope[] {
    if (frameId === TRAINING_FRAME) return [{ name: 'Training', variablesReference: TRAINING_FRAME, expensive: false }];
    return this.personsFrame(frameId)
      .frame.scopeChain.filter((scope) => scope.type !== 'global' && scope.object.objectId !== undefined)
      .map((scope) => ({
        name: scope.type.charAt(0).toUpperCase() + scope.type.slice(1),
        variablesReference: this.expand(scope.object.objectId!),
        expensive: scope.type === 'module',
      }));
  }

  async variables(reference: number): Promise<DebugProtocol.Variable[]> {
    if (reference === TRAINING_FRAME) return this.trainingVariables();
    const objectId = this.expandable.get(reference);
    if (objectId === undefined) throw new Error('This value belongs to an earlier stop.');
    const properties = await this.inspector.properties(objectId);
    return Promise.all(properties.map(async ({ name, value }) => ({ name, ...(await this.present(value!)) })));
  }

  private trainingVariables(): DebugProtocol.Variable[] {
    const { at, lastStep } = this.facts;
    const rows: (readonly [name: string, value: number | undefined, readOnly: boolean])[] = [
      ['epoch', at.epoch, true],
      ['step', at.step, true],
      ['stepInEpoch', at.stepInEpoch, true],
      ['loss', lastStep?.loss, true],
      ...Object.entries(lastStep?.metrics ?? {}).map(([name, value]) => [name, value, true] as const),
      ['learningRate', this.learningRate, false],
      ['gradNorm', lastStep?.gradNorm, true],
      ['batchSize', lastStep?.examples, true],
    ];
    return rows
      .filter((row) => row[1] !== undefined)
      .map(([name, value, readOnly]) => ({
        name,
        value: String(value),
        type: 'number',
        evaluateName: name,
        variablesReference: 0,
        presentationHint: { kind: 'data', ...(readOnly ? { attributes: ['readOnly'] } : {}) },
      }));
  }

  /** The name `learningRate` in expressions follows, too. */
  async noteLearningRate(learningRate: number): Promise<void> {
    this.learningRate = learningRate;
    await this.inspector.evaluateOnFrame(this.frames[0]!.callFrameId, `learningRate = ${learningRate}`, {
      sideEffects: true,
    });
  }

  /** `sideEffects` false: for a look while pointing at something, which must not change anything. */
  async evaluate(
    expression: string,
    frameId: number | undefined,
    options: { readonly sideEffects: boolean },
  ): Promise<{ readonly value: string; readonly type?: string; readonly variablesReference: number }> {
    const frame =
      frameId === undefined || frameId === TRAINING_FRAME ? this.frames[0]! : this.personsFrame(frameId).frame;
    await this.inspector.evaluate(`${pausedExpression}.beginEvaluation()`);
    try {
      return await this.present(await this.inspector.evaluateOnFrame(frame.callFrameId, expression, options));
    } finally {
      await this.inspector.evaluate(`${pausedExpression}.endEvaluation()`);
    }
  }

  private async present(
    value: Runtime.RemoteObject,
  ): Promise<{ value: string; type?: string; variablesReference: number }> {
    if (value.objectId === undefined) {
      return { value: primitiveText(value), type: value.type, variablesReference: 0 };
    }
    const text = await this.inspector.callWith(
      value.objectId,
      `function (value) { return ${pausedExpression}.describe(value); }`,
    );
    return {
      value: String(text),
      // Bundling marks some classes with an underscore.
      type: value.className?.replace(/^_/, '') ?? value.type,
      variablesReference: value.type === 'object' ? this.expand(value.objectId) : 0,
    };
  }

  private expand(objectId: string): number {
    const reference = this.nextReference++;
    this.expandable.set(reference, objectId);
    return reference;
  }

  private personsFrame(frameId: number): PersonsFrame {
    const found = this.persons[frameId - FIRST_PERSONS_FRAME];
    if (!found) throw new Error('This frame belongs to an earlier stop.');
    return found;
  }
}

function primitiveText(value: Runtime.RemoteObject): string {
  if (value.unserializableValue !== undefined) return value.unserializableValue;
  return value.type === 'string' ? JSON.stringify(value.value) : String(value.value);
}

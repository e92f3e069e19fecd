/**
 * What the debug thread calls on the training thread while that stands still, by way of the
 * inspector: every answer is JSON text that keeps not-finite numbers. A failure is an answer too.
 */
import type * as tf from '@tensorflow/tfjs';
import { stringifyMessage } from '../../shared/base/message-json.js';
import { messageOf } from '../../shared/base/message-of.js';
import type { OpStatistics } from '../../shared/graph/op-statistics.js';
import type { Finding } from '../../shared/protocol/diagnosis.js';
import type { StopPoint } from '../../shared/protocol/training.js';
import type { Failure } from '../diagnosis/explain-failure.js';
import * as experimentTf from '../loader/experiment-tfjs.js';
import { doAside } from '../runtime/aside.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import { Inspection, type Part, type ShownValue } from './inspection.js';
import { completionsOf } from './completions.js';
import { endable } from './endable.js';
import { runEntered } from './entered-code.js';
import { beginGuarded } from './evaluation-guard.js';
import { lendNames } from './names-in-reach.js';
import { tensorWords } from './tensor-words.js';
import { TensorLooks, type LookedAt } from './tensor-looks.js';
import type { Answer, FromTraining, Whereabouts } from './thread-messages.js';
import { wholeText } from './whole-text.js';
import { layerAdditions, trainingScopes, type TrainingParts } from './training-scopes.js';

export interface PausedServiceHost {
  parts(): TrainingParts;
  whereabouts(): Whereabouts;
  /** Events that wait go out before the stop is told. */
  flush(): void;
  post(message: FromTraining): void;
  /** What is wrong with the training here, the gravest first; `failure`: what it has stopped at. */
  explain(failure: Failure | undefined): readonly Finding[];
  opStatistics(from: number, mostMs: number): OpStatistics;
}

export class PausedService {
  /** Set while training stands between two steps. */
  training: { readonly paused: PausedTraining; readonly at: StopPoint } | undefined;
  private readonly inspection: Inspection;
  private readonly tensors: TensorLooks;
  private bytesSent = 0;
  private endEvaluationNow: ((result?: unknown) => void) | undefined;
  /** Tensors that a person's expressions made, and may look into until training goes on. */
  private readonly kept: tf.Tensor[] = [];

  constructor(private readonly host: PausedServiceHost) {
    this.inspection = new Inspection((value) => layerAdditions(value, host.parts()));
    this.tensors = new TensorLooks({
      parts: () => host.parts(),
      held: (handle) => this.inspection.held(handle),
      sums: this.inspection.reads.sums,
      sendBytes: (bytes) => this.sendBytes(bytes),
    });
    Object.defineProperty(globalThis, Symbol.for('backstep.paused'), { value: this });
  }

  look(): string {
    return this.answerBetweenSteps(({ paused, at }) => paused.look(at));
  }

  explain(failure?: Failure): string {
    return answer(() => ({ findings: this.host.explain(failure) }));
  }

  setLearningRate(learningRate: number): string {
    return this.answerBetweenSteps(({ paused }) => {
      paused.setLearningRate(learningRate);
      return { learningRate: paused.learningRate };
    });
  }

  stateHash(): string {
    return this.answerBetweenSteps(({ paused }) => ({ stateHash: paused.stateHash() }));
  }

  whereabouts(): string {
    return answer(() => {
      this.host.flush();
      return this.host.whereabouts();
    });
  }

  scopes(): string {
    return answer(() =>
      trainingScopes(this.host.parts()).map(({ name, branch, expensive }) => ({
        name,
        expensive,
        handle: this.inspection.show(branch).handle,
      })),
    );
  }

  /** Each of the values, all in one go. */
  show(names: readonly (string | undefined)[], ...values: readonly unknown[]): string {
    return answer(() =>
      doAside(() => {
        this.inspection.reads.begin();
        return values.map((value, index) => this.inspection.show(value, { evaluateName: names[index] }));
      }),
    );
  }

  children(handle: number, part: Part): string {
    return answer(() => doAside(() => this.inspection.children(handle, part)));
  }

  /** No answer in JSON: V8's debugger itself looks into it. */
  withHiddenFields(handle: number): object | undefined {
    return this.inspection.withHiddenFields(handle);
  }

  tensorFacts(place: LookedAt, wish: Parameters<TensorLooks['facts']>[1]): string {
    return answer(() => doAside(() => this.tensors.facts(place, wish)));
  }

  tensorPictures(place: LookedAt, wish: Parameters<TensorLooks['pictures']>[1]): string {
    return answer(() => doAside(() => this.tensors.pictures(place, wish)));
  }

  tensorNumbers(place: LookedAt, wish: Parameters<TensorLooks['numbers']>[1]): string {
    return answer(() => doAside(() => this.tensors.numbers(place, wish)));
  }

  tensorFind(place: LookedAt, wish: Parameters<TensorLooks['find']>[1]): string {
    return answer(() => doAside(() => this.tensors.find(place, wish)));
  }

  opStatistics(from: number, mostMs: number): string {
    return answer(() => doAside(() => this.host.opStatistics(from, mostMs)));
  }

  setChild(handle: number, name: string, value: unknown): string {
    return answer(() => {
      const end = beginGuarded(this.host.parts());
      let shown: ShownValue;
      try {
        shown = this.inspection.set(handle, name, value);
      } finally {
        end();
      }
      this.noteChange();
      return shown;
    });
  }

  /** Something of the training has been changed by hand. */
  noteChange(): string {
    return answer(() => this.host.parts().changed());
  }

  completions(value: unknown, start: string): string {
    return answer(() => completionsOf(value, start));
  }

  /** Called in an expression, for all of what it gives. */
  wholeText(value: unknown): string {
    return wholeText(value);
  }

  completionsOfNames(start: string): string {
    return answer(() => [...completionsOf(this.names(), start), ...completionsOf(globalThis, start)]);
  }

  /** The library's function that computes the op that training stands before. */
  kernel(): unknown {
    const op = this.host.parts().op?.op;
    return op === undefined ? undefined : experimentTf.getKernel(op, experimentTf.getBackend())?.kernelFunc;
  }

  /** Names that are in reach of an expression beside those of the code around it. */
  names(): Readonly<Record<string, unknown>> {
    const { model, optimizer, batch, epoch, step, stepInEpoch, lastStep } = this.host.parts();
    return {
      tf: experimentTf,
      model,
      optimizer,
      batch,
      epoch,
      step,
      stepInEpoch,
      learningRate: optimizer && learningRateOf(optimizer),
      loss: lastStep?.loss,
      metrics: lastStep?.metrics,
      // Last: new names behind a spread take V8 a microsecond each.
      ...tensorWords,
    };
  }

  /** What an expression does until `endEvaluation` is no part of the training. */
  beginEvaluation(): void {
    const withdraw = lendNames(this.names());
    const end = beginGuarded(this.host.parts());
    this.endEvaluationNow = (result) => {
      this.endEvaluationNow = undefined;
      const { kept, changed } = end(result);
      this.kept.push(...kept);
      withdraw();
      if (changed) this.noteChange();
    };
  }

  /** Its tensors are given back, but for those in its result: these when training goes on. */
  endEvaluation(evaluateName: string, ...results: readonly unknown[]): string {
    return answer(() => {
      this.endEvaluationNow?.(results[0]);
      // An expression may have changed what was read before.
      this.inspection.reads.forget();
      if (results.length === 0) return undefined;
      this.inspection.reads.begin();
      return doAside(() => this.inspection.show(results[0], { evaluateName }));
    });
  }

  /** Runs what a person entered so that a SIGINT ends it, as any exception would. */
  interruptibly(work: () => unknown): unknown {
    return runEntered(() => endable(work, { breakOnSigint: true }));
  }

  /** Training goes on: everything that was handed out ends. */
  release(): void {
    this.endEvaluationNow?.();
    this.inspection.release();
    for (const tensor of this.kept.splice(0)) if (!tensor.isDisposed) tensor.dispose();
  }

  private sendBytes(bytes: Uint8Array<ArrayBuffer>): number {
    this.bytesSent++;
    // A part would travel with all of what it is a part of.
    const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    this.host.post({ kind: 'bytes', number: this.bytesSent, bytes: whole });
    return this.bytesSent;
  }

  private answerBetweenSteps<T>(work: (training: NonNullable<PausedService['training']>) => T): string {
    return answer(() => {
      if (this.training) return work(this.training);
      throw new Error('Training stands in the middle of a step here: go on to its end first.');
    });
  }
}

function answer<T>(work: () => T): string {
  let result: Answer<T>;
  try {
    result = { kind: 'answer', value: work() };
  } catch (error) {
    result = { kind: 'failure', message: messageOf(error) };
  }
  return stringifyMessage(result);
}

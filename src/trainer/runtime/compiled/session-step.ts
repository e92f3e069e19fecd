/**
 * A compiled step at work: a session with its own copy of the state, kept apart from the `tf.Variable`s,
 * and what it takes to bring the one into the other.
 */
import * as tf from '@tensorflow/tfjs';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import { encodeSavedModel } from '../../../shared/graph/saved-model.js';
import { learningRateOf, numbersOf, setNumbers } from '../optimizer-state.js';
import type { CompleteGraph, StateEntry } from './complete-graph.js';
import { NO_GRADIENT, type CompiledStep, type StateBefore, type StepResult, type StepWants } from './compiled-step.js';
import { GraphSession } from './graph-session.js';
import { handleOf, type Binding, type Handle, type HandleInfo, type NativeBackend } from './native.js';
import { sameNumbers } from './repetition.js';
import type { SummaryWish } from '../step-summaries.js';
import { signedGraph } from './signed-graph.js';
import { WishedSummaries } from './wished-summaries.js';

type Numbers = Readonly<Record<string, number>>;

export interface SessionStepParts {
  readonly backend: NativeBackend;
  readonly complete: CompleteGraph;
  readonly optimizer: tf.Optimizer;
  /** In the order of the trace's numbers. */
  readonly variables: readonly tf.Variable[];
  /** In the order of the trace's numbers; kept until they have been pushed. */
  readonly held: readonly Handle[];
  /** What one step adds to each of the optimizer's numbers. */
  readonly numbersPerStep: Numbers;
  readonly weights: number;
}

export class SessionStep implements CompiledStep {
  private readonly binding: Binding;
  private readonly session: GraphSession;
  private readonly feedNames: readonly string[];
  private readonly changing: readonly StateEntry[];
  /** The data that each variable held when it and the graph last agreed. */
  private readonly seen = new Map<tf.Variable, object>();
  private seenNumbers: Numbers | undefined;
  /** The optimizer's numbers as the graph's state has them. */
  private numbers: Numbers;
  private rate: { readonly value: number; readonly handle: Handle } | undefined;
  private readonly valuesBefore = new WeakMap<StateBefore, Before>();
  private readonly wished = new WeakMap<readonly SummaryWish[], WishedSummaries>();

  /** @throws Error where TensorFlow does not take the graph */
  constructor(private readonly parts: SessionStepParts) {
    const { backend, complete, optimizer } = parts;
    this.binding = backend.binding;
    this.session = new GraphSession(this.binding, complete.graph);
    this.feedNames = [...complete.feeds.map(({ name }) => name), ...(complete.rate ? [complete.rate] : [])];
    this.changing = complete.state.filter(({ changes }) => changes);
    this.numbers = numbersOf(optimizer);
    try {
      this.pushAll();
    } catch (error) {
      this.session.dispose();
      throw error;
    }
  }

  fits(feeds: readonly tf.Tensor[]): boolean {
    const { backend, complete } = this.parts;
    return (
      feeds.length === complete.feeds.length &&
      complete.feeds.every(({ dtype, shape }, index) => {
        const feed = feeds[index]!;
        return backend.getDTypeInteger(feed.dtype) === dtype && sameNumbers(feed.shape, shape);
      })
    );
  }

  run(feeds: readonly tf.Tensor[], want: StepWants): StepResult {
    const { backend, complete } = this.parts;
    const handles = backend.getInputTensorIds(feeds);
    if (complete.rate) handles.push(this.rateHandle());
    const wished = want.summaries && want.summaries.length > 0 ? this.wishedOf(want.summaries) : undefined;
    const fetches = [
      complete.values,
      // Reads of the step itself, so that nothing is read twice.
      ...(want.before ? this.changing.map(({ resource: { read } }) => `${read.node.name}:0`) : []),
      ...(want.gradients ? complete.gradients : []),
      ...(wished ? wished.fetches : []),
    ];
    const numbersBefore = this.numbers;
    const [first, ...others] = this.session.run(this.feedNames, handles, fetches);
    this.numbers = plus(numbersBefore, this.parts.numbersPerStep);
    const all = this.take(first!);
    const before = want.before ? this.keepBefore(others.splice(0, this.changing.length), numbersBefore) : undefined;
    const gradients = want.gradients ? others.splice(0, complete.gradients.length) : undefined;
    const fetched = others.map((info) => this.take(info)[0]!);
    return {
      values: [...all.subarray(0, complete.valueCount)],
      gradientNorms: want.gradientNorms && complete.normed.length > 0 ? this.norms(all) : undefined,
      gradients: gradients && new Map(gradients.map((info, index) => [complete.normed[index]!, this.takeFloats(info)])),
      finite: this.allFinite(all),
      before,
      summaries: wished?.read(all, fetched),
    };
  }

  push(): void {
    const { backend, optimizer } = this.parts;
    const changed = this.parts.complete.state.filter((entry) => {
      const variable = this.variableOf(entry);
      return variable !== undefined && this.seen.get(variable) !== variable.dataId;
    });
    const numbers = numbersOf(optimizer);
    if (changed.length > 0 || !sameRecord(numbers, this.seenNumbers)) this.numbers = numbers;
    this.seenNumbers = numbers;
    this.pushEntries(
      changed,
      changed.map((entry) => handleOf(backend, this.variableOf(entry)!)),
    );
  }

  pull(): void {
    const { backend, optimizer } = this.parts;
    const outs = this.changing.map(({ out }) => out);
    const infos = outs.length > 0 ? this.session.run([], [], outs) : [];
    infos.forEach((info, index) => {
      const variable = this.variableOf(this.changing[index]!)!;
      const tensor = backend.createOutputTensor(info);
      variable.assign(tensor);
      tensor.dispose();
    });
    // What a step does not change may have been assigned from outside: it stays to be pushed.
    for (const entry of this.changing) this.see(entry);
    setNumbers(optimizer, this.numbers);
    this.seenNumbers = numbersOf(optimizer);
  }

  /** The variables have been put where they were before the last run: they are behind, and not to be pushed. */
  staysAhead(): void {
    for (const entry of this.parts.complete.state) this.see(entry);
    this.seenNumbers = numbersOf(this.parts.optimizer);
  }

  restoreBefore(state: StateBefore): void {
    const before = this.valuesBefore.get(state);
    if (!before) throw new Error('This state is of another step, or has been disposed.');
    before.putInto(this.changing.map((entry) => this.variableOf(entry)!));
    setNumbers(this.parts.optimizer, before.numbers);
    this.seenNumbers = undefined;
  }

  graphDef(): Uint8Array {
    return this.session.graphDef;
  }

  savedModel(folder: string): void {
    const { complete } = this.parts;
    const outs = complete.state.map(({ out }) => out);
    const infos = outs.length > 0 ? this.session.run([], [], outs) : [];
    const state = infos.map((info) => ({ dtype: info.dtype, shape: info.shape, values: this.take(info) }));
    const signed = signedGraph(complete, state);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(signed));
  }

  dispose(): void {
    this.session.dispose();
    if (this.rate) this.binding.deleteTensor(this.rate.handle);
    this.rate = undefined;
    this.seen.clear();
  }

  private pushAll(): void {
    const { backend, complete, held, optimizer } = this.parts;
    this.pushEntries(
      complete.state,
      complete.state.map((entry) =>
        entry.held === undefined ? handleOf(backend, this.variableOf(entry)!) : held[entry.held]!,
      ),
    );
    this.seenNumbers = numbersOf(optimizer);
  }

  private pushEntries(entries: readonly StateEntry[], handles: readonly Handle[]): void {
    if (entries.length === 0) return;
    const done = this.session.run(
      entries.map((entry) => entry.in.feed),
      handles,
      entries.map((entry) => entry.in.done),
    );
    for (const { id } of done) this.binding.deleteTensor(id);
    for (const entry of entries) this.see(entry);
  }

  private see(entry: StateEntry): void {
    const variable = this.variableOf(entry);
    if (variable) this.seen.set(variable, variable.dataId);
  }

  private variableOf({ variable }: StateEntry): tf.Variable | undefined {
    return variable === undefined ? undefined : this.parts.variables[variable];
  }

  private rateHandle(): Handle {
    const value = Math.fround(learningRateOf(this.parts.optimizer) ?? NaN);
    if (this.rate && Object.is(this.rate.value, value)) return this.rate.handle;
    if (this.rate) this.binding.deleteTensor(this.rate.handle);
    this.rate = { value, handle: this.binding.createTensor([], DataType.DT_FLOAT, Float32Array.of(value)) };
    return this.rate.handle;
  }

  private norms(all: ArrayLike<number>): Float32Array {
    const { complete, weights } = this.parts;
    const norms = new Float32Array(weights).fill(NO_GRADIENT);
    complete.normed.forEach((weight, index) => (norms[weight] = Math.sqrt(2 * all[complete.valueCount + index]!)));
    return norms;
  }

  /** Of the values, the loss alone; then gradients and weights. */
  private allFinite(all: ArrayLike<number>): boolean {
    if (!Number.isFinite(all[0])) return false;
    for (let index = this.parts.complete.valueCount; index < all.length; index++) {
      if (!Number.isFinite(all[index])) return false;
    }
    return true;
  }

  private wishedOf(wishes: readonly SummaryWish[]): WishedSummaries {
    let wished = this.wished.get(wishes);
    if (!wished) this.wished.set(wishes, (wished = new WishedSummaries(this.parts.complete, wishes)));
    return wished;
  }

  private takeFloats(info: HandleInfo): Float32Array {
    const values = this.take(info);
    return values instanceof Float32Array ? values : Float32Array.from(values);
  }

  /** Reads a result and gives it back. */
  private take({ id }: HandleInfo): Float32Array | Int32Array | Uint8Array {
    const values = this.binding.tensorDataSync(id);
    this.binding.deleteTensor(id);
    return values;
  }

  private keepBefore(infos: HandleInfo[], numbers: Numbers): StateBefore {
    const before = new Before(this.parts.backend, infos, numbers);
    const state: StateBefore = {
      dispose: () => {
        before.dispose();
        this.valuesBefore.delete(state);
      },
    };
    this.valuesBefore.set(state, before);
    return state;
  }
}

/** TensorFlow's own tensors, which share their memory with the session until that changes its copy. */
class Before {
  private infos: readonly HandleInfo[] | undefined;
  private tensors: readonly tf.Tensor[] | undefined;

  constructor(
    private readonly backend: NativeBackend,
    infos: readonly HandleInfo[],
    readonly numbers: Numbers,
  ) {
    this.infos = infos;
  }

  putInto(variables: readonly tf.Variable[]): void {
    if (this.infos) {
      this.tensors = this.infos.map((info) => tf.keep(this.backend.createOutputTensor(info)));
      this.infos = undefined;
    }
    variables.forEach((variable, index) => variable.assign(this.tensors![index]!));
  }

  dispose(): void {
    for (const { id } of this.infos ?? []) this.backend.binding.deleteTensor(id);
    for (const tensor of this.tensors ?? []) tensor.dispose();
    this.infos = undefined;
    this.tensors = undefined;
  }
}

function plus(numbers: Numbers, added: Numbers): Numbers {
  const sums: Record<string, number> = { ...numbers };
  for (const [name, value] of Object.entries(added)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}

function sameRecord(a: Numbers, b: Numbers | undefined): boolean {
  const names = Object.keys(a);
  return (
    b !== undefined && names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]))
  );
}

/**
 * Stands between TensorFlow.js's native backend and TensorFlow while a step runs, and knows of every
 * tensor where it came from. What is done with each op is its subclasses': one records, the other
 * compares. Knows nothing of graphs.
 */
import * as tf from '@tensorflow/tfjs';
import { replaceMethod } from '../replace-method.js';
import { onTensorMade } from '../tfjs-internals.js';
import type { ConstantValue } from './graph.js';
import {
  handleOf,
  sizeOf,
  type Binding,
  type Handle,
  type HandleInfo,
  type NativeBackend,
  type RawAttribute,
  type TensorValues,
} from './native.js';
import { RecurrentMasks } from './recurrent-masks.js';
import { Refusal, stackHere } from './refusal.js';
import type { GradientUse, Source, Update } from './trace.js';

/** Tensors from before the step that are larger than this stay tensors instead of becoming constants. */
const LARGEST_CONSTANT = 1024;

export interface Observed {
  /** Each with a handle of its own. */
  readonly feeds: readonly tf.Tensor[];
  /** Each with a handle of its own. */
  readonly variables: readonly tf.Variable[];
  readonly optimizer: tf.Optimizer;
}

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];

export abstract class Observation {
  protected readonly binding: Binding;
  protected readonly updates: Update[] = [];
  protected inUpdate = false;
  private readonly sources = new Map<Handle, Source>();
  /** Made in the step, and not used by an op so far. */
  private readonly made = new Map<Handle, ConstantValue>();
  private readonly variableHandles: readonly Handle[];
  private readonly variableIndex: ReadonlyMap<tf.Variable, number>;
  private refused: Refusal | undefined;
  /** How many masks of recurrent layers were taken back. */
  masks = 0;

  constructor(
    protected readonly backend: NativeBackend,
    private readonly observed: Observed,
  ) {
    this.binding = backend.binding;
    observed.feeds.forEach((feed, index) => this.sources.set(handleOf(backend, feed), { kind: 'feed', index }));
    this.variableHandles = observed.variables.map((variable) => handleOf(backend, variable));
    this.variableHandles.forEach((handle, index) => this.sources.set(handle, { kind: 'variable', index }));
    this.variableIndex = new Map(observed.variables.map((variable, index) => [variable, index]));
  }

  /**
   * Runs a step under observation; its scope ends with it, after `look` has seen what it gave.
   * @throws Refusal, and what the step throws
   */
  run(step: () => readonly tf.Tensor[], look?: (results: readonly tf.Tensor[]) => void): void {
    const { backend, binding } = this;
    const made = new Set<tf.Tensor>();
    let kept: tf.Tensor[] = [];
    const masks = new RecurrentMasks();
    const undo = [
      () => masks.stop(),
      onTensorMade((tensor) => made.add(tensor)),
      this.watchOptimizer(),
      this.watchRandom(),
      this.watchConsole(),
      this.forbidOtherOptimizers(),
    ];
    const engine = tf.engine();
    engine.startScope('compile');
    backend.binding = this.hook();
    try {
      const results = step();
      if (results instanceof Promise) {
        // What comes of it is not wanted any more.
        results.catch(() => undefined);
        this.refuse('the step is asynchronous');
      }
      this.finish(results);
      backend.binding = binding;
      look?.(results);
      // Also those that were kept out of the scope.
      tf.dispose([...results]);
    } finally {
      backend.binding = binding;
      for (const restore of undo) restore();
      disposeTape();
      engine.endScope();
      this.masks = masks.takeBack(made);
      kept = [...made].filter((tensor) => !tensor.isDisposed);
      this.discard(kept);
    }
    if (kept.length > 0) this.refuse('the step keeps a tensor for later');
    // The step may have caught what was thrown at it.
    if (this.refused) throw this.refused;
  }

  /** What the step has kept for later ones, which may count on it. */
  protected abstract discard(kept: readonly tf.Tensor[]): void;
  protected abstract executeOp(
    op: string,
    attributes: RawAttribute[],
    inputs: Source[],
    outputs: number,
    ids: Handle[],
  ): HandleInfo[];
  protected abstract createTensor(shape: number[], dtype: number, values: TensorValues): Handle;
  protected abstract newConstant(value: ConstantValue): number;
  protected abstract newHeld(handle: Handle, info: HandleInfo): number;
  protected abstract isLive(source: Source): boolean;
  /** Of something that no feed, variable or earlier tensor goes into. */
  protected abstract readResult(source: Source, handle: Handle): TensorValues;
  protected abstract end(results: readonly Source[], assigned: ReadonlyMap<number, Source>): void;

  protected learn(handle: Handle, source: Source): void {
    this.sources.set(handle, source);
  }

  /** Where it came from, if it has been seen. */
  protected known(handle: Handle): Source | undefined {
    return this.sources.get(handle);
  }

  protected refuse(message: string): never {
    const refusal = new Refusal(message, stackHere());
    this.refused ??= refusal;
    throw refusal;
  }

  private sourceOf(handle: Handle): Source {
    const known = this.sources.get(handle);
    if (known) return known;
    const source = this.firstUse(handle);
    this.sources.set(handle, source);
    return source;
  }

  private firstUse(handle: Handle): Source {
    const made = this.made.get(handle);
    if (made) return { kind: 'constant', index: this.newConstant({ ...made, values: made.values.slice() }) };
    const info = this.infoOf(handle);
    if (sizeOf(info.shape) > LARGEST_CONSTANT) return { kind: 'held', index: this.newHeld(handle, info) };
    const values = this.binding.tensorDataSync(handle);
    return { kind: 'constant', index: this.newConstant({ dtype: info.dtype, shape: info.shape, values }) };
  }

  /** Asked of TensorFlow by an op that copies nothing. */
  private infoOf(handle: Handle): HandleInfo {
    const { binding } = this;
    for (const dtype of [binding.TF_FLOAT, binding.TF_INT32, binding.TF_BOOL]) {
      try {
        const type: RawAttribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: dtype };
        const [info] = binding.executeOp('Identity', [type], [handle], 1) as [HandleInfo];
        binding.deleteTensor(info.id);
        return info;
      } catch (error) {
        // Of another type, which TensorFlow says by failing.
        if (!(error instanceof Error)) throw error;
      }
    }
    return this.refuse('the step uses a tensor that is neither of numbers nor of booleans');
  }

  private hook(): Binding {
    const { binding } = this;
    const methods: Partial<Binding> = {
      executeOp: (op, attributes, ids, outputs) => {
        if (this.refused) throw this.refused;
        return this.executeOp(
          op,
          attributes,
          ids.map((id) => this.sourceOf(id)),
          outputs,
          ids,
        );
      },
      createTensor: (shape, dtype, values) => {
        if (dtype === binding.TF_STRING) return binding.createTensor(shape, dtype, values);
        const handle = this.createTensor(shape, dtype, values as TensorValues);
        this.made.set(handle, { shape: [...shape], dtype, values: values as TensorValues });
        return handle;
      },
      tensorDataSync: (handle) => {
        const made = this.made.get(handle);
        if (made) return made.values;
        const source = this.sources.get(handle);
        if (!source) return binding.tensorDataSync(handle);
        if (this.isLive(source)) this.refuse('the step reads a value while it runs');
        return this.readResult(source, handle);
      },
      deleteTensor: (handle) => {
        this.made.delete(handle);
        if (handle >= 0) binding.deleteTensor(handle);
      },
    };
    const hook = Object.create(binding) as Binding;
    for (const [name, value] of Object.entries(methods)) Object.defineProperty(hook, name, { value });
    return hook;
  }

  private watchOptimizer(): () => void {
    const { optimizer } = this.observed;
    const applyGradients = optimizer.applyGradients.bind(optimizer);
    return replaceMethod(optimizer, 'applyGradients', (gradients: Gradients) => {
      const uses = this.gradientUses(gradients);
      this.inUpdate = true;
      applyGradients(gradients);
      this.inUpdate = false;
      this.updates.push({ gradients: uses, assigned: this.assigned() });
    });
  }

  private gradientUses(gradients: Gradients): (GradientUse | undefined)[] {
    const named = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    return named.map(({ name, tensor }) => {
      const variable = this.variableIndex.get(tf.engine().registeredVariables[name]!);
      // A weight that the loss does not depend on has no gradient.
      if (variable === undefined || !(tensor instanceof tf.Tensor)) return undefined;
      return { variable, gradient: this.sourceOf(handleOf(this.backend, tensor)) };
    });
  }

  private assigned(): Map<number, Source> {
    const assigned = new Map<number, Source>();
    this.observed.variables.forEach((variable, index) => {
      if (variable.isDisposed) this.refuse(`the step disposes the variable ${variable.name}`);
      const handle = handleOf(this.backend, variable);
      if (handle !== this.variableHandles[index]) assigned.set(index, this.sourceOf(handle));
    });
    return assigned;
  }

  /** Numbers drawn in JavaScript would be the same in every step of a graph. */
  private watchRandom(): () => void {
    const { random } = Math;
    Math.random = () => this.refuse('the step draws random numbers in JavaScript');
    return () => {
      Math.random = random;
    };
  }

  /** A graph writes nothing. */
  private watchConsole(): () => void {
    const undo = (['log', 'info', 'debug', 'dir', 'table'] as const).map((name) =>
      replaceMethod(console, name, () => this.refuse('the step writes to the console')),
    );
    return () => {
      for (const restore of undo) restore();
    };
  }

  private forbidOtherOptimizers(): () => void {
    const prototype = tf.Optimizer.prototype;
    const { optimizer } = this.observed;
    // Kept to be put back and called with its own `this`.
    const computeGradients = prototype.computeGradients;
    const refuse = (): never => this.refuse('the step uses a second optimizer');
    prototype.computeGradients = function (this: tf.Optimizer, loss, variables) {
      return this === optimizer ? computeGradients.call(this, loss, variables) : refuse();
    };
    return () => {
      prototype.computeGradients = computeGradients;
    };
  }

  private finish(results: readonly tf.Tensor[]): void {
    if (!Array.isArray(results) || !results.every((result) => result instanceof tf.Tensor)) {
      this.refuse('the step gives something other than tensors');
    }
    for (const { size } of results) if (size !== 1) this.refuse('the step gives a tensor that is not a single number');
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      if (!this.variableIndex.has(variable)) this.refuse(`the step makes a variable (${variable.name})`);
    }
    const sources = results.map((result) => this.sourceOf(handleOf(this.backend, result)));
    this.end(sources, this.assigned());
  }
}

/** What an interrupted gradient keeps for its way back. */
function disposeTape(): void {
  const { state } = tf.engine() as unknown as { state: { activeTape?: { saved?: tf.Tensor[] }[] | null } };
  for (const { saved } of state.activeTape ?? []) {
    for (const tensor of saved ?? []) if (!tensor.isDisposed) tensor.dispose();
  }
  state.activeTape = null;
}

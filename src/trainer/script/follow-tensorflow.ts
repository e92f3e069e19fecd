/**
 * Follows whatever a script trains, from inside TensorFlow.js: models that are made and trained, gradients
 * that are taken, updates of weights, epochs of `fit`. What is done beside the training passes unseen.
 * Knows no host, no files and no steps: what happens is told, in its order.
 */
import * as tf from '@tensorflow/tfjs';
import { isAside } from '../runtime/aside.js';
import { isOptimizer } from '../runtime/tfjs-internals.js';
import { namedGradients, type NamedGradients } from './named-gradients.js';

/** What a call of `fit` or `fitDataset` says of itself, before its first step. */
export interface FitPlan {
  readonly epochs: number;
  readonly stepsPerEpoch?: number;
  readonly batchSize?: number;
  readonly examples?: number;
}

/** Numbers by the names that `fit` gives them: `loss`, `acc`, `val_loss`. */
export type FitLogs = Readonly<Record<string, number>>;

export interface TrainingFollower {
  /** A model is made, compiled, or called where gradients are taken. */
  seesModel(model: tf.LayersModel): void;
  /** The outermost gradient, of what is computed from here on, by these. */
  gradientsBegin(by: readonly tf.Tensor[]): void;
  /** The value whose gradients they were; it and they stay the script's. */
  gradientsTaken(value: tf.Tensor, gradients: readonly tf.Tensor[]): void;
  /** A model is called within a gradient: the inputs of what is trained on. */
  modelCalled(model: tf.LayersModel, inputs: tf.Tensor | readonly tf.Tensor[]): void;
  /** An optimizer that has not been seen before is about to be used. */
  seesOptimizer(optimizer: tf.Optimizer): void;
  updateBegins(optimizer: tf.Optimizer, gradients: NamedGradients): void;
  /** Right after the update; the gradients are still there. */
  updateEnds(optimizer: tf.Optimizer): void;
  /** A step of `fit`, `fitDataset` or `trainOnBatch`; the tensors stay its own. */
  batchBegins(model: tf.LayersModel, xs: tf.Tensor[], ys: tf.Tensor[]): void;
  /** Loss first, then metrics by name. */
  batchEnds(model: tf.LayersModel, values: readonly tf.Tensor[], names: readonly string[]): void;
  fitBegins(model: tf.LayersModel, plan: FitPlan): void;
  epochBegins(): void;
  epochEnds(logs: FitLogs): void;
  /** A call of `fit` is made; what is given back is told that it has settled. */
  fitCalled(model: tf.LayersModel): () => void;
}

type LayersModel = tf.LayersModel;
type Method = (...values: unknown[]) => unknown;

interface Trainer {
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  getDedupedMetricsNames(): string[];
}

/** For the rest of the process. */
export function followTensorFlow(follower: TrainingFollower): void {
  const outerOf = new WeakMap<LayersModel, LayersModel>();
  /** A sequential model wraps the one that does the work: the person knows the outer one. */
  const known = (model: LayersModel): LayersModel => {
    const inner = (model as { readonly model?: LayersModel }).model;
    if (inner instanceof tf.LayersModel) outerOf.set(inner, model);
    return outerOf.get(model) ?? model;
  };

  followModels(follower, known);
  followFit(follower, known);
  followGradients(follower);
  followUpdates(follower);
}

/** Replaces a method of a class by one that is given the original and what it is called on. */
function around(
  prototype: object,
  name: string,
  wrap: (original: Method, self: unknown, values: unknown[]) => unknown,
): void {
  const original = (prototype as Record<string, Method>)[name]!;
  const replacement = function (this: unknown, ...values: unknown[]): unknown {
    if (isAside()) return original.apply(this, values);
    return wrap((...given) => original.apply(this, given), this, values);
  };
  Object.defineProperty(prototype, name, { value: replacement, configurable: true, writable: true, enumerable: false });
}

function followModels(follower: TrainingFollower, known: (model: LayersModel) => LayersModel): void {
  const models = tf.LayersModel.prototype;
  let compiles = 0;
  for (const prototype of [models, tf.Sequential.prototype]) {
    around(prototype, 'compile', (original, self, values) => {
      compiles++;
      try {
        original(...values);
      } finally {
        compiles--;
      }
      if (compiles === 0) follower.seesModel(known(self as LayersModel));
      return undefined;
    });
  }
  const engine = tf.engine();
  let calls = 0;
  // `predict` of a sequential model calls that of the model inside; `apply` is every layer's.
  for (const prototype of [models, tf.Sequential.prototype]) {
    for (const name of ['predict', 'apply'] as const) {
      around(prototype, name, (original, self, values) => {
        const inputs = values[0];
        const withinGradient = calls === 0 && engine.state.gradientDepth > 0 && areTensors(inputs);
        if (withinGradient) follower.modelCalled(known(self as LayersModel), inputs);
        calls++;
        try {
          return original(...values);
        } finally {
          calls--;
        }
      });
    }
  }
}

function areTensors(value: unknown): value is tf.Tensor | tf.Tensor[] {
  return value instanceof tf.Tensor || (Array.isArray(value) && value.every((one) => one instanceof tf.Tensor));
}

function followFit(follower: TrainingFollower, known: (model: LayersModel) => LayersModel): void {
  const models = tf.LayersModel.prototype;
  for (const name of ['fit', 'fitDataset', 'trainOnBatch']) {
    around(tf.Sequential.prototype, name, (original, self, values) => {
      known(self as LayersModel);
      return original(...values);
    });
  }
  const followed = async (original: Method, model: LayersModel, values: unknown[], at: number): Promise<unknown> => {
    const given = values[at] as FitArguments | undefined;
    const settled = follower.fitCalled(model);
    try {
      const callbacks = [new FitFollower(follower, model), ...standardCallbacks(given)];
      const changed = [...values];
      // Left out, `fitDataset` says itself that it needs them.
      if (given || at === 2) changed[at] = { ...given, callbacks };
      return await original(...changed);
    } finally {
      settled();
    }
  };
  around(models, 'fit', (original, self, values) => followed(original, known(self as LayersModel), values, 2));
  around(models, 'fitDataset', (original, self, values) => followed(original, known(self as LayersModel), values, 1));

  around(models, 'makeTrainFunction', (original, self) => {
    const train = original() as (data: tf.Tensor[]) => tf.Tensor[];
    const { inputs, outputs } = self as Trainer;
    const names = (self as Trainer).getDedupedMetricsNames();
    const model = known(self as LayersModel);
    return (data: tf.Tensor[]): tf.Tensor[] => {
      if (isAside()) return train(data);
      const count = inputs.length;
      follower.batchBegins(model, data.slice(0, count), data.slice(count, count + outputs.length));
      const values = train(data);
      follower.batchEnds(model, values, names);
      return values;
    };
  });
}

interface FitArguments {
  readonly callbacks?: unknown;
  readonly yieldEvery?: unknown;
}

const BaseCallback = Object.getPrototypeOf(tf.CustomCallback) as new () => object;
type MakeCallback = new (given: object, yieldEvery: unknown) => object;

/** What `fit` makes of its callbacks, so that one more can stand among them. */
function standardCallbacks(given: FitArguments | undefined): readonly object[] {
  const callbacks = (given?.callbacks ?? {}) as object | readonly object[];
  if (callbacks instanceof BaseCallback) return [callbacks];
  const list = Array.isArray(callbacks) ? (callbacks as readonly object[]) : [callbacks];
  if (Array.isArray(callbacks) && list[0] instanceof BaseCallback) return list;
  const Custom = tf.CustomCallback as unknown as MakeCallback;
  return list.map((one) => new Custom(one, given?.yieldEvery ?? 'auto'));
}

/** Stands before the script's own callbacks: an epoch is told before they do something of it. */
class FitFollower extends tf.Callback {
  constructor(
    private readonly follower: TrainingFollower,
    private readonly trained: LayersModel,
  ) {
    super();
  }

  override onTrainBegin(): Promise<void> {
    const { epochs, initialEpoch, samples, steps, batchSize } = this.params as Readonly<
      Record<string, number | null | undefined>
    >;
    const examples = samples ?? undefined;
    const size = batchSize ?? undefined;
    const counted = examples !== undefined && size !== undefined ? Math.ceil(examples / size) : undefined;
    this.follower.fitBegins(this.trained, {
      epochs: Math.max(0, (epochs ?? 1) - (initialEpoch ?? 0)),
      stepsPerEpoch: steps ?? counted,
      batchSize: size,
      examples,
    });
    return Promise.resolve();
  }

  override onEpochBegin(): Promise<void> {
    this.follower.epochBegins();
    return Promise.resolve();
  }

  override onEpochEnd(_epoch: number, logs: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const numbers: Record<string, number> = {};
    for (const [name, value] of Object.entries(logs)) {
      if (typeof value === 'number') numbers[name] = value;
      else if (value instanceof tf.Tensor) numbers[name] = value.dataSync()[0]!;
    }
    this.follower.epochEnds(numbers);
    return Promise.resolve();
  }
}

interface EngineInsides {
  gradients(f: () => tf.Tensor, xs: readonly tf.Tensor[], ...rest: unknown[]): { value: tf.Tensor; grads: tf.Tensor[] };
}

function followGradients(follower: TrainingFollower): void {
  const engine = tf.engine() as unknown as EngineInsides;
  const gradients = engine.gradients.bind(engine);
  let depth = 0;
  engine.gradients = (f, xs, ...rest) => {
    if (depth > 0 || isAside()) return gradients(f, xs, ...rest);
    depth++;
    try {
      follower.gradientsBegin(xs);
      const taken = gradients(f, xs, ...rest);
      follower.gradientsTaken(taken.value, taken.grads);
      return taken;
    } finally {
      depth--;
    }
  };
}

function followUpdates(follower: TrainingFollower): void {
  const seen = new WeakSet<tf.Optimizer>();
  const followed = new WeakSet<object>();
  const sees = (optimizer: tf.Optimizer): void => {
    if (seen.has(optimizer)) return;
    seen.add(optimizer);
    follower.seesOptimizer(optimizer);
  };
  let depth = 0;
  /** Each class of optimizer has its own. */
  const followClass = (prototype: object): void => {
    if (followed.has(prototype) || !Object.hasOwn(prototype, 'applyGradients')) return;
    followed.add(prototype);
    around(prototype, 'applyGradients', (original, self, values) => {
      const optimizer = self as tf.Optimizer;
      if (depth > 0) return original(...values);
      if (!seen.has(optimizer)) {
        sees(optimizer);
        // Whoever watches it now does so on the instance, which is to be asked instead.
        if (Object.hasOwn(optimizer, 'applyGradients')) {
          return optimizer.applyGradients(values[0] as Parameters<tf.Optimizer['applyGradients']>[0]);
        }
      }
      follower.updateBegins(optimizer, namedGradients(values[0]));
      depth++;
      try {
        original(...values);
      } finally {
        depth--;
      }
      follower.updateEnds(optimizer);
      return undefined;
    });
  };
  const followOptimizer = (optimizer: tf.Optimizer): void => {
    for (
      let prototype: unknown = Object.getPrototypeOf(optimizer);
      typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype;
      prototype = Object.getPrototypeOf(prototype)
    )
      followClass(prototype);
    sees(optimizer);
  };
  for (const own of Object.values(tf as unknown as Record<string, unknown>)) {
    const prototype: unknown = typeof own === 'function' ? own.prototype : undefined;
    if (prototype !== undefined && isOptimizer(prototype)) followClass(prototype);
  }
  // A person's own optimizer is known by being used.
  for (const name of ['minimize', 'computeGradients']) {
    around(tf.Optimizer.prototype, name, (original, self, values) => {
      followOptimizer(self as tf.Optimizer);
      return original(...values);
    });
  }
  for (const prototype of [tf.LayersModel.prototype, tf.Sequential.prototype]) {
    around(prototype, 'compile', (original, self, values) => {
      const result = original(...values);
      const { optimizer } = self as LayersModel;
      if (isOptimizer(optimizer)) followOptimizer(optimizer);
      return result;
    });
  }
}

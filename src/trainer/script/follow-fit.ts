/** Follows `fit`, `fitDataset` and `trainOnBatch`: their batches, and the epochs of the first two. */
import * as tf from '@tensorflow/tfjs';
import { isAside } from '../runtime/aside.js';
import { around, type Method } from './around.js';
import type { FitFollower, TrainingFollower } from './follow-tensorflow.js';

type LayersModel = tf.LayersModel;

interface Trainer {
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  getDedupedMetricsNames(): string[];
}

/** A call of `fit` or `fitDataset` under way. */
interface Fitting {
  readonly call: FitFollower;
  readonly validationData: unknown;
}

/** For the rest of the process. @param known the model as the person has it */
export function followFit(follower: TrainingFollower, known: (model: LayersModel) => LayersModel): void {
  const models = tf.LayersModel.prototype;
  for (const name of ['fit', 'fitDataset', 'trainOnBatch']) {
    around(tf.Sequential.prototype, name, (original, self, values) => {
      known(self as LayersModel);
      return original(...values);
    });
  }
  const fitting = new WeakMap<object, Fitting>();
  const followed = async (original: Method, self: unknown, values: unknown[], at: number): Promise<unknown> => {
    const given = values[at] as FitArguments | undefined;
    const call = follower.fitCalled(known(self as LayersModel));
    fitting.set(self as object, { call, validationData: given?.validationData });
    try {
      const callbacks = [new FitCallback(call), ...standardCallbacks(given)];
      const changed = [...values];
      // Left out, `fitDataset` says itself that it needs them.
      if (given || at === 2) changed[at] = { ...given, callbacks };
      return await original(...changed);
    } finally {
      fitting.delete(self as object);
      call.settled();
    }
  };
  around(models, 'fit', (original, self, values) => followed(original, self, values, 2));
  around(models, 'fitDataset', (original, self, values) => followed(original, self, values, 1));
  followValidation(fitting);

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

/**
 * `fit` validates by the model's test function, `fitDataset` by evaluating the model on the data for it. What else the
 * script evaluates, in a callback for instance, is its own.
 */
function followValidation(fitting: WeakMap<object, Fitting>): void {
  const models = tf.LayersModel.prototype;
  /** By model, what it is evaluated on. */
  const evaluated = new WeakMap<object, unknown>();
  for (const name of ['evaluate', 'evaluateDataset']) {
    around(models, name, (original, self, values) => {
      const model = self as object;
      evaluated.set(model, values[0]);
      let result: unknown;
      try {
        result = original(...values);
        return result;
      } finally {
        if (result instanceof Promise) {
          const done = (): void => void evaluated.delete(model);
          result.then(done, done);
        } else evaluated.delete(model);
      }
    });
  }
  const validating = (model: object): FitFollower | undefined => {
    const { call, validationData } = fitting.get(model) ?? {};
    if (!evaluated.has(model)) return call;
    const data = evaluated.get(model);
    const isIts = data === validationData || (Array.isArray(validationData) && data === validationData[0]);
    return isIts ? call : undefined;
  };
  around(models, 'makeTestFunction', (original, self) => {
    original();
    const model = self as { testFunction: (data: tf.Tensor[]) => unknown } & Trainer;
    const test = model.testFunction;
    const { inputs, outputs } = model;
    model.testFunction = (data) => {
      const call = isAside() ? undefined : validating(model);
      return call
        ? call.validates(data.slice(inputs.length, inputs.length + outputs.length), () => test(data))
        : test(data);
    };
  });
}

interface FitArguments {
  readonly validationData?: unknown;
  readonly callbacks?: unknown;
  readonly yieldEvery?: unknown;
}

const BaseCallback = Object.getPrototypeOf(tf.CustomCallback) as new () => object;
type MakeCallback = new (given: object, yieldEvery: unknown) => object;

/**
 * What `fit` makes of its callbacks, so that one more can stand among them. Of a list it asks the first alone what
 * all are: of both kinds in one it fails, or never comes to an end. Here each is what it is.
 */
function standardCallbacks(given: FitArguments | undefined): readonly object[] {
  const callbacks = (given?.callbacks ?? {}) as object | readonly object[];
  const list = Array.isArray(callbacks) ? (callbacks as readonly object[]) : [callbacks];
  const Custom = tf.CustomCallback as unknown as MakeCallback;
  return list.map((one) => (one instanceof BaseCallback ? one : new Custom(one, given?.yieldEvery ?? 'auto')));
}

/** Stands before the script's own callbacks: an epoch is told before they do something of it. */
class FitCallback extends tf.Callback {
  constructor(private readonly call: FitFollower) {
    super();
  }

  override onTrainBegin(): Promise<void> {
    const { epochs, initialEpoch, samples, steps, batchSize } = this.params as Readonly<
      Record<string, number | null | undefined>
    >;
    const { doValidation } = this.params as { readonly doValidation?: unknown };
    const examples = samples ?? undefined;
    const size = batchSize ?? undefined;
    const counted = examples !== undefined && size !== undefined ? Math.ceil(examples / size) : undefined;
    this.call.begins({
      epochs: Math.max(0, (epochs ?? 1) - (initialEpoch ?? 0)),
      stepsPerEpoch: steps ?? counted,
      batchSize: size,
      examples,
      isValidated: doValidation === true,
    });
    return Promise.resolve();
  }

  override onEpochBegin(): Promise<void> {
    this.call.epochBegins();
    return Promise.resolve();
  }

  override onEpochEnd(_epoch: number, logs: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const numbers: Record<string, number> = {};
    for (const [name, value] of Object.entries(logs)) {
      if (typeof value === 'number') numbers[name] = value;
      else if (value instanceof tf.Tensor) numbers[name] = value.dataSync()[0]!;
    }
    this.call.epochEnds(numbers);
    return Promise.resolve();
  }
}

/**
 * What an optimizer has gathered, and its learning rate, for all of TensorFlow.js's optimizers and
 * for a person's own: found by walking the instance, for the library's `getWeights` leave out some
 * and are not exact for others. Knows nothing of files.
 */
import * as tf from '@tensorflow/tfjs';

/** `{ originalName, variable }`, as optimizers keep one for each weight they update. */
interface OptimizerSlot {
  originalName: string;
  variable: tf.Variable;
}

export interface SlotPlace {
  /** The optimizer's property, for example `accumulatedFirstMoment`. */
  readonly key: string;
  /** Place in the property's list; none where the property is the variable itself. */
  readonly index?: number;
  /** Name of the weight's variable and what the slot is of it: `m` of `conv2d_1/kernel`. */
  readonly owner?: string;
  readonly suffix?: string;
  readonly variable: tf.Variable;
}

type Properties = Record<string, unknown>;

/** Every slot, in the optimizer's own order. */
export function slotsOf(optimizer: tf.Optimizer): SlotPlace[] {
  const slots: SlotPlace[] = [];
  for (const [key, value] of Object.entries(optimizer as unknown as Properties)) {
    if (value instanceof tf.Variable) slots.push({ key, variable: value });
    else if (Array.isArray(value)) {
      value.forEach((entry: unknown, index) => {
        if (!isSlot(entry)) return;
        const cut = entry.originalName.lastIndexOf('/');
        slots.push({
          key,
          index,
          owner: entry.originalName.slice(0, cut),
          suffix: entry.originalName.slice(cut + 1),
          variable: entry.variable,
        });
      });
    }
  }
  return slots;
}

/** Puts a value into a slot, which is made where the optimizer has none there yet. The values are copied. */
export function fillSlot(
  optimizer: tf.Optimizer,
  place: { readonly key: string; readonly index?: number; readonly originalName?: string },
  value: tf.Tensor,
): boolean {
  const properties = optimizer as unknown as Properties;
  const held = properties[place.key];
  if (place.index === undefined) {
    if (!(held instanceof tf.Variable) || !tf.util.arraysEqual(held.shape, value.shape)) return false;
    held.assign(value);
    return true;
  }
  if (!Array.isArray(held)) return false;
  const entry: unknown = held[place.index];
  if (isSlot(entry)) entry.variable.assign(value);
  else
    held[place.index] = {
      originalName: place.originalName ?? '',
      variable: tf.variable(value, false),
    } satisfies OptimizerSlot;
  return true;
}

function isSlot(value: unknown): value is OptimizerSlot {
  return (
    typeof value === 'object' &&
    value !== null &&
    'variable' in value &&
    value.variable instanceof tf.Variable &&
    'originalName' in value
  );
}

/** Numbers on the instance, such as counters; what is not a setting of the person's shows by having changed. */
export function numbersOf(optimizer: tf.Optimizer): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [key, value] of Object.entries(optimizer as unknown as Properties)) {
    if (typeof value === 'number' && key !== 'learningRate') numbers[key] = value;
  }
  // Made on first use by the base class; zero until then.
  numbers['iterations_'] ??= 0;
  return numbers;
}

export function setNumbers(optimizer: tf.Optimizer, numbers: Readonly<Record<string, number>>): void {
  Object.assign(optimizer, numbers);
}

/** `undefined` for an optimizer that has none. */
export function learningRateOf(optimizer: tf.Optimizer): number | undefined {
  const { learningRate } = optimizer as unknown as Properties;
  return typeof learningRate === 'number' ? learningRate : undefined;
}

/** Used from the next update on. @throws RangeError for a value that is not finite and positive */
export function setLearningRate(optimizer: tf.Optimizer, learningRate: number): void {
  if (!Number.isFinite(learningRate) || learningRate <= 0) {
    throw new RangeError(`The learning rate must be a number above 0, not ${learningRate}.`);
  }
  if (learningRateOf(optimizer) === undefined)
    throw new RangeError('This optimizer has no learning rate that can be changed.');
  const own = optimizer as unknown as WithLearningRate;
  if (typeof own.setLearningRate === 'function') own.setLearningRate(learningRate);
  else own.learningRate = learningRate;
}

/** SGD and Momentum keep it in a constant tensor as well, which only their own setter renews. */
interface WithLearningRate {
  setLearningRate?: (learningRate: number) => void;
  learningRate: number;
}

/**
 * Until what is given back is called, setting the learning rate gives no tensor back: what the optimizer keeps of
 * it follows then, however it was set.
 */
export function holdLearningRate(optimizer: tf.Optimizer): () => void {
  const own = optimizer as unknown as WithLearningRate;
  if (typeof own.setLearningRate !== 'function') return () => undefined;
  const { learningRate } = own;
  const set = (changed: number): void => void (own.learningRate = changed);
  Object.defineProperty(own, 'setLearningRate', { value: set, configurable: true });
  return () => {
    Reflect.deleteProperty(own, 'setLearningRate');
    if (own.learningRate !== learningRate) own.setLearningRate?.(own.learningRate);
  };
}

/** Gives back every tensor that the optimizer holds; its own `dispose` forgets some. */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  const held = [
    ...slotsOf(optimizer).map(({ variable }) => variable),
    ...Object.values(optimizer as unknown as Properties),
  ];
  for (const value of held) if (value instanceof tf.Tensor && !value.isDisposed) value.dispose();
}

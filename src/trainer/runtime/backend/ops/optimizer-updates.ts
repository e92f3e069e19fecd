/**
 * Adam and RMSProp as one op a variable where the backend has the kernel; TensorFlow.js makes them of
 * a dozen passes over each. The optimizer's own variables hold the state as ever, bit for bit.
 */
import * as tf from '@tensorflow/tfjs';

export interface AdamInputs<T> {
  readonly value: T;
  readonly firstMoment: T;
  readonly secondMoment: T;
  readonly gradient: T;
  /** β₁ᵗ and β₂ᵗ, scalars. */
  readonly beta1Power: T;
  readonly beta2Power: T;
}
export interface AdamAttributes {
  readonly beta1: number;
  readonly beta2: number;
  readonly learningRate: number;
  readonly epsilon: number;
}

export interface RmsPropInputs<T> {
  readonly value: T;
  readonly meanSquare: T;
  readonly moment: T;
  readonly gradient: T;
}
export interface RmsPropAttributes {
  readonly decay: number;
  readonly momentum: number;
  readonly learningRate: number;
  readonly epsilon: number;
}

interface Slot {
  readonly originalName: string;
  readonly variable: tf.Variable;
}
type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];

/** What TensorFlow.js keeps in its optimizers, by its own names. */
interface Adam extends AdamAttributes {
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
  readonly accumulatedFirstMoment: Slot[];
  readonly accumulatedSecondMoment: Slot[];
  incrementIterations(): void;
}
interface RmsProp extends RmsPropAttributes {
  readonly centered: boolean;
  readonly accumulatedMeanSquares: Slot[];
  readonly accumulatedMoments: Slot[];
  incrementIterations(): void;
}

const fused = Symbol('backstep.fused');

export function fuseOptimizerUpdates(): void {
  replaceUpdate<Adam>(tf.AdamOptimizer, 'ApplyAdam', (optimizer, entries) => {
    tf.tidy(() => {
      for (const { name, index, value, gradient } of entries) {
        const first = slot(optimizer.accumulatedFirstMoment, index, `${name}/m`, value);
        const second = slot(optimizer.accumulatedSecondMoment, index, `${name}/v`, value);
        if (!gradient) continue;
        const inputs: AdamInputs<tf.Tensor> = {
          value,
          firstMoment: first,
          secondMoment: second,
          gradient,
          beta1Power: optimizer.accBeta1,
          beta2Power: optimizer.accBeta2,
        };
        const { beta1, beta2, learningRate, epsilon } = optimizer;
        assign('ApplyAdam', inputs, { beta1, beta2, learningRate, epsilon }, [value, first, second]);
      }
      optimizer.accBeta1.assign(tf.mul(optimizer.accBeta1, optimizer.beta1));
      optimizer.accBeta2.assign(tf.mul(optimizer.accBeta2, optimizer.beta2));
    });
    optimizer.incrementIterations();
  });

  replaceUpdate<RmsProp>(tf.RMSPropOptimizer, 'ApplyRmsProp', (optimizer, entries) => {
    if (optimizer.centered) return 'as it was';
    tf.tidy(() => {
      for (const { name, index, value, gradient } of entries) {
        const meanSquare = slot(optimizer.accumulatedMeanSquares, index, `${name}/rms`, value);
        const moment = slot(optimizer.accumulatedMoments, index, `${name}/momentum`, value);
        if (!gradient) continue;
        const inputs: RmsPropInputs<tf.Tensor> = { value, meanSquare, moment, gradient };
        const { decay, momentum, learningRate, epsilon } = optimizer;
        assign('ApplyRmsProp', inputs, { decay, momentum, learningRate, epsilon }, [value, meanSquare, moment]);
      }
    });
    optimizer.incrementIterations();
    return undefined;
  });
}

/** Takes the place of `applyGradients`; what was there runs on backends without the kernel, and where `update` says so. */
function replaceUpdate<Fields>(
  optimizer: { readonly prototype: tf.Optimizer },
  kernelName: string,
  update: (optimizer: Fields, entries: readonly Entry[]) => 'as it was' | undefined | void,
): void {
  const prototype = optimizer.prototype as tf.Optimizer & { [fused]?: true };
  if (prototype[fused]) return;
  prototype[fused] = true;
  const stock = prototype.applyGradients;
  prototype.applyGradients = function (this: tf.Optimizer, gradients: Gradients) {
    const entries = tf.getKernel(kernelName, tf.getBackend()) ? entriesOf(gradients) : undefined;
    const canFuse = entries?.every(isFloat) === true;
    if (!canFuse || update(this as unknown as Fields, entries) === 'as it was') stock.call(this, gradients);
  };
}

interface Entry {
  readonly name: string;
  readonly index: number;
  readonly value: tf.Variable;
  readonly gradient: tf.Tensor | undefined;
}

function entriesOf(gradients: Gradients): Entry[] {
  const variables = tf.engine().registeredVariables;
  const entry = (name: string, gradient: tf.Tensor, index: number): Entry => {
    const value = variables[name]!;
    return { name, index, value, gradient };
  };
  return Array.isArray(gradients)
    ? gradients.map(({ name, tensor }, index) => entry(name, tensor, index))
    : Object.entries(gradients).map(([name, gradient], index) => entry(name, gradient, index));
}

function isFloat({ value, gradient }: Entry): boolean {
  return value?.dtype === 'float32' && (!gradient || gradient.dtype === 'float32');
}

/** The optimizer's slot of this number, made of zeros where it has none yet. */
function slot(slots: Slot[], index: number, originalName: string, like: tf.Variable): tf.Variable {
  slots[index] ??= { originalName, variable: tf.tidy(() => tf.variable(tf.zerosLike(like), false)) };
  return slots[index].variable;
}

function assign(kernelName: string, inputs: object, attributes: object, targets: readonly tf.Variable[]): void {
  const results = tf
    .engine()
    .runKernel(kernelName, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap) as tf.Tensor[];
  targets.forEach((target, i) => target.assign(results[i]!));
}

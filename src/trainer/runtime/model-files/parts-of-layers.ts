/** Activations, initializers, regularizers and constraints as Keras writes them, for TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import { isRecord } from '../../../shared/models/is-record.js';
import type { KerasGeneration } from './given-config.js';
import { Refusal } from './refusal.js';

/** Keras's names of what TensorFlow.js has. */
const activations: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  linear: 'linear',
  log_softmax: 'logSoftmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'swish',
  tanh: 'tanh',
};

interface ActivationObject {
  apply(x: tf.Tensor, axis?: number): tf.Tensor;
}

/** The class that TensorFlow.js tells its activations by, which it does not export. */
const Activation = Object.getPrototypeOf(
  (tf.layers.activation({ activation: 'linear' }) as unknown as { readonly activation: ActivationObject }).activation
    .constructor,
) as new () => ActivationObject;

/** Those that TensorFlow.js does not have, or computes in another way than Keras 3. */
const ownActivations: Readonly<Record<string, () => ActivationObject>> = {
  celu: made('celu', (x) => tf.add(tf.relu(x), tf.expm1(tf.minimum(x, 0)))),
  exponential: made('exponential', (x) => tf.exp(x)),
  hard_sigmoid: made('hardSigmoid', hardSigmoid),
  hard_silu: made('hardSilu', (x) => tf.mul(x, hardSigmoid(x))),
  hard_swish: made('hardSwish', (x) => tf.mul(x, hardSigmoid(x))),
  hard_shrink: made('hardShrink', (x) => tf.mul(x, tf.step(tf.sub(tf.abs(x), 0.5)))),
  hard_tanh: made('hardTanh', (x) => tf.clipByValue(x, -1, 1)),
  leaky_relu: made('leakyRelu', (x) => tf.leakyRelu(x, 0.2)),
  log_sigmoid: made('logSigmoid', (x) => tf.logSigmoid(x)),
  soft_shrink: made('softShrink', (x) => tf.mul(tf.sign(x), tf.relu(tf.sub(tf.abs(x), 0.5)))),
  squareplus: made('squareplus', (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2)),
  tanh_shrink: made('tanhShrink', (x) => tf.sub(x, tf.tanh(x))),
};

/** Keras 3's; those of Keras 2 and of TensorFlow.js are steeper: x ÷ 5 in place of x ÷ 6. */
function hardSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.div(tf.relu6(tf.add(x, 3)), 6);
}

function made(className: string, compute: (x: tf.Tensor) => tf.Tensor): () => ActivationObject {
  const Own = class extends Activation {
    static readonly className = className;
    override apply(x: tf.Tensor): tf.Tensor {
      return tf.tidy(() => compute(x));
    }
  };
  return () => new Own();
}

/** What layers of TensorFlow.js take as an activation. @throws Refusal */
export function activationNamed(value: unknown, generation: KerasGeneration): unknown {
  if (value === undefined || value === null) return undefined;
  // Keras 3 writes functions as objects where they are not of its own names.
  const name = isRecord(value) ? (value['class_name'] === 'function' ? value['config'] : value['class_name']) : value;
  if (typeof name !== 'string') throw new Refusal('its activation has no name');
  if (name === 'hard_sigmoid' && generation === 2) return 'hardSigmoid';
  if (Object.hasOwn(ownActivations, name)) return ownActivations[name]!();
  if (Object.hasOwn(activations, name)) return activations[name];
  throw new Refusal(`TensorFlow.js has no activation ${name}`, 'Save the model in Keras with one that it has.');
}

/** What an activation computes. @throws Refusal */
export function activationOf(value: unknown, generation: KerasGeneration): (x: tf.Tensor) => tf.Tensor {
  const activation = activationNamed(value, generation) ?? 'linear';
  const layer = tf.layers.activation({ activation } as Parameters<typeof tf.layers.activation>[0]);
  const made = (layer as unknown as { readonly activation: ActivationObject }).activation;
  return (x) => made.apply(x);
}

type Numbers = Readonly<Record<string, unknown>>;

/** `{ class_name, config }` or a name; `undefined` where there is none. */
function named(value: unknown): { readonly name: string; readonly config: Numbers } | undefined {
  if (typeof value === 'string') return { name: value, config: {} };
  if (!isRecord(value) || typeof value['class_name'] !== 'string') return undefined;
  return { name: value['class_name'], config: isRecord(value['config']) ? value['config'] : {} };
}

function number(config: Numbers, name: string, otherwise: number): number {
  const value = config[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

/** Where weights come from the file it is never asked; one that is not known leaves the layer its default. */
export function initializerOf(value: unknown): unknown {
  const { name, config } = named(value) ?? { name: '', config: {} };
  const { initializers } = tf;
  switch (snakeCase(name).replace(/_initializer$/, '')) {
    case 'zeros':
      return initializers.zeros();
    case 'ones':
      return initializers.ones();
    case 'constant':
      return initializers.constant({ value: number(config, 'value', 0) });
    case 'random_normal':
      return initializers.randomNormal(normal(config));
    case 'truncated_normal':
      return initializers.truncatedNormal(normal(config));
    case 'random_uniform':
      return initializers.randomUniform({
        minval: number(config, 'minval', -0.05),
        maxval: number(config, 'maxval', 0.05),
      });
    case 'variance_scaling':
      return initializers.varianceScaling({
        scale: number(config, 'scale', 1),
        mode: oneOf(config['mode'], { fan_in: 'fanIn', fan_out: 'fanOut', fan_avg: 'fanAvg' }, 'fanIn'),
        distribution: oneOf(
          config['distribution'],
          { normal: 'normal', uniform: 'uniform', truncated_normal: 'truncatedNormal' },
          'truncatedNormal',
        ),
      } as Parameters<typeof initializers.varianceScaling>[0]);
    case 'orthogonal':
      return initializers.orthogonal({ gain: number(config, 'gain', 1) });
    case 'identity':
      return initializers.identity({ gain: number(config, 'gain', 1) });
    case 'glorot_uniform':
      return initializers.glorotUniform({});
    case 'glorot_normal':
      return initializers.glorotNormal({});
    case 'he_uniform':
      return initializers.heUniform({});
    case 'he_normal':
      return initializers.heNormal({});
    case 'lecun_uniform':
      return initializers.leCunUniform({});
    case 'lecun_normal':
      return initializers.leCunNormal({});
    default:
      return undefined;
  }
}

function normal(config: Numbers): { readonly mean: number; readonly stddev: number } {
  return { mean: number(config, 'mean', 0), stddev: number(config, 'stddev', 0.05) };
}

function oneOf(value: unknown, names: Readonly<Record<string, string>>, otherwise: string): string {
  return typeof value === 'string' && Object.hasOwn(names, value) ? names[value]! : otherwise;
}

/** @throws Refusal for one that TensorFlow.js does not have: training without it would be another training */
export function regularizerOf(value: unknown): unknown {
  const given = named(value);
  if (!given) return undefined;
  const { name, config } = given;
  // Keras's default where one is named without a strength.
  const strength = (key: string): number => number(config, key, 0.01);
  switch (name.toLowerCase()) {
    case 'l1':
      return tf.regularizers.l1({ l1: strength('l1') });
    case 'l2':
      return tf.regularizers.l2({ l2: strength('l2') });
    case 'l1l2':
    case 'l1_l2':
      return tf.regularizers.l1l2({ l1: strength('l1'), l2: strength('l2') });
    default:
      throw new Refusal(`TensorFlow.js has no regularizer ${name}`, 'Save the model in Keras without it.');
  }
}

/** @throws Refusal for one that TensorFlow.js does not have */
export function constraintOf(value: unknown): unknown {
  const given = named(value);
  if (!given) return undefined;
  const { name, config } = given;
  const axis = number(config, 'axis', 0);
  switch (snakeCase(name)) {
    case 'max_norm':
      return tf.constraints.maxNorm({ maxValue: number(config, 'max_value', 2), axis });
    case 'unit_norm':
      return tf.constraints.unitNorm({ axis });
    case 'non_neg':
      return tf.constraints.nonNeg();
    case 'min_max_norm':
      return tf.constraints.minMaxNorm({
        minValue: number(config, 'min_value', 0),
        maxValue: number(config, 'max_value', 1),
        rate: number(config, 'rate', 1),
        axis,
      });
    default:
      throw new Refusal(`TensorFlow.js has no constraint ${name}`, 'Save the model in Keras without it.');
  }
}

/** `GlorotUniform` → `glorot_uniform`; TensorFlow.js writes `LeCunNormal` where Keras has `LecunNormal`. */
function snakeCase(name: string): string {
  return name
    .replace(/^LeCun/, 'Lecun')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/**
 * Builds a model of TensorFlow.js from an architecture that was read. First every layer is tried, and all
 * that cannot be made is told together; only then weights are made, as zeros and within a limit, for what
 * they are comes from elsewhere. Knows no files.
 */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../shared/base/message-of.js';
import type { KerasLayer, KerasModel } from '../../../shared/models/keras/architecture.js';
import type { KerasCall, TensorPlace } from '../../../shared/models/keras/tensor-places.js';
import { shapeIn } from '../../../shared/models/keras/architecture.js';
import { isRecord } from '../../../shared/models/is-record.js';
import { ModelFileError } from '../../../shared/models/model-file-error.js';
import { attentionMakers } from './attention.js';
import { GivenConfig, type KerasGeneration } from './given-config.js';
import { layerMakers } from './layers.js';
import { Masked, withOwnMasks } from './masks.js';
import { Identity, inPhase } from './mended-layers.js';
import { operationLayer } from './operations.js';
import { Refusal } from './refusal.js';
import { eachOnce } from './repeated-inputs.js';

/** A layer with what it was made of; `inner` are a model's layers, or the one that a wrapper is around. */
export interface BuiltLayer {
  readonly given: KerasLayer;
  readonly layer: tf.layers.Layer;
  readonly inner: readonly BuiltLayer[];
}

export interface BuiltArchitecture {
  readonly model: tf.LayersModel;
  readonly layers: readonly BuiltLayer[];
}

export interface BuildOptions {
  readonly generation: KerasGeneration;
  /** Names or classes of layers that are passed over: what goes in comes out. */
  readonly leaveOut: ReadonlySet<string>;
  /** Weights beyond this many numbers are refused. */
  readonly mostNumbers: number;
  /** Whether weights begin as the layers' initializers say, not as zeros. */
  readonly isFresh: boolean;
}

/** @throws ModelFileError that names every layer that cannot be made */
export function buildArchitecture(architecture: KerasModel, options: BuildOptions): BuiltArchitecture {
  refuseUnknown(architecture, options);
  const builder = new Builder(options, hasMasks(architecture));
  return withWeightsLimited(options, () => builder.model(architecture, false));
}

interface RefusedLayer {
  readonly name: string;
  readonly className: string;
  readonly refusal: Refusal;
}

const MOST_NAMED = 8;

function refuseUnknown(architecture: KerasModel, options: BuildOptions): void {
  const refused: RefusedLayer[] = [];
  let count = 0;
  const visit = (model: KerasModel, path: string): void => {
    for (const layer of model.layers) {
      count++;
      const name = path + layer.name;
      try {
        tryLayer(layer, options);
        const models = [layer.model, layer.wrapped?.model].filter((one) => one !== undefined);
        for (const inner of models) visit(inner, `${name}/`);
      } catch (error) {
        refused.push({ name, className: layer.className, refusal: refusalOf(error) });
      }
    }
  };
  visit(architecture, '');
  if (refused.length === 0) return;
  const named = refused
    .slice(0, MOST_NAMED)
    .map(({ name, className, refusal }) => `${name} (${className}): ${refusal.reason}`);
  const more = refused.length > MOST_NAMED ? `; and ${refused.length - MOST_NAMED} more` : '';
  const helps = [...new Set(refused.flatMap(({ refusal }) => refusal.help ?? []))];
  throw new ModelFileError(
    `${refused.length} of its ${count} layers cannot be made. ${named.join('; ')}${more}.`,
    helps.length > 0
      ? helps.slice(0, 3).join(' ')
      : 'In Keras, put layers that TensorFlow.js has in their place, and save the model again.',
  );
}

function tryLayer(layer: KerasLayer, options: BuildOptions): void {
  for (const { named } of layer.calls) {
    const isKnown = (name: string): boolean =>
      ['initial_state', 'mask'].includes(name) || Object.hasOwn(attentionMakers, layer.className);
    const other = Object.entries(named).find(([name, value]) => Array.isArray(value) && !isKnown(name));
    if (other) throw new Refusal(`it is called with ${other[0]}, which TensorFlow.js’s layers do not take`);
  }
  if (isLeftOut(layer, options)) {
    if (layer.calls.some(({ inputs }) => inputs.length > 1))
      throw new Refusal('it cannot be left out, for it takes several inputs');
    return;
  }
  if (layer.model || layer.className === 'InputLayer') return;
  const stand = (inner: KerasLayer | undefined): tf.layers.Layer => {
    if (!inner) throw new Refusal('what it is around is missing in the file');
    return inner.model ? new Identity({ name: inner.name }) : makeLayer(inner, options, false, stand);
  };
  makeLayer(layer, options, false, stand);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // TensorFlow.js's own words, which begin with what they are.
  const message = messageOf(error);
  return new Refusal(message.replace(/\.$/, ''));
}

function isLeftOut({ name, className }: KerasLayer, { leaveOut }: BuildOptions): boolean {
  return leaveOut.has(name) || leaveOut.has(className);
}

/** Layers that change images or texts for training; people leave them out, for the data can do the same. */
const preparing = /^(Random|Auto|Augment|MixUp|CutMix|RandAugment|Center|Text|String|Integer|Hash|Category|Discret)/;

function makeLayer(
  layer: KerasLayer,
  { generation }: BuildOptions,
  isFrozen: boolean,
  innerOf: (inner: KerasLayer | undefined, isBack: boolean) => tf.layers.Layer,
): tf.layers.Layer {
  if (layer.className === 'Lambda') {
    throw new Refusal(
      'its Python code stands in the file, and is never run',
      'In Keras, replace a Lambda by layers, and save the model again.',
    );
  }
  if (layer.isForeign) {
    throw new Refusal(
      'it is somebody’s own class, and what it computes does not stand in the file',
      'In Keras, put layers in the place of own classes, and save the model again.',
    );
  }
  const { dtype } = layer.config;
  if (isRecord(dtype) && dtype['class_name'] === 'QuantizedDTypePolicy') {
    throw new Refusal(
      'its weights are whole numbers, which cannot be trained: the model was quantized',
      'In Keras, save the model before quantize(), and train that.',
    );
  }
  if (layer.isOperation) return operationLayer(layer);
  const maker = Object.hasOwn(layerMakers, layer.className) ? layerMakers[layer.className] : undefined;
  if (!maker) {
    throw new Refusal(
      'TensorFlow.js has no such layer',
      preparing.test(layer.className)
        ? `Layers that prepare data can be left out: models.load('…', { leaveOut: ['${layer.className}'] }); let the data do what they did.`
        : undefined,
    );
  }
  return maker(new GivenConfig(layer, generation, isFrozen), {
    wrapped: () => innerOf(layer.wrapped, false),
    wrappedBack: () => innerOf(layer.wrappedBack ?? layer.wrapped, true),
  });
}

type Given = tf.SymbolicTensor | tf.SymbolicTensor[];

/** Whether some steps of sequences may not count in it. */
function hasMasks({ layers }: KerasModel): boolean {
  const makes = ({ className, config, calls, model, wrapped }: KerasLayer): boolean =>
    className === 'Masking' ||
    config['mask_zero'] === true ||
    calls.some(({ named }) => Array.isArray(named['mask'])) ||
    (model !== undefined && hasMasks(model)) ||
    (wrapped !== undefined && makes(wrapped));
  return layers.some(makes);
}

class Builder {
  constructor(
    private readonly options: BuildOptions,
    private readonly hasMasks: boolean,
  ) {}

  model(given: KerasModel, isFrozen: boolean): BuiltArchitecture {
    return given.kind === 'sequential' ? this.chain(given, isFrozen) : this.network(given, isFrozen);
  }

  private layer(given: KerasLayer, isFrozen: boolean): BuiltLayer {
    const frozen = isFrozen || given.config['trainable'] === false;
    if (isLeftOut(given, this.options)) return { given, layer: new Identity({ name: given.name }), inner: [] };
    if (given.model) {
      const { model, layers } = this.model(given.model, frozen);
      return { given, layer: withPhase(model, given), inner: layers };
    }
    let inner: BuiltLayer[] = [];
    const layer = makeLayer(given, this.options, frozen, (wrapped, isBack) => {
      // The way back of a Bidirectional goes backwards; its weights are the layer's own.
      const turned = isBack && wrapped && !given.wrappedBack ? turnedAround(wrapped) : wrapped;
      const made = this.layer(turned!, frozen);
      if (!isBack) inner = [made];
      return made.layer;
    });
    const mended = withPhase(layer, given);
    return {
      given,
      layer: this.hasMasks ? withOwnMasks(mended, this.options.generation) : mended,
      inner: given.className === 'TimeDistributed' ? inner : [],
    };
  }

  private chain(given: KerasModel, isFrozen: boolean): BuiltArchitecture {
    const [first] = given.layers;
    const shape = given.inputShape;
    if (!shape && !first?.model) {
      throw new ModelFileError(
        `The model ${given.name} does not say what its input is: it was saved before it was built.`,
        'In Keras, give it an Input layer, and save it again.',
      );
    }
    const isInput = first?.className === 'InputLayer';
    const layers = given.layers.slice(isInput ? 1 : 0).map((layer) => this.layer(layer, isFrozen));
    const model = tf.sequential({ name: given.name });
    if (shape) beginWith(model, layers[0]?.layer, batched(shape, given), dtypeOf(first));
    for (const { layer } of layers) applying(layer.name, () => model.add(layer));
    return { model, layers };
  }

  private network(given: KerasModel, isFrozen: boolean): BuiltArchitecture {
    const built = new Map(
      given.layers
        .filter(({ className }) => className !== 'InputLayer')
        .map((layer) => [layer.name, this.layer(layer, isFrozen)]),
    );
    const results = new Map<string, tf.SymbolicTensor[]>();
    for (const layer of given.layers)
      if (layer.className === 'InputLayer') results.set(`${layer.name}#0`, [inputOf(layer, given)]);
    // Layers may be listed before what they are called with; a layer's calls are made in their order.
    let waiting = given.layers.filter(({ calls, className }) => calls.length > 0 && className !== 'InputLayer');
    const done = new Map<string, number>();
    while (waiting.length > 0) {
      let progress = false;
      for (const layer of waiting) {
        for (let call = done.get(layer.name) ?? 0; call < layer.calls.length; call++) {
          const tensors = inputsOf(layer.calls[call]!, results);
          if (!tensors) break;
          const output = applying(layer.name, () => called(built.get(layer.name)!, tensors, call));
          results.set(`${layer.name}#${call}`, Array.isArray(output) ? output : [output]);
          done.set(layer.name, call + 1);
          progress = true;
        }
      }
      waiting = waiting.filter(({ name, calls }) => (done.get(name) ?? 0) < calls.length);
      if (!progress && waiting.length > 0)
        throw new ModelFileError(`The layer ${waiting[0]!.name} is called with what no layer of the model gives.`);
    }
    const ends = (places: readonly TensorPlace[], what: string): tf.SymbolicTensor[] => {
      const tensors = places.map((place) => tensorAt(place, results));
      if (tensors.length === 0 || tensors.some((tensor) => tensor === undefined))
        throw new ModelFileError(`The model ${given.name} names ${what} that none of its layers gives.`);
      return tensors as tf.SymbolicTensor[];
    };
    const model = applying(given.name, () =>
      tf.model({ inputs: ends(given.inputs, 'inputs'), outputs: ends(given.outputs, 'outputs'), name: given.name }),
    );
    return { model, layers: [...built.values()] };
  }
}

/** As people write it: the first layer says what comes in. */
function beginWith(
  model: tf.Sequential,
  first: tf.layers.Layer | undefined,
  batchInputShape: (number | null)[],
  dtype: tf.DataType,
): void {
  if (first && !(first instanceof tf.LayersModel) && dtype === 'float32') Object.assign(first, { batchInputShape });
  else model.add(tf.layers.inputLayer({ batchInputShape, dtype, name: `${model.name}_input` }));
}

/** What TensorFlow.js says of a layer that does not fit is said of that layer. */
function applying<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError(`The layer ${name} cannot be built: ${messageOf(error)}`);
  }
}

function tensorAt({ layer, call, slot }: TensorPlace, results: ReadonlyMap<string, tf.SymbolicTensor[]>) {
  return results.get(`${layer}#${call}`)?.[slot];
}

/** What one call takes: without a name, the states that a sequence begins with, a mask, and what else has a name. */
interface CallTensors {
  readonly plain: tf.SymbolicTensor[];
  readonly states: tf.SymbolicTensor[];
  readonly mask: tf.SymbolicTensor | undefined;
  readonly others: tf.SymbolicTensor[];
}

/** `undefined` while one of them is not there yet. */
function inputsOf(
  { inputs, named }: KerasCall,
  results: ReadonlyMap<string, tf.SymbolicTensor[]>,
): CallTensors | undefined {
  const placesOf = (names: readonly string[]): TensorPlace[] =>
    names.flatMap((name) => (Array.isArray(named[name]) ? (named[name] as readonly TensorPlace[]) : []));
  const rest = Object.keys(named).filter((name) => name !== 'initial_state' && name !== 'mask');
  const all = [inputs, placesOf(['initial_state']), placesOf(['mask']), placesOf(rest)].map((places) =>
    places.map((place) => tensorAt(place, results)),
  );
  if (all.flat().includes(undefined)) return undefined;
  const [plain = [], states = [], masks = [], others = []] = all as tf.SymbolicTensor[][];
  return { plain, states, mask: masks[0], others };
}

function called({ layer, given }: BuiltLayer, { plain, states, mask, others }: CallTensors, call: number): Given {
  const [first, ...rest] = plain;
  const name = `${layer.name}_mask${call === 0 ? '' : `_${call}`}`;
  const masked = mask && first ? [new Masked({ name }).apply([first, mask]) as tf.SymbolicTensor, ...rest] : plain;
  const inputs = eachOnce(layer, [...masked, ...others], given.calls.length === 1);
  return layer.apply(
    inputs.length === 1 ? inputs[0]! : inputs,
    states.length > 0 ? { initialState: states } : {},
  ) as Given;
}

/** Keras writes what a layer was called with: `base(x, training=False)` keeps a part as it is. */
function withPhase<T extends tf.layers.Layer>(layer: T, { calls, className }: KerasLayer): T {
  const phases = new Set(calls.map(({ named }) => named['training']));
  const [phase] = phases;
  if (phases.size !== 1 || typeof phase !== 'boolean' || className === 'InputLayer') return layer;
  return inPhase(layer, phase);
}

function turnedAround(layer: KerasLayer): KerasLayer {
  return { ...layer, config: { ...layer.config, go_backwards: layer.config['go_backwards'] !== true } };
}

function inputOf(layer: KerasLayer, model: KerasModel): tf.SymbolicTensor {
  const shape = shapeIn(layer.config['batch_shape'] ?? layer.config['batch_input_shape']);
  if (!shape) throw new ModelFileError(`The input ${layer.name} does not say what its shape is.`);
  return tf.input({ batchShape: batched(shape, model), dtype: dtypeOf(layer), name: layer.name });
}

/** A batch's size that was fixed is opened: only layers that keep their state from batch to batch need it. */
function batched(shape: readonly (number | null)[], { layers }: KerasModel): (number | null)[] {
  return layers.some(({ config }) => config['stateful'] === true) ? [...shape] : [null, ...shape.slice(1)];
}

function dtypeOf(layer: KerasLayer | undefined): tf.DataType {
  const dtype = layer?.className === 'InputLayer' ? layer.config['dtype'] : undefined;
  if (dtype === 'string') {
    throw new ModelFileError(
      `The input ${layer!.name} takes text.`,
      'Train with numbers: let the data turn texts into them.',
    );
  }
  if (dtype === 'bool') return 'bool';
  return typeof dtype === 'string' && /^u?int/.test(dtype) ? 'int32' : 'float32';
}

type AddWeight = (
  this: unknown,
  name: string,
  shape: number[],
  dtype: unknown,
  initializer: unknown,
  ...rest: unknown[]
) => unknown;

/** What layers allocate while `work` runs is counted before it is allocated. */
function withWeightsLimited<T>({ mostNumbers, isFresh }: BuildOptions, work: () => T): T {
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  // Kept to be put back and called with its own `this`.
  const addWeight = prototype.addWeight;
  const zeros = tf.initializers.zeros();
  let total = 0;
  prototype.addWeight = function (name, shape, dtype, initializer, ...rest) {
    total += shape.reduce((product, size) => product * size, 1);
    if (!(total <= mostNumbers)) {
      throw new ModelFileError(
        `Its ${name} of ${shape.join('×')} would make more weights than the file holds, or this machine can train.`,
      );
    }
    return addWeight.call(this, name, shape, dtype, isFresh || !initializer ? initializer : zeros, ...rest);
  };
  try {
    return work();
  } finally {
    prototype.addWeight = addWeight;
  }
}

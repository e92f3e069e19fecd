/**
 * A model as Keras 2, Keras 3 and TensorFlow.js write it, read into one form: layers with plain
 * configurations, and for each call of a layer what it is called with. Nothing is run, nothing made;
 * whether a layer can be made is for others to say.
 */
import { isRecord } from '../is-record.js';
import { modelOf } from '../layer-config.js';
import { ModelFileError } from '../model-file-error.js';
import { operationOf } from './tensorflow-operations.js';
import { isOperation, modelCalls, placesIn, type KerasCall, type TensorPlace } from './tensor-places.js';

export interface KerasLayer {
  readonly className: string;
  /** Whether it is of somebody's own class, as far as the file says. */
  readonly isForeign: boolean;
  /** Whether it is an operation of Keras 3 rather than a layer: classes of both may have one name. */
  readonly isOperation: boolean;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly calls: readonly KerasCall[];
  /** Where the layer is a model itself. */
  readonly model?: KerasModel;
  /** What a wrapper is around, such as the layer of a TimeDistributed. */
  readonly wrapped?: KerasLayer;
  /** Bidirectional can have another layer for the way back. */
  readonly wrappedBack?: KerasLayer;
}

export interface KerasModel {
  readonly kind: 'sequential' | 'functional';
  readonly className: string;
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  /** Of a functional model. */
  readonly inputs: readonly TensorPlace[];
  readonly outputs: readonly TensorPlace[];
  /** Of a sequential model that does not begin with an InputLayer; with the batch's, `null` where it is open. */
  readonly inputShape?: readonly (number | null)[];
}

/** Nested deeper than this no model is; a file that is would overflow the stack. */
const DEEPEST = 64;
/** More than any model has, and few enough that nothing takes for ever. */
const MOST_LAYERS = 20_000;

/** @throws ModelFileError where it is no architecture, or one that makes no sense */
export function readArchitecture(topology: unknown): KerasModel {
  const root = modelOf(topology);
  return readModel(root, 'model', 0);
}

function readModel(given: Readonly<Record<string, unknown>>, fallback: string, depth: number): KerasModel {
  if (depth > DEEPEST) throw new ModelFileError(`Models are nested in it more than ${DEEPEST} deep.`);
  const config: Readonly<Record<string, unknown>> = isRecord(given['config'])
    ? given['config']
    : { layers: given['config'] };
  const className = typeof given['class_name'] === 'string' ? given['class_name'] : 'Model';
  const listed = config['layers'];
  const name = typeof config['name'] === 'string' ? config['name'] : fallback;
  if (!Array.isArray(listed)) {
    throw new ModelFileError(
      `The model ${name} is of a class of its own, ${className}: its layers and their order stand in Python code, not in the file.`,
      'Build it in Keras with the functional API or as a Sequential model, and save that.',
    );
  }
  if (listed.length > MOST_LAYERS) throw new ModelFileError(`The model ${name} lists ${listed.length} layers.`);
  const bare = listed.map((layer, index) => readLayer(layer, index, depth));
  const names = new Set<string>();
  for (const layer of bare) {
    if (names.has(layer.name)) throw new ModelFileError(`Two layers of the model ${name} have the name ${layer.name}.`);
    names.add(layer.name);
  }
  const { calls, outputs } = modelCalls(
    bare.map(({ name: layer, model }, index) => ({
      name: layer,
      ...(model ? { model: model.kind } : {}),
      nodes: nodesOf(listed[index]),
    })),
    config['output_layers'],
  );
  const layers = bare.map((layer) => operationOf({ ...layer, calls: calls.get(layer.name) ?? [] }));
  const isSequential = className === 'Sequential' || !layers.some(({ calls }) => calls.length > 0);
  const shape = isSequential ? openingShape(config, given, listed[0]) : undefined;
  return {
    kind: isSequential ? 'sequential' : 'functional',
    className,
    name,
    layers,
    inputs: placesIn(config['input_layers']),
    outputs,
    ...(shape ? { inputShape: shape } : {}),
  };
}

/** What a chain of layers begins with. */
function openingShape(
  config: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
  first: unknown,
): readonly (number | null)[] | undefined {
  const inner = isRecord(first) && isRecord(first['config']) ? first['config'] : {};
  const built = isRecord(given['build_config']) ? given['build_config'] : {};
  const firstBuilt = isRecord(first) && isRecord(first['build_config']) ? first['build_config'] : {};
  const all = [
    inner['batch_shape'],
    inner['batch_input_shape'],
    config['batch_input_shape'],
    config['build_input_shape'],
    built['input_shape'],
    firstBuilt['input_shape'],
  ];
  return all.map(shapeIn).find((shape) => shape !== undefined);
}

/** A shape with the batch's size first; `undefined` where it is none. */
export function shapeIn(value: unknown): readonly (number | null)[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  // A model of one input can list it.
  if (value.length === 1 && Array.isArray(value[0])) return shapeIn(value[0]);
  const isSize = (size: unknown): size is number | null =>
    size === null || (Number.isSafeInteger(size) && (size as number) >= -1);
  return value.every(isSize) ? value.map((size) => (size === -1 ? null : size)) : undefined;
}

function readLayer(value: unknown, index: number, depth: number): KerasLayer {
  if (depth > DEEPEST) throw new ModelFileError(`Layers are nested in it more than ${DEEPEST} deep.`);
  if (!isRecord(value)) throw new ModelFileError(`The layer number ${index + 1} is no object.`);
  const className = value['class_name'];
  const config = value['config'];
  const isOldModel = Array.isArray(config);
  if (typeof className !== 'string' || (!isRecord(config) && !isOldModel))
    throw new ModelFileError(`The layer number ${index + 1} has no class_name or config.`);
  const plain = isRecord(config) ? config : {};
  const name =
    [value['name'], plain['name']].find((one): one is string => typeof one === 'string') ??
    `${className.toLowerCase()}_${index + 1}`;
  const isModel = isOldModel || Array.isArray(plain['layers']);
  const wrapped = plain['layer'];
  const back = plain['backward_layer'];
  return {
    className,
    isForeign: className.includes('>') || isForeign(value['module'], value['registered_name']),
    isOperation: isOperation(value),
    name,
    config: plain,
    calls: [],
    ...(isModel ? { model: readModel(value, name, depth + 1) } : {}),
    ...(isRecord(wrapped) ? { wrapped: readLayer(wrapped, 0, depth + 1) } : {}),
    ...(isRecord(back) ? { wrappedBack: readLayer(back, 0, depth + 1) } : {}),
  };
}

function nodesOf(layer: unknown): unknown {
  return isRecord(layer) ? layer['inbound_nodes'] : undefined;
}

/** Old files name neither; those of classes of one's own that are registered have `Package>Class`. */
function isForeign(module: unknown, registered: unknown): boolean {
  if (typeof registered === 'string' && registered.includes('>')) return true;
  if (typeof module !== 'string') return false;
  return !/^(tf_)?keras(\.|$)/.test(module) && !module.startsWith('tensorflow.');
}

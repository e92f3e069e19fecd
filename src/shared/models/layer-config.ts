/**
 * Layers of a model as Keras and TensorFlow.js write them down: `{ class_name, config }`, nested, by
 * Keras 1 to 3 and TensorFlow.js alike. From it the graph of layers, each with its shape and parameters
 * as far as they follow from it. Layers that are not known are shown as they are; nothing is run.
 */
import type { OpGraph } from '../graph/op-graph.js';
import { GraphBuilder, type Source } from './graph-builder.js';
import { isRecord } from './is-record.js';
import { inputShapeOf, shapeAfter, type Shape } from './layer-shapes.js';
import { isOperation, modelCalls, placesIn, tensorsOf, type TensorPlace } from './keras/tensor-places.js';
import { shapesOfOperation } from './keras/operation-shapes.js';
import { ModelFileError } from './model-format.js';

export interface LayerConfig {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Of each call of the layer, what it is called with. */
  readonly calls: readonly (readonly TensorPlace[])[];
  /** As Keras 3 writes it beside the configuration. */
  readonly builtFor?: Shape;
  /** Whether it is an operation rather than a layer: classes of both may have one name. */
  readonly isOperation: boolean;
}

/** Nested deeper than this no model is; a file that is would overflow the stack. */
const DEEPEST = 64;
/** No layer gives more. */
const MOST_TAKEN = 1000;

/** @throws ModelFileError where `topology` is no model's configuration */
export function graphOfLayers(topology: unknown, notes: string[]): OpGraph {
  const builder = new GraphBuilder();
  const root = modelOf(topology);
  addModel(builder, root, { group: [], depth: 0, isAgain: false }, undefined);
  return builder.finish(notes);
}

/** The `{ class_name, config }` of a model within the wrappings that files have. */
export function modelOf(topology: unknown): Readonly<Record<string, unknown>> {
  let inner = topology;
  for (const key of ['modelTopology', 'model_config']) if (isRecord(inner) && key in inner) inner = inner[key];
  if (typeof inner === 'string') throw new ModelFileError('The configuration of the model is text within text.');
  if (!isRecord(inner) || (!isRecord(inner['config']) && !Array.isArray(inner['config'])))
    throw new ModelFileError('It holds no configuration of a model: class_name and config are missing.');
  return inner;
}

/** A model's layers as nodes. @returns what it gives */
function addModel(
  builder: GraphBuilder,
  model: Readonly<Record<string, unknown>>,
  { group, depth, isAgain }: Pick<Level, 'group' | 'depth' | 'isAgain'>,
  given: readonly Given[] | undefined,
): Given[] {
  if (depth > DEEPEST) throw new ModelFileError(`Models are nested in it more than ${DEEPEST} deep.`);
  const config = isRecord(model['config']) ? model['config'] : { layers: model['config'] };
  const listed = config['layers'];
  if (!Array.isArray(listed)) {
    throw new ModelFileError(
      'Its model is of a class of its own: its layers and their order stand in Python code, not in the file.',
      'Build it in Keras with the functional API or as a Sequential model, and save that; or save it as SavedModel, whose ops can be looked at.',
    );
  }
  const bare = listed.map((layer, index) => readLayer(layer, index));
  const { calls, outputs } = modelCalls(
    bare.map((layer, index) => ({
      name: layer.name,
      nodes: (listed[index] as Readonly<Record<string, unknown>>)['inbound_nodes'],
      ...(Array.isArray(layer.config['layers'])
        ? { model: layer.className === 'Sequential' ? 'sequential' : 'functional' }
        : {}),
    })),
    config['output_layers'],
  );
  const layers = bare.map((layer) => ({ ...layer, calls: (calls.get(layer.name) ?? []).map(tensorsOf) }));
  const level = { layers, outputs, config, group, depth, isAgain };
  return layers.some((layer) => layer.calls.length > 0)
    ? addNetwork(builder, level, given)
    : addChain(builder, level, given);
}

/** What a layer gives: where it comes from and its shape, batch included. */
interface Given {
  readonly source: Source;
  readonly shape?: Shape;
}

/** A model, at the top or within another. */
interface Level {
  readonly layers: readonly LayerConfig[];
  readonly outputs: readonly TensorPlace[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly group: readonly string[];
  readonly depth: number;
  /** Whether its layers have been called before: their weights are the same. */
  readonly isAgain: boolean;
}

function addChain(
  builder: GraphBuilder,
  { layers, config, group, depth, isAgain }: Level,
  given: readonly Given[] | undefined,
): Given[] {
  let current = given;
  const [first] = layers;
  // Without an input layer of its own, a chain begins with what its model or its first layer is built for.
  if (!current && first?.className !== 'InputLayer') {
    const shape =
      inputShapeOf(config['batch_input_shape'] ?? config['build_input_shape']) ??
      inputShapeOf(first?.config['batch_input_shape'] ?? first?.config['batch_shape']) ??
      first?.builtFor;
    const id = [...group, 'input'].join('/');
    const from = builder.add({ id, op: 'Input', kind: 'input', group, outputs: outputsOf(shape) });
    current = [{ source: { from }, shape }];
  }
  for (const [index, layer] of layers.entries()) {
    if (layer.className === 'InputLayer' && current) continue;
    const next = layers[index + 1]?.builtFor;
    current = addLayer(builder, layer, { group, depth, isAgain }, current ?? [], next && [next]);
  }
  return [...(current ?? [])];
}

function addNetwork(
  builder: GraphBuilder,
  { layers, outputs, config, group, depth, isAgain }: Level,
  given: readonly Given[] | undefined,
): Given[] {
  const results = new Map<string, readonly Given[]>();
  const resultAt = (place: TensorPlace): Given | undefined => {
    const given = results.get(keyOf(place));
    // How many outputs a layer has that is not known, those say that take them.
    return (
      given?.[place.slot] ?? (given?.[0] && { source: { ...given[0].source, slot: place.slot }, shape: place.shape })
    );
  };
  placesIn(config['input_layers']).forEach((place, index) => {
    const outer = given?.[index];
    if (outer) results.set(keyOf(place), [outer]);
  });
  const taken = shapesTaken(layers);
  // Layers may be listed before what they are called with: each waits for the first that is not there.
  const waiting = new Map<string, Call[]>();
  const calls = layers.flatMap((layer): Call[] =>
    (layer.calls.length > 0 ? layer.calls : [[]]).map((sources, call) => ({ layer, sources, call })),
  );
  const ready = calls.reverse();
  for (let one = ready.pop(); one; one = ready.pop()) {
    const { layer, sources, call } = one;
    const key = keyOf({ layer: layer.name, call });
    if (results.has(key)) continue;
    const missing = sources.find((place) => !resultAt(place));
    if (missing) {
      const others = waiting.get(keyOf(missing));
      if (others) others.push(one);
      else waiting.set(keyOf(missing), [one]);
      continue;
    }
    const inputs = sources.map((place) => resultAt(place)!);
    const level = { group, depth, isAgain: isAgain || call > 0 };
    results.set(key, addLayer(builder, layer, level, inputs, taken.get(key)));
    ready.push(...(waiting.get(key) ?? []).reverse());
    waiting.delete(key);
  }
  const [lost] = [...waiting.values()].flat();
  if (lost) throw new ModelFileError(`The layer ${lost.layer.name} is called with what no layer of the model gives.`);
  return outputs.flatMap((place) => resultAt(place) ?? []);
}

/** One of the calls of a layer. */
interface Call {
  readonly layer: LayerConfig;
  readonly sources: readonly TensorPlace[];
  readonly call: number;
}

function keyOf({ layer, call }: Pick<TensorPlace, 'layer' | 'call'>): string {
  return `${layer}#${call}`;
}

/** What calls of layers give, as those say that take it: of each tensor, or by what a layer was built for. */
function shapesTaken(layers: readonly LayerConfig[]): ReadonlyMap<string, readonly (Shape | undefined)[]> {
  const taken = new Map<string, (Shape | undefined)[]>();
  const note = (place: TensorPlace, shape: Shape | undefined): void => {
    if (!shape || place.slot >= MOST_TAKEN) return;
    const shapes = taken.get(keyOf(place)) ?? [];
    for (let slot = shapes.length; slot <= place.slot; slot++) shapes.push(undefined);
    shapes[place.slot] ??= shape;
    taken.set(keyOf(place), shapes);
  };
  for (const { calls, builtFor } of layers) {
    for (const place of calls.flat()) note(place, place.shape);
    const [only, ...others] = calls[0] ?? [];
    if (only && others.length === 0) note(only, only.slot === 0 ? builtFor : undefined);
  }
  return taken;
}

/** @param taken shapes of what it gives as those have them that take it, where the layer itself is not known */
function addLayer(
  builder: GraphBuilder,
  layer: LayerConfig,
  { group, depth, isAgain }: Pick<Level, 'group' | 'depth' | 'isAgain'>,
  inputs: readonly Given[],
  taken?: readonly (Shape | undefined)[],
): Given[] {
  const inner = layer.config['layers'];
  if (Array.isArray(inner)) {
    return addModel(
      builder,
      { config: layer.config },
      { group: [...group, layer.name], depth: depth + 1, isAgain },
      inputs.length > 0 ? inputs : undefined,
    );
  }
  const after = (layer.isOperation ? shapesOfOperation : shapeAfter)(
    layer,
    inputs.map(({ shape }) => shape),
  );
  const { params } = after;
  const outputs = after.outputs.length === 1 && after.outputs[0] === undefined && taken ? taken : after.outputs;
  const id = builder.add({
    id: [...group, layer.name].join('/'),
    op: layer.className,
    kind: layer.className === 'InputLayer' ? 'input' : 'op',
    layer: [...group, layer.name].join('/'),
    group,
    outputs: outputs.every((shape) => shape !== undefined)
      ? outputs.map((shape) => ({ shape: [...shape], dtype: dtypeOf(layer.config) }))
      : [],
    attributes: attributesOf(layer.config),
  });
  inputs.forEach(({ source }, index) =>
    builder.connect(source, id, inputs.length > 1 ? `input ${index + 1}` : 'input'),
  );
  if (isAgain) return given(id, outputs);
  builder.addLayer({
    layer: id,
    type: layer.className,
    outputShape: (outputs[0] ?? []).slice(1).map((size) => (size < 0 ? null : size)),
    ...(inputs[0]?.shape ? { inputShape: inputs[0].shape.slice(1).map((size) => (size < 0 ? null : size)) } : {}),
    params: params ?? 0,
    trainable: layer.config['trainable'] !== false,
  });
  return given(id, outputs);
}

function given(from: string, shapes: readonly (Shape | undefined)[]): Given[] {
  return shapes.map((shape, slot) => ({ source: { from, slot }, shape }));
}

function readLayer(value: unknown, index: number): LayerConfig {
  if (!isRecord(value)) throw new ModelFileError(`The layer number ${index + 1} is no object.`);
  const className = value['class_name'];
  const config = value['config'];
  if (typeof className !== 'string' || !isRecord(config))
    throw new ModelFileError(`The layer number ${index + 1} has no class_name or config.`);
  const name =
    [value['name'], config['name']].find((one): one is string => typeof one === 'string') ??
    `${className}_${index + 1}`;
  // A wrapper's own inner layer says what it does.
  const wrapped = config['layer'];
  const inner =
    isRecord(wrapped) && typeof wrapped['class_name'] === 'string'
      ? `${className}(${wrapped['class_name']})`
      : className;
  const built = value['build_config'];
  return {
    className: inner,
    name,
    config,
    calls: [],
    builtFor: isRecord(built) ? inputShapeOf(built['input_shape']) : undefined,
    isOperation: isOperation(value),
  };
}

function dtypeOf(config: Readonly<Record<string, unknown>>): string {
  const { dtype } = config;
  const policy = isRecord(dtype) && isRecord(dtype['config']) ? dtype['config']['name'] : dtype;
  // Of a mixed policy, what goes between layers has the type that it computes in.
  return typeof policy === 'string' ? policy.replace(/^mixed_/, '') : 'float32';
}

function outputsOf(shape: Shape | undefined): { shape: number[]; dtype: string }[] {
  return shape ? [{ shape: [...shape], dtype: 'float32' }] : [];
}

/** What tells a layer from another of its class, without the initializers' details. */
function attributesOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === 'name' || key === 'layers' || key === 'dtype' || value === null || value === undefined) continue;
    if (isRecord(value)) {
      if (typeof value['class_name'] === 'string') shown[key] = value['class_name'];
    } else if (!Array.isArray(value) || value.every((item) => !isRecord(item))) shown[key] = value;
  }
  return shown;
}

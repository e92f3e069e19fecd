/**
 * Which tensors the layers of a model are called with, as Keras 1 to 3 and TensorFlow.js write them down, read into
 * one form: which output of which call of which layer. Knows nothing else of a configuration.
 */
import { isRecord } from '../is-record.js';
import { inputShapeOf } from '../layer-shapes.js';
import { ModelFileError } from '../model-file-error.js';

/** Which output of which call of a layer. */
export interface TensorPlace {
  readonly layer: string;
  /** From 0, in the order of the layer's calls. */
  readonly call: number;
  readonly slot: number;
  /** As Keras 3 writes it beside, batch included; −1 for sizes that are open. */
  readonly shape?: readonly number[];
}

/** One argument of a call: a tensor by its place among all of them, a list of arguments, or what else the file has. */
export type KerasArgument =
  | { readonly kind: 'tensor'; readonly index: number }
  | { readonly kind: 'list'; readonly items: readonly KerasArgument[] }
  | { readonly kind: 'value'; readonly value: unknown };

export interface KerasCall {
  readonly inputs: readonly TensorPlace[];
  /** All that is not given by name, in its order; as Keras 3 writes it. */
  readonly args: readonly KerasArgument[];
  /** What else it is called with, by Keras's names: tensors as their places, and plain values. */
  readonly named: Readonly<Record<string, readonly TensorPlace[] | boolean | number | string>>;
}

interface CalledLayer {
  readonly name: string;
  /** `inbound_nodes`, as the file has it. */
  readonly nodes: unknown;
  /** Where it is a model itself. */
  readonly model?: 'sequential' | 'functional';
}

interface ModelCalls {
  /** By the layer's name. */
  readonly calls: ReadonlyMap<string, readonly KerasCall[]>;
  readonly outputs: readonly TensorPlace[];
}

const DEEPEST = 64;

/**
 * Calls of all layers of one model, and what goes out of it. A model within a model begins with a call of its own: in
 * files of Keras 2 and TensorFlow.js all calls of it are counted from 1, in those of Keras 3 only where the outputs
 * of the whole name it, and only where it is not sequential.
 *
 * @throws ModelFileError where they are nested too deep
 */
export function modelCalls(layers: readonly CalledLayer[], outputLayers: unknown): ModelCalls {
  const calls = new Map(layers.map(({ name, nodes }) => [name, callsIn(nodes)]));
  const outputs = placesIn(outputLayers);
  const models = new Map(layers.flatMap(({ name, model }) => (model ? [[name, model] as const] : [])));
  if (models.size === 0) return { calls, outputs };
  if (layers.some(({ nodes }) => Array.isArray(nodes) && nodes.some(isRecord))) {
    const counted = (place: TensorPlace): TensorPlace =>
      models.get(place.layer) === 'functional' ? oneLess(place) : place;
    return { calls, outputs: outputs.map(counted) };
  }
  const fromZero = new Set(
    [...[...calls.values()].flat().flatMap(tensorsOf), ...outputs].flatMap(({ layer, call }) =>
      call === 0 ? [layer] : [],
    ),
  );
  const counted = (place: TensorPlace): TensorPlace =>
    models.has(place.layer) && !fromZero.has(place.layer) ? oneLess(place) : place;
  return {
    calls: new Map(
      [...calls].map(([name, list]) => [
        name,
        list.map(({ inputs, args, named }) => ({
          inputs: inputs.map(counted),
          args,
          named: Object.fromEntries(
            Object.entries(named).map(([key, value]) => [key, Array.isArray(value) ? value.map(counted) : value]),
          ),
        })),
      ]),
    ),
    outputs: outputs.map(counted),
  };
}

/** All of them, those given by name after the others. */
export function tensorsOf({ inputs, named }: KerasCall): TensorPlace[] {
  return [...inputs, ...Object.values(named).flatMap((value) => (Array.isArray(value) ? value : []))];
}

function oneLess(place: TensorPlace): TensorPlace {
  return { ...place, call: Math.max(0, place.call - 1) };
}

/** Keras 3 writes `{ args, kwargs }` for each call, older ones and TensorFlow.js a list of `[layer, call, slot, kwargs]`. */
function callsIn(nodes: unknown): readonly KerasCall[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.map((node: unknown): KerasCall => {
    if (isRecord(node)) {
      const args = Array.isArray(node['args']) ? (node['args'] as unknown[]) : [];
      const inputs = placesIn(args);
      return { inputs, args: argumentsIn(args, { count: 0 }), named: namedIn(node['kwargs']) };
    }
    // Of a call with one tensor, old files may leave the inner list out.
    const rows = Array.isArray(node) && typeof node[0] === 'string' ? [node] : Array.isArray(node) ? node : [];
    const named = rows.map((row: unknown) => (Array.isArray(row) ? namedIn(row[3]) : {}));
    return { inputs: placesIn(rows), args: [], named: Object.assign({}, ...named) as KerasCall['named'] };
  });
}

function namedIn(value: unknown): KerasCall['named'] {
  if (!isRecord(value)) return {};
  const named: Record<string, KerasCall['named'][string]> = {};
  for (const [name, one] of Object.entries(value)) {
    const places = placesIn(one);
    if (places.length > 0) named[name] = places;
    else if (typeof one === 'boolean' || typeof one === 'number' || typeof one === 'string') named[name] = one;
  }
  return named;
}

/** In the order of `placesIn`, which has gone through it before. */
function argumentsIn(values: readonly unknown[], tensors: { count: number }): readonly KerasArgument[] {
  return values.map((value): KerasArgument => {
    if (isRecord(value) && value['class_name'] === '__keras_tensor__')
      return { kind: 'tensor', index: tensors.count++ };
    if (Array.isArray(value)) return { kind: 'list', items: argumentsIn(value as unknown[], tensors) };
    tensors.count += placesIn(value).length;
    return { kind: 'value', value };
  });
}

/** All tensors named in a value, in its order. @throws ModelFileError where it is nested too deep */
export function placesIn(value: unknown, into: TensorPlace[] = [], depth = 0): TensorPlace[] {
  if (depth > DEEPEST) throw new ModelFileError('The calls of its layers are nested too deep.');
  if (Array.isArray(value)) {
    const [layer, call, slot] = value as unknown[];
    if (typeof layer === 'string' && isCount(call) && isCount(slot)) into.push({ layer, call, slot });
    else for (const item of value) placesIn(item, into, depth + 1);
  } else if (isRecord(value)) {
    const inner = value['class_name'] === '__keras_tensor__' && isRecord(value['config']) ? value['config'] : undefined;
    if (inner) {
      const [place] = placesIn(inner['keras_history'], [], depth + 1);
      const shape = inputShapeOf(inner['shape']);
      if (place) into.push(shape ? { ...place, shape } : place);
    } else for (const item of Object.values(value)) placesIn(item, into, depth + 1);
  }
  return into;
}

/**
 * Keras 3 writes what is computed between layers, such as `x + y`, as operations beside layers: of a module of their
 * own in `.keras`; in `.h5`, which names none, they are known by what every layer says of itself and they do not.
 */
export function isOperation({ module, config, inbound_nodes: nodes }: Readonly<Record<string, unknown>>): boolean {
  if (typeof module === 'string') return /^keras\.(src\.)?ops(\.|$)/.test(module);
  const isLayer = isRecord(config) && ('trainable' in config || 'layers' in config);
  return !isLayer && Array.isArray(nodes) && nodes.some((node) => isRecord(node) && 'args' in node);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Which tensors the layers of a model are called with, as Keras 1 to 3 and TensorFlow.js write them down, read into
 * one form: which output of which call of which layer. Knows nothing else of a configuration.
 */
import { isRecord } from '../is-record.js';
import { ModelFileError } from '../model-file-error.js';

/** Which output of which call of a layer. */
export interface TensorPlace {
  readonly layer: string;
  /** From 0, in the order of the layer's calls. */
  readonly call: number;
  readonly slot: number;
}

export interface KerasCall {
  readonly inputs: readonly TensorPlace[];
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
        list.map(({ inputs, named }) => ({
          inputs: inputs.map(counted),
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
    if (isRecord(node)) return { inputs: placesIn(node['args']), named: namedIn(node['kwargs']) };
    // Of a call with one tensor, old files may leave the inner list out.
    const rows = Array.isArray(node) && typeof node[0] === 'string' ? [node] : Array.isArray(node) ? node : [];
    const named = rows.map((row: unknown) => (Array.isArray(row) ? namedIn(row[3]) : {}));
    return { inputs: placesIn(rows), named: Object.assign({}, ...named) as KerasCall['named'] };
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

/** All tensors named in a value, in its order. @throws ModelFileError where it is nested too deep */
export function placesIn(value: unknown, into: TensorPlace[] = [], depth = 0): TensorPlace[] {
  if (depth > DEEPEST) throw new ModelFileError('The calls of its layers are nested too deep.');
  if (Array.isArray(value)) {
    const [layer, call, slot] = value as unknown[];
    if (typeof layer === 'string' && isCount(call) && isCount(slot)) into.push({ layer, call, slot });
    else for (const item of value) placesIn(item, into, depth + 1);
  } else if (isRecord(value)) {
    const inner = value['class_name'] === '__keras_tensor__' && isRecord(value['config']) ? value['config'] : undefined;
    if (inner) placesIn(inner['keras_history'], into, depth + 1);
    else for (const item of Object.values(value)) placesIn(item, into, depth + 1);
  }
  return into;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

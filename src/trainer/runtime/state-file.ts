/**
 * A training state, or weights alone, as a safetensors file: `model/<layer>/<weight>`,
 * `optimizer/<slot>`, the counters as JSON in the header's metadata. Knows no live tensors.
 */
import { z } from 'zod';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type SafetensorsDtype,
  type StoredTensor,
} from './safetensors.js';
import { bytesOf, type SavedSlot, type SavedTensor, type TensorData, type TrainingState } from './training-state.js';

const real = z.custom<number>((value) => typeof value === 'number');

const slotEntry = z.object({
  tensor: z.string(),
  key: z.string(),
  index: z.number().optional(),
  weight: z.string().optional(),
  suffix: z.string().optional(),
});

const header = z.looseObject({
  formatVersion: z.literal(1),
  seed: z.number(),
  cursor: z.object({ epochsDone: z.number(), stepInEpoch: z.number(), step: z.number() }),
  epochSums: z.object({ examples: z.number(), totals: z.array(real) }),
  settings: z.record(z.string(), z.string()),
  weights: z.array(z.string()),
  optimizer: z.object({
    className: z.string(),
    configuredLearningRate: real.optional(),
    learningRate: real.optional(),
    numbers: z.record(z.string(), real),
    slots: z.array(slotEntry),
  }),
});

const METADATA_KEY = 'backstep';

export interface StateFile {
  readonly state: TrainingState;
  /** `--set` values of the run. */
  readonly settings: Readonly<Record<string, string>>;
}

export function encodeState({ state, settings }: StateFile): Uint8Array[] {
  const slotName = (slot: SavedSlot): string => `optimizer/${slot.name}`;
  const { optimizer } = state;
  const entries: z.infer<typeof header> = {
    formatVersion: 1,
    seed: state.seed,
    cursor: state.cursor,
    epochSums: { examples: state.epochSums.examples, totals: [...state.epochSums.totals] },
    settings: { ...settings },
    weights: state.weights.map(({ name }) => name),
    optimizer: {
      className: optimizer.className,
      configuredLearningRate: optimizer.configuredLearningRate,
      learningRate: optimizer.learningRate,
      numbers: { ...optimizer.numbers },
      slots: optimizer.slots.map((slot) => ({
        tensor: slotName(slot),
        key: slot.key,
        index: slot.index,
        weight: slot.weight,
        suffix: slot.suffix,
      })),
    },
  };
  return encodeSafetensors({
    metadata: { format: 'backstep-state', [METADATA_KEY]: stringifyMessage(entries) },
    tensors: [
      ...state.weights.map((weight) => stored(`model/${weight.name}`, weight)),
      ...optimizer.slots.map((slot) => stored(slotName(slot), slot)),
    ],
  });
}

/** Copies nothing: the state's values are views into `bytes`. @throws SafetensorsError */
export function decodeState(bytes: Uint8Array): StateFile {
  const file = decodeSafetensors(bytes);
  const text = file.metadata[METADATA_KEY];
  if (text === undefined)
    throw new SafetensorsError('This is not a saved training: it holds tensors, but not where training stood.');
  const parsed = header.safeParse(parseMessage(text));
  if (!parsed.success)
    throw new SafetensorsError('This training was saved by another version of Backstep, which cannot be read here.');
  const entries = parsed.data;
  const tensors = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  const find = (name: string, as: string): SavedTensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new SafetensorsError(`The saved training is incomplete: ${name} is missing.`);
    return loaded(as, tensor);
  };
  return {
    settings: entries.settings,
    state: {
      seed: entries.seed,
      cursor: entries.cursor,
      epochSums: entries.epochSums,
      weights: entries.weights.map((name) => find(`model/${name}`, name)),
      optimizer: {
        ...entries.optimizer,
        slots: entries.optimizer.slots.map(({ tensor, ...slot }) => ({
          ...find(tensor, tensor.slice('optimizer/'.length)),
          ...slot,
        })),
      },
    },
  };
}

/** Weights alone, as other tools read them. */
export function encodeWeights(
  weights: readonly SavedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  return encodeSafetensors({ metadata, tensors: weights.map((weight) => stored(weight.name, weight)) });
}

const dtypes: Readonly<Record<SavedTensor['dtype'], SafetensorsDtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

function stored(name: string, tensor: SavedTensor): StoredTensor {
  return { name, dtype: dtypes[tensor.dtype], shape: tensor.shape, data: bytesOf(tensor.data) };
}

function loaded(name: string, { dtype, shape, data }: StoredTensor): SavedTensor {
  // Views need alignment, which a file of another tool may lack: the copy begins at 0.
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice();
  const view = <T extends TensorData>(type: new (buffer: ArrayBufferLike, offset: number, length: number) => T): T =>
    new type(bytes.buffer, bytes.byteOffset, bytes.byteLength / (dtype === 'BOOL' ? 1 : 4));
  switch (dtype) {
    case 'F32':
      return { name, shape, dtype: 'float32', data: view(Float32Array) };
    case 'I32':
      return { name, shape, dtype: 'int32', data: view(Int32Array) };
    case 'BOOL':
      return { name, shape, dtype: 'bool', data: view(Uint8Array) };
    default:
      throw new SafetensorsError(`${name} has the type ${dtype}, which a training state does not use.`);
  }
}

/**
 * What a model file says of how its model is trained: inputs, outputs, and what it was compiled with.
 * Enough to write an experiment for it; nothing of it is run.
 */
import { z } from 'zod';
import type { OpGraph, OpNode } from '../graph/op-graph.js';
import { isRecord } from './is-record.js';

/** A class of Keras's with its numbers and switches, or a name alone. */
const namedPart = z.object({ name: z.string(), config: z.record(z.string(), z.union([z.number(), z.boolean()])) });
export type NamedPart = z.infer<typeof namedPart>;

export const trainingOutline = z.object({
  /** Without the batch; −1 where a size is open. */
  inputs: z.array(z.array(z.number())),
  outputs: z.array(z.object({ shape: z.array(z.number()), activation: z.string().optional() })),
  /** What the model multiplies its pixels by before anything else, such as 1 ÷ 255. */
  scale: z.number().optional(),
  /** Classes of its layers that prepare data, which TensorFlow.js does not have. */
  preparing: z.array(z.string()),
  optimizer: namedPart.optional(),
  /** One for each output, or one for all; empty where the file names none. */
  losses: z.array(namedPart),
  metrics: z.array(z.string()),
});
export type TrainingOutline = z.infer<typeof trainingOutline>;

/** @param compiled `compile_config` of `.keras`, or `training_config` of `.h5` and TensorFlow.js */
export function outlineOfTraining(graph: OpGraph, compiled: unknown): TrainingOutline {
  const from = new Set(graph.edges.map((edge) => edge.from));
  const inputs = graph.nodes.filter(({ kind, group }) => kind === 'input' && group === undefined);
  const ends = graph.nodes.filter(({ id, kind }) => kind !== 'input' && !from.has(id));
  const first = new Set(inputs.map(({ id }) => id));
  const scaling = graph.nodes.find(
    ({ id, op }) => op === 'Rescaling' && graph.edges.some((edge) => edge.to === id && first.has(edge.from)),
  );
  const scale = scaling?.attributes?.['scale'];
  const training = isRecord(compiled) ? compiled : {};
  return {
    inputs: inputs.map(shapeOf),
    outputs: ends.map((node) => {
      const activation = activationOf(node);
      return { shape: shapeOf(node), ...(activation === undefined ? {} : { activation }) };
    }),
    ...(typeof scale === 'number' ? { scale } : {}),
    preparing: [
      ...new Set(graph.nodes.map(({ op }) => op).filter((op) => /^(Random|Auto|Aug|RandAug|MixUp|CutMix)/.test(op))),
    ],
    ...optimizerIn(training),
    losses: lossesIn(training['loss']),
    metrics: [...new Set(namesIn(training['metrics']))],
  };
}

function shapeOf({ outputs }: OpNode): number[] {
  return outputs[0]?.shape.slice(1) ?? [];
}

function activationOf({ op, attributes }: OpNode): string | undefined {
  const named = attributes?.['activation'];
  if (op === 'Softmax') return 'softmax';
  return typeof named === 'string' ? named : undefined;
}

function optimizerIn(training: Readonly<Record<string, unknown>>): { readonly optimizer?: NamedPart } {
  const optimizer = partOf(training['optimizer'] ?? training['optimizer_config']);
  return optimizer ? { optimizer } : {};
}

function partOf(value: unknown): NamedPart | undefined {
  if (typeof value === 'string') return { name: value, config: {} };
  if (!isRecord(value)) return undefined;
  // A function stands by its name in the configuration.
  const inner = value['class_name'] === 'function' ? value['config'] : value['class_name'];
  if (typeof inner !== 'string') return undefined;
  const config: NamedPart['config'] = {};
  for (const [key, one] of Object.entries(isRecord(value['config']) ? value['config'] : {})) {
    if ((typeof one === 'number' && Number.isFinite(one)) || typeof one === 'boolean') config[key] = one;
    // A schedule begins somewhere.
    else if (isRecord(one) && isRecord(one['config']) && typeof one['config']['initial_learning_rate'] === 'number')
      config[key] = one['config']['initial_learning_rate'];
  }
  return { name: inner, config };
}

function lossesIn(value: unknown): NamedPart[] {
  const listed = Array.isArray(value)
    ? (value as unknown[])
    : isRecord(value) && value['class_name'] === undefined
      ? Object.values(value)
      : [value];
  const parts = listed.map(partOf);
  return parts.every((part) => part !== undefined) ? parts : [];
}

/** Names of metrics, however nested: by output, or one list for all. */
function namesIn(value: unknown, depth = 0): string[] {
  if (depth > 4) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one) => namesIn(one, depth + 1));
  if (!isRecord(value)) return [];
  if (typeof value['class_name'] === 'string') return [partOf(value)!.name];
  return Object.values(value).flatMap((one) => namesIn(one, depth + 1));
}

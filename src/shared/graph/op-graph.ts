/**
 * The op-level dataflow of one training step: what is recorded by the trainer, written by
 * `backstep graph --format json`, and drawn in the window. Knows neither TensorFlow.js nor a picture.
 */
import { z } from 'zod';
import { layerInfo } from '../protocol/training.js';
import { valueNumbers } from './op-statistics.js';

export const graphPhases = ['forward', 'loss', 'metrics', 'gradient', 'optimizer'] as const;
export type GraphPhase = (typeof graphPhases)[number];

export const opNode = z.object({
  /** Unique, readable, by scopes: `conv2d_1/Conv2D`, `gradient/conv2d_1/ReluGrad`, `conv2d_1/kernel`. */
  id: z.string(),
  /** Name of the kernel; `Placeholder`, `Const`, `Variable` and `Assign` for what is no kernel. */
  op: z.string(),
  kind: z.enum(['op', 'input', 'constant', 'variable', 'assign']),
  /** Label of the layer that it belongs to: the forward op's for its gradient, the weight's for its update. */
  layer: z.string().optional(),
  /** Nested groups that it is in, outermost first, where it is in no layer: name scopes, functions, models. */
  group: z.array(z.string()).optional(),
  phase: z.enum(graphPhases),
  outputs: z.array(
    z.object({
      /** As it was, batch dimension included; −1 for a size that is not known. */
      shape: z.array(z.number()),
      dtype: z.string(),
      /** Shares its values with an input: Reshape, Identity and the like compute and copy nothing. */
      alias: z.boolean().optional(),
      /** What its values were like, where they were measured. */
      values: valueNumbers.optional(),
    }),
  ),
  /** Of a gradient op: the `id` of the op that it is the gradient of. */
  forward: z.string().optional(),
  /** What the op took on the training thread, in this step. */
  ms: z.number().optional(),
  /** Of new memory in its outputs; aliases have none. */
  bytes: z.number(),
  /** What ran it: `GPU 0`, `CPU`, `wasm`, `JavaScript` for what a backend lacks; of a file, as the file says. */
  device: z.string().optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  /** Of a constant that is a single number. */
  value: z.number().optional(),
  /** The person's line that it comes from: the layer's, or that of a loss, layer or step of their own. */
  file: z.string().optional(),
  line: z.number().optional(),
});
export type OpNode = z.infer<typeof opNode>;

export const opEdge = z.object({
  /** Node that the tensor comes from, and which of its outputs it is. */
  from: z.string(),
  to: z.string(),
  slot: z.number(),
  /** What `to` calls it: `x`, `filter`, `dy`. */
  input: z.string(),
});
export type OpEdge = z.infer<typeof opEdge>;

export const opGraph = z.object({
  /** In the order in which they ran: every edge points forward in it. */
  nodes: z.array(opNode),
  edges: z.array(opEdge),
  /** The model's layers in its own order; nested models by their own layers, `outer/inner`. */
  layers: z.array(layerInfo),
  backend: z.string(),
  /** Examples in the batch of the recorded step; −1 where no step was. */
  batchSize: z.number(),
  /** Whether the step was on the first batch of the data, or on zeros of its shape; `none`: read from a file. */
  batch: z.enum(['first', 'zeros', 'none']),
});
export type OpGraph = z.infer<typeof opGraph>;

/**
 * What a training tells the world: one tagged union, sent by the trainer, folded by the session
 * reducer, written as JSON lines by the command line. This file knows no transport.
 *
 * Epochs and steps count from 1. `step` is global over the run (the number of updates applied so
 * far), `stepInEpoch` starts again with every epoch. Times are in milliseconds, wall times are
 * milliseconds since the Unix epoch.
 */
import { z } from 'zod';
import { finding } from './diagnosis.js';

export const backendNames = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export const backendName = z.enum(backendNames);
export type BackendName = z.infer<typeof backendName>;

export const summaryModes = ['off', 'default', 'all'] as const;

/** How a person asks for a run; the same for the window and for `backstep run`. */
export const runOptions = z.object({
  /** Absolute path of the experiment's file. */
  experiment: z.string(),
  backend: z.enum(['auto', ...backendNames]).default('auto'),
  /** Override what the experiment says. */
  epochs: z.number().int().positive().optional(),
  seed: z.number().int().nonnegative().optional(),
  /** Stop after this many steps, counted over the whole run. */
  steps: z.number().int().positive().optional(),
  /** A folder that data sets named in the experiment are looked for in, before any other place. */
  dataDir: z.string().optional(),
  /** `--set key=value`: handed to the experiment as `settings`. */
  settings: z.record(z.string(), z.string()).default({}),
  /** Where the run's folder is made; by default `runs/<time>-<name>` beside the experiment. */
  runDir: z.string().optional(),
  /** Continue from the saved state of this run's folder. */
  continueFrom: z.string().optional(),
  /** Put a state hash into every n-th step event (0: only into epoch and end events). */
  hashEvery: z.number().int().nonnegative().default(0),
  /** Never compile: every step runs op by op. */
  eager: z.boolean().default(false),
  /**
   * What is written beside the curves: nothing; everything within 3 % of training time; everything, whatever it
   * takes. By default as the experiment says.
   */
  summaries: z.enum(summaryModes).optional(),
});
export type RunOptions = z.infer<typeof runOptions>;
export type RunOptionsInput = z.input<typeof runOptions>;

/** Any number, not-finite ones included: training produces them, and they are what people look for. */
const real = z.custom<number>((value) => typeof value === 'number');

export const metrics = z.record(z.string(), real);
export type Metrics = z.infer<typeof metrics>;

export const layerInfo = z.object({
  /** Unique in the model, for example `conv2d_1`. */
  layer: z.string(),
  /** Class name, for example `Conv2D`. */
  type: z.string(),
  /** Without the batch dimension; `null` where a dimension is unknown. Several outputs: the first. */
  outputShape: z.array(z.number().nullable()),
  inputShape: z.array(z.number().nullable()).optional(),
  params: z.number(),
  trainable: z.boolean().default(true),
  /** How the output shape follows from the input's, for a person: `⌊(150 − 3) / 1⌋ + 1 = 148`. */
  arithmetic: z.string().optional(),
  /** Where the person's code made this layer. Lines and columns count from 1. */
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
});
export type LayerInfo = z.infer<typeof layerInfo>;

export const skippedFile = z.object({ path: z.string(), reason: z.string() });

export const dataInfo = z.object({
  /** As named in the experiment, for example `rps`. */
  name: z.string(),
  source: z.enum(['folder', 'file', 'download', 'generated', 'memory']),
  /** One line for a person: "Rock-Paper-Scissors, generated images" or the folder's path. */
  description: z.string(),
  path: z.string().optional(),
  classNames: z.array(z.string()).optional(),
  trainExamples: z.number().optional(),
  validationExamples: z.number().optional(),
  /** Files that could not be read; the list holds the first ones, the count all. */
  skipped: z.array(skippedFile).default([]),
  skippedCount: z.number().default(0),
});
export type DataInfo = z.infer<typeof dataInfo>;

/** A failure of the person's code or data, said in their words at their line. */
export const problem = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  /** What the person can do next. */
  hint: z.string().optional(),
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  endLine: z.number().optional(),
  endColumn: z.number().optional(),
  stack: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;

export const backendReport = z.object({
  backend: backendName,
  /** For a person: `CPU, SIMD, 1 thread`. */
  device: z.string(),
  precision: z.literal('float32'),
  speed: z.enum(['eager', 'compiled']),
  /** Why steps run op by op, where that is not the backend's only way: completes "eager: …". */
  speedReason: z.string().optional(),
  /** Why each better backend is not in use, best first. */
  notInUse: z.array(z.object({ backend: backendName, reason: z.string() })),
});
export type BackendReport = z.infer<typeof backendReport>;

export const startEvent = z.object({
  kind: z.literal('start'),
  /** A plain script rather than an experiment: it steps by itself, and cannot be continued, stepped back or reloaded. */
  isScript: z.boolean().optional(),
  runDir: z.string(),
  name: z.string(),
  experiment: z.string(),
  seed: z.number(),
  /** 0 where nobody knows: a script's own loop has none. */
  epochs: z.number(),
  stepsPerEpoch: z.number().optional(),
  batchSize: z.number().optional(),
  params: z.number(),
  trainableParams: z.number(),
  ...backendReport.omit({ backend: true }).shape,
  backend: backendName,
  data: dataInfo,
  layers: z.array(layerInfo),
  metricNames: z.array(z.string()),
  /** The state that training starts from: zero for a fresh run. */
  startEpoch: z.number(),
  startStep: z.number(),
  learningRate: real.optional(),
  wallTime: z.number(),
});

export const stepEvent = z.object({
  kind: z.literal('step'),
  epoch: z.number(),
  step: z.number(),
  stepInEpoch: z.number(),
  loss: real,
  /** Nobody has told the loss, which is NaN here: no sign that anything is wrong. */
  withoutLoss: z.boolean().optional(),
  metrics,
  learningRate: real.optional(),
  /** Whole step, data wait included. */
  stepMs: z.number(),
  /** Time that the training thread waited for its batch. */
  dataWaitMs: z.number(),
  /** Time of the step outside of data wait and the model's own computation: hooks and logging. */
  overheadMs: z.number(),
  examples: z.number(),
  /** How this step ran; none where its backend has one speed alone. */
  speed: z.enum(['eager', 'compiled']).optional(),
  gradNorm: real.optional(),
  stateHash: z.string().optional(),
  wallTime: z.number(),
});
export type StepEvent = z.infer<typeof stepEvent>;

export const epochEvent = z.object({
  kind: z.literal('epoch'),
  epoch: z.number(),
  step: z.number(),
  /** Means over the epoch's examples, as `model.fit` reports them. */
  loss: real,
  metrics,
  /** `loss` and metrics on the validation data. */
  validation: metrics.optional(),
  stateHash: z.string(),
  epochMs: z.number(),
  wallTime: z.number(),
});

/** What writing summaries took: `share` of training time and its `budget`, 0 to 1; `endMs` of it when training ended. */
export const summaryCost = z.object({
  costMs: z.number(),
  endMs: z.number().optional(),
  share: z.number(),
  budget: z.number().optional(),
  bytes: z.number(),
});
export type SummaryCost = z.infer<typeof summaryCost>;

export const trainingEvent = z.discriminatedUnion('kind', [
  /** What the trainer is busy with, where that takes noticeable time. */
  z.object({
    kind: z.literal('activity'),
    activity: z.enum(['loading', 'data', 'model', 'training', 'validating', 'saving', 'idle']),
    message: z.string().optional(),
    done: z.number().optional(),
    total: z.number().optional(),
  }),
  startEvent,
  stepEvent,
  epochEvent,
  /** From the next step on, steps run at this speed. */
  z.object({
    kind: z.literal('speed'),
    speed: z.enum(['eager', 'compiled']),
    /** Why eager, where it could have been compiled: completes "eager: …". */
    reason: z.string().optional(),
    /** What compiling took. */
    setUpMs: z.number().optional(),
  }),
  z.object({
    kind: z.literal('memory'),
    numTensors: z.number(),
    tensorBytes: z.number(),
    processBytes: z.number(),
  }),
  z.object({
    kind: z.literal('log'),
    level: z.enum(['log', 'info', 'warn', 'error', 'debug']),
    text: z.string(),
    file: z.string().optional(),
    line: z.number().optional(),
    wallTime: z.number(),
  }),
  z.object({ kind: z.literal('notice'), ...problem.shape }),
  /** Something is wrong with the training; each rule tells of each place once. */
  z.object({ kind: z.literal('finding'), finding }),
  z.object({
    kind: z.literal('end'),
    /** `completed`: all epochs done; `stopped`: ended early on request, state saved. */
    reason: z.enum(['completed', 'stopped']),
    epoch: z.number(),
    steps: z.number(),
    wallMs: z.number(),
    /** None where a script has given back all that it trained. */
    stateHash: z.string().optional(),
    runDir: z.string(),
    /** None where none were written. */
    summaries: summaryCost.optional(),
  }),
  /** The run ended by a failure. What was flushed before stays readable. */
  z.object({ kind: z.literal('error'), ...problem.omit({ severity: true }).shape, runDir: z.string().optional() }),
]);
export type TrainingEvent = z.infer<typeof trainingEvent>;

/** Parts of a step, in their order. */
export const stepPhases = ['forward', 'loss', 'gradient', 'optimizer'] as const;
export const stepPhase = z.enum(stepPhases);
export type StepPhase = z.infer<typeof stepPhase>;

/** Numbers that sum a tensor up. Shares are of all values, 0 to 1. */
export const summaryNumbers = ['norm', 'min', 'max', 'mean', 'spread', 'zeros', 'notFinite'] as const;
export const summaryNumber = z.enum(summaryNumbers);
export type SummaryNumber = z.infer<typeof summaryNumber>;

/** What a value has to do for training to stop. */
export const dataEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('notFinite') }),
  /** From one side of `value` to the other since the step before; in the first step seen, being above it. */
  z.object({ kind: z.literal('crosses'), number: summaryNumber, value: z.number() }),
  /** Exactly the same, in all of its values, over this many steps. */
  z.object({ kind: z.literal('unchanged'), steps: z.number().int().positive() }),
]);
export type DataEvent = z.infer<typeof dataEvent>;

/** Where training stops by itself. */
export const breakpointPlace = z.discriminatedUnion('kind', [
  /** The first three are tested after a step's update, or after an epoch's validation. */
  z.object({ kind: z.literal('step'), step: z.number().int().positive() }),
  /** The end of this epoch; of every epoch where none is given. */
  z.object({ kind: z.literal('epochEnd'), epoch: z.number().int().positive().optional() }),
  /** Over `loss`, metrics by name, `learningRate`, `gradNorm`, `gradNorm('layer')`, `step`, `epoch`. */
  z.object({ kind: z.literal('condition'), condition: z.string() }),
  /** Before the first op of this part of each step. */
  z.object({ kind: z.literal('phase'), phase: stepPhase }),
  z.object({
    kind: z.literal('layer'),
    /** As in `LayerInfo`. */
    layer: z.string(),
    when: z.enum(['before', 'after']).default('before'),
    pass: z.enum(['forward', 'gradient']).default('forward'),
  }),
  z.object({
    kind: z.literal('op'),
    /** Name of the kernel: `Conv2D`. */
    op: z.string(),
    /** One op of the graph rather than all of its kind: within this layer, this phase, the n-th from 1 there. */
    layer: z.string().optional(),
    phase: stepPhase.optional(),
    occurrence: z.number().int().positive().optional(),
  }),
  /** Stops where the value is made: an activation after its layer, a gradient as it is ready, a weight after the update. */
  z.object({
    kind: z.literal('data'),
    of: z.enum(['weight', 'gradient', 'activation', 'metric']),
    /** Layer (`dense_1`), weight (`dense_1/kernel`; its gradient likewise), metric (`loss`); any where none is given. */
    name: z.string().optional(),
    event: dataEvent,
  }),
  /** A rule of `diagnosis.ts` finds something. */
  z.object({ kind: z.literal('rule'), rule: z.string(), threshold: z.number().optional() }),
]);
export type BreakpointPlace = z.infer<typeof breakpointPlace>;

export const trainingBreakpoint = z.object({
  id: z.string(),
  enabled: z.boolean(),
  at: breakpointPlace,
  /** Beside the place: over what is in reach there (`loss`, `step`, `zeros(output) > 0.9`, `norm(grad)`). */
  condition: z.string().optional(),
  /** `5`, `>= 10`, `% 3`. */
  hitCondition: z.string().optional(),
  /** Printed in place of stopping, with what stands in braces evaluated. */
  logMessage: z.string().optional(),
});
export type TrainingBreakpoint = z.infer<typeof trainingBreakpoint>;

export const stopPoint = z.object({
  reason: z.enum(['step', 'pause', 'breakpoint', 'epochEnd', 'exception']),
  /** For a person: "step 40", "loss > 2 || isNaN(loss)", "end of epoch 1", "experiment.ts:12". */
  description: z.string(),
  breakpointIds: z.array(z.string()).default([]),
  /** In the middle of a step: of the one under way. Zero before the first. */
  epoch: z.number(),
  step: z.number(),
  stepInEpoch: z.number(),
  /** What training stands at, where that is not between two steps: then there is no `StepLook`. */
  stands: z.enum(['line', 'layer', 'op']).optional(),
  /** Whether it is about to run or has just run. */
  when: z.enum(['before', 'after']).optional(),
  /** The same as in a breakpoint's place, to find it in a graph and to set a breakpoint there. */
  place: z
    .object({
      phase: stepPhase,
      layer: z.string().optional(),
      op: z.string().optional(),
      occurrence: z.number().int().positive().optional(),
    })
    .optional(),
  /** The person's line that is being executed. */
  file: z.string().optional(),
  line: z.number().optional(),
  /** Where in the training, outermost first: `epoch 2`, `step 41`, `gradient`, `conv2d_1`, `Conv2DBackpropFilter`. */
  path: z.array(z.string()).optional(),
});
export type StopPoint = z.infer<typeof stopPoint>;

export const tensorStatistics = z.object({
  min: real,
  max: real,
  mean: real,
  /** Standard deviation over all values. */
  spread: real,
  /** Shares of all values, 0 to 1. Not-finite values are left out of the four above. */
  zeros: z.number(),
  notFinite: z.number(),
});

/** What a person sees of the step that training has just stopped after. */
export const stepLook = z.object({
  at: stopPoint,
  loss: real,
  metrics,
  learningRate: real.optional(),
  gradNorm: real.optional(),
  stateHash: z.string(),
  batch: z.object({
    size: z.number(),
    /** 8-bit RGBA pixels of all images, one after the other, base64. */
    images: z.object({ count: z.number(), width: z.number(), height: z.number(), rgba: z.string() }).optional(),
    /** The first feature values of each example, where the batch is not images. */
    rows: z.object({ columns: z.array(z.string()), values: z.array(z.array(real)) }).optional(),
    /** File names or row numbers, where the data knows them. */
    names: z.array(z.string()).optional(),
    trueLabels: z.array(z.string()).optional(),
    predictedLabels: z.array(z.string()).optional(),
    /** Probability of the predicted label. */
    confidence: z.array(real).optional(),
  }),
  layers: z.array(
    z.object({
      layer: z.string(),
      type: z.string(),
      outputShape: z.array(z.number().nullable()),
      /** Of the layer's output in this step. */
      output: tensorStatistics.optional(),
      /** Euclidean norm over the gradients of all the layer's weights. */
      gradNorm: real.optional(),
      /** Euclidean norm over all the layer's weights, after this step's update. */
      weightNorm: real.optional(),
    }),
  ),
});
export type StepLook = z.infer<typeof stepLook>;
export type TensorStatistics = z.infer<typeof tensorStatistics>;

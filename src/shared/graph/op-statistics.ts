/**
 * What the values of an op's outputs are like, in a few numbers; and how a debugger asks for those of the
 * step that training stands in. Knows neither TensorFlow.js nor a picture.
 */
import { z } from 'zod';

/** Any number, not-finite ones included. */
const real = z.custom<number>((value) => typeof value === 'number');

export const valueNumbers = z.object({
  /** Not-finite values are left out of these five; NaN where there is no other. */
  min: real,
  max: real,
  mean: real,
  /** Standard deviation over all values. */
  spread: real,
  /** Euclidean. */
  norm: real,
  /** Shares of all values, 0 to 1. */
  zeros: z.number(),
  notFinite: z.number(),
});
export type ValueNumbers = z.infer<typeof valueNumbers>;

/** Of one output. Without `values`: they had been given back before anybody asked, or are no numbers. */
const outputValues = z.object({ values: valueNumbers.optional() });

/**
 * Custom request of the debug adapter, while training is stopped. Once asked, the ops that run next are
 * measured as they run, to the end of the step after this one; so nothing is gone at the next stop.
 */
export const opStatisticsRequests = {
  'backstep/opStatistics': {
    args: z.object({
      /** Of the ops of the step so far, in the order in which they ran: the first that is asked for. */
      from: z.number().int().nonnegative().default(0),
      /** Answers with as many as can be measured in about this time, and at least one. */
      mostMs: z.number().int().min(1).max(1000).default(50),
    }),
    result: z.object({
      /** The step that they are of. */
      epoch: z.number(),
      step: z.number(),
      /** From `from` on. */
      ops: z.array(z.object({ op: z.string(), outputs: z.array(outputValues) })),
      /** How many ops have run; where `from + ops.length` is less, there are more to ask for. */
      total: z.number(),
      /** Weights as they are now, by their names in the graph (`dense_1/kernel`), and the batch (`input/xs`); where `from` is 0. */
      sources: z.record(z.string(), valueNumbers).optional(),
    }),
  },
} as const;
export type OpStatistics = z.infer<(typeof opStatisticsRequests)['backstep/opStatistics']['result']>;

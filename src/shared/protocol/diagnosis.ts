/**
 * What goes wrong in training, told in plain words: what was seen, where, what people usually do about
 * it. Each rule can be armed as a breakpoint with a threshold of its own. Knows no tensors.
 */
import { z } from 'zod';

/** Of one rule at one place. */
export const finding = z.object({
  /** Name of the rule: `deadRelu`. */
  rule: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  /** A short sentence: "Layer dense_1 is dead: 97 % of its outputs are zero." */
  title: z.string(),
  /** Why that is bad, and where it comes from; names layer, op and numbers. */
  explanation: z.string(),
  /** What people usually do about it, the likeliest first. */
  advice: z.array(z.string()),
  layer: z.string().optional(),
  op: z.string().optional(),
  /** In the person's code; counts from 1. */
  file: z.string().optional(),
  line: z.number().optional(),
  step: z.number().optional(),
});
export type Finding = z.infer<typeof finding>;

/** The same rule at the same place is one finding, however its numbers change. */
export function findingKey({ rule, layer, op }: Finding): string {
  return [rule, layer, op].join('\n');
}

/** In a terminal or a console, a line each: what is wrong, why, and what people do about it. */
export function findingLines({ severity, title, explanation, advice }: Finding): string[] {
  const rows = [explanation, ...advice.map((one) => `– ${one}`)].filter((row) => row !== '');
  return [`${severity}: ${title}`, ...rows.map((row) => `  ${row}`)];
}

/** A rule as it is offered for arming. */
export const ruleInfo = z.object({
  rule: z.string(),
  /** For a list: "A ReLU layer dies". */
  title: z.string(),
  /** What the threshold counts: "share of zeros"; none where there is nothing to set. */
  thresholdOf: z.string().optional(),
  threshold: z.number().optional(),
});
export type RuleInfo = z.infer<typeof ruleInfo>;

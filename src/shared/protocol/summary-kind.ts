/** What a tag of an event file holds. */
import { z } from 'zod';

export const summaryKind = z.enum([
  'scalar',
  'histogram',
  'image',
  'audio',
  'text',
  'tensor',
  'prCurve',
  'hparams',
  'graph',
  /** Found, and not shown; the tag's `note` says why. */
  'aside',
]);
export type SummaryKind = z.infer<typeof summaryKind>;

/** When a series is worth telling of: rules over its points, fed as they come. Pure. */
import { z } from 'zod';

const times = z.number().int().min(1).max(1_000_000);

export const alertRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('notFinite') }),
  /** Greater than the point before, so many times in a row. */
  z.object({ kind: z.literal('rising'), times }),
  /** Less than the point before, so many times in a row. */
  z.object({ kind: z.literal('falling'), times }),
  /** No new lowest value in so many points. */
  z.object({ kind: z.literal('noProgress'), times }),
  /** No new highest value in so many points: of what is to grow, as an accuracy. */
  z.object({ kind: z.literal('noGain'), times }),
  z.object({ kind: z.literal('above'), value: z.number() }),
  z.object({ kind: z.literal('below'), value: z.number() }),
]);
export type AlertRule = z.infer<typeof alertRule>;

export const seriesAlert = z.object({
  id: z.string().min(1),
  /** As formulas name it: `validation/loss`. */
  series: z.string().min(1),
  rule: alertRule,
  /** Ends the training, its state saved. */
  stop: z.boolean(),
});
export type SeriesAlert = z.infer<typeof seriesAlert>;

/** Takes the next value; true where the rule fits it. */
export type Watch = (value: number) => boolean;

/** Of a training from its first point on. */
export function watchOf(rule: AlertRule): Watch {
  switch (rule.kind) {
    case 'notFinite':
      return (value) => !Number.isFinite(value);
    case 'above':
      return (value) => value > rule.value;
    case 'below':
      return (value) => value < rule.value;
    case 'rising':
      return inARow(rule.times, (value, before) => value > before);
    case 'falling':
      return inARow(rule.times, (value, before) => value < before);
    case 'noProgress':
      return withoutNew(rule.times, (value, best) => value < best);
    case 'noGain':
      return withoutNew(rule.times, (value, best) => value > best);
  }
}

/** @param goesOn whether a value goes on from the one before it */
function inARow(times: number, goesOn: (value: number, before: number) => boolean): Watch {
  let before = Number.NaN;
  let count = 0;
  return (value) => {
    count = goesOn(value, before) ? count + 1 : 0;
    before = value;
    return count >= times;
  };
}

function withoutNew(times: number, isBetter: (value: number, best: number) => boolean): Watch {
  let best = Number.NaN;
  let since = 0;
  return (value) => {
    if (isBetter(value, best) || (Number.isNaN(best) && !Number.isNaN(value))) {
      best = value;
      since = 0;
    } else since++;
    return since >= times;
  };
}

/** "validation/loss rises 5 times in a row". */
export function alertWords({ series, rule }: Pick<SeriesAlert, 'series' | 'rule'>): string {
  switch (rule.kind) {
    case 'notFinite':
      return `${series} is not finite`;
    case 'rising':
      return rule.times === 1 ? `${series} rises` : `${series} rises ${rule.times} times in a row`;
    case 'falling':
      return rule.times === 1 ? `${series} falls` : `${series} falls ${rule.times} times in a row`;
    case 'noProgress':
    case 'noGain': {
      const best = rule.kind === 'noGain' ? 'highest' : 'lowest';
      return `${series} has no new ${best} value in ${rule.times} ${rule.times === 1 ? 'point' : 'points'}`;
    }
    case 'above':
      return `${series} is above ${rule.value}`;
    case 'below':
      return `${series} is below ${rule.value}`;
  }
}

/** The item of a tag that stands at a step: which of its list, asked for while it is in sight. */
import { useMemo } from 'react';
import { server } from '../../state/server.js';
import { itemAt, logKindOf, type ShownKind } from './summary-groups.js';
import { useLoaded } from './use-loaded.js';

export interface OfRun {
  /** The run's id. */
  readonly run: string;
  readonly name: string;
  readonly kind: ShownKind;
  readonly step: number | undefined;
  readonly inSight: boolean;
}

export interface ItemAtStep {
  /** Its place in the tag's list; −1 of none. */
  readonly item: number;
  /** Pictures, sounds or texts in it. */
  readonly count: number;
  /** That it was written at. */
  readonly step: number | undefined;
  readonly failure: string | undefined;
}

export function useItem({ run, name, kind, step, inSight }: OfRun): ItemAtStep {
  const load = useMemo(
    () => (inSight ? () => server().request('logs/items', { run, name, kind: logKindOf(kind) }) : undefined),
    [inSight, run, name, kind],
  );
  const { value, failure } = useLoaded(load, [run]);
  const item = value ? itemAt(value.steps, step) : -1;
  return { item, count: value?.counts[item] ?? 0, step: value?.steps[item], failure };
}

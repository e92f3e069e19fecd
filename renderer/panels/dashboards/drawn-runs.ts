/** The runs whose curves are drawn, with their series by name and by chart; from whatever says them: the session under way, or event files. Pure. */
import type { CurveSource } from '../../charts/curve-view.js';
import { placeOf } from './series-names.js';

export interface SeriesRef {
  /** As files and formulas name it: `train/loss`. */
  readonly name: string;
  /** The chart that it is in. */
  readonly key: string;
  readonly family: string;
  /** What is there of it now; nothing while it is on its way. */
  source(): CurveSource | undefined;
  /** Where it has to be asked for. */
  readonly from?: { readonly run: string; readonly name: string; readonly size: number };
}

export interface DrawnRun {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  /** Trains now, or is the session that is looked at. */
  readonly live: boolean;
  readonly stepsPerEpoch?: number;
  readonly originMs?: number;
  /** Value of the setting that runs are grouped by. */
  readonly group?: string;
  readonly byKey: ReadonlyMap<string, readonly SeriesRef[]>;
  readonly byName: ReadonlyMap<string, SeriesRef>;
}

export interface NamedSource {
  /** The folder within the run, '' where there is none. */
  readonly family: string;
  readonly tag: string;
  source(): CurveSource | undefined;
  readonly from?: SeriesRef['from'];
}

/** An epoch's mean is drawn only where there is no curve of its steps: Keras writes the one, Backstep both. */
export function seriesOf(all: readonly NamedSource[]): Pick<DrawnRun, 'byKey' | 'byName'> {
  const byName = new Map<string, SeriesRef>();
  for (const { family, tag, source, from } of all) {
    const name = family === '' ? tag : `${family}/${tag}`;
    if (byName.has(name)) continue;
    byName.set(name, { name, ...placeOf(family, tag), source, ...(from ? { from } : {}) });
  }
  const byKey = new Map<string, SeriesRef[]>();
  const taken = new Set([...byName.values()].map(({ key, family }) => `${key}\0${family}`));
  for (const ref of byName.values()) {
    const epochKey = /^epoch_(.+)$/.exec(ref.key)?.[1];
    if (epochKey !== undefined && taken.has(`${epochKey}\0${ref.family}`)) continue;
    const key = epochKey ?? ref.key;
    const before = byKey.get(key);
    const placed = key === ref.key ? ref : { ...ref, key };
    if (before) before.push(placed);
    else byKey.set(key, [placed]);
  }
  for (const refs of byKey.values()) if (refs.length > 1) refs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { byKey, byName };
}

/** What `make` says of the series of runs; kept until runs have others: of a hundred thousand it takes a while. */
export function ofSeries<T>(make: (runs: readonly DrawnRun[]) => T): (runs: readonly DrawnRun[]) => T {
  let last: { readonly series: readonly DrawnRun['byKey'][]; readonly made: T } | undefined;
  return (runs) => {
    const known = last?.series;
    if (!last || known?.length !== runs.length || runs.some(({ byKey }, index) => byKey !== known[index])) {
      last = { series: runs.map(({ byKey }) => byKey), made: make(runs) };
    }
    return last.made;
  };
}

/** What a formula may name: series by their whole names, and a quantity for the training's series of it. */
export function findSeries(run: DrawnRun, name: string): SeriesRef | undefined {
  const whole = run.byName.get(name);
  if (whole) return whole;
  const refs = run.byKey.get(name);
  if (refs) return refs.find(({ family }) => family === 'train' || family === '') ?? refs[0];
  const slash = name.indexOf('/');
  const family = name.slice(0, slash);
  return slash > 0 ? run.byKey.get(name.slice(slash + 1))?.find((ref) => ref.family === family) : undefined;
}

/** Of all runs together, for writing formulas. */
export const namesOf = ofSeries((runs): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const { byKey, byName } of runs) {
    for (const name of byName.keys()) names.add(name);
    for (const key of byKey.keys()) names.add(key);
  }
  return names;
});

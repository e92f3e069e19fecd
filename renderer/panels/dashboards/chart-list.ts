/** Which charts there are and which curves are in each: one chart a quantity, the live run first, then the selected runs. Pure. */
import type { Curve } from '../../charts/curve.js';
import type { CurveSource } from '../../charts/curve-view.js';

export interface ChartDescription {
  /** The quantity: `loss`, `accuracy`, `learning_rate`. */
  readonly tag: string;
  readonly title: string;
  readonly curves: readonly Curve[];
}

export interface OverlaidRun {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly series: Readonly<Record<string, CurveSource>>;
}

/** Series are named `family/tag`; `train` and `validation` of one tag share a chart. */
export function chartList(
  live: Readonly<Record<string, CurveSource>> | undefined,
  runs: readonly OverlaidRun[],
): readonly ChartDescription[] {
  const charts = new Map<string, Curve[]>();
  const add = (tag: string, curve: Curve) => {
    const curves = charts.get(tag);
    if (curves) curves.push(curve);
    else charts.set(tag, [curve]);
  };
  const alone = live !== undefined && runs.length === 0;
  for (const run of runs) {
    for (const { family, tag, source } of named(run.series)) {
      const validation = family === 'validation';
      add(tag, {
        id: `${run.id}:${family}`,
        label: validation ? `${run.name} · validation` : family === 'train' ? run.name : `${run.name} · ${family}`,
        legend: validation ? undefined : run.name,
        colour: run.colour,
        dashed: validation,
        dots: validation || sparse(source),
        exact: validation || sparse(source) || isSetting(tag),
        quiet: true,
        source,
      });
    }
  }
  for (const { family, tag, source } of named(live ?? {})) {
    const validation = family === 'validation';
    add(tag, {
      id: `live:${family}`,
      label: alone ? (validation ? 'validation' : 'train') : validation ? 'this run · validation' : 'this run',
      legend: alone ? family : validation ? undefined : 'this run',
      colour: validation ? 'var(--validation)' : 'var(--train)',
      dots: validation,
      exact: validation || isSetting(tag),
      source,
    });
  }
  const place = (tag: string) => (tag === 'loss' ? 0 : tag === 'learning_rate' ? 2 : 1);
  return [...charts]
    .map(([tag, curves]) => ({ tag, title: tag.replaceAll('_', ' '), curves }))
    .sort((a, b) => place(a.tag) - place(b.tag) || a.tag.localeCompare(b.tag));
}

/** An epoch's mean is drawn only where there is no curve of its steps: Keras writes the one, Backstep both. */
function* named(
  series: Readonly<Record<string, CurveSource>>,
): Generator<{ family: string; tag: string; source: CurveSource }> {
  for (const [name, source] of Object.entries(series)) {
    const slash = name.indexOf('/');
    const family = slash < 0 ? 'train' : name.slice(0, slash);
    const tag = slash < 0 ? name : name.slice(slash + 1);
    const epochTag = /^epoch_(.+)$/.exec(tag)?.[1];
    if (epochTag === undefined) yield { family, tag, source };
    else if (!series[`${family}/${epochTag}`]) yield { family, tag: epochTag, source };
  }
}

function isSetting(tag: string): boolean {
  return tag === 'learning_rate';
}

function sparse(source: CurveSource): boolean {
  return source.steps.length <= 60;
}

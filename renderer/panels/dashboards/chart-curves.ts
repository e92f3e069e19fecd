/** The curves of a chart: what it shows of which runs, in which colours, grouped or not. Pure. */
import { byName } from '../../../src/shared/base/by-name.js';
import { groupBy } from '../../../src/shared/base/group-by.js';
import type { Curve } from '../../charts/curve.js';
import type { CurveSource } from '../../charts/curve-view.js';
import { parseFormula, type MakeSeries, type ParsedFormula } from '../../charts/formula.js';
import { meanBand, type BandMember, type Spread } from '../../charts/group-band.js';
import { xMapping, type XKind } from '../../charts/x-axis.js';
import type { ChartPick } from '../../state/dashboard-schema.js';
import { findSeries, type DrawnRun, type SeriesRef } from './drawn-runs.js';
import { isSetting, isTraining, isValidation } from './series-names.js';

/** What a chart draws of which runs, whether it is there yet or not. */
export interface ChartPlan {
  readonly runs: readonly DrawnRun[];
  readonly lines: readonly PlannedLine[];
  readonly severalPicks: boolean;
  /** Everything that is drawn or waited for and has to be asked for. */
  readonly wanted: readonly NonNullable<SeriesRef['from']>[];
  /** Their names, each once. */
  readonly series: ReadonlySet<string>;
  /** Why a formula draws nothing. */
  readonly problem?: string;
}

interface PlannedLine {
  readonly run: DrawnRun;
  readonly pick: number;
  readonly pickName: string;
  readonly key: string;
  readonly family: string;
  readonly refs: readonly SeriesRef[];
  /** Of a formula. */
  readonly make?: MakeSeries;
}

export interface ChartContents {
  readonly curves: readonly Curve[];
  /** Series that are not there yet. */
  readonly missing: number;
}

export interface CurveOptions {
  /** Runs with the same value become one curve. */
  readonly grouped: boolean;
  /** What x is: a group's mean is of the points at the same place on it. */
  readonly x: XKind;
  readonly spread: Spread;
  /** What formulas may name. */
  readonly names: ReadonlySet<string>;
}

/** One line of a chart before it has its colour. */
interface Line extends Omit<PlannedLine, 'refs' | 'make'> {
  readonly source: CurveSource;
}

const SPARSE = 60;

/** @param runs what is drawn last lies on top */
export function planChart(
  picks: readonly ChartPick[],
  runs: readonly DrawnRun[],
  { names }: Pick<CurveOptions, 'names'>,
): ChartPlan {
  const lines: PlannedLine[] = [];
  let problem: string | undefined;
  for (const [pick, one] of picks.entries()) {
    if (one.kind === 'tag') {
      for (const run of runs) {
        for (const ref of run.byKey.get(one.tag) ?? []) {
          lines.push({ run, pick, pickName: one.tag, key: ref.key, family: ref.family, refs: [ref] });
        }
      }
      continue;
    }
    const parsed = parsedFormula(one.formula, names);
    if (parsed.kind === 'error') {
      problem = parsed.message;
      continue;
    }
    for (const run of runs) {
      const refs = parsed.names.flatMap((name) => findSeries(run, name) ?? []);
      if (refs.length < parsed.names.length) continue;
      const { make } = parsed;
      lines.push({ run, pick, pickName: one.formula, key: one.formula, family: '', refs, make });
    }
  }
  const wanted = lines.flatMap(({ refs }) => refs.flatMap(({ from }) => from ?? []));
  const series = new Set(wanted.map(({ name }) => name));
  return { runs, lines, severalPicks: picks.length > 1, wanted, series, ...(problem === undefined ? {} : { problem }) };
}

/** As far as it is there now. What is drawn last lies on top. */
export function chartCurves(plan: ChartPlan, options: CurveOptions): ChartContents {
  const lines: Line[] = [];
  let missing = 0;
  for (const planned of plan.lines) {
    const { run, pick, pickName, key, family, refs, make } = planned;
    const sources = refs.flatMap((ref) => ref.source() ?? []);
    missing += refs.length - sources.length;
    if (sources.length < refs.length) continue;
    const source = make ? computed(pickName, make, sources) : sources[0]!;
    // There may be a thousand a chart: written out, for spreading takes V8 a microsecond each.
    lines.push({ run, pick, pickName, key, family, source });
  }
  const { runs, severalPicks } = plan;
  const curves = options.grouped ? groupCurves(lines, severalPicks, options) : runCurves(lines, runs, severalPicks);
  return { curves, missing };
}

const parsedBefore = new WeakMap<ReadonlySet<string>, Map<string, ParsedFormula>>();

/** There may be a hundred thousand names to look for in it. */
function parsedFormula(formula: string, names: ReadonlySet<string>): ParsedFormula {
  let known = parsedBefore.get(names);
  if (!known) parsedBefore.set(names, (known = new Map()));
  let parsed = known.get(formula);
  if (!parsed) known.set(formula, (parsed = parseFormula(formula, names)));
  return parsed;
}

function runCurves(lines: readonly Line[], runs: readonly DrawnRun[], severalPicks: boolean): Curve[] {
  const alone = runs.length === 1;
  const trains = new Set(
    lines.filter(({ family }) => !isValidation(family)).map(({ run, pick }) => `${run.id} ${pick}`),
  );
  const curves: Curve[] = [];
  for (const { run, pick, pickName, key, family, source } of lines) {
    const validation = isValidation(family);
    const words: string[] = [];
    if (!alone) words.push(run.live ? 'this run' : run.name);
    if (severalPicks) words.push(pickName);
    const plain = isTraining(family) && family !== '' && !(alone && words.length === 0);
    if (family !== '' && !plain) words.push(family);
    if (words.length === 0) words.push(run.live ? 'this run' : run.name);
    const dashed = (validation && (!run.live || severalPicks)) || (!alone && severalPicks && pick > 0);
    const liveColour = validation ? 'var(--validation)' : 'var(--train)';
    const colour = severalPicks && alone ? seriesColour(pick) : run.live ? liveColour : run.colour;
    const sparse = source.values.length <= SPARSE;
    curves.push({
      id: `${run.id}:${pick}:${key}:${family}`,
      label: words.join(' · '),
      // A run's validation has its colour, and needs no entry beside its training's.
      ...(alone || !dashed || !trains.has(`${run.id} ${pick}`) ? { legend: words.join(' · ') } : {}),
      colour,
      dashed,
      dots: validation || (!run.live && sparse),
      exact: (validation && sparse) || (!run.live && sparse) || isSetting(key),
      quiet: !run.live && !alone,
      source,
      ...(run.originMs === undefined ? {} : { originMs: run.originMs }),
      ...(run.stepsPerEpoch === undefined ? {} : { stepsPerEpoch: run.stepsPerEpoch }),
    });
  }
  return curves;
}

function groupCurves(lines: readonly Line[], severalPicks: boolean, { spread, x }: CurveOptions): Curve[] {
  const valueOf = ({ run }: Line) => run.group ?? 'none';
  const groups = groupBy(lines, (line) => `${valueOf(line)}\0${line.pick}\0${line.family}`);
  const order = [...new Set(lines.map(valueOf))].sort(byName);
  return [...groups].map(([id, members]): Curve => {
    const [first] = members as [Line];
    const { run, pick, pickName, key, family } = first;
    const value = valueOf(first);
    const { mean, low, high } = banded(members, spread, x);
    const validation = isValidation(family);
    const words = [value, ...(severalPicks ? [pickName] : []), ...(validation ? [family] : [])];
    const label = `${words.join(' · ')} (${members.length} ${members.length === 1 ? 'run' : 'runs'})`;
    return {
      id,
      label,
      legend: label,
      colour: seriesColour(order.indexOf(value) + (severalPicks ? pick * order.length : 0)),
      dashed: validation,
      dots: mean.values.length <= SPARSE,
      exact: mean.values.length <= SPARSE || isSetting(key),
      quiet: true,
      source: mean,
      ...(members.length > 1 ? { band: { low, high } } : {}),
      // Of a time since the beginning, the mean knows no other.
      ...(x === 'relative' ? { originMs: 0 } : {}),
      ...(run.stepsPerEpoch === undefined ? {} : { stepsPerEpoch: run.stepsPerEpoch }),
    };
  });
}

function seriesColour(index: number): string {
  return `var(--series-${(index % 8) + 1})`;
}

const formulas = new WeakMap<
  CurveSource,
  Map<string, { readonly sources: readonly CurveSource[]; readonly made: CurveSource }>
>();

/** One series a formula and its sources: it grows with them, and keeps what was drawn of it. */
function computed(formula: string, make: MakeSeries, sources: readonly CurveSource[]): CurveSource {
  let known = formulas.get(sources[0]!);
  if (!known) formulas.set(sources[0]!, (known = new Map()));
  const before = known.get(formula);
  if (before && before.sources.every((source, index) => source === sources[index])) return before.made;
  const made = make(sources);
  known.set(formula, { sources, made });
  return made;
}

const bands = new WeakMap<
  CurveSource,
  Map<string, { readonly key: string; readonly band: ReturnType<typeof meanBand> }>
>();
const numbers = new WeakMap<CurveSource, number>();
let nextNumber = 1;

/** Computed anew only where a source is another, or has grown. */
function banded(lines: readonly Line[], spread: Spread, x: XKind): ReturnType<typeof meanBand> {
  const { source: first, run: firstRun } = lines[0]!;
  const key = lines
    .map(({ source, run }) => {
      let number = numbers.get(source);
      if (number === undefined) numbers.set(source, (number = nextNumber++));
      return `${number}:${source.values.length}:${run.originMs}:${run.stepsPerEpoch}`;
    })
    .join(' ');
  let known = bands.get(first);
  if (!known) bands.set(first, (known = new Map()));
  const id = `${spread} ${x} ${lines.length}`;
  const before = known.get(id);
  if (before?.key === key) return before.band;
  const members = lines.flatMap(({ source, run }): BandMember[] => {
    const mapping = xMapping(x, { source, originMs: run.originMs, stepsPerEpoch: run.stepsPerEpoch });
    if (!mapping) return [];
    // Epochs are counted in steps of the first run's epochs, which the chart takes the mean's steps for.
    return [
      { source, scale: mapping.scale * (x === 'epoch' ? (firstRun.stepsPerEpoch ?? 1) : 1), offset: mapping.offset },
    ];
  });
  const band = meanBand(members, spread, x === 'relative' || x === 'wall' ? 'wallTimes' : 'steps');
  known.set(id, { key, band });
  return band;
}

/** What can be done with a chart: its axis and size, pinning and arranging, more curves, taking it away as a file. */
import { parseFormula } from '../../charts/formula.js';
import type { Look } from '../../charts/chart-painter.js';
import type { Curve } from '../../charts/curve.js';
import type { StepRange } from '../../charts/chart-group.js';
import { ask } from '../../state/dialogs.js';
import { activeDashboard, changeChart, changeLook, moveChart, pinChart, unpinChart } from '../../state/dashboards.js';
import type { ChartLook, ChartPick } from '../../state/dashboard-schema.js';
import type { PopupItem } from '../../ui/popup-menu.js';
import { askAlert } from './ask-alert.js';
import { merged } from './chart-drag.js';
import { saveChart } from './chart-export.js';
import type { ChartDescription } from './chart-list.js';
import { findSeries, type DrawnRun } from './drawn-runs.js';
import { isValidation } from './series-names.js';
import { askYRange } from './y-range.js';

export interface MenuSubject {
  readonly chart: ChartDescription;
  readonly look: ChartLook;
  readonly curves: readonly Curve[];
  readonly chartLook: Look;
  readonly runs: readonly DrawnRun[];
  range(): StepRange;
  readonly names: ReadonlySet<string>;
}

export function chartMenu(subject: MenuSubject): PopupItem[] {
  const { chart, look, names } = subject;
  const wide = look.columns === 0;
  const item = (label: string, run: () => void, more: { checked?: boolean; disabled?: boolean } = {}): PopupItem => ({
    kind: 'item',
    label,
    run,
    ...more,
  });
  const line: PopupItem = { kind: 'separator' };
  const { pinned } = activeDashboard();
  const place = pinned.findIndex(({ id }) => id === chart.id);
  return [
    item('Logarithmic Axis', () => changeLook(chart.id, { logarithmic: !look.logarithmic }), {
      checked: look.logarithmic ?? false,
    }),
    item('Range of the Y Axis…', () => void askYRange(chart, look), { checked: look.y !== undefined }),
    item('Full Width', () => changeLook(chart.id, { columns: wide ? undefined : 0 }), { checked: wide }),
    item('Twice as High', () => changeLook(chart.id, { rows: look.rows === 2 ? undefined : 2 }), {
      checked: look.rows === 2,
    }),
    line,
    item('Add Curves…', () => void addCurves(chart, names)),
    item('Add Formula…', () => void addFormula(chart, names)),
    ...(chart.picks.length > 1
      ? [
          item('Take Last Curve Away', () =>
            changeChart(chart.id, { picks: chart.picks.slice(0, -1), title: undefined }),
          ),
        ]
      : []),
    line,
    chart.pinned
      ? item('Unpin', () => unpinChart(chart.id))
      : item('Pin to Top', () => {
          const id = pinChart(chart.picks);
          changeLook(id, look);
        }),
    ...(chart.pinned
      ? [
          item('Rename…', () => void rename(chart)),
          item('Move Forward', () => moveChart(chart.id, pinned[place - 1]?.id), { disabled: place <= 0 }),
          item('Move Back', () => moveChart(chart.id, pinned[place + 2]?.id), { disabled: place >= pinned.length - 1 }),
        ]
      : []),
    line,
    item('Alert Me…', () => void askAlert(alertSeries(subject), names)),
    line,
    ...(['CSV', 'JSON', 'PNG', 'SVG'] as const).map((format) =>
      item(`Save as ${format}…`, () => void saveChart(format, subject), { disabled: subject.curves.length === 0 }),
    ),
  ];
}

async function rename(chart: ChartDescription): Promise<void> {
  const title = await ask({ kind: 'text', title: 'Rename the chart', label: 'Title', value: chart.title });
  if (title !== undefined) changeChart(chart.id, { title: title.trim() === '' ? undefined : title.trim() });
}

function addPicks(chart: ChartDescription, picks: readonly ChartPick[]): void {
  const all = merged(chart.picks, picks);
  if (chart.pinned) changeChart(chart.id, { picks: all });
  else pinChart(all);
}

async function addCurves(chart: ChartDescription, names: ReadonlySet<string>): Promise<void> {
  const typed = await ask({
    kind: 'text',
    title: `Draw more on the chart of ${chart.title}`,
    label: 'Name of a series; several by commas',
    confirm: 'Add',
    check: (text) =>
      split(text)
        .map((name) => unknown(name, names))
        .find((problem) => problem !== undefined),
  });
  if (typed !== undefined)
    addPicks(
      chart,
      split(typed).map((tag) => tagPick(tag, names)),
    );
}

async function addFormula(chart: ChartDescription, names: ReadonlySet<string>): Promise<void> {
  const formula = await askFormula(names);
  if (formula !== undefined) addPicks(chart, [{ kind: 'formula', formula }]);
}

export function askFormula(names: ReadonlySet<string>): Promise<string | undefined> {
  return ask({
    kind: 'text',
    title: 'Compute a series from others',
    label: 'Formula, for example validation/loss - train/loss or smooth(loss, 0.9)',
    confirm: 'Add',
    check: (text) => {
      const parsed = parseFormula(text, names);
      return parsed.kind === 'error' ? parsed.message : undefined;
    },
  });
}

/** A chart of its own of one or more series. */
export async function askNewChart(runs: readonly DrawnRun[], names: ReadonlySet<string>): Promise<void> {
  const typed = await ask({
    kind: 'text',
    title: 'A chart of its own',
    label: 'Names of series by commas, or a formula',
    confirm: 'Add',
    check: (text) => {
      if (split(text).every((name) => names.has(name))) return split(text).length > 0 ? undefined : 'Name a series.';
      const parsed = parseFormula(text, names);
      return parsed.kind === 'error' ? parsed.message : undefined;
    },
  });
  if (typed === undefined) return;
  const series = split(typed);
  const all = series.every((name) => names.has(name) || runs.some((run) => findSeries(run, name)));
  pinChart(all ? series.map((name) => tagPick(name, names)) : [{ kind: 'formula', formula: typed.trim() }]);
}

/** A chart's name stands for all its families; a whole name for that one series alone, which a formula says. */
function tagPick(name: string, names: ReadonlySet<string>): ChartPick {
  const slash = name.indexOf('/');
  const isFamily = slash > 0 && names.has(name.slice(slash + 1));
  return isFamily ? { kind: 'formula', formula: `"${name}"` } : { kind: 'tag', tag: name };
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function unknown(name: string, names: ReadonlySet<string>): string | undefined {
  return names.has(name) ? undefined : `There is no series “${name}” in the runs that are drawn.`;
}

/** What an alert of this chart is probably about: validation, where there is one. */
function alertSeries({ chart, runs }: MenuSubject): string {
  const tag = chart.picks.find((pick) => pick.kind === 'tag');
  const refs = tag?.kind === 'tag' ? (runs.at(-1)?.byKey.get(tag.tag) ?? []) : [];
  return (refs.find(({ family }) => isValidation(family)) ?? refs[0])?.name ?? tag?.tag ?? 'train/loss';
}

/** What settings are worth: how much of the chosen metric's differences each explains, and which way it goes. */
import { useEffect, useMemo, useState } from 'react';
import { importanceOf, type Importance, type SettingImportance } from '../../../../src/shared/statistics/importance.js';
import { formatShare, formatValue } from '../../../charts/format.js';
import { changeRunsView } from '../../../state/dashboards.js';
import type { RunsView } from '../../../state/runs-view.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { differingSettings } from './run-columns.js';
import type { RunRows } from './use-run-rows.js';
import { chosenMetric } from './view-choices.js';

/** Of each turn of growing: less than a frame. */
const SLICE_MS = 10;

/** As JSON: what is missing or not finite is null. */
interface Question {
  readonly settings: readonly { readonly name: string; readonly values: readonly (string | number | null)[] }[];
  readonly metric: readonly (number | null)[];
}

export function ImportanceView({ found, view }: { readonly found: RunRows; readonly view: RunsView }) {
  const { rows, columns } = found;
  const metric = useMemo(() => chosenMetric(view, columns), [view, columns]);
  // Tables are made anew with every word of the run under way; the forest only where numbers change.
  const question = JSON.stringify(
    metric && {
      settings: differingSettings(columns, rows).map((one) => ({
        name: one.title,
        values: rows.map((row) => one.value(row)),
      })),
      metric: rows.map((row) => metric.value(row)),
    },
  ) as string | undefined;
  const importance = useMemo(() => {
    if (question === undefined) return undefined;
    const { settings, metric: values } = JSON.parse(question) as Question;
    return importanceOf(
      settings.map(({ name, values: of }) => ({ name, values: of.map((value) => value ?? undefined) })),
      values.map((value) => value ?? undefined),
    );
  }, [question]);
  const progress = useGrowth(importance);

  if (!metric || !importance) {
    return <EmptyState icon="graph">These runs have no metrics to judge their settings by.</EmptyState>;
  }
  switch (importance.kind) {
    case 'too-few':
      return (
        <EmptyState icon="graph">
          {importance.runs === 0 ? 'No run has' : importance.runs === 1 ? '1 run has' : `${importance.runs} runs have`}{' '}
          a finite {metric.title}; {importance.needed} are the least to tell chance from cause. Train with other
          settings, for example <code>--set rate=0.01</code>, or take a filter away.
        </EmptyState>
      );
    case 'same-settings':
      return (
        <EmptyState icon="graph">
          These {rows.length} runs do not differ in a setting that can be judged. Train some with others, for example{' '}
          <code>--set rate=0.01</code>.
        </EmptyState>
      );
    case 'same-metric':
      return (
        <EmptyState icon="graph">{metric.title} is the same in all these runs. Choose another metric above.</EmptyState>
      );
    case 'forest':
      break;
  }
  if (progress < 1) {
    return (
      <p className="runs-note" role="status">
        Growing the forest: {formatShare(progress)}
      </p>
    );
  }
  const settings = importance.settings();
  return (
    <div className="importance" role="region" aria-label={`What settings are worth for ${metric.title}`}>
      <p>{summary(importance, settings, metric.title)}</p>
      <table className="runs-table">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Importance</th>
            <th scope="col">Correlation</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ name, importance: share, correlation, correlationOf }) => (
            <tr key={name}>
              <th scope="row">
                <button
                  className="link-button"
                  title={`Show ${metric.title} over ${name}`}
                  onClick={() => changeRunsView({ kind: 'scatter', x: `setting:${name}`, y: metric.id })}
                >
                  {name}
                </button>
              </th>
              <td>
                <Bar share={share} kind="importance" />
                {formatShare(share)}
              </td>
              <td title={correlationTitle(name, metric.title, correlation, correlationOf)}>
                {correlation === undefined ? (
                  <span className="runs-dim">–</span>
                ) : (
                  <>
                    <Bar share={Math.abs(correlation)} kind={correlation < 0 ? 'falls' : 'rises'} />
                    {correlation > 0 ? '+' : ''}
                    {formatValue(correlation, 3)}
                    {correlationOf !== undefined && <span className="runs-dim"> ({correlationOf})</span>}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="runs-dim">
        Importance: how much splits by the setting lower the error of a forest of decision trees that foretells{' '}
        {metric.title}, as a share of all. Correlation: Pearson’s r, from −1 to +1; + means that {metric.title} rises
        with the setting. Of words there is one where there are two of them.
        {importance.leftOut.length > 0 &&
          ` Left out, for they are other words in nearly each run: ${importance.leftOut.join(', ')}.`}
      </p>
    </div>
  );
}

/** How far the forest is; it grows between frames. */
function useGrowth(importance: Importance | undefined): number {
  const [, setTurns] = useState(0);
  useEffect(() => {
    if (importance?.kind !== 'forest') return undefined;
    const { forest } = importance;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = () => {
      const end = performance.now() + SLICE_MS;
      while (!forest.isGrown && performance.now() < end) forest.grow();
      setTurns((turns) => turns + 1);
      if (!forest.isGrown) timer = setTimeout(turn);
    };
    timer = setTimeout(turn);
    return () => clearTimeout(timer);
  }, [importance]);
  return importance?.kind === 'forest' ? importance.forest.progress : 0;
}

const GOOD_SCORE = 0.5;
const POOR_SCORE = 0.1;
/** Runs a setting; fewer leave much to chance. */
const ENOUGH = 10;

function summary(
  { runs, forest }: Importance & { readonly kind: 'forest' },
  settings: readonly SettingImportance[],
  metric: string,
): string {
  const score = forest.outOfBagScore;
  const [first, second] = settings;
  const trust =
    score >= GOOD_SCORE
      ? `settings foretell ${formatShare(score)} of how ${metric} differs in runs that the trees have not seen`
      : score >= POOR_SCORE
        ? `settings foretell only ${formatShare(score)} of how ${metric} differs; take this as a hint`
        : `settings hardly foretell ${metric} at all, so these shares may be chance`;
  const words = [`Of ${runs} runs: ${trust}.`];
  if (score >= POOR_SCORE && first && first.importance > 0) {
    words.push(
      second && second.importance > 0.1
        ? `${first.name} matters most, then ${second.name}.`
        : `${first.name} matters most by far.`,
    );
  }
  if (runs < settings.length * ENOUGH) {
    words.push(
      `${runs} are few for ${settings.length} ${settings.length === 1 ? 'setting' : 'settings'}: more make it surer.`,
    );
  }
  return words.join(' ');
}

function correlationTitle(
  name: string,
  metric: string,
  correlation: number | undefined,
  of: string | undefined,
): string {
  if (correlation === undefined) return `${name} has words, or is the same wherever ${metric} is there`;
  const subject = of === undefined ? `a greater ${name}` : `${name} ${of}`;
  const way = correlation > 0 ? 'greater' : 'less';
  return Math.abs(correlation) < 0.1
    ? `${name} and ${metric} do not go together`
    : `With ${subject}, ${metric} tends to be ${way}`;
}

function Bar({ share, kind }: { readonly share: number; readonly kind: 'importance' | 'rises' | 'falls' }) {
  return (
    <span className="importance-bar" data-kind={kind} aria-hidden>
      <i style={{ width: `${Math.min(100, share * 100)}%` }} />
    </span>
  );
}

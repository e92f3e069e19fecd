/** What runs say beside their curves: histograms, pictures, precision and recall, texts, sounds, at the cursor's step. */
import { useEffect, useMemo, useState, type RefObject } from 'react';
import { useStore } from 'zustand';
import { moveCursor } from '../../state/app-state.js';
import { logStore, tagsOf } from '../../state/log-sync.js';
import { RunOrTrust } from '../../training/run-or-trust.js';
import { EmptyState } from '../../ui/empty-state.js';
import { useApp } from '../../use-app.js';
import { HistogramCard } from './histogram-card.js';
import { histogramViews, viewNames, type HistogramView } from './histogram-options.js';
import { AsideCard, ItemCard, PrCurveCard } from './item-cards.js';
import {
  countKinds,
  firstCards,
  kindNames,
  shownKinds,
  summaryGroups,
  type ShownKind,
  type SummaryGroup,
} from './summary-groups.js';
import { useInSight } from './use-loaded.js';
import { useSummaryRuns } from './use-summary-runs.js';
import './summaries.css';

export function Summaries() {
  const runs = useSummaryRuns();
  const tagVersion = useStore(logStore, (state) => state.tagVersion);
  const failure = useStore(logStore, (state) => state.failure);
  // `tagVersion` stands for what `tagsOf` gives.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const counts = useMemo(() => countKinds(runs, tagsOf), [runs, tagVersion]);
  const [wanted, setWanted] = useState<ShownKind>('histogram');
  const [view, setView] = useState<HistogramView>('ridges');
  const [filter, setFilter] = useState('');
  const kinds = shownKinds.filter((kind) => counts.has(kind));
  const kind = counts.has(wanted) ? wanted : kinds[0];
  const groups = useMemo(
    () => (kind ? summaryGroups(runs, tagsOf, kind, filter) : []),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [runs, tagVersion, kind, filter],
  );
  const cursorStep = useApp((state) => state.cursor.step);

  if (kind === undefined) {
    if (failure !== undefined) {
      return <EmptyState icon="warning">The event files of this folder could not be read: {failure}</EmptyState>;
    }
    return (
      <RunOrTrust
        icon="pulse"
        words="Histograms of weights and gradients, pictures, confusion and precision are shown here as training writes them. Those of other runs are shown when they are ticked in Runs."
        withoutTrust="nothing is written. Earlier runs can be looked at: tick them in Runs"
      />
    );
  }
  return (
    <div className="summaries">
      <div className="summaries-bar" role="toolbar" aria-label="Summaries">
        <div className="summaries-kinds" role="group" aria-label="Kind">
          {kinds.map((one) => (
            <button key={one} aria-pressed={one === kind} onClick={() => setWanted(one)}>
              {kindNames[one]} <span className="dim">{counts.get(one)}</span>
            </button>
          ))}
        </div>
        <input
          className="input"
          type="search"
          placeholder="filter: conv2d kernel"
          aria-label="Filter by name"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setFilter('');
          }}
        />
        {kind === 'histogram' && (
          <select
            className="input"
            aria-label="Histograms as"
            value={view}
            onChange={(event) => setView(event.target.value as HistogramView)}
          >
            {histogramViews.map((one) => (
              <option key={one} value={one}>
                {viewNames[one]}
              </option>
            ))}
          </select>
        )}
        <StepSlider last={lastStepOf(groups)} step={cursorStep} />
      </div>
      {groups.length === 0 ? (
        <EmptyState icon="filter">
          Nothing fits what is typed above. Take away a letter, or press Escape there.
        </EmptyState>
      ) : (
        // Another kind or filter begins at its first cards.
        <Cards key={`${kind} ${filter}`} kind={kind} groups={groups} view={view} step={cursorStep} />
      )}
    </div>
  );
}

/** Of cards, as many more as come when their end is in sight. */
const PAGE = 60;

interface CardsProps {
  readonly kind: ShownKind;
  readonly groups: readonly SummaryGroup[];
  readonly view: HistogramView;
  readonly step: number | undefined;
}

function Cards({ kind, groups, view, step }: CardsProps) {
  const [most, setMost] = useState(PAGE);
  const count = groups.reduce((sum, { cards }) => sum + cards.length, 0);
  return (
    <div className="summaries-groups" tabIndex={0} aria-label={kindNames[kind]}>
      {firstCards(groups, most).map(({ prefix, cards }) => (
        <section key={prefix}>
          {prefix !== '' && <h3>{prefix}</h3>}
          <div className="summaries-cards">
            {cards.map((card) => {
              const props = { card, title: card.name.slice(prefix === '' ? 0 : prefix.length + 1), step };
              if (kind === 'histogram') return <HistogramCard key={card.name} {...props} view={view} />;
              if (kind === 'prCurve') return <PrCurveCard key={card.name} {...props} />;
              if (kind === 'aside') return <AsideCard key={card.name} {...props} />;
              return <ItemCard key={card.name} {...props} />;
            })}
          </div>
        </section>
      ))}
      {most < count && <More key={most} left={count - most} show={() => setMost(most + PAGE)} />}
    </div>
  );
}

function More({ left, show }: { readonly left: number; show(): void }) {
  const [place, inSight] = useInSight();
  useEffect(() => {
    if (inSight) show();
    // Once: what comes has an end of its own.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [inSight]);
  return (
    <p className="dim" ref={place as RefObject<HTMLParagraphElement | null>}>
      {left.toLocaleString('en-US')} more
    </p>
  );
}

function lastStepOf(groups: ReturnType<typeof summaryGroups>): number {
  let last = 0;
  for (const { cards } of groups) {
    for (const { entries } of cards) for (const { tag } of entries) last = Math.max(last, tag.lastStep);
  }
  return last;
}

/** The window's cursor; at its right end it follows the newest step. */
function StepSlider({ step, last }: { readonly step: number | undefined; readonly last: number }) {
  if (last <= 0) return null;
  const at = Math.min(step ?? last, last);
  return (
    <label className="summaries-step">
      step
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        onChange={(event) => {
          const value = event.target.valueAsNumber;
          moveCursor({ step: value >= last ? undefined : value });
        }}
      />
      <output>{step === undefined ? `${last}, newest` : at}</output>
    </label>
  );
}

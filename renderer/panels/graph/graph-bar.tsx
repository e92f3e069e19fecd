/** Above the graph: where one is in it, what is looked for, what the colours say, all open or closed. */
import { Fragment } from 'react';
import type { Group } from '../../../src/shared/graph/tree/group-tree.js';
import { Icon } from '../../ui/icon.js';
import { IconButton } from '../../ui/icon-button.js';
import { OpenAll } from './open-all.js';
import { GraphActions } from './take-away/graph-actions.js';
import { colouringNames, colourings, type Colouring } from './colours/graph-colours.js';
import { findHelp } from './find/graph-find.js';
import { graphViews, type GraphViewKind } from './graph-views.js';

const views: Readonly<Record<GraphViewKind, { readonly icon: string; readonly label: string }>> = {
  graph: { icon: 'type-hierarchy-sub', label: 'Graph' },
  both: { icon: 'split-horizontal', label: 'Graph and Table' },
  table: { icon: 'table', label: 'Table' },
};

export interface GraphBarProps {
  /** Groups around what is selected, from the outermost. */
  readonly path: readonly Group[];
  /** Its kernel, where what is selected is one op. */
  readonly op: string | undefined;
  readonly query: string;
  readonly hits: number;
  /** Which of the hits one is at; −1 before the first. */
  readonly hit: number;
  /** What is asked for are values, and none have been measured. */
  readonly isUnknown: boolean;
  readonly isMeasuring: boolean;
  readonly colouring: Colouring;
  readonly anyOpen: boolean;
  readonly view: GraphViewKind;
  onModel(): void;
  onGroup(id: string): void;
  onQuery(query: string): void;
  /** To the next (1) or the previous one (−1). */
  onHit(by: number): void;
  onColouring(colouring: Colouring): void;
  onOpenAll(): void;
  onView(view: GraphViewKind): void;
  /** Has the values measured; none where that cannot be. */
  onMeasure?(): void;
}

export function GraphBar({
  path,
  op,
  query,
  hits,
  hit,
  isUnknown,
  isMeasuring,
  colouring,
  anyOpen,
  view,
  onModel,
  onGroup,
  onQuery,
  onHit,
  onColouring,
  onOpenAll,
  onView,
  onMeasure,
}: GraphBarProps) {
  return (
    <div className="graph-bar" role="toolbar" aria-label="Graph">
      <nav aria-label="Where">
        <button className="link-button" onClick={onModel}>
          Model
        </button>
        {path.map(({ id, label }) => (
          <Fragment key={id}>
            <span className="dim">›</span>
            <button className="link-button" onClick={() => onGroup(id)}>
              {label}
            </button>
          </Fragment>
        ))}
        {op !== undefined && (
          <>
            <span className="dim">›</span>
            <span>{op}</span>
          </>
        )}
      </nav>
      <span className="graph-find">
        <input
          className="input"
          type="search"
          placeholder="Find: 148x148"
          title={findHelp}
          aria-label="Find ops"
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onHit(event.shiftKey ? -1 : 1);
          }}
        />
        {query.trim() !== '' && (
          <>
            <span className="dim" role="status" title={isUnknown && !onMeasure ? unknownTitle : undefined}>
              {hits === 0 && isUnknown ? (
                <Unknown isMeasuring={isMeasuring} onMeasure={onMeasure} />
              ) : hits === 0 ? (
                'none'
              ) : hit < 0 ? (
                `${hits} found`
              ) : (
                `${hit + 1} of ${hits}`
              )}
            </span>
            <IconButton icon="arrow-up" label="Previous" title="Previous (Shift+Enter)" onClick={() => onHit(-1)} />
            <IconButton icon="arrow-down" label="Next" title="Next (Enter)" onClick={() => onHit(1)} />
          </>
        )}
      </span>
      <select
        className="input"
        aria-label="Colour by"
        value={colouring}
        onChange={(event) => onColouring(event.target.value as Colouring)}
      >
        {colourings.map((one) => (
          <option key={one} value={one}>
            {colouringNames[one]}
          </option>
        ))}
      </select>
      <span className="graph-views" role="radiogroup" aria-label="Show">
        {graphViews.map((one) => (
          <button
            key={one}
            className="icon-button"
            role="radio"
            aria-checked={one === view}
            title={views[one].label}
            onClick={() => onView(one)}
          >
            <Icon name={views[one].icon} label={views[one].label} />
          </button>
        ))}
      </span>
      <OpenAll anyOpen={anyOpen} onOpenAll={onOpenAll} />
      <GraphActions />
    </div>
  );
}

const unknownTitle = 'Values are known where training has stopped';

function Unknown({ isMeasuring, onMeasure }: Pick<GraphBarProps, 'isMeasuring' | 'onMeasure'>) {
  if (isMeasuring) return 'measuring…';
  if (!onMeasure) return 'not measured';
  return (
    <button
      className="link-button"
      title="No values are known yet. Takes a step on the first batch of the data and looks at the values of every op"
      onClick={onMeasure}
    >
      Measure
    </button>
  );
}

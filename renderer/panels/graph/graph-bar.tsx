/** Above the graph: where one is in it, what is looked for, what the colours say, all open or closed. */
import { Fragment } from 'react';
import type { Group } from '../../../src/shared/graph/tree/group-tree.js';
import { Icon } from '../../ui/icon.js';
import { colouringNames, colourings, type Colouring } from './graph-colours.js';

export interface GraphBarProps {
  /** Groups around what is selected, from the outermost. */
  readonly path: readonly Group[];
  /** Its kernel, where what is selected is one op. */
  readonly op: string | undefined;
  readonly query: string;
  readonly hits: number;
  /** Which of the hits one is at; −1 before the first. */
  readonly hit: number;
  readonly colouring: Colouring;
  readonly anyOpen: boolean;
  onModel(): void;
  onGroup(id: string): void;
  onQuery(query: string): void;
  /** To the next (1) or the previous one (−1). */
  onHit(by: number): void;
  onColouring(colouring: Colouring): void;
  onOpenAll(): void;
}

export function GraphBar({
  path,
  op,
  query,
  hits,
  hit,
  colouring,
  anyOpen,
  onModel,
  onGroup,
  onQuery,
  onHit,
  onColouring,
  onOpenAll,
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
          title="By name, op, layer, shape or dtype; “slowest” finds the ten slowest"
          aria-label="Find ops"
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onHit(event.shiftKey ? -1 : 1);
          }}
        />
        {query.trim() !== '' && (
          <>
            <span className="dim" role="status">
              {hits === 0 ? 'none' : hit < 0 ? `${hits} found` : `${hit + 1} of ${hits}`}
            </span>
            <button className="icon-button" title="Previous (Shift+Enter)" onClick={() => onHit(-1)}>
              <Icon name="arrow-up" label="Previous" />
            </button>
            <button className="icon-button" title="Next (Enter)" onClick={() => onHit(1)}>
              <Icon name="arrow-down" label="Next" />
            </button>
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
      <button className="icon-button" title={anyOpen ? 'Close all layers' : 'Open all layers'} onClick={onOpenAll}>
        <Icon name={anyOpen ? 'collapse-all' : 'expand-all'} label={anyOpen ? 'Close all' : 'Open all'} />
      </button>
    </div>
  );
}

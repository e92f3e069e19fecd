/** Below the graph: which step its values are of, or the button that has them measured. */
import type { GraphSource } from './graph-source.js';
import type { ShownValues } from './use-graph-values.js';

interface Props {
  readonly shown: ShownValues;
  readonly source: Pick<GraphSource, 'measuring' | 'notMeasured'>;
  /** Whether what is seen is of values. */
  readonly isWanted: boolean;
}

export function ValuesSource({ shown: { values, of, isLive, isPartial, measure }, source, isWanted }: Props) {
  if (source.measuring) return <span className="dim">measuring a step on the first batch…</span>;
  if (values && of !== undefined) {
    return isLive || isWanted ? (
      <span className="dim">
        values of {of}
        {isPartial && ', reading…'}
      </span>
    ) : null;
  }
  if (!isWanted) return null;
  return (
    <>
      {measure && (
        <button
          className="link-button"
          title="Reads the first batch of the data, takes a step on it and looks at the values of every op"
          onClick={measure}
        >
          Measure Values
        </button>
      )}
      {source.notMeasured !== undefined && <span className="dim">{source.notMeasured}</span>}
    </>
  );
}

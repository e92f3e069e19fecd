/** Above a comparison: what is compared, how much differs, the way from one difference to the next. */
import type { GraphSide } from '../../../../src/shared/graph/compare-graphs.js';
import type { DifferenceCounts } from '../../../../src/shared/graph/list-differences.js';
import { runCommand } from '../../../state/commands.js';
import { Icon } from '../../../ui/icon.js';
import { signs, standingColours, standings } from './compare-look.js';

interface CompareBarProps {
  readonly names: Readonly<Record<GraphSide, string>>;
  /** Of ops; none while there is nothing to compare yet. */
  readonly counts?: DifferenceCounts;
  readonly differences?: number;
  /** Of the difference that one is at; −1 before the first. */
  readonly place?: number;
  readonly by?: 'ops' | 'layers';
  readonly anyOpen?: boolean;
  onStep?(by: 1 | -1): void;
  onOpenAll?(): void;
}

export function CompareBar(props: CompareBarProps) {
  const { names, counts, differences = 0, place = -1, by = 'ops', anyOpen = false, onStep, onOpenAll } = props;
  return (
    <div className="graph-bar compare-bar" role="toolbar" aria-label="Comparison">
      <strong className="compare-names" title={`${names.before} → ${names.after}`}>
        {names.before} <span className="dim">→</span> {names.after}
      </strong>
      {counts && (
        <ul className="compare-counts" aria-label="What differs">
          {standings.map((one) => (
            <li key={one} data-standing={one}>
              <i style={{ background: standingColours[one] }} />
              {signs[one]}
              {counts[one].toLocaleString('en-US')} {one === 'same' ? `${by} the same` : one}
            </li>
          ))}
        </ul>
      )}
      <span className="compare-steps">
        {counts && (
          <span className="dim" role="status">
            {differences === 0
              ? 'no difference'
              : place < 0
                ? `${differences.toLocaleString('en-US')} ${differences === 1 ? 'place' : 'places'}`
                : `${place + 1} of ${differences}`}
          </span>
        )}
        <button className="icon-button" title="Previous difference (Shift+F7)" onClick={() => onStep?.(-1)}>
          <Icon name="arrow-up" label="Previous difference" />
        </button>
        <button className="icon-button" title="Next difference (F7)" onClick={() => onStep?.(1)}>
          <Icon name="arrow-down" label="Next difference" />
        </button>
        <button className="icon-button" title={anyOpen ? 'Close all layers' : 'Open all layers'} onClick={onOpenAll}>
          <Icon name={anyOpen ? 'collapse-all' : 'expand-all'} label={anyOpen ? 'Close all' : 'Open all'} />
        </button>
        <button className="icon-button" title="Swap before and after" onClick={() => run('graph.swapCompared')}>
          <Icon name="arrow-swap" label="Swap before and after" />
        </button>
        <button className="icon-button" title="Compare with…" onClick={() => run('graph.compare')}>
          <Icon name="git-compare" label="Compare with…" />
        </button>
        <button className="icon-button" title="Copy a link to this comparison" onClick={() => run('graph.copyLink')}>
          <Icon name="link" label="Copy a link to this comparison" />
        </button>
        <button className="icon-button" title="Back to the graph" onClick={() => run('graph.closeComparison')}>
          <Icon name="close" label="Close the comparison" />
        </button>
      </span>
    </div>
  );
}

function run(command: string): void {
  void runCommand(command);
}

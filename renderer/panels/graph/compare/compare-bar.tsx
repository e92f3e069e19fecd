/** Above a comparison: what is compared, how much differs, the way from one difference to the next. */
import type { GraphSide } from '../../../../src/shared/graph/compare-graphs.js';
import type { DifferenceCounts } from '../../../../src/shared/graph/list-differences.js';
import { runCommand } from '../../../state/commands.js';
import { IconButton } from '../../../ui/icon-button.js';
import { OpenAll } from '../open-all.js';
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
        <IconButton
          icon="arrow-up"
          label="Previous difference"
          title="Previous difference (Shift+F7)"
          onClick={() => onStep?.(-1)}
        />
        <IconButton
          icon="arrow-down"
          label="Next difference"
          title="Next difference (F7)"
          onClick={() => onStep?.(1)}
        />
        <OpenAll anyOpen={anyOpen} onOpenAll={onOpenAll} />
        {actions.map(({ command, ...button }) => (
          <IconButton key={command} {...button} onClick={() => void runCommand(command)} />
        ))}
      </span>
    </div>
  );
}

const actions = [
  { command: 'graph.swapCompared', icon: 'arrow-swap', label: 'Swap before and after' },
  { command: 'graph.compare', icon: 'git-compare', label: 'Compare with…' },
  { command: 'graph.copyLink', icon: 'link', label: 'Copy a link to this comparison' },
  { command: 'graph.closeComparison', icon: 'close', label: 'Close the comparison', title: 'Back to the graph' },
] as const;

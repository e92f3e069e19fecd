/**
 * What stands of the graph in the page: the head of a group, an op or the cell of a closed group, each with the
 * debugger's signs. The picture behind them draws the rest.
 */
import type { Node, NodeProps } from '@xyflow/react';
import { memo, type CSSProperties } from 'react';
import { shortened, type PlacedGroup, type PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { PlaceMark } from '../../../state/breakpoint-words.js';
import { BreakDot } from '../../../training/break-dot.js';
import type { Side } from './trace.js';
import { fillShare } from '../colours/colour-scale.js';
import type { Progress } from '../debugging/graph-places.js';

export type GroupNode = Node<
  { placed: PlacedGroup; lit: boolean; standing: boolean; mark: PlaceMark | undefined; onToggle(group: string): void },
  'frame'
>;

export type ItemNode = Node<
  {
    item: PlacedItem;
    colour: string;
    found: boolean;
    lit: boolean;
    current: boolean;
    mark: PlaceMark | undefined;
    canBreak: boolean;
    progress: Progress | undefined;
    /** Where something is traced. */
    side: Side | 'off' | undefined;
    onBreak(item: PlacedItem): void;
  },
  'item'
>;

export const nodeTypes = { frame: memo(GroupView), item: memo(ItemView) };

function GroupView({ data: { placed, lit, standing, mark, onToggle } }: NodeProps<GroupNode>) {
  const { group, isOpen } = placed;
  return (
    <div className="graph-group" data-lit={lit || undefined} data-standing={standing || undefined}>
      <button
        className="graph-group-head nopan"
        tabIndex={-1}
        aria-expanded={isOpen}
        title={isOpen ? 'Close (Enter)' : `Open: ${group.size.toLocaleString('en-US')} ops (Enter)`}
        onClick={() => onToggle(group.id)}
      >
        <span className={`codicon codicon-chevron-${isOpen ? 'down' : 'right'}`} aria-hidden />
        <strong title={group.label}>{shortened(group.label, 22)}</strong>
        {group.times !== undefined && <span className="graph-times">×{group.times}</span>}
        <span className="dim">{group.type}</span>
        {mark && (
          <i
            className="graph-group-mark"
            data-state={mark.state}
            data-sign={mark.sign}
            role="img"
            aria-label="Breakpoint"
            title={mark.words.join('\n')}
          />
        )}
      </button>
    </div>
  );
}

function ItemView({ data }: NodeProps<ItemNode>) {
  const { item, colour, found, lit, current, mark, canBreak, progress, side, onBreak } = data;
  const name = item.ops.length === 1 ? item.ops[0]!.id : item.id.replace(/^(layer|group):|#/g, ' ').trim();
  return (
    <div
      className="graph-item"
      style={{ '--item': colour, '--fill': `${fillShare(colour) * 100}%` } as CSSProperties}
      data-current={current || undefined}
      data-found={found || undefined}
      data-lit={lit || undefined}
      data-progress={progress}
      data-side={side}
      title={item.ops.length === 1 ? item.ops[0]!.id : `${item.ops.length} ops`}
    >
      {canBreak && <BreakDot mark={mark} standing={progress === 'here'} name={name} onToggle={() => onBreak(item)} />}
      {item.lines.map((line, index) => (
        <span key={index}>{line}</span>
      ))}
    </div>
  );
}

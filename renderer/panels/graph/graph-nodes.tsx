/** What stands in the graph: a block with its head, an op or the cell of a closed block, each with the debugger's signs. */
import type { Node, NodeProps } from '@xyflow/react';
import { memo, type CSSProperties } from 'react';
import type { PlacedBlock, PlacedItem } from '../../../src/shared/graph/graph-layout.js';
import type { PlaceMark } from '../../state/breakpoint-words.js';
import { BreakDot } from '../../training/break-dot.js';
import type { Progress } from './graph-places.js';

export type BlockNode = Node<
  { placed: PlacedBlock; lit: boolean; standing: boolean; mark: PlaceMark | undefined; onToggle(block: string): void },
  'block'
>;

export type ItemNode = Node<
  {
    item: PlacedItem;
    colour: string;
    found: boolean;
    current: boolean;
    mark: PlaceMark | undefined;
    canBreak: boolean;
    progress: Progress | undefined;
    onBreak(item: PlacedItem): void;
  },
  'item'
>;

export const nodeTypes = { block: memo(BlockView), item: memo(ItemView) };

function BlockView({ data: { placed, lit, standing, mark, onToggle } }: NodeProps<BlockNode>) {
  const { block, isOpen } = placed;
  return (
    <div className="graph-block" data-lit={lit || undefined} data-standing={standing || undefined}>
      <button
        className="graph-block-head nopan"
        tabIndex={-1}
        aria-expanded={isOpen}
        title={isOpen ? 'Close (Enter)' : 'Open to its ops (Enter)'}
        onClick={() => onToggle(block.id)}
      >
        <span className={`codicon codicon-chevron-${isOpen ? 'down' : 'right'}`} aria-hidden />
        <strong>{block.label}</strong>
        <span className="dim">{block.type}</span>
        {mark && (
          <i
            className="graph-block-mark"
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
  const { item, colour, found, current, mark, canBreak, progress, onBreak } = data;
  const name = item.ops.length === 1 ? item.ops[0]!.id : item.id.replace(/^layer:|#/g, ' ').trim();
  return (
    <div
      className="graph-item"
      style={{ '--item': colour } as CSSProperties}
      data-current={current || undefined}
      data-found={found || undefined}
      data-progress={progress}
      title={item.ops.length === 1 ? item.ops[0]!.id : `${item.ops.length} ops`}
    >
      {canBreak && <BreakDot mark={mark} standing={progress === 'here'} name={name} onToggle={() => onBreak(item)} />}
      {item.lines.map((line, index) => (
        <span key={index}>{line}</span>
      ))}
    </div>
  );
}

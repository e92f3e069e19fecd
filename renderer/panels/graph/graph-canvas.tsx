/** The graph itself on React Flow: blocks, items and wires at the places that the layout gives. Knows no server. */
import { Background, Controls, MiniMap, ReactFlow, useReactFlow, ViewportPortal } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { memo, useEffect, useMemo, type MouseEvent } from 'react';
import { curveBetween } from '../../../src/shared/graph/graph-curve.js';
import type { GraphLayout, PlacedBlock, PlacedItem } from '../../../src/shared/graph/graph-layout.js';
import type { Colours } from './graph-colours.js';
import { nodeTypes, type BlockNode, type ItemNode } from './graph-nodes.js';
import { progressOf, type Standing } from './graph-places.js';
import type { GraphBreaks } from './use-graph-breaks.js';

export interface CanvasProps {
  readonly layout: GraphLayout;
  readonly colours: Colours;
  /** An item's id. */
  readonly selected?: string;
  readonly found: ReadonlySet<string>;
  /** The block under the window's cursor. */
  readonly lit?: string;
  readonly breaks: GraphBreaks;
  readonly theme: 'dark' | 'light';
  /** Changes when the view is to be fitted anew: another experiment's graph. */
  readonly fitKey: string;
  onSelect(item: PlacedItem | undefined): void;
  onToggle(block: string): void;
  onToggleItem(item: PlacedItem): void;
  /** The menu of an item, or of a block by its id. */
  onMenu(event: MouseEvent, of: PlacedItem | string): void;
}

export function GraphCanvas({
  layout,
  colours,
  selected,
  found,
  lit,
  breaks,
  theme,
  fitKey,
  onSelect,
  onToggle,
  onToggleItem,
  onMenu,
}: CanvasProps) {
  const { standing, marks } = breaks;
  const items = useMemo(() => new Map(layout.items.map((item) => [item.id, item])), [layout]);
  const nodes = useMemo(
    (): (BlockNode | ItemNode)[] => [
      ...layout.blocks.map((placed): BlockNode => ({
        id: `block ${placed.block.id}`,
        type: 'block',
        position: { x: placed.x, y: placed.y },
        width: placed.width,
        height: placed.height,
        data: {
          placed,
          lit: placed.block.id === lit,
          standing: placed.block.id === standing?.block,
          mark: marks.get(`block ${placed.block.id}`),
          onToggle,
        },
        selectable: false,
        focusable: false,
        zIndex: 0,
      })),
      ...layout.items.map((item): ItemNode => ({
        id: item.id,
        type: 'item',
        position: { x: item.x, y: item.y },
        width: item.width,
        height: item.height,
        data: {
          item,
          colour: colours.of(item),
          found: item.ops.some(({ id }) => found.has(id)),
          current: item.id === selected,
          mark: marks.get(item.id),
          canBreak: breaks.canBreak(item),
          progress: progressOf(item, standing),
          onBreak: breaks.toggle,
        },
        focusable: false,
        zIndex: 2,
      })),
    ],
    [layout, colours, selected, found, lit, breaks, standing, marks, onToggle],
  );

  return (
    <ReactFlow
      nodes={nodes}
      edges={[]}
      nodeTypes={nodeTypes}
      colorMode={theme}
      nodesDraggable={false}
      nodesConnectable={false}
      elementsSelectable={false}
      // The arrow keys are the panel's own.
      disableKeyboardA11y
      deleteKeyCode={null}
      selectionKeyCode={null}
      onlyRenderVisibleElements
      minZoom={0.05}
      maxZoom={3}
      proOptions={{ hideAttribution: true }}
      onNodeClick={(_, node) => onSelect(items.get(node.id))}
      onNodeDoubleClick={(_, node) => {
        const item = items.get(node.id);
        if (item) onToggleItem(item);
      }}
      onNodeContextMenu={(event, node) => {
        const item = items.get(node.id);
        onMenu(event, item ?? node.id.replace(/^block /, ''));
      }}
      onPaneClick={() => onSelect(undefined)}
      zoomOnDoubleClick={false}
    >
      <Background gap={24} />
      <Controls showInteractive={false} />
      <MiniMap
        pannable
        zoomable
        nodeColor={(node) => (node.type === 'item' ? (node as ItemNode).data.colour : 'transparent')}
        ariaLabel="Overview of the graph"
      />
      <ViewportPortal>
        <Wires layout={layout} items={items} selected={selected} />
      </ViewportPortal>
      <View
        fitKey={fitKey}
        layout={layout}
        selected={selected === undefined ? undefined : items.get(selected)}
        lit={layout.blocks.find(({ block }) => block.id === lit)}
        standing={standingBox(layout, items, standing)}
      />
    </ReactFlow>
  );
}

/** Brings the graph into view when it is another one, and what is pointed at, here or in the editor, when it is out of sight. */
function View({
  fitKey,
  layout,
  selected,
  lit,
  standing,
}: {
  fitKey: string;
  layout: GraphLayout;
  selected?: PlacedItem;
  lit?: PlacedBlock;
  standing?: Box & { readonly id: string };
}) {
  const flow = useReactFlow();
  const litBlock = lit?.block.id;
  useEffect(() => {
    const pane = paneSize();
    if (!pane) return;
    // The whole width at a size that can be read; the rest is below.
    const zoom = Math.min(1, Math.max(0.45, (pane.width - 24) / layout.width));
    void flow.setViewport({ x: (pane.width - layout.width * zoom) / 2, y: 12, zoom });
    // Not with every layout: positions stay where the person left them.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [fitKey]);
  useEffect(() => {
    if (selected) bringIntoView(flow, selected);
  }, [selected, flow]);
  useEffect(() => {
    // What is selected here has put the editor's cursor there, and is in view by itself.
    if (lit && lit.block.id !== selected?.block) bringIntoView(flow, { ...lit, height: Math.min(lit.height, 80) });
    // Only when the cursor goes to another layer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [litBlock]);
  const standingId = standing?.id;
  useEffect(() => {
    if (standing) bringIntoView(flow, standing);
    // Only when training stands somewhere else, or the block around it has opened.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [standingId, standing?.x, standing?.y, flow]);
  return null;
}

type Box = Pick<PlacedItem, 'x' | 'y' | 'width' | 'height'>;

/** What is brought into view at a stop: the op, its cell, else its block. */
function standingBox(
  layout: GraphLayout,
  items: ReadonlyMap<string, PlacedItem>,
  standing: Standing | undefined,
): (Box & { readonly id: string }) | undefined {
  if (!standing) return undefined;
  const item = items.get(standing.node ?? '') ?? items.get(standing.item ?? '');
  if (item) return item;
  const placed = layout.blocks.find(({ block }) => block.id === standing.block);
  return placed && { ...placed, height: Math.min(placed.height, 80), id: placed.block.id };
}

function paneSize(): { readonly width: number; readonly height: number } | undefined {
  const pane = document.querySelector('.graph-canvas')?.getBoundingClientRect();
  return pane && pane.width > 0 ? pane : undefined;
}

/** Across only where it is out of sight; wide things by their left. */
function bringIntoView(flow: ReturnType<typeof useReactFlow>, box: Box): void {
  const pane = paneSize();
  if (!pane) return;
  const { x, y, zoom } = flow.getViewport();
  const left = box.x * zoom + x;
  const top = box.y * zoom + y;
  const width = Math.min(box.width * zoom, pane.width);
  const seenAcross = left >= -1 && left + width <= pane.width + 1;
  const seenDown = top >= 0 && top + box.height * zoom <= pane.height;
  if (seenAcross && seenDown) return;
  const to = {
    x: seenAcross ? x : (pane.width - width) / 2 - box.x * zoom,
    y: seenDown ? y : (pane.height - box.height * zoom) / 2 - box.y * zoom,
    zoom,
  };
  void flow.setViewport(to, { duration: 150 });
}

const Wires = memo(function Wires({
  layout,
  items,
  selected,
}: {
  layout: GraphLayout;
  items: ReadonlyMap<string, PlacedItem>;
  selected?: string;
}) {
  const curves = useMemo(
    () => layout.wires.map((wire) => ({ wire, ...curveBetween(items.get(wire.from)!, items.get(wire.to)!) })),
    [layout, items],
  );
  return (
    <svg className="graph-wires" width={layout.width} height={layout.height}>
      {curves.map(({ wire, path }, index) => (
        <path
          key={index}
          d={path}
          data-cell={wire.cell}
          data-near={wire.from === selected || wire.to === selected || undefined}
          strokeWidth={Math.min(3, 1 + Math.log2(wire.count) / 2)}
        />
      ))}
      {curves.map(
        ({ wire, middle }, index) =>
          wire.label !== '' &&
          ((wire.cell === 'forward' && !wire.isInner) || wire.from === selected || wire.to === selected) && (
            <text key={index} x={middle.x + 5} y={middle.y + 4}>
              {wire.label}
            </text>
          ),
      )}
    </svg>
  );
});

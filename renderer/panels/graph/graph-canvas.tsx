/** The graph itself on React Flow: blocks, items and wires at the places that the layout gives. Knows no server. */
import { Background, Controls, MiniMap, ReactFlow, useReactFlow, ViewportPortal } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { memo, useEffect, useMemo, type MouseEvent } from 'react';
import { curveThrough } from '../../../src/shared/graph/graph-curve.js';
import type { PlacedGroup, PlacedItem, TreeLayout } from '../../../src/shared/graph/tree/tree-layout.js';
import type { Colours } from './graph-colours.js';
import { nodeTypes, type GroupNode, type ItemNode } from './graph-nodes.js';
import { progressOf } from './graph-places.js';
import type { GraphBreaks } from './use-graph-breaks.js';

export interface CanvasProps {
  readonly layout: TreeLayout;
  readonly colours: Colours;
  /** An item's id. */
  readonly selected?: string;
  readonly found: ReadonlySet<string>;
  /** The group under the window's cursor. */
  readonly lit?: string;
  /** The innermost group that is drawn around where training stands, and the item that is seen there. */
  readonly standing?: { readonly group?: string; readonly item?: string };
  readonly breaks: GraphBreaks;
  /** Where a group stood that has just been opened or closed; taken when it has been put there again. */
  readonly anchor: { current: { readonly group: string; readonly x: number; readonly y: number } | undefined };
  readonly theme: 'dark' | 'light';
  /** Changes when the view is to be fitted anew: another experiment's graph. */
  readonly fitKey: string;
  onSelect(item: PlacedItem | undefined): void;
  onToggle(group: string): void;
  onToggleItem(item: PlacedItem): void;
  /** The menu of an item, or of a group by its id. */
  onMenu(event: MouseEvent, of: PlacedItem | string): void;
}

export function GraphCanvas({
  layout,
  colours,
  selected,
  found,
  lit,
  standing,
  anchor,
  breaks,
  theme,
  fitKey,
  onSelect,
  onToggle,
  onToggleItem,
  onMenu,
}: CanvasProps) {
  const { marks } = breaks;
  const items = useMemo(() => new Map(layout.items.map((item) => [item.id, item])), [layout]);
  const nodes = useMemo(
    (): (GroupNode | ItemNode)[] => [
      ...layout.groups.map((placed): GroupNode => ({
        id: `group ${placed.group.id}`,
        type: 'frame',
        position: { x: placed.x, y: placed.y },
        width: placed.width,
        height: placed.height,
        data: {
          placed,
          lit: placed.group.id === lit,
          standing: placed.group.id === standing?.group,
          mark: marks.get(`group ${placed.group.id}`),
          onToggle,
        },
        selectable: false,
        focusable: false,
        zIndex: placed.group.depth,
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
          progress: progressOf(item, breaks.standing),
          onBreak: breaks.toggle,
        },
        focusable: false,
        zIndex: 1000,
      })),
    ],
    [layout, colours, selected, found, lit, breaks, standing?.group, marks, onToggle],
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
        onMenu(event, item ?? node.id.replace(/^group /, ''));
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
        anchor={anchor}
        selected={selected === undefined ? undefined : items.get(selected)}
        lit={layout.groups.find(({ group }) => group.id === lit)}
        standing={standingBox(layout, items, standing)}
      />
    </ReactFlow>
  );
}

/** Brings the graph into view when it is another one, and what is pointed at, here or in the editor, when it is out of sight. */
function View({
  fitKey,
  layout,
  anchor,
  selected,
  lit,
  standing,
}: {
  fitKey: string;
  layout: TreeLayout;
  anchor: CanvasProps['anchor'];
  selected?: PlacedItem;
  lit?: PlacedGroup;
  standing?: Box & { readonly id: string };
}) {
  const flow = useReactFlow();
  const litGroup = lit?.group.id;
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
    const stood = anchor.current;
    anchor.current = undefined;
    const placed = stood && layout.groups.find(({ group }) => group.id === stood.group);
    if (!placed) return;
    const { x, y, zoom } = flow.getViewport();
    void flow.setViewport({ x: x + (stood.x - placed.x) * zoom, y: y + (stood.y - placed.y) * zoom, zoom });
  }, [layout, anchor, flow]);
  useEffect(() => {
    if (selected) bringIntoView(flow, selected);
  }, [selected, flow]);
  useEffect(() => {
    // What is selected here has put the editor's cursor there, and is in view by itself.
    if (lit && lit.group !== selected?.group) bringIntoView(flow, { ...lit, height: Math.min(lit.height, 80) });
    // Only when the cursor goes to another layer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [litGroup]);
  const standingId = standing?.id;
  useEffect(() => {
    if (standing) bringIntoView(flow, standing);
    // Only when training stands somewhere else, or the block around it has opened.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [standingId, standing?.x, standing?.y, flow]);
  return null;
}

type Box = Pick<PlacedItem, 'x' | 'y' | 'width' | 'height'>;

/** What is brought into view at a stop: the op, its cell, else its group. */
function standingBox(
  layout: TreeLayout,
  items: ReadonlyMap<string, PlacedItem>,
  standing: CanvasProps['standing'],
): (Box & { readonly id: string }) | undefined {
  if (!standing) return undefined;
  const item = items.get(standing.item ?? '');
  if (item) return item;
  const placed = layout.groups.find(({ group }) => group.id === standing.group);
  return placed && { ...placed, height: Math.min(placed.height, 80), id: placed.group.id };
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
  layout: TreeLayout;
  items: ReadonlyMap<string, PlacedItem>;
  selected?: string;
}) {
  const curves = useMemo(
    () =>
      layout.wires.map((wire) => ({
        wire,
        ...curveThrough(items.get(wire.from)!.anchor, wire.via, items.get(wire.to)!.anchor),
      })),
    [layout, items],
  );
  return (
    <svg className="graph-wires" width={layout.width} height={layout.height}>
      {curves.map(({ wire, path }, index) => (
        <path
          key={index}
          d={path}
          data-cell={wire.cell}
          data-control={wire.isControl || undefined}
          data-near={wire.from === selected || wire.to === selected || undefined}
          strokeWidth={Math.min(3, 1 + Math.log2(wire.count) / 2)}
        />
      ))}
      {curves.map(
        ({ wire, middle }, index) =>
          wire.label !== '' &&
          !wire.isControl &&
          ((wire.cell === 'forward' && !wire.isInner) || wire.from === selected || wire.to === selected) && (
            <text key={index} x={middle.x + 5} y={middle.y + 4}>
              {wire.label}
            </text>
          ),
      )}
    </svg>
  );
});

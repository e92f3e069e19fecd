/**
 * The graph itself: a picture of it, and what is in sight of it in the page as far as the page can hold that. React
 * Flow pans and zooms; where things stand comes from the layout. Stands by itself, several beside each other too.
 * Knows no server.
 */
import { Controls, ControlButton, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo, useRef, useState, type MouseEvent } from 'react';
import type { PlacedItem, TreeLayout, Wire } from '../../../../src/shared/graph/tree/tree-layout.js';
import { Icon } from '../../../ui/icon.js';
import { GraphMap } from './graph-map.js';
import type { LookOf } from './look.js';
import { Picture } from './picture.js';
import { Scene } from './scene.js';
import type { View } from './tiles.js';
import type { Tracer } from './trace.js';
import { useGraphPalette } from './use-palette.js';
import { useHover } from './use-hover.js';
import { useSight } from './use-sight.js';
import type { Colours } from '../colours/graph-colours.js';
import { nodeTypes } from './graph-nodes.js';
import { useGraphView } from '../view/use-graph-view.js';
import { useNodes } from './use-nodes.js';
import { useSeen } from './use-seen.js';
import type { GraphBreaks } from '../debugging/use-graph-breaks.js';

export interface CanvasProps {
  readonly layout: TreeLayout;
  readonly colours: Colours;
  /** An item's id. */
  readonly selected?: string;
  /** Ids of ops. */
  readonly found?: ReadonlySet<string>;
  /** The group under the window's cursor. */
  readonly lit?: string;
  /** Ids of groups and ops that come from the cursor's line. */
  readonly litIds?: ReadonlySet<string>;
  /** The innermost group that is drawn around where training stands, and the item that is seen there. */
  readonly standing?: { readonly group?: string; readonly item?: string };
  /** Without them nothing can be stopped at. */
  readonly breaks?: GraphBreaks;
  /** Where a group stood that has just been opened or closed; taken when it has been put there again. */
  readonly anchor: { current: { readonly group: string; readonly x: number; readonly y: number } | undefined };
  readonly theme: 'dark' | 'light';
  /** Changes when the view is to be fitted anew: another experiment's graph. */
  readonly fitKey: string;
  /** Tells what is up- and downstream of what the pointer rests on; without it nothing is traced. */
  readonly tracer?: Tracer;
  /** Whether what is selected is traced too. */
  readonly tracesSelected?: boolean;
  /** What is said at a wire in place of its shape; the same function as long as it says the same. */
  edgeText?(wire: Wire): string | undefined;
  /** Where to look, to keep two graphs in step: what `onView` of the other says. */
  readonly view?: View;
  onView?(view: View): void;
  onSelect(item: PlacedItem | undefined): void;
  onToggle(group: string): void;
  onToggleItem(item: PlacedItem): void;
  /** The menu of an item, or of a group by its id. */
  onMenu?(event: MouseEvent, of: PlacedItem | string): void;
}

const nothingFound: ReadonlySet<string> = new Set();
const noBreaks: GraphBreaks = {
  marks: new Map(),
  canBreak: () => false,
  toggle: () => undefined,
  items: () => [],
  groupItems: () => [],
};
const noNodes: ReturnType<typeof useNodes> = [];

export function GraphCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas(props: CanvasProps) {
  const { layout, colours, selected, litIds, standing, theme, tracer, tracesSelected, edgeText } = props;
  const { found = nothingFound, breaks = noBreaks } = props;
  const { onSelect, onToggle, onToggleItem, onMenu } = props;
  const place = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const scene = useMemo(() => new Scene(layout), [layout]);
  const { sight, onMove, onRest } = useSight(scene);
  const hover = useHover();
  const palette = useGraphPalette();
  const { isFitted, least, fitAll, fitTo } = useGraphView(scene, props);

  const traced = hover.rested ?? (tracesSelected ? selected : undefined);
  const trace = useMemo(() => {
    const item = layout.items[scene.placeOf.get(traced ?? '') ?? -1];
    return item && tracer?.trace(item, scene);
  }, [layout, scene, traced, tracer]);
  const look = useMemo(
    (): LookOf => ({
      colours,
      found,
      marks: breaks.marks,
      standing: breaks.standing,
      lit: litIds,
      standingGroup: standing?.group,
      trace,
      edgeText,
    }),
    [colours, found, breaks, litIds, standing?.group, trace, edgeText],
  );
  const nodes = useNodes(scene, sight, look, { selected, breaks, onToggle });
  const isSeen = useSeen(isFitted);

  /** What is at the pointer where nothing of the page is. */
  const at = (event: MouseEvent) => {
    const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const { zoom } = flow.getViewport();
    return {
      item: scene.itemAt(point, 3 / zoom),
      head: zoom >= 0.3 ? scene.headAt(point) : undefined,
      group: scene.groupAt(point),
    };
  };
  const isOnPane = (event: MouseEvent): boolean => (event.target as HTMLElement).classList.contains('react-flow__pane');
  const [title, setTitle] = useState<string>();
  const point = (item: PlacedItem | undefined): void => {
    hover.over(item?.id);
    setTitle(item && (item.ops.length === 1 ? item.ops[0]!.id : `${item.group.label}: ${item.ops.length} ops`));
  };

  return (
    <ReactFlow
      ref={place}
      // The picture has all that they show, and is there sooner.
      nodes={isSeen ? nodes : noNodes}
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
      minZoom={least}
      maxZoom={3}
      proOptions={{ hideAttribution: true }}
      data-items={layout.items.length}
      data-drawn={sight.inPage ? 'page' : 'picture'}
      data-over={hover.now !== undefined || undefined}
      title={sight.inPage ? undefined : title}
      onNodeClick={(_, { id }) => onSelect(layout.items[scene.placeOf.get(id) ?? -1])}
      onNodeDoubleClick={(_, { id }) => {
        const item = layout.items[scene.placeOf.get(id) ?? -1];
        if (item) onToggleItem(item);
      }}
      onNodeContextMenu={(event, { id }) => {
        onMenu?.(event, layout.items[scene.placeOf.get(id) ?? -1] ?? id.replace(/^group /, ''));
      }}
      onNodeMouseEnter={(_, { id }) => hover.over(scene.placeOf.has(id) ? id : undefined)}
      onNodeMouseLeave={() => hover.over(undefined)}
      onPaneClick={(event) => {
        const { item, head } = at(event);
        if (!item && head) onToggle(head.group.id);
        else onSelect(item);
      }}
      onPaneContextMenu={(event) => {
        const { item, group } = at(event as MouseEvent);
        const of = item ?? group?.group.id;
        if (of !== undefined) onMenu?.(event as MouseEvent, of);
      }}
      onPaneMouseMove={(event) => {
        if (event.buttons === 0) point(at(event).item);
      }}
      onPaneMouseLeave={() => point(undefined)}
      onMoveStart={() => hover.over(undefined)}
      // The picture alone moves, and what stands in the page comes back where it ends: a page that moves is drawn anew
      // in each frame. Not at the start of it, which every click is.
      onMove={() => {
        place.current?.setAttribute('data-moving', '');
        onMove();
      }}
      onMoveEnd={() => {
        place.current?.removeAttribute('data-moving');
        onRest();
      }}
      onDoubleClick={(event) => {
        if (!isOnPane(event)) return;
        const { item, head, group } = at(event);
        if (item) onToggleItem(item);
        else if (!head && group) fitTo(group);
      }}
      zoomOnDoubleClick={false}
    >
      <Picture
        scene={scene}
        look={look}
        palette={palette}
        selected={selected}
        hovered={sight.inPage ? undefined : hover.now}
        isFitted={isFitted}
      />
      <Controls showInteractive={false} showFitView={false} position="bottom-right" orientation="horizontal">
        <ControlButton title="See all of it" aria-label="See all of it" onClick={fitAll}>
          <Icon name="screen-full" />
        </ControlButton>
      </Controls>
      <GraphMap scene={scene} colours={colours} palette={palette} />
    </ReactFlow>
  );
}

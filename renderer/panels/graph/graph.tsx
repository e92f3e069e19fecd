/** The dataflow of a training step: the model's layers from top to bottom, each open to its ops, in step with the editor. */
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useStore } from 'zustand';
import type { OpGraph, OpNode } from '../../../src/shared/graph/op-graph.js';
import { groupsAround, groupTree, type Group } from '../../../src/shared/graph/tree/group-tree.js';
import { shownAs, type PlacedItem } from '../../../src/shared/graph/tree/tree-layout.js';
import { graphComparison } from '../../state/graph-comparison.js';
import { moveCursor } from '../../state/app-state.js';
import { openFile } from '../../state/file-actions.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { CompareView } from './compare/compare-view.js';
import { Tracer } from './drawing/trace.js';
import { edgeTexts } from './drawing/edge-text.js';
import { GraphBar } from './graph-bar.js';
import { GraphCanvas } from './drawing/graph-canvas.js';
import { coloursOf, needsValues, timeText, type Colouring } from './colours/graph-colours.js';
import { GraphDetails } from './details/graph-details.js';
import { GraphFile } from './source/graph-file.js';
import { asksForValues, findOps, prepareFind } from './find/graph-find.js';
import { GraphLegend } from './colours/graph-legend.js';
import type { GraphViewKind } from './graph-views.js';
import { layerOfGroup, litAt } from './debugging/graph-places.js';
import { useGraphSource, type GraphSource } from './source/graph-source.js';
import { NoGraph } from './source/no-graph.js';
import { GraphTable } from './table/graph-table.js';
import { setBreakTarget } from './debugging/graph-target.js';
import type { TableRow } from './table/table-rows.js';
import { firstOpen } from './view/first-open.js';
import { walk, type Direction } from './view/graph-walk.js';
import { startLayoutWorker, useTreeLayout } from './layout/use-tree-layout.js';
import { useGraphBreaks } from './debugging/use-graph-breaks.js';
import { useShownGraph } from './take-away/use-shown-graph.js';
import { useGraphValues } from './source/use-graph-values.js';
import { ValuesSource } from './source/values-source.js';
import './graph.css';
import './graph-read.css';

export function Graph() {
  const place = useRef<HTMLDivElement>(null);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setVisible(entries.at(-1)!.isIntersecting));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (visible) startLayoutWorker();
  }, [visible]);
  const source = useGraphSource(visible);
  const { comparison, waitingFor } = useStore(graphComparison);
  if (comparison) {
    return (
      <div className="graph" ref={place}>
        <CompareView comparison={comparison} />
      </div>
    );
  }
  return (
    <div className="graph" ref={place}>
      {waitingFor !== undefined && (
        <div className="graph-file" role="status">
          Getting the graph of {waitingFor} to compare with…
        </div>
      )}
      {source.file && <GraphFile file={source.file} />}
      {source.graph && source.graph.nodes.length > 0 ? (
        <GraphView key={source.file?.name} graph={source.graph} source={source} visible={visible} />
      ) : (
        <NoGraph source={source} />
      )}
    </div>
  );
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

function GraphView({ graph, source, visible }: { graph: OpGraph; source: GraphSource; visible: boolean }) {
  const theme = useApp((state) => state.theme);
  const cursor = useApp((state) => state.cursor);
  const [selected, setSelected] = useState<string>();
  const [colouring, setColouring] = useState<Colouring>('phase');
  const [view, setView] = useState<GraphViewKind>('graph');
  const [query, setQuery] = useState('');
  const [hit, setHit] = useState(-1);

  const tree = useMemo(() => groupTree(graph), [graph]);
  const [wished, setOpen] = useState(() => firstOpen(tree));
  const { layout, open, isOnItsWay } = useTreeLayout(tree, wished);
  const tracer = useMemo(() => new Tracer(graph), [graph]);
  const [tracesSelected, setTracesSelected] = useState(false);
  const shown = useGraphValues(graph, source, visible);
  const { values, isLive } = shown;
  const colours = useMemo(() => coloursOf(colouring, graph, layout.items, values), [colouring, graph, layout, values]);
  const edgeText = useMemo(
    () => (isLive && values ? edgeTexts(graph, layout, values) : undefined),
    [isLive, graph, layout, values],
  );
  const hits = useMemo(() => findOps(graph, query, values), [graph, query, values]);
  const found = useMemo(() => new Set(hits.map(({ id }) => id)), [hits]);
  useEffect(() => {
    // When all else has been drawn.
    const timer = setTimeout(() => {
      prepareFind(graph);
      tracer.prepare();
    }, 1000);
    return () => clearTimeout(timer);
  }, [graph, tracer]);
  const { at, onView } = useShownGraph({
    graph,
    source,
    tree,
    layout,
    open: wished,
    isOnItsWay,
    selected,
    colours,
    colouring,
    view,
    edgeText,
    onOpen: setOpen,
    onSelect: setSelected,
    onColouring: setColouring,
    onShow: setView,
  });
  const item = layout.items.find(({ id }) => id === selected);
  // What the table has led to may be laid out a little later.
  const detailed = useMemo(() => {
    const op = item ? undefined : graph.nodes.find(({ id }) => id === selected);
    return item ?? (op && { ops: [op], phase: op.phase });
  }, [item, graph, selected]);
  const breaks = useGraphBreaks(graph, layout);
  const [menu, setMenu] = useState<{ readonly at: PopupAt; readonly items: readonly PopupItem[] }>();
  const lit = useMemo(() => litAt(tree, cursor), [tree, cursor]);

  // The groups that training stands in open, so that the op is seen.
  const { node, isOp } = breaks.standing ?? {};
  useEffect(() => {
    if (node === undefined) return;
    const around = groupsAround(tree, node).filter((group) => isOp || group.kind !== 'layer');
    setOpen((before) => new Set([...before, ...around.map(({ id }) => id)]));
  }, [node, isOp, tree]);
  const standing = useMemo(() => {
    const op = node === undefined ? undefined : graph.nodes.find(({ id }) => id === node);
    if (!op) return undefined;
    const group = groupsAround(tree, op.id).find((one) => layout.groups.some((placed) => placed.group === one));
    return { group: group?.id, item: isOp || !group || !open.has(group.id) ? shownAs(tree, open)(op) : undefined };
  }, [node, isOp, graph, tree, layout, open]);
  // What F9 sets here is what is selected.
  const target = useRef<() => void>(undefined);
  target.current = item && breaks.canBreak(item) ? () => breaks.toggle(item) : undefined;
  useEffect(() => setBreakTarget(() => target.current), []);

  /** What is opened or closed stays where it is on the screen. */
  const anchor = useRef<{ readonly group: string; readonly x: number; readonly y: number }>(undefined);
  const layoutNow = useRef(layout);
  layoutNow.current = layout;
  const toggle = useCallback((group: string) => {
    const placed = layoutNow.current.groups.find((one) => one.group.id === group);
    anchor.current = placed && { group, x: placed.x, y: placed.y };
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(group)) after.add(group);
      return after;
    });
  }, []);
  /** What was selected is gone then: the cell takes over for its op, or the first op that computes for its cell. */
  const toggleItem = (of: PlacedItem) => {
    // An op in no group has nothing to open.
    if (of.group === tree.root) return;
    const after = new Set(wished);
    if (!after.delete(of.group.id)) after.add(of.group.id);
    toggle(of.group.id);
    // Weights stand aside: what computes is what was opened to be seen.
    setSelected(shownAs(tree, after)(of.ops.find(({ kind }) => kind === 'op') ?? of.ops[0]!));
  };
  const select = (to: PlacedItem | undefined) => {
    setSelected(to?.id);
    const op = to?.ops.find(({ file }) => file !== undefined);
    const [file, line] = op ? [op.file, op.line] : [to?.group.file, to?.group.line];
    const layer = to && layerOfGroup(to.group.id);
    if (layer !== undefined) moveCursor({ layer });
    if (file !== undefined && line !== undefined) reveal(file, line, false);
  };
  const selectOp = (op: string) => {
    setOpen((before) => new Set([...before, ...groupsAround(tree, op).map(({ id }) => id)]));
    setSelected(op);
  };
  const selectRow = ({ ops, group }: TableRow) => {
    const [first] = ops;
    if (!first) return;
    const around = groupsAround(tree, first.id).filter((one) => one !== group);
    const after = new Set([...wished, ...around.map(({ id }) => id)]);
    setOpen(after);
    setSelected(shownAs(tree, group ? after : new Set([...after, ...tree.groups.keys()]))(first));
    const place = group?.line === undefined ? first : group;
    if (first.layer !== undefined) moveCursor({ layer: first.layer });
    if (place.file !== undefined && place.line !== undefined) reveal(place.file, place.line, false);
  };
  const goToHit = (by: number) => {
    if (hits.length === 0) return;
    const next = hit < 0 && by < 0 ? hits.length - 1 : (hit + by + hits.length) % hits.length;
    setHit(next);
    selectOp(hits[next]!.id);
  };

  const showMenu = (event: MouseEvent, of: PlacedItem | string) => {
    event.preventDefault();
    event.stopPropagation();
    const own = typeof of === 'string' ? breaks.groupItems(of) : breaks.items(of);
    // A weight cannot be stopped at; the layer that it is of can.
    const items = typeof of === 'string' || own.length > 0 ? own : breaks.groupItems(of.group.id);
    if (items.length === 0) return;
    if (typeof of !== 'string') select(of);
    setMenu({ items, at: popupAt(event, place.current?.querySelector('.graph-item[data-current]')) });
  };
  const place = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest('input, select, button')) return;
    const direction = directions[event.key];
    if (direction) select(walk(layout, selected, direction));
    else if (event.key === 'Enter' && item) {
      toggleItem(item);
    } else if (event.key.toLowerCase() === 't' && !event.ctrlKey && !event.metaKey && !event.altKey)
      setTracesSelected((before) => !before);
    else if (event.key === 'Escape') {
      if (tracesSelected) setTracesSelected(false);
      else setSelected(undefined);
    } else return;
    event.preventDefault();
  };

  const params = graph.layers.reduce((sum, layer) => sum + layer.params, 0);
  const total = graph.nodes.reduce((sum, { ms = 0 }) => sum + ms, 0);
  const path = item ? pathTo(item.group) : [];
  return (
    <>
      <GraphBar
        path={path}
        op={item?.ops.length === 1 ? item.ops[0]!.op : undefined}
        query={query}
        hits={hits.length}
        hit={hit}
        isUnknown={!values && asksForValues(query)}
        isMeasuring={source.measuring === true}
        onMeasure={shown.measure}
        colouring={colouring}
        anyOpen={wished.size > 0}
        onModel={() => (setOpen(new Set()), setSelected(undefined))}
        onGroup={toggle}
        onQuery={(text) => {
          setQuery(text);
          setHit(-1);
        }}
        onHit={goToHit}
        onColouring={setColouring}
        view={view}
        onView={setView}
        onOpenAll={() => setOpen(wished.size > 0 ? new Set() : new Set(tree.groups.keys()))}
      />
      {source.problem && (
        <div className="graph-stale">The graph of the last version that could be run. {source.problem.message}</div>
      )}
      <div className="graph-views-shown" data-view={view}>
        {view !== 'graph' && (
          <GraphTable
            graph={graph}
            tree={tree}
            values={values}
            found={query.trim() === '' ? undefined : hits}
            selected={detailed?.ops ?? noOps}
            standing={breaks.standing}
            onSelect={selectRow}
          />
        )}
        {view !== 'table' && (
          <div
            className="graph-canvas"
            role="group"
            tabIndex={0}
            data-autofocus
            data-breaks
            ref={place}
            aria-label="Graph of the training step. Arrow keys walk along it, Enter opens a layer, T traces what is up- and downstream, F9 sets a breakpoint."
            aria-description={item ? item.ops.map(({ id }) => id).join(', ') : undefined}
            data-stale={source.problem !== undefined || undefined}
            onKeyDown={press}
            onContextMenu={(event) => {
              if (event.target === event.currentTarget && item) showMenu(event, item);
            }}
          >
            <GraphCanvas
              layout={layout}
              colours={colours}
              selected={selected}
              found={found}
              lit={lit.first}
              litIds={lit.ids}
              standing={standing}
              anchor={anchor}
              breaks={breaks}
              tracer={tracer}
              tracesSelected={tracesSelected}
              theme={theme}
              edgeText={edgeText}
              view={at}
              onView={onView}
              fitKey={source.file ? `${source.file.name} ${source.file.index}` : (source.experiment ?? '')}
              onSelect={select}
              onToggle={toggle}
              onToggleItem={toggleItem}
              onMenu={showMenu}
            />
            {menu && <PopupMenu items={menu.items} at={menu.at} close={() => setMenu(undefined)} />}
          </div>
        )}
      </div>
      <GraphLegend colouring={colouring} colours={colours}>
        <ValuesSource shown={shown} source={source} isWanted={needsValues(colouring) || asksForValues(query)} />
      </GraphLegend>

      {detailed && (
        <GraphDetails
          graph={graph}
          item={detailed}
          values={values}
          valuesOf={shown.of}
          onSelect={selectOp}
          onReveal={(file, line) => reveal(file, line, true)}
        />
      )}
      <div className="graph-totals">
        <span>
          <strong>{graph.nodes.length.toLocaleString('en-US')}</strong> ops
        </span>
        <span>{graph.edges.length.toLocaleString('en-US')} edges</span>
        {graph.batch === 'none' ? (
          params > 0 && <span>{params.toLocaleString('en-US')} parameters</span>
        ) : (
          <>
            <span>{timeText(total)} a step</span>
            <span>
              {graph.backend}, batch of {graph.batchSize}
            </span>
          </>
        )}
        {source.recording && <span className="dim">updating…</span>}
      </div>
    </>
  );
}

const noOps: readonly OpNode[] = [];

/** From the outermost; the root is not told. */
function pathTo(group: Group): Group[] {
  const path: Group[] = [];
  for (let one: Group | undefined = group; one?.parent; one = one.parent) path.unshift(one);
  return path;
}

function reveal(file: string, line: number, focus: boolean): void {
  moveCursor({ file, line, column: undefined });
  void openFile(file, { line, focus });
}

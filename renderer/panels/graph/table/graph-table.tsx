/** The graph in numbers: a sortable table of ops, of what they belong to, of their kinds; drawn as far as it is in sight. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import type { GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { Icon } from '../../../ui/icon.js';
import type { Standing } from '../debugging/graph-places.js';
import {
  columnsOf,
  nextSorting,
  rowsOf,
  sorted,
  sumsOf,
  tableTabs,
  type Column,
  type Sorting,
  type TableRow,
  type TableTab,
} from './table-rows.js';
import './graph-table.css';

const ROW_HEIGHT = 22;
const MARK_WIDTH = 22;

interface GraphTableProps {
  readonly graph: OpGraph;
  readonly tree: GroupTree;
  readonly values: GraphValues | undefined;
  /** What the field above leaves; `undefined`: all. */
  readonly found: readonly OpNode[] | undefined;
  /** Ops of what is selected in the graph. */
  readonly selected: readonly OpNode[];
  readonly standing: Standing | undefined;
  onSelect(row: TableRow): void;
}

const tabNames: Readonly<Record<TableTab, string>> = { ops: 'Ops', blocks: 'Layers', kinds: 'Kinds' };

export function GraphTable({ graph, tree, values, found, selected, standing, onSelect }: GraphTableProps) {
  const [tab, setTab] = useState<TableTab>('ops');
  const [sortings, setSortings] = useState<Readonly<Partial<Record<TableTab, Sorting>>>>({});
  const [current, setCurrent] = useState<string>();
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();

  const facts = useMemo(() => {
    const totalMs = graph.nodes.reduce((sum, { ms = 0 }) => sum + ms, 0);
    return { graph, tree, values, totalMs };
  }, [graph, tree, values]);
  const columns = useMemo(() => columnsOf(tab, facts), [tab, facts]);
  const unsorted = useMemo(() => rowsOf(tab, found ?? graph.nodes, facts), [tab, found, graph, facts]);
  const sorting = sortings[tab];
  const rows = useMemo(() => sorted(unsorted, columns, sorting), [unsorted, columns, sorting]);
  const places = useMemo(() => new Map(rows.map((row, index) => [row.id, index])), [rows]);
  const sums = useMemo(() => sumsOf(unsorted, facts), [unsorted, facts]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollPaddingStart: ROW_HEIGHT,
  });

  // What is selected in the graph is brought into sight here.
  const chosen = rowOfOps(selected, tab, tree);
  const at = places.get(current ?? '') ?? -1;
  useEffect(() => {
    if (chosen !== undefined) setCurrent(chosen);
  }, [chosen]);
  const chosenAt = chosen === undefined ? undefined : places.get(chosen);
  useEffect(() => {
    if (chosenAt !== undefined) virtual.scrollToIndex(chosenAt);
    // Not when the rows are drawn anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosenAt]);

  // So is what training stands at.
  const standsAt = standing && places.get(rowOfNode(standing.node, tab, graph, tree) ?? '');
  useEffect(() => {
    if (standsAt !== undefined) virtual.scrollToIndex(standsAt);
    // Not when the rows are drawn anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [standing?.node, standsAt]);

  const go = (to: number) => {
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    if (!row) return;
    setCurrent(row.id);
    virtual.scrollToIndex(places.get(row.id)!);
  };
  const page = () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
  const moves: Readonly<Record<string, () => number>> = {
    ArrowDown: () => at + 1,
    ArrowUp: () => (at < 0 ? rows.length - 1 : at - 1),
    PageDown: () => at + page(),
    PageUp: () => at - page(),
    Home: () => 0,
    End: () => rows.length - 1,
  };
  const press = (event: KeyboardEvent) => {
    const move = moves[event.key];
    const row = rows[at];
    if (move) go(move());
    else if ((event.key === 'Enter' || event.key === ' ') && row) onSelect(row);
    else return;
    event.preventDefault();
  };

  const [first, ...others] = columns;
  // Where there is little room, names leave some to the numbers.
  const least = `min(${first!.width}px, 38cqw)`;
  const template = [`${MARK_WIDTH}px minmax(${least}, 1fr)`, ...others.map(({ width }) => `${width}px`)].join(' ');
  const fixed = others.reduce((sum, { width }) => sum + width, MARK_WIDTH);
  return (
    <div
      className="graph-table"
      style={{ '--columns': template, '--width': `calc(${fixed}px + ${least})` } as CSSProperties}
    >
      <div className="graph-table-tabs" role="tablist" aria-label="Table of">
        {tableTabs.map((one) => (
          <button
            key={one}
            role="tab"
            aria-selected={one === tab}
            onClick={() => {
              setTab(one);
              setCurrent(undefined);
              scroller.current?.scrollTo({ top: 0 });
            }}
          >
            {one === 'blocks' && graph.layers.length === 0 ? 'Groups' : tabNames[one]}
          </button>
        ))}
        <span className="dim" role="status">
          {sums}
        </span>
      </div>
      <div
        className="graph-table-rows"
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={`Table of ${tabNames[tab].toLowerCase()}. Arrow keys walk along it, Enter shows one in the graph.`}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        onKeyDown={press}
      >
        <div className="graph-table-head" role="row" aria-rowindex={1}>
          <span role="columnheader" aria-label="Progress" />
          {columns.map((column) => (
            <Head
              key={column.id}
              column={column}
              sorting={sorting}
              onSort={() => setSortings((before) => ({ ...before, [tab]: nextSorting(sorting, column) }))}
            />
          ))}
        </div>
        {rows.length === 0 && <p className="dim">Nothing here matches what is looked for.</p>}
        <div className="graph-table-body" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]!;
            return (
              <div
                key={row.id}
                id={`${id}-${index}`}
                className="graph-table-row"
                role="row"
                aria-rowindex={index + 2}
                aria-selected={row.id === current}
                data-progress={progressOfRow(row, standing)}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => {
                  setCurrent(row.id);
                  onSelect(row);
                }}
              >
                <span role="gridcell" className="graph-table-mark" />
                {columns.map((column) => (
                  <Cell key={column.id} column={column} row={row} />
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head({ column, sorting, onSort }: { column: Column; sorting: Sorting | undefined; onSort(): void }) {
  const { id, title, hint, isNumber } = column;
  const isSorted = sorting?.column === id;
  const order = isSorted ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  return (
    <span role="columnheader" aria-sort={order ?? 'none'} data-number={isNumber || undefined}>
      <button title={`${hint ?? title} – click to sort`} onClick={onSort}>
        {title}
        {order && <Icon name={order === 'descending' ? 'arrow-down' : 'arrow-up'} />}
      </button>
    </span>
  );
}

function Cell({ column, row }: { column: Column; row: TableRow }) {
  const words = column.text(row);
  const share = column.share?.(row);
  return (
    <span
      role="gridcell"
      title={words}
      data-number={column.isNumber || undefined}
      data-broken={words === 'NaN' || (column.id === 'notFinite' && words !== '' && words !== '0 %') || undefined}
    >
      {share !== undefined && share > 0 && <i style={{ width: `${Math.max(2, share * 100)}%` }} />}
      {column.id === 'name' ? <Name name={words} /> : words}
    </span>
  );
}

/** Of a long one the end says most. */
function Name({ name }: { name: string }) {
  const last = name.lastIndexOf('/') + 1;
  if (last === 0 || last === name.length) return name;
  return (
    <span className="graph-table-name">
      <span>{name.slice(0, last)}</span>
      <span>{name.slice(last)}</span>
    </span>
  );
}

/** The row that stands for what is selected in the graph. */
function rowOfOps(ops: readonly OpNode[], tab: TableTab, tree: GroupTree): string | undefined {
  const [first] = ops;
  if (!first) return undefined;
  if (tab === 'ops') return ops.length === 1 ? first.id : undefined;
  if (tab === 'kinds') return ops.length === 1 ? first.op : undefined;
  return tree.groupOf.get(first.id)?.id;
}

function rowOfNode(id: string, tab: TableTab, graph: OpGraph, tree: GroupTree): string | undefined {
  if (tab === 'ops') return id;
  if (tab === 'blocks') return tree.groupOf.get(id)?.id;
  return graph.nodes.find((node) => node.id === id)?.op;
}

/** Where training stands, and what of the step has run. */
function progressOfRow({ ops }: TableRow, standing: Standing | undefined): 'here' | 'done' | undefined {
  if (!standing) return undefined;
  if (ops.some(({ id }) => id === standing.node) && (ops.length > 1 || standing.isOp)) return 'here';
  const runs = ops.filter(({ kind }) => kind === 'op' || kind === 'assign');
  return runs.length > 0 && runs.every(({ id }) => standing.done.has(id)) ? 'done' : undefined;
}

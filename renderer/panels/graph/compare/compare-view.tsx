/** Two graphs beside each other, in step: what was added, removed and changed from one to the other, and the list of it. */
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { compareGraphs, type GraphSide } from '../../../../src/shared/graph/compare-graphs.js';
import { CompareLayouts, unionTree, type SideLayout } from '../../../../src/shared/graph/compare-layout.js';
import { comparable } from '../../../../src/shared/graph/layer-graph.js';
import { countDifferences, listDifferences, type Difference } from '../../../../src/shared/graph/list-differences.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { groupsAround } from '../../../../src/shared/graph/tree/group-tree.js';
import { shownAs, type PlacedItem, type Wire } from '../../../../src/shared/graph/tree/tree-layout.js';
import { graphOf, type Comparison, type ComparisonWish } from '../../../state/graph-comparison.js';
import { recordedGraphs } from '../../../state/recorded-graphs.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { appStore } from '../../../state/app-state.js';
import { useApp } from '../../../use-app.js';
import { openedGroups } from '../take-away/graph-link.js';
import { CompareBar } from './compare-bar.js';
import { CompareList } from './compare-list.js';
import { compareColours, sideNames, signs } from './compare-look.js';
import { comparisonParts } from './compare-link.js';
import { setShownComparison } from './compare-target.js';
import type { View } from '../drawing/tiles.js';
import { GraphCanvas } from '../drawing/graph-canvas.js';
import { walk, type Direction } from '../view/graph-walk.js';
import { useTreeLayout } from '../layout/use-tree-layout.js';
import './compare.css';

const sides: readonly GraphSide[] = ['before', 'after'];

export function CompareView({ comparison }: { comparison: Comparison }) {
  const records = useStore(recordedGraphs);
  const before = graphOf(comparison.before, records);
  const after = graphOf(comparison.after, records);
  const names = { before: comparison.before.name, after: comparison.after.name };
  if (before && after) return <Compared comparison={comparison} before={before} after={after} names={names} />;
  return (
    <>
      <CompareBar names={names} />
      <EmptyState icon="git-compare">
        {before ? comparison.after.name : comparison.before.name} has no graph (yet).
      </EmptyState>
    </>
  );
}

interface ComparedProps {
  readonly comparison: Comparison;
  readonly before: OpGraph;
  readonly after: OpGraph;
  readonly names: Readonly<Record<GraphSide, string>>;
}

function Compared({ comparison, before, after, names }: ComparedProps) {
  const two = useMemo(() => comparable(before, after), [before, after]);
  const compared = useMemo(() => compareGraphs(two.before, two.after), [two]);
  const tree = useMemo(() => unionTree(compared), [compared]);
  const layouts = useMemo(() => new CompareLayouts(compared, tree), [compared, tree]);
  const differences = useMemo(() => listDifferences(compared, tree), [compared, tree]);
  const counts = useMemo(() => countDifferences(compared), [compared]);
  const [wished, setOpen] = useState<ReadonlySet<string>>(new Set());
  const { layout, open } = useTreeLayout(tree, wished);
  const shown = useMemo(
    () => ({ before: layouts.side(layout, open, 'before'), after: layouts.side(layout, open, 'after') }),
    [layouts, layout, open],
  );
  const [selected, setSelected] = useState<string>();
  const [current, setCurrent] = useState<string>();

  const byOp = useMemo(() => {
    const found = new Map<string, string>();
    for (const { id, ops } of differences) for (const op of ops) found.set(op, id);
    return found;
  }, [differences]);
  const select = (item: PlacedItem | undefined) => {
    setSelected(item?.id);
    const difference = item?.ops.map(({ id }) => byOp.get(id)).find((id) => id !== undefined);
    if (difference !== undefined) setCurrent(difference);
  };
  const show = (op: string, isOpen: boolean) => {
    const around = groupsAround(tree, op).map(({ id }) => id);
    const after = new Set([...wished, ...(isOpen ? around : around.slice(1))]);
    setOpen(after);
    setSelected(shownAs(tree, after)(compared.union.nodes.find(({ id }) => id === op)!));
  };
  const go = (difference: Difference) => {
    setCurrent(difference.id);
    show(difference.at, false);
  };
  const step = (by: number) => {
    if (differences.length === 0) return;
    const at = differences.findIndex(({ id }) => id === current);
    const next = at < 0 ? (by > 0 ? 0 : differences.length - 1) : at + by;
    go(differences[(next + differences.length) % differences.length]!);
  };
  const [led, setLed] = useState<ComparisonWish>();
  const looking = useRef<View>(undefined);
  const linkParts = () => {
    const folder = appStore.getState().workspace?.path;
    const [one, other] = [comparison.before.origin, comparison.after.origin];
    return folder === undefined
      ? undefined
      : comparisonParts({ folder, before: one, after: other, open, current, at: looking.current });
  };
  const now = useRef({ walk: step, linkParts });
  now.current = { walk: step, linkParts };
  useEffect(
    () => setShownComparison({ walk: (by) => now.current.walk(by), linkParts: () => now.current.linkParts() }),
    [],
  );
  const { wish } = comparison;
  useEffect(() => {
    if (!wish) return;
    setOpen(openedGroups(wish.open, tree.groups).open);
    setCurrent(wish.current);
    setLed(wish);
    // As the link found it; what is opened afterwards is the person's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wish]);

  /** What is opened or closed stays where it is on the screen, on both sides. */
  const anchors = useRef({ before: newAnchor(), after: newAnchor() });
  const placed = useRef(layout);
  placed.current = layout;
  const toggle = useCallback((group: string) => {
    const box = placed.current.groups.find((one) => one.group.id === group);
    for (const side of sides) anchors.current[side].current = box && { group, x: box.x, y: box.y };
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(group)) after.add(group);
      return after;
    });
  }, []);
  const toggleItem = (item: PlacedItem) => {
    if (item.group.parent === undefined) return;
    const after = new Set(wished);
    if (!after.delete(item.group.id)) after.add(item.group.id);
    toggle(item.group.id);
    setSelected(shownAs(tree, after)(item.ops[0]!));
  };
  const press = (event: KeyboardEvent, side: GraphSide) => {
    if ((event.target as HTMLElement).closest('button')) return;
    const direction = directions[event.key];
    const item = shown[side].items.find(({ id }) => id === selected);
    if (direction) select(walk(shown[side], selected, direction));
    else if (event.key === 'Enter' && item) toggleItem(item);
    else if (event.key === 'Escape') setSelected(undefined);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <CompareBar
        names={names}
        counts={counts}
        place={differences.findIndex(({ id }) => id === current)}
        differences={differences.length}
        by={two.by}
        anyOpen={wished.size > 0}
        onStep={step}
        onOpenAll={() => setOpen(wished.size > 0 ? new Set() : new Set(tree.groups.keys()))}
      />
      <Sides
        names={names}
        shown={shown}
        anchors={anchors.current}
        selected={selected}
        onSelect={select}
        onToggle={toggle}
        onToggleItem={toggleItem}
        onPress={press}
        led={led?.at}
        onView={(view) => (looking.current = view)}
      />
      <CompareList
        differences={differences}
        comparison={compared}
        current={current}
        onChoose={go}
        onOp={(op) => show(op, true)}
      />
    </>
  );
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

type Anchor = Parameters<typeof GraphCanvas>[0]['anchor'];

function newAnchor(): Anchor {
  return { current: undefined };
}

interface SidesProps {
  readonly names: Readonly<Record<GraphSide, string>>;
  readonly shown: Readonly<Record<GraphSide, SideLayout>>;
  readonly anchors: Readonly<Record<GraphSide, Anchor>>;
  readonly selected: string | undefined;
  onSelect(item: PlacedItem | undefined): void;
  onToggle(group: string): void;
  onToggleItem(item: PlacedItem): void;
  onPress(event: KeyboardEvent, side: GraphSide): void;
  /** Where a link leads. */
  readonly led: View | undefined;
  onView(view: View): void;
}

/** Where one looks is said by whichever side was moved; nothing else is drawn anew for it. */
function Sides(props: SidesProps) {
  const { names, shown, anchors, selected, onSelect, onToggle, onToggleItem, onPress, led, onView } = props;
  const theme = useApp((state) => state.theme);
  const [at, setAt] = useState<View>();
  useEffect(() => {
    if (led) setAt(led);
  }, [led]);
  const look = (view: View) => {
    setAt(view);
    onView(view);
  };
  const painted = useMemo(
    () => ({
      before: painting(shown.before, shown.after),
      after: painting(shown.after, shown.before),
    }),
    [shown],
  );
  return (
    <div className="compare-sides">
      {sides.map((side) => (
        <section key={side} aria-label={`${sideNames[side]}: ${names[side]}`}>
          <h3 title={names[side]}>
            <span className="dim">{sideNames[side]}</span> {names[side]}
          </h3>
          <div
            className="graph-canvas"
            role="group"
            tabIndex={0}
            data-autofocus={side === 'after' || undefined}
            aria-label={`Graph ${side}. Arrow keys walk along it, Enter opens a layer, F7 goes to the next difference.`}
            onKeyDown={(event) => onPress(event, side)}
          >
            <GraphCanvas
              layout={painted[side].layout}
              colours={painted[side].colours}
              selected={selected}
              anchor={anchors[side]}
              edgeText={painted[side].edgeText}
              theme={theme}
              fitKey="compared"
              view={at}
              onView={look}
              onSelect={onSelect}
              onToggle={onToggle}
              onToggleItem={onToggleItem}
            />
          </div>
        </section>
      ))}
    </div>
  );
}

function painting(own: SideLayout, other: SideLayout) {
  const labels = new Map(other.wires.map(({ from, to, label }) => [`${from}\n${to}`, label]));
  return {
    colours: compareColours(own),
    layout: signed(own),
    /** A shape that is another one on the other side. */
    edgeText({ from, to, label, cell, isInner }: Wire): string | undefined {
      // As without a comparison: what flows back and within a layer says its shapes nowhere.
      if (cell !== 'forward' || isInner) return '';
      const there = labels.get(`${from}\n${to}`);
      return there === undefined || there === label || label === '' ? undefined : `${signs.changed} ${label}`;
    },
  };
}

/** What became of an item is said by a sign, too: not everybody tells the colours apart. */
function signed(layout: SideLayout): SideLayout {
  const items = layout.items.map((item): PlacedItem => {
    const sign = signs[layout.standing.get(item.id) ?? 'same'];
    const [first = '', ...rest] = item.lines;
    return sign === '' ? item : { ...item, lines: [`${sign} ${first}`, ...rest] };
  });
  return { ...layout, items };
}

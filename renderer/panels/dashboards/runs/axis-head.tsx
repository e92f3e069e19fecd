/** The name of a parallel axis: its menu, and its place among the others, by pointer and by keys. */
import { useRef, useState } from 'react';
import { changeRunsView } from '../../../state/dashboards.js';
import type { RunsView } from '../../../state/runs-view.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../../ui/popup-menu.js';
import type { ColumnAxis } from './column-axis.js';
import { askRange, setRange } from './column-questions.js';

export interface AxisHeadProps {
  readonly axis: ColumnAxis;
  readonly index: number;
  /** Ids of all axes, in order. */
  readonly order: readonly string[];
  readonly x: number;
  readonly width: number;
  readonly view: RunsView;
  /** Which place an axis that is let go there takes. */
  slotAt(x: number): number;
}

const CLICK_PX = 4;

export function AxisHead({ axis, index, order, x, width, view, slotAt }: AxisHeadProps) {
  const [menu, setMenu] = useState<PopupAt>();
  const [moved, setMoved] = useState(0);
  const from = useRef<number>(undefined);
  const { id, title } = axis.column;
  const moveTo = (place: number) => moveAxis(order, id, place);
  return (
    <>
      <button
        className="axis-head"
        style={{ left: x + moved, maxWidth: width }}
        data-moved={moved !== 0 || undefined}
        data-ranged={id in view.ranges || undefined}
        title={`${title}: drag to another place; a click or Enter opens its menu. Shift with left and right moves it, Delete takes it away`}
        aria-label={`Axis ${index + 1} of ${order.length}: ${title}`}
        aria-haspopup="menu"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = event.clientX;
        }}
        onPointerMove={(event) => {
          if (from.current === undefined) return;
          const by = event.clientX - from.current;
          if (moved !== 0 || Math.abs(by) > CLICK_PX) setMoved(by);
        }}
        onPointerUp={() => {
          from.current = undefined;
          if (moved === 0) return;
          moveTo(slotAt(x + moved));
          // The click that follows is none.
          setTimeout(() => setMoved(0));
        }}
        onClick={(event) => moved === 0 && setMenu(popupAt(event))}
        onContextMenu={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setMenu(popupAt(event));
        }}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (by !== undefined && event.shiftKey) moveTo(index + by);
          else if (by !== undefined) {
            const heads = event.currentTarget.parentElement!.querySelectorAll<HTMLElement>('.axis-head');
            heads[index + by]?.focus();
          } else if (event.key === 'Delete') changeRunsView({ axes: order.filter((other) => other !== id) });
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        {title}
      </button>
      {menu && <PopupMenu items={axisItems(axis, view, order)} at={menu} close={() => setMenu(undefined)} />}
    </>
  );
}

function moveAxis(order: readonly string[], id: string, place: number): void {
  if (place < 0 || place >= order.length || order[place] === id) return;
  changeRunsView({ axes: order.filter((other) => other !== id).toSpliced(place, 0, id) });
}

/** What can be done with an axis. @param order ids of all of them */
export function axisItems(axis: ColumnAxis, view: RunsView, order: readonly string[]): readonly PopupItem[] {
  const { id, title } = axis.column;
  const index = order.indexOf(id);
  const moveTo = (place: number) => moveAxis(order, id, place);
  const { ranges, logarithmic } = view;
  const isLogarithmic = axis.kind === 'number' && axis.scale.logarithmic;
  const item = (label: string, run: () => void, more: { checked?: boolean; disabled?: boolean } = {}): PopupItem => ({
    ...{ kind: 'item', label, run },
    ...more,
  });
  return [
    item('Only Runs in a Range…', () => void askRange(axis, ranges)),
    item('All Runs', () => setRange(ranges, id, undefined), { disabled: !(id in ranges) }),
    item(`Colour by ${title}`, () => changeRunsView({ colour: id })),
    item('Logarithmic', () => changeRunsView({ logarithmic: { ...logarithmic, [id]: !isLogarithmic } }), {
      checked: isLogarithmic,
      disabled: !axis.canBeLogarithmic,
    }),
    { kind: 'separator' },
    item('Move Left', () => moveTo(index - 1), { disabled: index === 0 }),
    item('Move Right', () => moveTo(index + 1), { disabled: index === order.length - 1 }),
    item('Take Away', () => changeRunsView({ axes: order.filter((other) => other !== id) })),
  ];
}

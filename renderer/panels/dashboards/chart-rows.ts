/** Charts into rows: how many columns fit, how high a row is, which charts stand side by side. Pure. */
import type { ChartLook } from '../../state/dashboard-schema.js';
import type { ChartDescription, Section } from './chart-list.js';

export type GridRow =
  | { readonly kind: 'heading'; readonly id: string; readonly section: Section; readonly folded: boolean }
  | {
      readonly kind: 'charts';
      readonly id: string;
      /** Among the rows of charts, from 0. */
      readonly ordinal: number;
      /** In rows of the usual height. */
      readonly high: number;
      readonly cells: readonly { readonly chart: ChartDescription; readonly wide: number }[];
    };

export interface Grid {
  readonly rows: readonly GridRow[];
  readonly columns: number;
  /** In pixels. */
  readonly rowHeight: number;
}

const CARD_WIDTH = 225;
const CARD_HEIGHT = 128;
const HIGHEST = 300;
/** In a panel that is not even as high as that, one row is to be seen whole. */
const LOWEST = 100;
const HEADING = 26;
const GAP = 8;

/** Rows fill the height as long as all of them fit and stay readable; headings are left out where there is one section. */
export function gridRows(
  sections: readonly Section[],
  looks: Readonly<Record<string, ChartLook>>,
  folded: readonly string[],
  size: { readonly width: number; readonly height: number },
): Grid {
  const count = sections.reduce((sum, { charts }) => sum + charts.length, 0);
  const headings = sections.length > 1;
  const fitting = Math.max(1, Math.floor((size.width - GAP) / (CARD_WIDTH + GAP)));
  const few =
    !headings && count > 0 && Object.keys(looks).every((id) => !looks[id]?.rows && looks[id]?.columns === undefined);
  const wanted = Math.ceil(count / Math.min(fitting, Math.max(1, count)));
  // Of few charts, the rows are equally long.
  const columns = few ? Math.max(1, Math.min(fitting, Math.ceil(count / Math.max(1, wanted)))) : Math.min(fitting, 6);
  const needed = Math.ceil(count / columns);
  const filling = Math.floor((size.height - GAP * (needed + 1)) / Math.max(1, needed));
  const whole = Math.max(LOWEST, size.height - (headings ? HEADING : 0) - 2 * GAP);
  const roomy = Math.min(HIGHEST, Math.floor(size.height * 0.45), Math.floor((size.width / columns) * 0.62));
  const rowHeight = few && filling >= CARD_HEIGHT ? filling : Math.max(Math.min(CARD_HEIGHT, whole), roomy);

  const rows: GridRow[] = [];
  let ordinal = 0;
  for (const section of sections) {
    const hidden = headings && folded.includes(section.id);
    if (headings) rows.push({ kind: 'heading', id: `heading ${section.id}`, section, folded: hidden });
    if (hidden) continue;
    let cells: { chart: ChartDescription; wide: number }[] = [];
    let used = 0;
    let high = 1;
    const end = () => {
      if (cells.length > 0) {
        const id = `${section.id} ${cells[0]!.chart.id}`;
        rows.push({ kind: 'charts', id, ordinal: ordinal++, high, cells });
      }
      cells = [];
      used = 0;
      high = 1;
    };
    for (const chart of section.charts) {
      const look = looks[chart.id];
      const wide = look?.columns === 0 ? columns : Math.min(columns, look?.columns ?? 1);
      if (used + wide > columns) end();
      cells.push({ chart, wide });
      used += wide;
      high = Math.max(high, look?.rows ?? 1);
    }
    end();
  }
  return { rows, columns, rowHeight };
}

/**
 * The rows that are there while those from `first` to `last` are in sight: one more at each end, and always the same
 * number of rows of charts where there are so many near by, so that one comes with each that goes.
 * @param most rows of charts at once
 */
export function rowsAbout(rows: readonly GridRow[], first: number, last: number, most: number): number[] {
  let from = Math.max(0, first - 1);
  let to = from;
  let charts = 0;
  for (; to < rows.length && to <= last + most && charts < most; to++) if (rows[to]!.kind === 'charts') charts++;
  for (; from > 0 && from > first - most && charts < most; from--) if (rows[from - 1]!.kind === 'charts') charts++;
  return Array.from({ length: to - from }, (_, index) => from + index);
}

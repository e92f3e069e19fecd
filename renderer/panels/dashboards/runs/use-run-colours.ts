/** A colour for each run in a picture: by the column that the person chose, or its own. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { readPalette } from '../../../charts/palette.js';
import { runColour } from '../../../state/runs-colours.js';
import type { RunsView } from '../../../state/runs-view.js';
import { runsStore } from '../../../state/runs-sync.js';
import { useApp } from '../../../use-app.js';
import { columnAxis, type ColumnAxis } from './column-axis.js';
import type { RunRow } from './run-columns.js';
import type { RunRows } from './use-run-rows.js';
import { valueColours } from './value-colours.js';
import { chosenColour } from './view-choices.js';

export interface RunColours {
  /** By the value. */
  of(row: RunRow): string;
  /** The run's own, as in charts. */
  own(row: RunRow): string;
  /** What the colours say; none where each run has its own. */
  readonly legend?: { readonly axis: ColumnAxis; readonly ramp: readonly string[] };
}

export function useRunColours(view: RunsView, { columns, named }: RunRows): RunColours {
  const colours = useStore(runsStore, (state) => state.colours);
  const theme = useApp((state) => state.theme);
  const column = useMemo(() => chosenColour(view, columns), [view, columns]);
  const id = column?.id;
  const logarithmic = id === undefined ? undefined : view.logarithmic[id];
  return useMemo(() => {
    const palette = readPalette(document.documentElement);
    const own = ({ run }: RunRow) => palette.resolve(runColour(colours[run.id]));
    if (!column) return { of: own, own };
    const axis = columnAxis(column, named, logarithmic);
    const { of, ramp } = valueColours(axis, palette);
    return { of, own, legend: { axis, ramp } };
    // `theme` stands for the palette, and `id` for the column, which is made anew with the table.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, columns, named, logarithmic, colours, theme]);
}

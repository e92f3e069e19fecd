/** A colour for each run by one of its columns: a ramp from little to much, or a colour a word. Pure but for the palette. */
import type { Palette } from '../../../charts/palette.js';
import { RUN_COLOURS, runColour } from '../../../state/runs-colours.js';
import type { ColumnAxis } from './column-axis.js';
import type { RunRow } from './run-columns.js';

const STEPS = 64;

export interface ValueColours {
  of(row: RunRow): string;
  /** From the least to the greatest, of numbers. */
  readonly ramp: readonly string[];
}

export function valueColours(axis: ColumnAxis, palette: Palette): ValueColours {
  const none = palette.resolve('var(--text-dim)');
  if (axis.kind === 'words') {
    const colours = Array.from({ length: RUN_COLOURS }, (_, index) => palette.resolve(runColour(index)));
    return {
      ramp: [],
      of: (row) => {
        const at = axis.words.indexOf(String(axis.column.value(row)));
        return at < 0 ? none : colours[at % RUN_COLOURS]!;
      },
    };
  }
  const stops = ['low', 'middle', 'high'].map((name) => channels(palette.resolve(`var(--ramp-${name})`)));
  const ramp = Array.from({ length: STEPS }, (_, index) => mixed(stops, index / (STEPS - 1)));
  return {
    ramp,
    of: (row) => {
      const share = axis.share(row);
      return share === undefined ? none : ramp[Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1))]!;
    },
  };
}

type Channels = readonly number[];

function channels(hex: string): Channels {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function mixed(stops: readonly Channels[], share: number): string {
  const place = share * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  const part = place - below;
  const parts = stops[below]!.map((one, index) => Math.round(one + (stops[below + 1]![index]! - one) * part));
  return `rgb(${parts.join(' ')})`;
}

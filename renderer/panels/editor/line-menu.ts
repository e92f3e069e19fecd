/** What can be done to a breakpoint on a line: the gutter's menu and the field below the line, asked for by Monaco's side, drawn by React's. */
import { createStore } from 'zustand/vanilla';
import type { BreakpointPlace } from '../../../src/shared/protocol/training.js';
import { beforeLayer, placeItems } from '../../training/break-menu.js';
import { breakpointsAt, changeLine, removeLine, setLine } from '../../state/debugging.js';
import type { PopupAt, PopupItem } from '../../ui/popup-menu.js';

/** What of a breakpoint is written below its line. */
export type LineField = 'condition' | 'hitCondition' | 'logMessage';

export interface LineMenu {
  readonly items: readonly PopupItem[];
  readonly at: PopupAt;
}

export const lineMenuStore = createStore<{ readonly menu?: LineMenu }>(() => ({}));

/** `layers`: those made at this line, whose own breakpoints are offered beside the line's. */
export function showLineMenu(
  file: string,
  line: number,
  at: PopupAt,
  layers: readonly string[],
  edit: (field: LineField) => void,
): void {
  lineMenuStore.setState({ menu: { items: [...lineItems(file, line, edit), ...layersItems(layers)], at } });
}

/** A line in a loop can make many layers; more than these are the layer table's. */
const MOST_LAYERS = 4;

function layersItems(layers: readonly string[]): readonly PopupItem[] {
  const places = (layer: string): readonly (readonly [label: string, at: BreakpointPlace])[] => [
    [`Break Before ${layer}`, beforeLayer(layer)],
    [`Break After ${layer}`, { ...beforeLayer(layer), when: 'after' }],
    [`Break at Gradient of ${layer}`, { ...beforeLayer(layer), pass: 'gradient' }],
  ];
  return layers
    .slice(0, MOST_LAYERS)
    .flatMap((layer): PopupItem[] => [
      { kind: 'separator' },
      ...places(layer).flatMap(([label, place]) => placeItems(place, label).slice(0, 1)),
    ]);
}

export function lineItems(file: string, line: number, edit: (field: LineField) => void): readonly PopupItem[] {
  const [there] = breakpointsAt(file, line);
  if (!there) {
    return [
      { kind: 'item', label: 'Add Breakpoint', key: 'F9', run: () => void setLine(file, line, {}) },
      { kind: 'item', label: 'Add Conditional Breakpoint…', run: () => edit('condition') },
      { kind: 'item', label: 'Add Breakpoint with Hit Count…', run: () => edit('hitCondition') },
      { kind: 'item', label: 'Add Logpoint…', run: () => edit('logMessage') },
    ];
  }
  return [
    { kind: 'item', label: 'Remove Breakpoint', key: 'F9', run: () => void removeLine(there.id) },
    {
      kind: 'item',
      label: there.enabled ? 'Disable Breakpoint' : 'Enable Breakpoint',
      run: () => void changeLine(there.id, { enabled: !there.enabled }),
    },
    { kind: 'separator' },
    { kind: 'item', label: 'Edit Condition…', run: () => edit('condition') },
    { kind: 'item', label: 'Edit Hit Count…', run: () => edit('hitCondition') },
    { kind: 'item', label: 'Edit Log Message…', run: () => edit('logMessage') },
  ];
}

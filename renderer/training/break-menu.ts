/** What can be set at a layer or an op by its menu: the same in the layer table, the graph and the editor's gutter. */
import { messageOf } from '../../src/shared/base/message-of.js';
import { describePlace } from '../../src/shared/breakpoints/describe-place.js';
import type { BreakpointPlace } from '../../src/shared/protocol/training.js';
import { appStore, notify } from '../state/app-state.js';
import { editBreakpoint, openForm } from '../state/breakpoint-form.js';
import { atLayer } from '../state/breakpoint-words.js';
import { draftOf } from '../state/place-draft.js';
import { isSamePlace, saveBreakpoints, togglePlace } from '../state/session-breakpoints.js';
import type { PopupItem } from '../ui/popup-menu.js';

type LayerPlace = Extract<BreakpointPlace, { kind: 'layer' }>;

export const beforeLayer = (layer: string): LayerPlace => ({ kind: 'layer', layer, when: 'before', pass: 'forward' });

const layerPlaces: readonly (readonly [label: string, at: (layer: string) => BreakpointPlace])[] = [
  ['Break Before This Layer', beforeLayer],
  ['Break After This Layer', (layer) => ({ ...beforeLayer(layer), when: 'after' })],
  ['Break Before Its Gradient', (layer) => ({ ...beforeLayer(layer), pass: 'gradient' })],
  ['Break After Its Gradient', (layer) => ({ ...beforeLayer(layer), when: 'after', pass: 'gradient' })],
];

/** `named`: in a menu of several layers, each item says whose it is. `key`: shown at the item that it toggles. */
export function layerItems(layer: string, { named = false, key }: { named?: boolean; key?: string } = {}): PopupItem[] {
  const own = atLayer(appStore.getState().breakpoints, layer);
  const label = (text: string) =>
    named ? text.replace(/This Layer|Its/, (word) => (word === 'Its' ? `${layer}’s` : layer)) : text;
  return [
    ...layerPlaces.map(([text, at]): PopupItem => {
      const there = isSet(at(layer));
      return {
        kind: 'item',
        label: label(text),
        checked: there,
        ...(text === layerPlaces[0]![0] && key !== undefined ? { key } : {}),
        run: () => told(togglePlace(at(layer))),
      };
    }),
    {
      kind: 'item',
      label: label('Break When Its Output Is Not Finite'),
      checked: isSet(notFinite(layer)),
      run: () => told(togglePlace(notFinite(layer))),
    },
    { kind: 'separator' },
    ...writeItems(beforeLayer(layer)),
    ...(own.length > 0
      ? [
          { kind: 'separator' } as const,
          {
            kind: 'item',
            label: own.length === 1 ? 'Remove Breakpoint' : `Remove ${own.length} Breakpoints`,
            run: () => removeAll(own.map(({ id }) => id)),
          } as const,
        ]
      : []),
  ];
}

const notFinite = (layer: string): BreakpointPlace => ({
  kind: 'data',
  of: 'activation',
  name: layer,
  event: { kind: 'notFinite' },
});

/** At one place: set or cleared, or written in the form. */
export function placeItems(at: BreakpointPlace, label: string, key?: string): PopupItem[] {
  return [
    {
      kind: 'item',
      label,
      checked: isSet(at),
      ...(key === undefined ? {} : { key }),
      run: () => told(togglePlace(at)),
    },
    ...writeItems(at),
  ];
}

/** "Conditional…" and "Logpoint…": changes what is there already. */
function writeItems(at: BreakpointPlace): PopupItem[] {
  const there = appStore.getState().breakpoints.find((entry) => isSamePlace(entry.at, at));
  const write = (field: 'condition' | 'logMessage') => {
    if (there) editBreakpoint(there.id, field);
    else openForm(at.kind, draftOf({ at }), field);
  };
  return [
    {
      kind: 'item',
      label: there ? 'Edit Condition…' : 'Add Conditional Breakpoint…',
      run: () => write('condition'),
    },
    { kind: 'item', label: there ? 'Edit Log Message…' : 'Add Logpoint…', run: () => write('logMessage') },
  ];
}

function isSet(at: BreakpointPlace): boolean {
  return appStore.getState().breakpoints.some((entry) => isSamePlace(entry.at, at));
}

function removeAll(ids: readonly string[]): void {
  told(saveBreakpoints(appStore.getState().breakpoints.filter(({ id }) => !ids.includes(id))));
}

/** Says it where breakpoints could not be kept. */
export function told(saving: Promise<void>): void {
  saving.catch((error: unknown) => {
    notify({
      severity: 'error',
      message: 'The breakpoints could not be kept.',
      detail: messageOf(error),
    });
  });
}

/** "Break at Conv2D in conv2d_1 #2 (gradient)". */
export function breakLabel(at: BreakpointPlace): string {
  const words = describePlace(at);
  return at.kind === 'op' || at.kind === 'phase' ? `Break ${at.kind === 'op' ? 'at ' : ''}${words}` : `Break: ${words}`;
}

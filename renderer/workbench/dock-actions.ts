/** What commands do to the dock: show a panel, hide a side, go back to the default layout. */
import type { DockviewApi, IDockviewPanel } from 'dockview-react';
import { panels } from '../panels/registry.js';
import type { Panel } from '../panels/panel.js';
import { defaultLayout, groupOf, panelState } from './default-layout.js';
import { SideFit } from './side-fit.js';

let dock: DockviewApi | undefined;
let size = { width: 1280, height: 660 };
let fit: SideFit | undefined;
const listeners = new Set<() => void>();

/** Called by the dock when it is there, and with nothing when it goes. */
export function setDock(api: DockviewApi | undefined, at?: { width: number; height: number }): void {
  dock = api;
  fit =
    api && new SideFit(api, () => (['right', 'left', 'centre'] as const).flatMap((place) => groupsOfSide(api, place)));
  if (at) size = at;
  const announce = () => listeners.forEach((listener) => listener());
  api?.onDidLayoutChange(announce);
  api?.onDidActivePanelChange(announce);
  announce();
}

/** Called by the dock when it has another size. */
export function dockResized(width: number, height: number): void {
  fit?.resized(width, height);
}

/** Whether the layout is not the one that the person made, as there is no room for that now. */
export function isSqueezed(): boolean {
  return fit?.hasGivenWay === true || dock?.hasMaximizedGroup() === true;
}

export function onDockChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isPanelVisible(id: string): boolean {
  const panel = dock?.getPanel(id);
  return panel !== undefined && panel.api.isVisible && panel.group.api.isVisible;
}

export interface ShowOptions {
  readonly focus?: boolean;
  /** A panel that must not be covered: where both are in one group, nothing happens. */
  readonly besides?: string;
  /** In pixels: a panel that is narrower gets the whole dock. 0 gives back what it got for that. */
  readonly leastWidth?: number;
  /** Of the dock's height: its group gets as much. */
  readonly share?: number;
}

/** The panel that has the whole dock because it asked for room. */
let roomy: string | undefined;

/** Brings a panel to the front of wherever it is, adding it back to its place where it was hidden, and focuses it. */
export function showPanel(id: string, { focus = true, besides, leastWidth, share }: ShowOptions = {}): void {
  const kept = besides === undefined ? undefined : dock?.getPanel(besides);
  if (besides !== undefined && (!dock?.getPanel(id) || kept?.group === dock.getPanel(id)?.group)) return;
  const shown = shownPanel(id);
  if (!shown) return;
  shown.group.api.setVisible(true);
  fit?.fit(shown.group);
  shown.api.setActive();
  if (leastWidth === 0 && roomy === id) {
    roomy = undefined;
    if (shown.group.api.isMaximized()) shown.group.api.exitMaximized();
  } else if (leastWidth !== undefined && shown.group.api.width < leastWidth && !shown.group.api.isMaximized()) {
    roomy = id;
    shown.group.api.maximize();
  }
  if (dock && share !== undefined) shown.group.api.setSize({ height: Math.round(share * dock.height) });
  if (focus) requestAnimationFrame(() => focusInside(document.querySelector(`[data-panel="${id}"]`)));
}

/** The panel's group away, or back: what an activity-bar button does. */
export function togglePanel(id: string): void {
  const panel = dock?.getPanel(id);
  if (panel && isPanelVisible(id)) panel.group.api.setVisible(false);
  else showPanel(id);
}

/** Hides or shows every group that holds panels of this place alone. */
export function toggleSide(place: Panel['place']): void {
  if (!dock) return;
  const groups = groupsOfSide(dock, place);
  if (groups.length === 0) {
    for (const panel of panels) if (panel.place === place && !dock.getPanel(panel.id)) addPanel(dock, panel);
    return;
  }
  const show = groups.every((group) => !group.api.isVisible);
  for (const group of groups) group.api.setVisible(show);
  fit?.fit(show ? groups[0] : undefined);
}

/** Those that hold panels of this place alone; of the right side also where the centre's stand with them. */
function groupsOfSide(api: DockviewApi, place: Panel['place']): Group[] {
  const home = panels.filter((panel) => panel.place === place || (place === 'right' && panel.place === 'centre'));
  const isHome = ({ id }: { readonly id: string }) => home.some((panel) => panel.id === id);
  const isOfPlace = ({ id }: { readonly id: string }) =>
    panels.some((panel) => panel.id === id && panel.place === place);
  return api.groups.filter((group) => group.panels.some(isOfPlace) && group.panels.every(isHome));
}

const RESIZE_STEP = 0.08;

/** Gives the group that the person is in more of the dock's room, or less. */
export function resizeGroup(side: 'width' | 'height', direction: 1 | -1): void {
  const group = dock?.groups.find(({ element }) => element.contains(document.activeElement)) ?? dock?.activeGroup;
  if (!dock || !group) return;
  group.api.setSize({ [side]: Math.round(group.api[side] + direction * RESIZE_STEP * dock[side]) });
}

export function resetLayout(): void {
  dock?.fromJSON(defaultLayout(panels, dock.width || size.width, dock.height || size.height), {
    reuseExistingPanels: true,
  });
}

export function toggleMaximized(): void {
  if (!dock) return;
  if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup();
  else dock.activeGroup?.api.maximize();
}

/** Where a person can move a panel to; the editor and the timeline stay where they are. */
export const moveTargets = [
  { place: 'left', short: 'Left Side', label: 'Move to Left Side', title: 'View: Move Panel to Left Side' },
  { place: 'centre', short: 'Beside Editor', label: 'Move beside Editor', title: 'View: Move Panel beside Editor' },
  { place: 'right', short: 'Right Side', label: 'Move to Right Side', title: 'View: Move Panel to Right Side' },
  { place: 'bottom', short: 'Bottom', label: 'Move to Bottom', title: 'View: Move Panel to Bottom' },
] as const;

/** A panel as it stands in the dock, added to its place where it was hidden. */
export function shownPanel(id: string): IDockviewPanel | undefined {
  const panel = panels.find((candidate) => candidate.id === id);
  return dock && panel && (dock.getPanel(id) ?? addPanel(dock, panel));
}

/** The panel that the person was in last, where it can be moved. */
export function movablePanel(): IDockviewPanel | undefined {
  const panel = dock?.activePanel;
  const place = panels.find((candidate) => candidate.id === panel?.id)?.place;
  return place === 'editor' || place === 'timeline' ? undefined : panel;
}

/** Puts a panel among those that stand at the place now, or at that edge where there are none. */
export function movePanel(panel: IDockviewPanel | undefined, place: (typeof moveTargets)[number]['place']): void {
  if (!dock || !panel) return;
  const group = groupAt(dock, place);
  if (group && group === panel.group && group.panels.length > 0) return;
  panel.api.moveTo({ group: group ?? newGroup(dock, place) });
  focusSoon(panel.id);
}

/** Gives a panel a group of its own beside or below the one it is in. */
export function splitOffPanel(panel: IDockviewPanel, position: 'right' | 'bottom'): void {
  if (panel.group.panels.length < 2) return;
  panel.api.moveTo({ group: panel.group, position });
  focusSoon(panel.id);
}

type Group = IDockviewPanel['group'];

function groupAt(api: DockviewApi, place: Panel['place']): Group | undefined {
  const named = api.groups.find((group) => group.id === groupOf(place));
  if (named) return named;
  const others = moveTargets.map((target) => groupOf(target.place));
  const home = panels.filter((panel) => panel.place === place).flatMap((panel) => api.getPanel(panel.id) ?? []);
  return home.find((panel) => !others.includes(panel.group.id))?.group;
}

/** At an edge, inside the timeline's row; beside the editor for the centre. */
function newGroup(api: DockviewApi, place: (typeof moveTargets)[number]['place']): Group {
  const editor = api.getPanel('editor');
  const direction = ({ left: 'left', centre: 'right', right: 'right', bottom: 'below' } as const)[place];
  return editor && (place === 'centre' || place === 'bottom')
    ? api.addGroup({ referencePanel: editor, direction })
    : api.addGroup({ direction });
}

function focusSoon(id: string): void {
  requestAnimationFrame(() => focusInside(document.querySelector(`[data-panel="${id}"]`)));
}

/** The next group of panels gets the keyboard, in the order of the screen. */
export function focusNextGroup(direction: 1 | -1): void {
  if (!dock) return;
  const shown = dock.groups
    .filter((group) => group.api.isVisible && group.activePanel)
    .map((group) => ({ group, box: group.element.getBoundingClientRect() }))
    .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
    .map(({ group }) => group);
  const at = dock.activeGroup ? shown.indexOf(dock.activeGroup) : -1;
  const next = shown[(at + direction + shown.length) % shown.length];
  if (!next?.activePanel) return;
  next.activePanel.api.setActive();
  focusSoon(next.activePanel.id);
}

/** Adds a panel where its place is: beside its neighbours, else at that edge of the window. */
export function addPanel(api: DockviewApi, panel: Panel): IDockviewPanel {
  const neighbour = panels.find(
    (other) => other.place === panel.place && other.id !== panel.id && api.getPanel(other.id),
  );
  const home = neighbour ? api.getPanel(neighbour.id)?.group : api.getGroup(groupOf(panel.place));
  const ownColumn = panel.opensWhenAsked && home && isShared(home, panel.place);
  const group = ownColumn ? undefined : home;
  const edge = {
    left: 'left',
    editor: 'left',
    centre: 'right',
    right: 'right',
    bottom: 'below',
    timeline: 'below',
  } as const;
  const { id, title, contentComponent, tabComponent, minimumWidth, minimumHeight } = panelState(panel);
  const homeWidth = home?.api.width;
  const added = api.addPanel({
    id,
    title,
    component: contentComponent ?? id,
    tabComponent,
    minimumWidth,
    minimumHeight,
    position: home
      ? { referenceGroup: home.id, ...(ownColumn ? { direction: 'left' } : {}) }
      : { direction: edge[panel.place] },
    ...(ownColumn && homeWidth !== undefined
      ? { initialWidth: Math.max(340, Math.round(api.width * 0.3)) + Math.max(0, homeWidth - home.minimumWidth) }
      : {}),
  });
  // The room is to come from the editor: the side bar gave way first, and is given back what it had.
  if (ownColumn && homeWidth !== undefined) home.api.setSize({ width: homeWidth });
  if (!group && (panel.place === 'timeline' || panel.place === 'editor')) {
    added.group.model.header.hidden = true;
    added.group.locked = true;
  }
  return added;
}

/** Panels of other places stand there too. */
function isShared(group: { readonly panels: readonly { readonly id: string }[] }, place: Panel['place']): boolean {
  return group.panels.some((member) => panels.find((panel) => panel.id === member.id)?.place !== place);
}

const focusable =
  'button:not(:disabled), [href], input:not(:disabled), textarea:not(:disabled), select:not(:disabled), [tabindex]:not([tabindex="-1"])';

/** Puts the focus on the part's own choice (`data-autofocus`, a code editor), else on its first control that takes it. */
export function focusInside(part: Element | null): boolean {
  if (!part) return false;
  const candidates = [
    ...part.querySelectorAll<HTMLElement>('[data-autofocus]'),
    ...part.querySelectorAll<HTMLElement>('.monaco-editor .native-edit-context, .monaco-editor textarea'),
    ...part.querySelectorAll<HTMLElement>(focusable),
  ];
  for (const candidate of candidates) {
    candidate.focus();
    if (document.activeElement === candidate) return true;
  }
  return false;
}

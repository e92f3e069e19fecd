/**
 * Where panels stand until the person moves them: files | editor | centre | debug, the bottom below
 * the middle two, the timeline across. Pure: from panels and a size to dockview's serialised form.
 */
import type { SerializedDockview } from 'dockview-react';
import type { Panel } from '../panels/panel.js';

/** Below this width the centre's panels share the right side, so that the editor keeps room for a line and its inlay. */
const NARROW = 1500;

/** Smallest sizes at which a panel is still of use, by place. */
const minimum: Readonly<Record<Panel['place'], { readonly width: number; readonly height: number }>> = {
  left: { width: 170, height: 100 },
  editor: { width: 300, height: 120 },
  centre: { width: 240, height: 120 },
  right: { width: 220, height: 120 },
  bottom: { width: 240, height: 100 },
  timeline: { width: 300, height: 64 },
};

type Node = SerializedDockview['grid']['root'];

export function panelState(panel: Panel): SerializedDockview['panels'][string] {
  const { width, height } = minimum[panel.place];
  return {
    id: panel.id,
    contentComponent: panel.id,
    tabComponent: 'panel-tab',
    title: panel.title,
    minimumWidth: width,
    minimumHeight: height,
  };
}

/** Name of the group that a place's panels start in; also how a panel finds its way home. */
export function groupOf(place: Panel['place']): string {
  return `group-${place}`;
}

export function defaultLayout(all: readonly Panel[], width: number, height: number): SerializedDockview {
  const panels = all.filter((panel) => !panel.opensWhenAsked);
  const narrow = width < NARROW;
  const at = (...places: Panel['place'][]) =>
    panels
      .filter((panel) => places.includes(panel.place))
      .sort((a, b) => places.indexOf(a.place) - places.indexOf(b.place) || a.order - b.order);

  const leaf = (place: Panel['place'], size: number, members: readonly Panel[], bare = false): Node | undefined =>
    members.length === 0
      ? undefined
      : {
          type: 'leaf',
          size,
          data: {
            id: groupOf(place),
            views: members.map((panel) => panel.id),
            activeView: members[0]?.id,
            ...(bare ? { hideHeader: true, locked: true } : {}),
          },
        };
  const branch = (size: number, children: readonly (Node | undefined)[]): Node | undefined => {
    const present = children.filter((child) => child !== undefined);
    return present.length === 0 ? undefined : { type: 'branch', size, data: present };
  };

  const has = (...places: Panel['place'][]) => at(...places).length > 0;
  const timelineHeight = has('timeline') ? clamp(height * 0.1, 76, 110) : 0;
  const mainHeight = height - timelineHeight;
  const bottomHeight = has('bottom') ? clamp(mainHeight * 0.34, 190, 520) : 0;
  const leftWidth = has('left') ? clamp(width * 0.14, 215, 320) : 0;
  const right = narrow ? at('right', 'centre') : at('right');
  const rightWidth = right.length === 0 ? 0 : narrow ? clamp(width * 0.25, 300, 380) : clamp(width * 0.2, 310, 520);
  const middleWidth = width - leftWidth - rightWidth;
  const centreWidth = narrow || !has('centre') ? 0 : clamp(middleWidth * 0.38, 360, 1000);

  const root = branch(width, [
    branch(mainHeight, [
      leaf('left', leftWidth, at('left')),
      branch(middleWidth, [
        branch(mainHeight - bottomHeight, [
          leaf('editor', middleWidth - centreWidth, at('editor'), true),
          narrow ? undefined : leaf('centre', centreWidth, at('centre')),
        ]),
        leaf('bottom', bottomHeight, at('bottom')),
      ]),
      leaf('right', rightWidth, right),
    ]),
    leaf('timeline', timelineHeight, at('timeline'), true),
  ]);
  if (!root) throw new Error('a workbench without panels');

  return {
    grid: { root, width, height, orientation: 'VERTICAL' as SerializedDockview['grid']['orientation'] },
    panels: Object.fromEntries(panels.map((panel) => [panel.id, panelState(panel)])),
    activeGroup: groupOf('editor'),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.round(Math.min(Math.max(value, low), high));
}

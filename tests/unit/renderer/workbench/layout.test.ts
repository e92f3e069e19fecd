import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Panel } from '../../../../renderer/panels/panel.js';
import { defaultLayout } from '../../../../renderer/workbench/default-layout.js';
import { forgetLayout, readLayout, writeLayout } from '../../../../renderer/workbench/layout-store.js';
import { FakeStorage } from '../fake-storage.js';

const panel = (id: string, place: Panel['place'], order: number): Panel => ({
  id,
  title: id,
  icon: 'x',
  place,
  order,
  component: () => null,
});
const all = [
  panel('runs', 'left', 20),
  panel('explorer', 'left', 10),
  panel('editor', 'editor', 10),
  panel('layers', 'centre', 10),
  panel('debug', 'right', 10),
  panel('dashboards', 'bottom', 10),
  panel('timeline', 'timeline', 10),
];

type Node = ReturnType<typeof defaultLayout>['grid']['root'];
interface Group {
  readonly id: string;
  readonly views: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Every group with the room that it gets. */
function groups(node: Node, width: number, height: number, vertical: boolean): Group[] {
  if (node.type === 'leaf') {
    const { id, views } = node.data as { id: string; views: string[] };
    return [{ id, views, width, height }];
  }
  return (node.data as Node[]).flatMap((child) =>
    groups(child, vertical ? width : (child.size ?? 0), vertical ? (child.size ?? 0) : height, !vertical),
  );
}

const laidOut = (width: number, height: number, panels = all) =>
  groups(defaultLayout(panels, width, height).grid.root, width, height, true);

describe('the default layout', () => {
  it.each([
    [1234, 663],
    [1394, 843],
    [1634, 963],
    [2514, 1383],
    [3794, 2103],
  ])('fills %i×%i without cramping anything', (width, height) => {
    const found = laidOut(width, height);
    expect(found.flatMap((group) => group.views).sort()).toEqual(all.map((entry) => entry.id).sort());
    const area = found.reduce((sum, group) => sum + group.width * group.height, 0);
    expect(area).toBeCloseTo(width * height, -1);
    const editor = found.find((group) => group.views.includes('editor'));
    expect(editor?.width).toBeGreaterThan(600);
    expect(editor?.height).toBeGreaterThan(330);
    for (const group of found) {
      expect(group.width, group.id).toBeGreaterThanOrEqual(200);
      expect(group.height, group.id).toBeGreaterThanOrEqual(70);
    }
  });

  it('puts the centre beside the debug bar where the screen is narrow, beside the editor where it is wide', () => {
    expect(laidOut(1234, 663).find((group) => group.id === 'group-right')?.views).toEqual(['debug', 'layers']);
    expect(laidOut(1634, 963).find((group) => group.id === 'group-centre')?.views).toEqual(['layers']);
  });

  it('orders panels within a place', () => {
    expect(laidOut(1634, 963).find((group) => group.id === 'group-left')?.views).toEqual(['explorer', 'runs']);
  });

  it('does without places that nobody fills', () => {
    expect(laidOut(1234, 663, [panel('editor', 'editor', 1)])).toMatchObject([
      { views: ['editor'], width: 1234, height: 663 },
    ]);
  });
});

describe('a saved layout', () => {
  beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
  afterEach(() => void vi.restoreAllMocks());

  it('comes back by workspace, and is forgotten on request', () => {
    const storage = new FakeStorage();
    const layout = defaultLayout(all, 1400, 800);
    writeLayout('/w', ['editor'], layout, storage);
    expect(readLayout('/w', storage)).toMatchObject({ known: ['editor'], layout: { activeGroup: 'group-editor' } });
    expect(readLayout('/other', storage)).toBeUndefined();
    forgetLayout('/w', storage);
    expect(readLayout('/w', storage)).toBeUndefined();
  });

  it('is left aside when it is damaged or of another version', () => {
    const storage = new FakeStorage();
    storage.setItem('backstep.layout:/w', '{');
    expect(readLayout('/w', storage)).toBeUndefined();
    storage.setItem('backstep.layout:/w', JSON.stringify({ version: 0, known: [], layout: { grid: {} } }));
    expect(readLayout('/w', storage)).toBeUndefined();
  });
});

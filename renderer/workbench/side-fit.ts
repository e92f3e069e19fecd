/**
 * In a window too narrow for all columns (small, or zoomed to 200 %) the sides give way to the editor, and come
 * back when there is room. Knows the dock, and no panel by name.
 */
import type { DockviewApi, DockviewGroupPanel } from 'dockview-react';

export class SideFit {
  /** Hidden by this, the first to go first. */
  private gaveWay: DockviewGroupPanel[] = [];
  private width = Infinity;
  /** Of the sides as the person made them. */
  private widths = new Map<DockviewGroupPanel, number>();

  /** @param sides groups that may go, the first to go first */
  constructor(
    private readonly dock: DockviewApi,
    private readonly sides: () => readonly DockviewGroupPanel[],
  ) {
    dock.onDidLayoutChange(() => this.remember());
  }

  /** Whether the layout is not the one that the person made. */
  get hasGivenWay(): boolean {
    return this.gaveWay.length > 0;
  }

  /** In CSS pixels, as the dock's place in the window is now. */
  resized(width: number, height: number): void {
    this.width = width;
    this.dock.layout(width, height);
    this.fit();
    this.remember();
  }

  /** @param shown a group that is wanted to be seen: others go before it */
  fit(shown?: DockviewGroupPanel): void {
    const { dock } = this;
    if (dock.hasMaximizedGroup()) return;
    const there = this.sides();
    this.gaveWay = this.gaveWay.filter((group) => there.includes(group) && !group.api.isVisible);
    for (const group of there) {
      if (!this.overflows()) break;
      if (group === shown || !group.api.isVisible) continue;
      group.api.setVisible(false);
      this.gaveWay.push(group);
    }
    // Whether there is room again is tried, which nobody sees: the window is painted afterwards.
    for (let last = this.gaveWay.at(-1); last; last = this.gaveWay.at(-1)) {
      last.api.setVisible(true);
      if (this.overflows()) {
        last.api.setVisible(false);
        return;
      }
      this.gaveWay.pop();
      if (this.gaveWay.length > 0) continue;
      for (const [group, width] of this.widths) if (there.includes(group)) group.api.setSize({ width });
    }
  }

  private remember(): void {
    // What follows from another size of the window is nobody's wish.
    if (this.hasGivenWay || Math.abs(this.dock.width - this.width) > 1) return;
    const shown = this.sides().filter((group) => group.api.isVisible);
    this.widths = new Map(shown.map((group) => [group, group.api.width]));
  }

  private overflows(): boolean {
    const shown = this.dock.groups.filter((group) => group.api.isVisible);
    const boxes = shown.map(({ element }) => element.getBoundingClientRect());
    const left = Math.min(...boxes.map((box) => box.left));
    return boxes.some((box) => box.right > left + this.width + 1);
  }
}

/** What can be done with the shown graph as a whole, for the palette and for the menu in its bar. */
import { appStore, notify } from '../../../state/app-state.js';
import { runCommand, type Command } from '../../../state/commands.js';
import { linkText } from '../../../state/view-link.js';
import type { PopupItem } from '../../../ui/popup-menu.js';
import { exportFormats, exportGraph, exportNames } from './export-graph.js';
import { shownComparison } from '../compare/compare-target.js';
import { shownGraph } from './shown-graph.js';

export const takeAwayCommands: readonly Command[] = [
  ...exportFormats.map((format): Command => ({
    id: `graph.save.${format}`,
    title: `Graph: ${exportNames[format]}`,
    enabled: () => shownGraph() !== undefined,
    async run() {
      const shown = shownGraph();
      if (shown) await exportGraph(shown, format);
    },
  })),
  {
    id: 'graph.copyLink',
    title: 'Graph: Copy Link to This View',
    enabled: () => (shownComparison() ?? shownGraph()) !== undefined,
    run: copyLink,
  },
];

/** For a menu. */
export function takeAwayItems(): readonly PopupItem[] {
  const items = takeAwayCommands.map(({ id, title }): PopupItem => ({
    kind: 'item',
    label: title.replace('Graph: ', ''),
    run: () => void runCommand(id),
  }));
  return [...items.slice(0, -1), { kind: 'separator' }, items.at(-1)!];
}

async function copyLink(): Promise<void> {
  const { workspace } = appStore.getState();
  const comparison = shownComparison();
  const parts = (comparison ? comparison.linkParts() : shownGraph()?.linkParts()) ?? [];
  if (!workspace || parts.length === 0) {
    const detail = comparison
      ? 'One side of it is remembered by this window alone: compare with the saved version, a run or a file.'
      : 'Links lead to files of the open folder.';
    notify({ severity: 'warning', message: `This ${comparison ? 'comparison' : 'graph'} has no link.`, detail });
    return;
  }
  const view = comparison ? 'comparison' : 'graph';
  await navigator.clipboard.writeText(linkText(location, { view, folder: workspace.path }, parts));
  notify({
    severity: 'info',
    message: 'The link to this view is in the clipboard.',
    detail: 'View: Open Link… opens it.',
  });
}

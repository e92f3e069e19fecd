/** Runs in a picture by keys: up and down lead from run to run, Enter draws one's curves, the menu key opens its menu. */
import type { KeyboardEvent } from 'react';
import { pointAtRun, pointedRun } from '../../../state/runs-view.js';
import { appStore } from '../../../state/app-state.js';
import { selectRun } from '../../../state/runs-sync.js';
import { popupAt, type PopupAt } from '../../../ui/popup-menu.js';
import type { RunRow } from './run-columns.js';

export type OpenRunMenu = (row: RunRow, at: PopupAt) => void;

export function toggleRun(id: string): void {
  selectRun(id, !appStore.getState().selectedRuns.includes(id));
}

export function walkRuns(rows: readonly RunRow[], openMenu: OpenRunMenu) {
  return (event: KeyboardEvent): void => {
    const at = rows.findIndex(({ run }) => run.id === pointedRun.getState().id);
    const here = rows[at];
    const to = {
      ArrowDown: Math.min(rows.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (to !== undefined) pointAtRun(rows[to]?.run.id);
    else if (event.key === 'Escape' && here) pointAtRun(undefined);
    else if ((event.key === 'Enter' || event.key === ' ') && here) toggleRun(here.run.id);
    else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && here) {
      const { left, top } = event.currentTarget.getBoundingClientRect();
      openMenu(here, popupAt({ clientX: left + 40, clientY: top + 40, currentTarget: event.currentTarget }));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

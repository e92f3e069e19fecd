/** Runs whose summaries are shown: those that are ticked and the one under way; where there is neither, the latest. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { runNames } from '../../state/run-names.js';
import { hparamsStore } from '../../state/run-settings.js';
import { runColour } from '../../state/runs-colours.js';
import { runsStore } from '../../state/runs-sync.js';
import { useApp } from '../../use-app.js';
import type { SummaryRun } from './summary-groups.js';

export function useSummaryRuns(): readonly SummaryRun[] {
  const runs = useApp((state) => state.runs);
  const selected = useApp((state) => state.selectedRuns);
  const liveFolder = useApp((state) => state.session?.start?.runDir);
  const colours = useStore(runsStore, (state) => state.colours);
  const hparams = useStore(hparamsStore, (state) => state.sessions);
  return useMemo(() => {
    const chosen = new Set(selected);
    let shown = runs.filter(({ id, path }) => chosen.has(id) || path === liveFolder);
    if (shown.length === 0) {
      shown = [...runs].sort((a, b) => b.createdAt - a.createdAt).slice(0, 1);
    }
    const names = runNames(runs, hparams);
    return shown.map(({ id, name, path }) => ({
      id,
      name: names.get(id)?.whole ?? name,
      isLive: path === liveFolder,
      colour: path === liveFolder ? 'var(--train)' : runColour(colours[id]),
    }));
  }, [runs, selected, liveFolder, colours, hparams]);
}

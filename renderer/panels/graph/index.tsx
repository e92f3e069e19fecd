import { registerView } from '../../state/view-link.js';
import type { Panel } from '../panel.js';
import { canCompare, compareShown, endComparison, isComparing, swapComparison } from '../../state/graph-comparison.js';
import { shownComparison } from './compare/compare-target.js';
import { restoreComparison } from './compare/restore-comparison.js';
import { breakTarget } from './debugging/graph-target.js';
import { restoreGraph } from './take-away/restore-graph.js';
import { Graph } from './graph.js';
import { takeAwayCommands } from './take-away/take-away.js';

registerView('graph', restoreGraph);
registerView('comparison', restoreComparison);

export const graphPanel: Panel = {
  id: 'graph',
  title: 'Graph',
  icon: 'type-hierarchy-sub',
  place: 'centre',
  order: 30,
  component: Graph,
  keys: ['Ctrl+Shift+G'],
  commands: [
    {
      id: 'breakpoints.toggleInGraph',
      title: 'Breakpoints: Toggle Breakpoint at Selected Op',
      keys: ['F9'],
      enabled: () => breakTarget() !== undefined,
      run: () => breakTarget()?.(),
    },
    ...takeAwayCommands,
    { id: 'graph.compare', title: 'Graph: Compare with…', enabled: canCompare, run: compareShown },
    { id: 'graph.swapCompared', title: 'Graph: Swap Before and After', enabled: isComparing, run: swapComparison },
    {
      id: 'graph.nextDifference',
      title: 'Graph: Next Difference',
      keys: ['F7'],
      enabled: () => shownComparison() !== undefined,
      run: () => shownComparison()?.walk(1),
    },
    {
      id: 'graph.previousDifference',
      title: 'Graph: Previous Difference',
      keys: ['Shift+F7'],
      enabled: () => shownComparison() !== undefined,
      run: () => shownComparison()?.walk(-1),
    },
    { id: 'graph.closeComparison', title: 'Graph: Close Comparison', enabled: isComparing, run: endComparison },
  ],
};

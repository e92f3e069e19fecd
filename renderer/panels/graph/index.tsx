import { registerView } from '../../state/view-link.js';
import type { Panel } from '../panel.js';
import { canCompare, compareShown, endComparison, isComparing, swapComparison } from '../../state/graph-comparison.js';
import { differenceWalk } from './compare/compare-target.js';
import { breakTarget } from './debugging/graph-target.js';
import { restoreGraph } from './take-away/restore-graph.js';
import { Graph } from './graph.js';
import { takeAwayCommands } from './take-away/take-away.js';

registerView('graph', restoreGraph);

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
      enabled: () => differenceWalk() !== undefined,
      run: () => differenceWalk()?.(1),
    },
    {
      id: 'graph.previousDifference',
      title: 'Graph: Previous Difference',
      keys: ['Shift+F7'],
      enabled: () => differenceWalk() !== undefined,
      run: () => differenceWalk()?.(-1),
    },
    { id: 'graph.closeComparison', title: 'Graph: Close Comparison', enabled: isComparing, run: endComparison },
  ],
};

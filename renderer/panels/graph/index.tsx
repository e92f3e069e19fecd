import { registerView } from '../../state/view-link.js';
import type { Panel } from '../panel.js';
import { canCompare, compareShown } from '../../state/graph-comparison.js';
import { breakTarget } from './graph-target.js';
import { restoreGraph } from './graph-link.js';
import { Graph } from './graph.js';
import { takeAwayCommands } from './take-away.js';

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
  ],
};

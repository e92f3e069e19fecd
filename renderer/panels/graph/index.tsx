import type { Panel } from '../panel.js';
import { breakTarget } from './graph-target.js';
import { Graph } from './graph.js';

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
  ],
};

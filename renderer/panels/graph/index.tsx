import type { Panel } from '../panel.js';
import { Graph } from './graph.js';

export const graphPanel: Panel = {
  id: 'graph',
  title: 'Graph',
  icon: 'type-hierarchy-sub',
  place: 'centre',
  order: 30,
  component: Graph,
  keys: ['Ctrl+Shift+G'],
};

import type { Panel } from '../panel.js';
import { Runs } from './runs.js';

export const runsPanel: Panel = {
  id: 'runs',
  title: 'Runs',
  icon: 'list-tree',
  place: 'left',
  order: 20,
  component: Runs,
};

import type { Panel } from '../panel.js';
import { Problems } from './problems.js';

export const problemsPanel: Panel = {
  id: 'problems',
  title: 'Problems',
  icon: 'warning',
  place: 'bottom',
  order: 40,
  component: Problems,
};

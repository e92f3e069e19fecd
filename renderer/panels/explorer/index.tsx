import type { Panel } from '../panel.js';
import { Explorer } from './explorer.js';

export const explorerPanel: Panel = {
  id: 'explorer',
  title: 'Explorer',
  icon: 'files',
  place: 'left',
  order: 10,
  component: Explorer,
};

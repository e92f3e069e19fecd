import type { Panel } from '../panel.js';
import { Debug } from './debug.js';

export const debugPanel: Panel = {
  id: 'debug',
  title: 'Debug',
  icon: 'debug-alt',
  place: 'right',
  order: 10,
  component: Debug,
};

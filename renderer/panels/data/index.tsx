import type { Panel } from '../panel.js';
import { Data } from './data.js';

export const dataPanel: Panel = {
  id: 'data',
  title: 'Data',
  icon: 'database',
  place: 'centre',
  order: 30,
  component: Data,
};

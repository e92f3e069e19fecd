import type { Panel } from '../panel.js';
import { Summaries } from './summaries.js';

export const summariesPanel: Panel = {
  id: 'summaries',
  title: 'Summaries',
  icon: 'pulse',
  place: 'bottom',
  order: 15,
  component: Summaries,
};

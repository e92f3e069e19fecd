import type { Panel } from '../panel.js';
import { Timeline } from './timeline.js';

export const timelinePanel: Panel = {
  id: 'timeline',
  title: 'Timeline',
  icon: 'history',
  place: 'timeline',
  order: 10,
  component: Timeline,
};

import type { Panel } from '../panel.js';
import { Dashboards } from './dashboards.js';
import { DashboardSwitches } from './switches.js';

export const dashboardsPanel: Panel = {
  id: 'dashboards',
  title: 'Dashboards',
  icon: 'graph-line',
  place: 'bottom',
  order: 10,
  component: Dashboards,
  actions: DashboardSwitches,
};

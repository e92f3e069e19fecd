import { appStore } from '../../state/app-state.js';
import { ask } from '../../state/dialogs.js';
import { addLogFolder } from '../../state/log-sync.js';
import { copyDashboardLink } from '../../state/dashboard-link.js';
import type { Panel } from '../panel.js';
import { dashboardGroup } from './chart-group.js';
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
  commands: [
    {
      id: 'logs.addFolder',
      title: 'File: Add Folder of Event Files…',
      enabled: () => appStore.getState().workspace !== undefined,
      async run() {
        const folder = await ask({ kind: 'folder', title: 'Folder of event files to draw', confirm: 'Add' });
        if (folder !== undefined) await addLogFolder(folder);
      },
    },
    {
      id: 'dashboards.copyLink',
      title: 'Dashboards: Copy Link to This View',
      enabled: () => appStore.getState().workspace !== undefined,
      run: () => copyDashboardLink(dashboardGroup.zoom),
    },
  ],
};

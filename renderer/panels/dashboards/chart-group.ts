/** The one group of the dashboards' charts, shared by the panel and the switches in its tab strip; and what goes on while the panel is covered. */
import { ChartGroup } from '../../charts/chart-group.js';
import { host } from '../../host/index.js';
import { startAlerts } from '../../state/alerts.js';
import { startDashboardLinks } from '../../state/dashboard-link.js';
import { activeDashboard } from '../../state/dashboards.js';
import { sessionX } from './chart-range.js';
import { findNamed } from './series-names.js';
import { pointedStep } from '../../state/pointed-step.js';

export const dashboardGroup = new ChartGroup();

// A link can hold a zoom, which is the charts' own.
startDashboardLinks((zoom) => dashboardGroup.setZoom(zoom));

startAlerts((title, body) => host.notify(title, body), findNamed);

// The timeline's cross-hair is the charts' too.
pointedStep.subscribe(({ step, on }) => {
  if (on === 'timeline') dashboardGroup.setHover(step === undefined ? undefined : sessionX(step, activeDashboard().x));
});

/** The one group of the dashboards' charts, shared by the panel and the switches in its tab strip. */
import { ChartGroup } from '../../charts/chart-group.js';
import { startDashboardLinks } from '../../state/dashboard-link.js';
import { activeDashboard } from '../../state/dashboards.js';
import { pointedStep } from '../../state/pointed-step.js';

export const dashboardGroup = new ChartGroup();

// A link can hold a zoom, which is the charts' own.
startDashboardLinks((zoom) => dashboardGroup.setZoom(zoom));

// The timeline's cross-hair is the charts' too, where both count steps.
pointedStep.subscribe(({ step, on }) => {
  if (on === 'timeline') dashboardGroup.setHover(activeDashboard().x === 'step' ? step : undefined);
});

/** The one group of the dashboards' charts, shared by the panel and the switches in its tab strip. */
import { ChartGroup } from '../../charts/chart-group.js';
import { startDashboardLinks } from '../../state/dashboard-link.js';

export const dashboardGroup = new ChartGroup();

// A link can hold a zoom, which is the charts' own.
startDashboardLinks((zoom) => dashboardGroup.setZoom(zoom));

/** The one group of the dashboards' charts, shared by the panel and the switches in its tab strip. */
import { ChartGroup } from '../../charts/chart-group.js';

export const dashboardGroup = new ChartGroup();

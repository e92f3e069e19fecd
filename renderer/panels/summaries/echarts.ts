/** Of ECharts what these charts use. */
import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([CustomChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export { init, type EChartsCoreOption as ChartOption, type EChartsType as Chart };

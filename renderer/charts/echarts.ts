/** The parts of Apache ECharts that the window draws with; nothing else of it is bundled. */
import { LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, CanvasRenderer]);

export { init };
export type { EChartsType };

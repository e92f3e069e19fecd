/**
 * The panels of the window. A panel is one folder and one line here; nothing else names it. The
 * places are filled from left to right (see Panel.order).
 */
import type { Panel } from './panel.js';
import { consolePanel } from './console/index.js';
import { dashboardsPanel } from './dashboards/index.js';
import { dataPanel } from './data/index.js';
import { debugPanel } from './debug/index.js';
import { editorPanel } from './editor/index.js';
import { explorerPanel } from './explorer/index.js';
import { graphPanel } from './graph/index.js';
import { layersPanel } from './layers/index.js';
import { problemsPanel } from './problems/index.js';
import { runsPanel } from './runs/index.js';
import { summariesPanel } from './summaries/index.js';
import { tensorPanel } from './tensor/index.js';
import { timelinePanel } from './timeline/index.js';

export const panels: readonly Panel[] = [
  explorerPanel,
  runsPanel,
  dataPanel,
  editorPanel,
  layersPanel,
  graphPanel,
  tensorPanel,
  debugPanel,
  dashboardsPanel,
  summariesPanel,
  consolePanel,
  problemsPanel,
  timelinePanel,
];

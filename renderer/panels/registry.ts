/**
 * The panels of the window. A panel is one folder and one line here; nothing else names it. The
 * places are filled from left to right (see Panel.order).
 */
import type { Panel } from './panel.js';
import { editorPanel } from './editor/index.js';
import { explorerPanel } from './explorer/index.js';
import { layersPanel } from './layers/index.js';
import { problemsPanel } from './problems/index.js';

export const panels: readonly Panel[] = [explorerPanel, editorPanel, layersPanel, problemsPanel];

import type { Panel } from '../panel.js';
import { Layers } from './layers.js';

export const layersPanel: Panel = {
  id: 'layers',
  title: 'Layers',
  icon: 'layers',
  place: 'centre',
  order: 20,
  component: Layers,
  keys: ['Ctrl+Shift+L'],
};

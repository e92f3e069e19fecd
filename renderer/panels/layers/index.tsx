import { appStore } from '../../state/app-state.js';
import { togglePlace } from '../../state/session-breakpoints.js';
import { beforeLayer } from '../../training/break-menu.js';
import type { Panel } from '../panel.js';
import { Layers } from './layers.js';

const isInTable = () => document.activeElement?.closest('.layer-table') !== null;

export const layersPanel: Panel = {
  id: 'layers',
  title: 'Layers',
  icon: 'layers',
  place: 'centre',
  order: 20,
  component: Layers,
  keys: ['Ctrl+Shift+L'],
  commands: [
    {
      id: 'breakpoints.toggleLayer',
      title: 'Breakpoints: Toggle Breakpoint Before Selected Layer',
      keys: ['F9'],
      enabled: () => isInTable() && appStore.getState().cursor.layer !== undefined,
      run: async () => {
        const { layer } = appStore.getState().cursor;
        if (layer !== undefined) await togglePlace(beforeLayer(layer));
      },
    },
  ],
};

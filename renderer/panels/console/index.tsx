import type { Panel } from '../panel.js';
import { ConsoleSwitches } from './console-switches.js';
import { Console } from './console.js';

export const consolePanel: Panel = {
  id: 'console',
  title: 'Console',
  icon: 'terminal',
  place: 'bottom',
  order: 30,
  component: Console,
  actions: ConsoleSwitches,
};

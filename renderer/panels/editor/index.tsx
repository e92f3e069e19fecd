import type { Panel } from '../panel.js';
import { Editor } from './editor.js';

export const editorPanel: Panel = {
  id: 'editor',
  title: 'Editor',
  icon: 'file-code',
  place: 'editor',
  order: 10,
  component: Editor,
};

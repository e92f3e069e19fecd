import type { Command } from '../../state/commands.js';
import { appStore } from '../../state/app-state.js';
import type { Panel } from '../panel.js';
import { closePane, focusPane, splitEditor } from '../../state/editor-panes.js';
import { activeBreakpoints, focusEditor, hasCodeView, runInEditor } from './code-view-handle.js';
import { Editor } from './editor.js';
import type { LineField } from './line-menu.js';
import { switchFile } from './file-tabs.js';

const isSplit = () => appStore.getState().otherFile !== undefined;
const hasFile = () => appStore.getState().activeFile !== undefined && hasCodeView();

/** A command that is an action of Monaco's; its key is Monaco's own and only shown. */
const action = (id: string, title: string, name: string, ...widgetKeys: readonly string[]): Command => ({
  id,
  title,
  widgetKeys,
  enabled: hasFile,
  run: () => runInEditor(name),
});

const lineCommand = (id: string, title: string, field: LineField): Command => ({
  id,
  title,
  enabled: hasFile,
  run: () => activeBreakpoints()?.editAtCaret(field),
});

export const editorPanel: Panel = {
  id: 'editor',
  title: 'Editor',
  icon: 'file-code',
  place: 'editor',
  order: 10,
  component: Editor,
  keys: ['Ctrl+1'],
  commands: [
    action('edit.undo', 'Edit: Undo', 'undo', 'Ctrl+Z'),
    action('edit.redo', 'Edit: Redo', 'redo', 'Ctrl+Shift+Z'),
    action('edit.find', 'Edit: Find', 'actions.find', 'Ctrl+F'),
    action('edit.replace', 'Edit: Replace', 'editor.action.startFindReplaceAction', 'Ctrl+H'),
    action('edit.toggleComment', 'Edit: Toggle Line Comment', 'editor.action.commentLine', 'Ctrl+/'),
    {
      // Monaco's own key for it differs from system to system; this one is the same on all.
      ...action('edit.format', 'Edit: Format Document', 'editor.action.formatDocument'),
      keys: ['Shift+Alt+F'],
    },
    action('edit.rename', 'Edit: Rename Symbol', 'editor.action.rename', 'F2'),
    action('editor.goToLine', 'Go: Go to Line…', 'editor.action.gotoLine', 'Ctrl+G'),
    action('editor.goToSymbol', 'Go: Go to Symbol…', 'editor.action.quickOutline', 'Ctrl+Shift+O'),
    action('editor.goToDefinition', 'Go: Go to Definition', 'editor.action.revealDefinition', 'F12'),
    action('editor.nextProblem', 'Go: Next Problem', 'editor.action.marker.nextInFiles', 'F8'),
    {
      id: 'breakpoints.toggleLine',
      title: 'Breakpoints: Toggle Breakpoint',
      keys: ['F9'],
      // The layer table and the graph set breakpoints of their own by this key.
      enabled: () => hasFile() && !document.activeElement?.closest('[data-breaks]'),
      run: () => activeBreakpoints()?.toggleAtCaret(),
    },
    lineCommand('breakpoints.lineCondition', 'Breakpoints: Condition of Breakpoint on This Line…', 'condition'),
    lineCommand('breakpoints.lineHitCount', 'Breakpoints: Hit Count of Breakpoint on This Line…', 'hitCondition'),
    lineCommand('breakpoints.lineLog', 'Breakpoints: Logpoint on This Line…', 'logMessage'),
    {
      id: 'editor.nextFile',
      title: 'View: Next Editor',
      keys: ['Ctrl+PageDown'],
      enabled: hasFile,
      run: () => switchFile(1),
    },
    {
      id: 'editor.split',
      title: 'View: Split Editor Right',
      keys: ['Ctrl+\\'],
      enabled: hasFile,
      run() {
        splitEditor();
        focusEditor();
      },
    },
    {
      id: 'editor.join',
      title: 'View: Close Split Editor',
      enabled: isSplit,
      run: () => closePane(1),
    },
    {
      id: 'editor.otherPane',
      title: 'View: Focus Other Editor Pane',
      keys: ['Ctrl+2'],
      enabled: isSplit,
      run() {
        focusPane(appStore.getState().activePane === 0 ? 1 : 0);
        focusEditor();
      },
    },
    {
      id: 'editor.previousFile',
      title: 'View: Previous Editor',
      keys: ['Ctrl+PageUp'],
      enabled: hasFile,
      run: () => switchFile(-1),
    },
  ],
};

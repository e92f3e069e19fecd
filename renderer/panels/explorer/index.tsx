import type { Panel } from '../panel.js';
import { appStore } from '../../state/app-state.js';
import { Icon } from '../../ui/icon.js';
import { Explorer } from './explorer.js';
import { collapseAll, createEntry, refreshTree } from './explorer-store.js';

function Actions() {
  const button = (icon: string, title: string, run: () => void) => (
    <button className="icon-button" title={title} aria-label={title} onClick={run}>
      <Icon name={icon} />
    </button>
  );
  return (
    <span className="button-row">
      {button('new-file', 'New file…', () => void createEntry('file'))}
      {button('collapse-all', 'Collapse all folders', collapseAll)}
    </span>
  );
}

const enabled = () => appStore.getState().workspace !== undefined;

export const explorerPanel: Panel = {
  id: 'explorer',
  title: 'Explorer',
  icon: 'files',
  place: 'left',
  order: 10,
  component: Explorer,
  actions: Actions,
  keys: ['Ctrl+Shift+E'],
  commands: [
    { id: 'file.new', title: 'File: New File…', keys: ['Ctrl+Alt+N'], enabled, run: () => createEntry('file') },
    { id: 'file.newFolder', title: 'File: New Folder…', enabled, run: () => createEntry('folder') },
    { id: 'explorer.refresh', title: 'Explorer: Refresh', enabled, run: refreshTree },
  ],
};

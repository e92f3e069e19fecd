/** Brand, menus, the workspace's name (which opens the palette) and the place of the debug toolbar. */
import { runCommand } from '../state/commands.js';
import { useApp } from '../use-app.js';
import { Icon } from '../ui/icon.js';
import { MenuBar } from './menu-bar.js';
import { DebugToolbar } from '../training/index.js';

export function TitleBar() {
  const name = useApp((state) => state.workspace?.name);
  return (
    <header className="title-bar" data-part="title-bar">
      <div className="title-bar-start">
        <div className="brand" aria-label="Backstep">
          <svg width="18" height="10" viewBox="0 0 18 10" aria-hidden>
            <path d="M8 0v10L0 5z" fill="var(--past)" />
            <path d="M10 0v10l8-5z" fill="var(--cursor)" />
          </svg>
          <strong>Backstep</strong>
        </div>
        <MenuBar />
      </div>
      <button
        className="title-bar-centre"
        title="Go to a file or command (Ctrl+P)"
        onClick={() => void runCommand('view.quickOpen')}
      >
        <Icon name="search" />
        <span>{name ?? 'Search commands'}</span>
      </button>
      <div className="title-bar-end">
        <DebugToolbar />
      </div>
    </header>
  );
}

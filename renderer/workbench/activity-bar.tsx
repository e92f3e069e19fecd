/** The icons down the left edge: each shows a side panel, or hides it again. */
import { useSyncExternalStore } from 'react';
import { panels } from '../panels/registry.js';
import { runCommand } from '../state/commands.js';
import { Icon } from '../ui/icon.js';
import { isPanelVisible, onDockChange, togglePanel } from './dock-actions.js';

const places = ['left', 'right', 'centre', 'bottom'] as const;
const shown = places.flatMap((place) =>
  panels.filter((panel) => panel.place === place).sort((a, b) => a.order - b.order),
);

const visibleIds = () =>
  shown
    .filter((panel) => isPanelVisible(panel.id))
    .map((panel) => panel.id)
    .join(' ');

export function ActivityBar({ enabled }: { enabled: boolean }) {
  const visible = useSyncExternalStore(onDockChange, visibleIds).split(' ');
  return (
    <nav className="activity-bar" data-part="activity-bar" aria-label="Panels">
      {shown.map((panel, index) => (
        <button
          key={panel.id}
          className="activity"
          data-first={index > 0 && shown[index - 1]?.place !== panel.place ? true : undefined}
          aria-pressed={enabled && visible.includes(panel.id)}
          disabled={!enabled}
          title={panel.title}
          aria-label={panel.title}
          onClick={() => togglePanel(panel.id)}
        >
          <Icon name={panel.icon} />
        </button>
      ))}
      <span className="spacer" />
      <button
        className="activity"
        title="Colour theme"
        aria-label="Colour theme"
        onClick={() => void runCommand('view.toggleTheme')}
      >
        <Icon name="color-mode" />
      </button>
    </nav>
  );
}

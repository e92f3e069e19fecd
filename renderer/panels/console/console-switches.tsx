/** Right end of the console's tab strip: filter, levels, clear. */
import { useStore } from 'zustand';
import { runCommand } from '../../state/commands.js';
import { consoleStore, type ConsoleState } from '../../state/session-console.js';
import { JustMyCodeSwitch } from '../../training/just-my-code-switch.js';
import { Icon } from '../../ui/icon.js';

export function ConsoleSwitches() {
  const filter = useStore(consoleStore, (state) => state.filter);
  const level = useStore(consoleStore, (state) => state.level);
  return (
    <div className="console-switches">
      <input
        className="input"
        type="search"
        placeholder="Filter"
        aria-label="Filter the console"
        value={filter}
        onChange={(event) => consoleStore.setState({ filter: event.target.value })}
      />
      <select
        className="input"
        aria-label="Levels shown"
        value={level}
        onChange={(event) => consoleStore.setState({ level: event.target.value as ConsoleState['level'] })}
      >
        <option value="all">All levels</option>
        <option value="warnings">Warnings</option>
        <option value="errors">Errors</option>
      </select>
      <JustMyCodeSwitch />
      <button
        className="icon-button"
        title="Clear console"
        aria-label="Clear console"
        onClick={() => void runCommand('console.clear')}
      >
        <Icon name="clear-all" />
      </button>
    </div>
  );
}

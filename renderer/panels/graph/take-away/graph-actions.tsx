/** At the end of the graph's bar: comparing it, and taking it away. */
import { useRef, useState } from 'react';
import { runCommand } from '../../../state/commands.js';
import { Icon } from '../../../ui/icon.js';
import { PopupMenu, type PopupAt } from '../../../ui/popup-menu.js';
import { takeAwayItems } from './take-away.js';

export function GraphActions() {
  const button = useRef<HTMLButtonElement>(null);
  const [menu, setMenu] = useState<PopupAt>();
  const open = () => {
    const box = button.current!.getBoundingClientRect();
    setMenu({ x: box.right, y: box.bottom + 2 });
  };
  return (
    <>
      <button className="icon-button" title="Compare with…" onClick={() => void runCommand('graph.compare')}>
        <Icon name="git-compare" label="Compare with…" />
      </button>
      <button
        ref={button}
        className="icon-button"
        title="Take it away: picture, data, link"
        aria-haspopup="menu"
        onClick={open}
      >
        <Icon name="export" label="Take away" />
      </button>
      {menu && <PopupMenu items={takeAwayItems()} at={menu} close={() => setMenu(undefined)} />}
    </>
  );
}

/** File, Edit, Run, View, Help: commands by menu, with the keyboard of a menu bar. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { host } from '../host/index.js';
import { canRun, runCommand, shownKeys, type Command } from '../state/commands.js';
import { forPerson } from './keys.js';
import { menus, type MenuEntry } from './menus.js';
import '../ui/menu.css';

export function MenuBar() {
  const [open, setOpen] = useState<number>();
  const bar = useRef<HTMLDivElement>(null);
  const returnTo = useRef<HTMLElement | null>(null);

  useEffect(() => {
    if (open === undefined) return undefined;
    const close = (event: PointerEvent) => {
      if (!bar.current?.contains(event.target as Node)) setOpen(undefined);
    };
    window.addEventListener('pointerdown', close, true);
    const leave = () => setOpen(undefined);
    window.addEventListener('blur', leave);
    return () => {
      window.removeEventListener('pointerdown', close, true);
      window.removeEventListener('blur', leave);
    };
  }, [open]);

  const buttons = () => [...(bar.current?.querySelectorAll<HTMLElement>('.menu-title') ?? [])];
  const items = () => [...(bar.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(.menu-title)') ?? [])];

  const openMenu = (index: number, focusItem: boolean) => {
    if (open === undefined && !bar.current?.contains(document.activeElement))
      returnTo.current = document.activeElement as HTMLElement;
    setOpen(index);
    requestAnimationFrame(() => (focusItem ? items()[0] : buttons()[index])?.focus());
  };
  const close = () => {
    setOpen(undefined);
    (returnTo.current?.isConnected ? returnTo.current : buttons()[open ?? 0])?.focus();
    returnTo.current = null;
  };

  const move = (event: KeyboardEvent) => {
    const titles = buttons();
    const at = open ?? Math.max(0, titles.indexOf(document.activeElement as HTMLElement));
    const list = items();
    const item = list.indexOf(document.activeElement as HTMLElement);
    switch (event.key) {
      case 'ArrowRight':
      case 'ArrowLeft': {
        const next = (at + (event.key === 'ArrowRight' ? 1 : -1) + titles.length) % titles.length;
        if (open === undefined) titles[next]?.focus();
        else openMenu(next, true);
        break;
      }
      case 'ArrowDown':
        if (open === undefined) openMenu(at, true);
        else list[(item + 1) % list.length]?.focus();
        break;
      case 'ArrowUp':
        if (open !== undefined) list[(item - 1 + list.length) % list.length]?.focus();
        break;
      case 'Home':
        list[0]?.focus();
        break;
      case 'End':
        list.at(-1)?.focus();
        break;
      case 'Escape':
        if (open !== undefined) close();
        break;
      case 'Tab':
        setOpen(undefined);
        return;
      default: {
        if (open === undefined || !/^\S$/.test(event.key)) return;
        const letter = event.key.toLowerCase();
        const order = [...list.slice(item + 1), ...list.slice(0, item + 1)];
        order.find((candidate) => candidate.textContent?.toLowerCase().trim().startsWith(letter))?.focus();
      }
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="menu-bar" role="menubar" aria-label="Main menu" ref={bar} onKeyDown={move}>
      {menus.map((menu, index) => (
        <div key={menu.title} className="menu-holder">
          <button
            className="menu-title"
            role="menuitem"
            aria-haspopup="menu"
            aria-expanded={open === index}
            tabIndex={index === (open ?? 0) ? 0 : -1}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              event.preventDefault();
              if (open === index) close();
              else openMenu(index, false);
            }}
            onPointerEnter={() => open !== undefined && open !== index && openMenu(index, false)}
            onClick={(event) => event.detail === 0 && openMenu(index, true)}
          >
            {menu.title}
          </button>
          {open === index && (
            <MenuItems entries={menu.entries()} choose={(command) => (close(), void runCommand(command.id))} />
          )}
        </div>
      ))}
    </div>
  );
}

function MenuItems({ entries, choose }: { entries: readonly MenuEntry[]; choose(command: Command): void }) {
  return (
    <div className="menu" role="menu">
      {entries.map((entry, index) => {
        if (entry.kind === 'separator') return <div key={index} className="menu-separator" role="separator" />;
        const { command, checked } = entry;
        const disabled = !canRun(command.id);
        const key = shownKeys(command)[0];
        return (
          <button
            key={command.id}
            className="menu-item"
            role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={checked}
            aria-disabled={disabled}
            tabIndex={-1}
            onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
            onClick={() => !disabled && choose(command)}
          >
            <span className={`menu-check codicon ${checked ? 'codicon-check' : ''}`} aria-hidden />
            <span className="menu-label">{entry.label}</span>
            {key && <span className="menu-key">{forPerson(key, host.isMac)}</span>}
          </button>
        );
      })}
    </div>
  );
}

/** A menu where the pointer or the focus is: the context menu of rows and tabs. */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { createPortal } from 'react-dom';
import './menu.css';

export type PopupItem =
  | {
      readonly kind: 'item';
      readonly label: string;
      readonly key?: string;
      readonly disabled?: boolean;
      readonly checked?: boolean;
      run(): void;
    }
  | { readonly kind: 'separator' };

export interface PopupAt {
  readonly x: number;
  readonly y: number;
}

/** Where a menu opened by the keyboard (Shift+F10, the menu key) belongs: below the row that has the focus. */
export function popupAt(
  event: { readonly clientX: number; readonly clientY: number; readonly currentTarget: EventTarget & Element },
  row?: Element | null,
): PopupAt {
  if (event.clientX > 0 || event.clientY > 0) return { x: event.clientX, y: event.clientY };
  const box = (row ?? event.currentTarget).getBoundingClientRect();
  return { x: box.left + 24, y: box.bottom };
}

export function PopupMenu({ items, at, close }: { items: readonly PopupItem[]; at: PopupAt; close(): void }) {
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<PopupAt>();

  useLayoutEffect(() => {
    const box = menu.current?.getBoundingClientRect();
    if (!box) return;
    setPlace({
      x: Math.max(4, Math.min(at.x, innerWidth - box.width - 4)),
      y: Math.max(4, at.y + box.height > innerHeight - 4 ? at.y - box.height : at.y),
    });
  }, [at]);

  const done = useRef(close);
  done.current = close;
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const away = (event: Event) => {
      if (!menu.current?.contains(event.target as Node)) done.current();
    };
    const leave = () => done.current();
    window.addEventListener('pointerdown', away, true);
    window.addEventListener('blur', leave);
    window.addEventListener('resize', leave);
    return () => {
      window.removeEventListener('pointerdown', away, true);
      window.removeEventListener('blur', leave);
      window.removeEventListener('resize', leave);
      if (document.activeElement === document.body && before?.isConnected) before.focus();
    };
  }, []);

  // What is still hidden cannot take the focus, and effects run before the menu is drawn in its place.
  const placed = place !== undefined;
  useEffect(() => {
    if (placed) menu.current?.querySelector<HTMLElement>('.menu-item:not([aria-disabled="true"])')?.focus();
  }, [placed]);

  const move = (event: KeyboardEvent) => {
    const list = [...(menu.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
    const current = list.indexOf(document.activeElement as HTMLElement);
    const to = {
      ArrowDown: (current + 1) % list.length,
      ArrowUp: (current - 1 + list.length) % list.length,
      Home: 0,
      End: list.length - 1,
    }[event.key];
    if (to !== undefined) list[to]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (/^\S$/.test(event.key)) {
      const order = [...list.slice(current + 1), ...list.slice(0, current + 1)];
      order.find((item) => item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    } else if (event.key !== 'Enter' && event.key !== ' ') return;
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== ' ') event.preventDefault();
  };

  return createPortal(
    <div
      className="menu popup-menu"
      role="menu"
      ref={menu}
      style={{ left: place?.x ?? at.x, top: place?.y ?? at.y, visibility: place ? 'visible' : 'hidden' }}
      onKeyDown={move}
      onContextMenu={(event) => event.preventDefault()}
    >
      {items.map((item, index) =>
        item.kind === 'separator' ? (
          <div key={index} className="menu-separator" role="separator" />
        ) : (
          <button
            key={item.label}
            type="button"
            className="menu-item"
            role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={item.checked}
            aria-disabled={item.disabled}
            tabIndex={-1}
            onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
            onClick={() => {
              if (item.disabled) return;
              close();
              item.run();
            }}
          >
            <span className={`menu-check codicon ${item.checked ? 'codicon-check' : ''}`} aria-hidden />
            <span className="menu-label">{item.label}</span>
            {item.key && <span className="menu-key">{item.key}</span>}
          </button>
        ),
      )}
    </div>,
    document.body,
  );
}

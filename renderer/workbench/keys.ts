/** Keys in VS Code's notation: matching an event against `Ctrl+Shift+P`, and writing it for a person. Pure. */

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** The notation of a key press; Cmd on a Mac is written Ctrl, as commands write it. */
export function notationOf(event: KeyPress, isMac: boolean): string {
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push('Ctrl');
  if (event.shiftKey) parts.push('Shift');
  if (event.altKey) parts.push('Alt');
  if (isMac ? event.ctrlKey : event.metaKey) parts.push('Meta');
  parts.push(nameOf(event));
  return parts.join('+');
}

/** The key as it stands on the keyboard: Shift and Alt change `key`, not `code`. */
function nameOf({ key, code }: KeyPress): string {
  if (/^Key[A-Z]$/.test(code)) return /^[a-z]$/i.test(key) ? key.toUpperCase() : code.slice(3);
  if (/^Digit\d$/.test(code)) return code.slice(5);
  if (code === 'Backquote') return '`';
  if (code === 'Backslash') return '\\';
  return key.length === 1 ? key.toUpperCase() : key;
}

const macSigns: Readonly<Record<string, string>> = { Ctrl: '⌘', Shift: '⇧', Alt: '⌥', Meta: '⌃' };

/** How a key stands in menus: `Ctrl+Shift+P`, on a Mac `⇧⌘P`. */
export function forPerson(notation: string, isMac: boolean): string {
  if (!isMac) return notation;
  const parts = notation.split('+');
  const order = ['Meta', 'Alt', 'Shift', 'Ctrl'];
  return [...order.filter((part) => parts.includes(part)).map((part) => macSigns[part]), parts.at(-1)].join('');
}

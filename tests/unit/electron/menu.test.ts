/** The native menu and the window's commands are two lists of the same things: they must not drift apart. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { menuCommands, menuTemplate } from '../../../electron/menu.js';

const renderer = path.resolve(import.meta.dirname, '../../../renderer');
const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(path.join(renderer, file), 'utf8'));

/** The window's sources from where a command is defined; Monaco cannot be loaded here, so its modules are read. */
function definition(id: string): string | undefined {
  for (const source of sources) {
    const at = source.search(new RegExp(`(id: |\\b(?:action|addCommand)\\()'${id.replace('.', '\\.')}'`));
    if (at < 0) continue;
    const next = source.slice(at + 1).search(/\bid: '|\b(?:action|addCommand)\('/);
    return source.slice(at, next < 0 ? undefined : at + 1 + next);
  }
  return undefined;
}

describe('native menu', () => {
  it.each(menuCommands)('$id is a command of the window, with the same words and keys', ({ id, label, keys }) => {
    const text = definition(id);
    expect(text, `the window has no command ${id}`).toBeDefined();
    // "View: Reset Layout" is "Reset Layout" in its menu, as in the window's own.
    expect(/'[A-Z][A-Za-z]+: ([^']+)'/.exec(text!)?.[1]).toBe(label);
    if (keys !== undefined) expect(text).toContain(`'${keys.replace('CmdOrCtrl', 'Ctrl')}'`);
  });

  it('has the window’s menus, and on a Mac the system’s own too', () => {
    const titles = (isMac: boolean) => menuTemplate(isMac, () => undefined).map((menu) => menu.label ?? menu.role);
    expect(titles(false)).toEqual(['File', 'Edit', 'Run', 'View', 'Help']);
    expect(titles(true)).toEqual(['appMenu', 'File', 'Edit', 'Run', 'View', 'windowMenu', 'Help']);
  });

  it('sends the command of the item that is chosen', () => {
    const sent: string[] = [];
    const run = menuTemplate(false, (id) => sent.push(id)).find((menu) => menu.label === 'Run');
    const items = run?.submenu as readonly { id?: string; click?: () => void }[];
    items.find((item) => item.id === 'run.step')?.click?.();
    expect(sent).toEqual(['run.step']);
  });
});

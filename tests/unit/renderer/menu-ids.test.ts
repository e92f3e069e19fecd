/** The native menu names the window's commands by id, across processes: each has to be one that the window registers. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { menuCommandIds } from '../../../electron/menu.js';

it('names commands that the window has', () => {
  const sources = ['renderer/state', 'renderer/workbench', 'renderer/panels'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  const registered = new Set(
    sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:id: |action\()'([a-z]+\.\w+)'/g)].map((match) => match[1]),
    ),
  );
  expect(registered.size).toBeGreaterThan(40);
  expect(menuCommandIds.filter((id) => !registered.has(id))).toEqual([]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fitBounds, readBounds, writeBounds } from '../../../electron/window-bounds.js';
import { folderOf, readLaunchArguments } from '../../../electron/launch-arguments.js';

const screen = { x: 0, y: 25, width: 1920, height: 1055 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'backstep-bounds-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('window bounds', () => {
  it('come back as they were left', () => {
    const file = path.join(folder, 'deep', 'window.json');
    const bounds = { x: 100, y: 80, width: 1200, height: 800, maximized: true };
    writeBounds(file, bounds);
    expect(readBounds(file, [screen])).toEqual(bounds);
  });

  it('are the usual ones at the first start and where the file is damaged', () => {
    const file = path.join(folder, 'window.json');
    const usual = { width: 1440, height: 900, maximized: false };
    expect(readBounds(file, [screen])).toEqual(usual);
    for (const text of ['{', '{}', '{"width":"wide","height":3}', 'null']) {
      writeFileSync(file, text);
      expect(readBounds(file, [screen]), text).toEqual(usual);
    }
  });

  it('fit a smaller screen, and forget a place on a screen that is gone', () => {
    const left = { x: 2500, y: 100, width: 2400, height: 1400, maximized: false };
    expect(fitBounds(left, [screen])).toEqual({ width: 1920, height: 1055, maximized: false });
    expect(fitBounds({ ...left, x: -2350 }, [screen])).not.toHaveProperty('x');
    expect(fitBounds({ ...left, x: -50, width: 1000 }, [screen])).toHaveProperty('x', -50);
  });
});

describe('launch arguments', () => {
  it('take the first place that is there, past switches', () => {
    const file = path.join(folder, 'experiment.ts');
    writeFileSync(file, '');
    expect(readLaunchArguments(['--no-sandbox', '--port=4000', folder], '/')).toEqual({ folder, port: 4000 });
    expect(readLaunchArguments(['experiment.ts'], folder)).toEqual({ folder, port: undefined });
    expect(readLaunchArguments([], folder)).toEqual({ folder: undefined, port: undefined });
  });

  it('pass over what is not there', () => {
    expect(folderOf(path.join(folder, 'nowhere'))).toBeUndefined();
    expect(readLaunchArguments(['/nowhere/at/all'], '/').folder).toBeUndefined();
  });
});

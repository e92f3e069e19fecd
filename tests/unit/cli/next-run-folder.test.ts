/** Where a restarted training writes, whatever its launch arguments name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withFreeRunFolder } from '../../../src/cli/next-run-folder.js';

test('a folder that holds a run is left alone: the next number is taken', () => {
  const place = mkdtempSync(path.join(os.tmpdir(), 'backstep-next-run-'));
  try {
    const runDir = path.join(place, 'run');
    const launch = { experiment: 'e.ts', runDir };
    expect(withFreeRunFolder(launch)).toBe(launch);
    for (const folder of ['run', 'run-2']) {
      mkdirSync(path.join(place, folder));
      writeFileSync(path.join(place, folder, 'run.json'), '{}');
    }
    expect(withFreeRunFolder({ ...launch, runDir: `${runDir}/` })).toEqual({ ...launch, runDir: `${runDir}-3` });
    expect(withFreeRunFolder({ experiment: 'e.ts' })).toEqual({ experiment: 'e.ts' });
    expect(withFreeRunFolder(undefined)).toBeUndefined();
  } finally {
    rmSync(place, { recursive: true });
  }
});

/** Generated data that the person chose comes before what was downloaded, but not before their own folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cachedFolders, findNamedDataSet, GENERATED_FOLDER } from '../../../../../src/shared/data/named-data-sets.js';
import { locateData } from '../../../../../src/trainer/runtime/data/data-location.js';
import { environment, temporaryFolder } from '../data-fixtures.js';

it('is taken in place of the download, and forgotten where there is no generator', async () => {
  const root = temporaryFolder();
  const cacheDir = path.join(root, 'cache');
  for (const folder of cachedFolders(findNamedDataSet('rps')!)) {
    mkdirSync(path.join(cacheDir, 'rps', folder), { recursive: true });
  }
  const at = (namedFolders: Record<string, string>) =>
    locateData('rps', 'folder', environment(root, { cacheDir, namedFolders }));
  expect(await at({})).toEqual({ path: path.join(cacheDir, 'rps'), source: 'download' });
  expect(await at({ rps: GENERATED_FOLDER })).toBeUndefined();

  mkdirSync(path.join(root, 'rps'));
  expect(await at({ rps: GENERATED_FOLDER })).toEqual({ path: path.join(root, 'rps'), source: 'folder' });

  writeFileSync(path.join(root, 'iris.csv'), 'a\n1\n');
  mkdirSync(path.join(cacheDir, 'iris'));
  writeFileSync(path.join(cacheDir, 'iris', 'iris.csv'), 'a\n1\n');
  expect(
    await locateData('iris', 'file', environment(root, { cacheDir, namedFolders: { iris: GENERATED_FOLDER } })),
  ).toMatchObject({ source: 'download' });
});

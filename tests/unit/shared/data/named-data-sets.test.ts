import { describe, expect, it } from 'vitest';
import { cachedFolders, findNamedDataSet, namedDataSets } from '../../../../src/shared/data/named-data-sets.js';

describe('named data sets', () => {
  it('are found by name, and only by their own', () => {
    expect(namedDataSets.map(({ name }) => name)).toEqual(['rps', 'mnist', 'iris']);
    expect(findNamedDataSet('rps')?.title).toBe('Rock-Paper-Scissors');
    expect(findNamedDataSet('toString')).toBeUndefined();
  });

  it('list their classes in the order of their numbers: alphabetically', () => {
    for (const { classNames } of namedDataSets) expect([...classNames].sort()).toEqual(classNames);
  });

  it('download over https, with size and hash, and name whom to thank', () => {
    for (const { downloads, licence } of namedDataSets) {
      expect(licence.attribution).not.toBe('');
      expect(new URL(licence.url).protocol).toBe('https:');
      for (const { url, bytes, sha256 } of downloads) {
        expect(new URL(url).protocol).toBe('https:');
        expect(bytes).toBeGreaterThan(0);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
  });

  it('say which folders a complete download has', () => {
    const rps = findNamedDataSet('rps')!;
    expect(cachedFolders(rps)).toEqual([
      'train/paper',
      'train/rock',
      'train/scissors',
      'test/paper',
      'test/rock',
      'test/scissors',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { baseName, checkName, concerns, folderName, joinPath, relativePath } from '../../../../renderer/state/paths.js';

describe('paths of the server', () => {
  it('join and split with its separators', () => {
    expect(joinPath('/w', 'a/b.ts')).toBe('/w/a/b.ts');
    expect(joinPath('/', 'a')).toBe('/a');
    expect(joinPath('C:\\w', 'a/b.ts')).toBe('C:\\w\\a\\b.ts');
    expect(relativePath('C:\\w', 'C:\\w\\a\\b.ts')).toBe('a/b.ts');
    expect(relativePath('/w', '/w')).toBe('');
    expect(relativePath('/w', '/work/a')).toBeUndefined();
    expect(baseName('C:\\w\\a.ts')).toBe('a.ts');
    expect(folderName('/w/a/b.ts')).toBe('/w/a');
  });

  it('tells which changes concern a file', () => {
    expect(concerns('a', 'a/b.ts')).toBe(true);
    expect(concerns('a/b.ts', 'a/b.ts')).toBe(true);
    expect(concerns('', 'a/b.ts')).toBe(true);
    expect(concerns('a/b', 'a/b.ts')).toBe(false);
  });

  it('refuses names that some system cannot store', () => {
    expect(checkName('model.ts')).toBeUndefined();
    expect(checkName('deep/model.ts')).toBeUndefined();
    expect(checkName(' ')).toMatch(/name/);
    expect(checkName('a:b')).toMatch(/cannot hold/);
    expect(checkName('../out')).toMatch(/“\.\.”/);
    expect(checkName('a.ts', ['a.ts'])).toMatch(/already there/);
  });
});

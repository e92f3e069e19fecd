import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isOwnSource, resolveModuleFile } from '../../../../src/trainer/loader/module-files.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'backstep-modules-'));
  mkdirSync(path.join(folder, 'layers'));
  for (const name of ['model.ts', 'plain.js', 'data.json', 'layers/index.ts', 'both.js', 'both.ts'])
    writeFileSync(path.join(folder, name), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const none = new Map<string, string>();
const resolved = (name: string, overlays = none) => {
  const file = resolveModuleFile(path.join(folder, name), overlays);
  return file && path.relative(folder, file);
};

test('extensions can be left out, written as TypeScript has them, or as a compiler would make them', () => {
  expect(resolved('model')).toBe('model.ts');
  expect(resolved('model.ts')).toBe('model.ts');
  expect(resolved('model.js')).toBe('model.ts');
  expect(resolved('plain')).toBe('plain.js');
  expect(resolved('data')).toBe('data.json');
  expect(resolved('layers')).toBe(path.join('layers', 'index.ts'));
  expect(resolved('both.js')).toBe('both.js');
  expect(resolved('both')).toBe('both.ts');
  expect(resolved('nothing')).toBeUndefined();
});

test('unsaved text counts as a file', () => {
  expect(resolved('draft', new Map([[path.join(folder, 'draft.ts'), 'export {};']]))).toBe('draft.ts');
});

test('packages are not the person’s own source', () => {
  expect(isOwnSource(path.join(folder, 'model.ts'))).toBe(true);
  expect(isOwnSource(path.join(folder, 'node_modules', 'x', 'index.js'))).toBe(false);
  expect(isOwnSource(path.join(folder, 'my_node_modules_notes.ts'))).toBe(true);
});

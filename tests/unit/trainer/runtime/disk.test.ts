import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { diskTrouble, makeFolder } from '../../../../src/trainer/runtime/disk.js';

it('makes a folder with those above it, and leaves one that is there', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'backstep-disk-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = path.join(root, 'ä b', 'c', 'd');
  makeFolder(folder);
  makeFolder(folder);
  expect(existsSync(folder)).toBe(true);
  writeFileSync(path.join(root, 'file'), '');
  expect(() => makeFolder(path.join(root, 'file'))).toThrow('EEXIST');
  expect(() => makeFolder(path.join(root, 'file', 'below'))).toThrow('ENOTDIR');
});

it('gives up where the system makes the folders itself', ({ skip }) => {
  if (!existsSync('/proc/self')) {
    console.log('skipped: there is no /proc here');
    return skip();
  }
  let thrown: unknown;
  try {
    makeFolder('/proc/backstep/run');
  } catch (error) {
    thrown = error;
  }
  expect(diskTrouble(thrown).reason).toBe('writing there is not allowed');
});

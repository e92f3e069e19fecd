import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { writeFileAtomically } from '../../../src/server/atomic-file.js';
import { about, asFailure, Failure } from '../../../src/server/failure.js';
import { Serial } from '../../../src/server/serial.js';
import { Throttle } from '../../../src/server/throttle.js';

const failed = (code: string) => Object.assign(new Error(code), { code, path: '/there' });

test.each([
  ['ENOENT', 'not-found'],
  ['EACCES', 'permission'],
  ['EROFS', 'permission'],
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EEXIST', 'exists'],
  ['ENOTDIR', 'not-a-folder'],
  ['ENAMETOOLONG', 'invalid-params'],
  ['EBUSY', 'busy'],
  ['EIO', 'internal'],
])('%s is %s', (code, tag) => {
  expect(asFailure(failed(code)).tag).toBe(tag);
});

test('what the system refuses is said of what it was about; our own failures stay as they are', async () => {
  await expect(about('model.ts', () => Promise.reject(failed('ENOSPC')))).rejects.toMatchObject({
    tag: 'disk-full',
    message: 'There is no room left on the disk for “model.ts”.',
    hint: expect.stringContaining('unchanged') as string,
  });
  const own = new Failure('busy', 'Wait.', 'A bit.');
  await expect(about('x', () => Promise.reject(own))).rejects.toMatchObject({
    tag: 'busy',
    message: 'Wait.',
    hint: 'A bit.',
  });
});

test('a write that fails leaves the file and its folder as they were', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-atomic-'));
  const file = path.join(folder, 'a.txt');
  writeFileSync(file, 'before');
  // Not a text: writing it fails after the temporary file was made.
  await expect(writeFileAtomically(file, 7 as unknown as string)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['a.txt']);
  expect(readFileSync(file, 'utf8')).toBe('before');
  rmSync(folder, { recursive: true });
});

test('jobs of one key follow one another, whatever becomes of them', async () => {
  const serial = new Serial();
  const order: string[] = [];
  const job = (name: string, ms: number) => async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    order.push(name);
    if (name === 'b') throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([
    serial.run('one', job('a', 30)),
    serial.run('one', job('b', 10)),
    serial.run('one', job('c', 1)),
    serial.run('two', job('d', 5)),
  ]);
  expect(order).toEqual(['d', 'a', 'b', 'c']);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});

test('a throttled call is made soon, not too often, and never lost', () => {
  vi.useFakeTimers();
  const work = vi.fn();
  const throttle = new Throttle(work, 1000);
  for (let ms = 0; ms < 2500; ms += 50) {
    throttle.call();
    vi.advanceTimersByTime(50);
  }
  expect(work).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(1000);
  expect(work).toHaveBeenCalledTimes(4);
  throttle.call();
  throttle.dispose();
  vi.advanceTimersByTime(5000);
  expect(work).toHaveBeenCalledTimes(4);
  vi.useRealTimers();
});

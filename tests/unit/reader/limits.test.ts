/** What reading a model file may take: the built reader ends itself, whatever its main thread does. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limitsFor } from '../../../src/reader/limits.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'backstep-limits-'));
  writeFileSync(
    path.join(folder, 'busy.ts'),
    `import { Watch } from '${path.resolve('src/reader/limits.ts')}';
     const watch = new Watch();
     const kept = [];
     const [limitMs, megabytes] = process.argv.slice(2).map(Number);
     // The thread has to be there before this one is busy.
     setTimeout(() => {
       watch.arm({ limitMs, mostBytes: megabytes * 1e6 });
       for (;;) if (megabytes < 1000) kept.push(new Uint8Array(1e6).fill(1));
     }, 500);`,
  );
  buildSync({
    entryPoints: { busy: path.join(folder, 'busy.ts'), watch: path.resolve('src/reader/watch.ts') },
    outdir: folder,
    outExtension: { '.js': '.js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function signalOf(...limits: readonly string[]): Promise<string | null> {
  const child = fork(path.join(folder, 'busy.js'), [...limits], { stdio: 'ignore', execArgv: [] });
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
}

it('gives larger files more of both', () => {
  const [small, large] = [limitsFor(1000), limitsFor(1e9)];
  expect(small.limitMs).toBeLessThan(10_000);
  expect(small.mostBytes).toBeLessThan(1e9);
  expect(large.limitMs).toBeGreaterThan(60_000);
  expect(large.mostBytes).toBeGreaterThan(4e9);
});

it('ends a process that is busy beyond its time, or takes more memory', { timeout: 60_000 }, async () => {
  expect(await signalOf('300', '4000')).toBe('SIGKILL');
  expect(await signalOf('60000', '300')).toBe('SIGABRT');
});

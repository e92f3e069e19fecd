/** Plain TensorFlow.js scripts in the real trainer: followed, stopped, looked at, and ended as they end themselves. */
import { cpSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../cli/command.js';
import { builtBundles, workspace, type Workspace } from './built.js';

interface Line {
  readonly kind: string;
  readonly [name: string]: unknown;
}

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace();
  cpSync(path.resolve('tests/fixtures/scripts'), place.folder, { recursive: true });
}, 120_000);
afterAll(() => place.remove());

async function run(file: string, ...more: readonly string[]) {
  const args = ['run', file, '--json', '--backend', 'cpu', '--seed', '3', ...more];
  const ended = await command(args, { cwd: place.folder, home: place.home });
  const lines = ended.stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []));
  const of = (kind: string): readonly Line[] => lines.filter((line) => line.kind === kind);
  return { ...ended, lines, of, last: lines.at(-1) };
}

describe('a script is trained', () => {
  it('by fit: steps, epochs with validation, what it prints', async () => {
    const { of, last, code, stderr } = await run('iris.ts');
    expect(code, stderr).toBe(0);
    expect(of('start')).toHaveLength(1);
    expect(of('start')[0]).toMatchObject({
      epochs: 3,
      stepsPerEpoch: 4,
      batchSize: 12,
      params: 67,
      metricNames: ['acc'],
    });
    expect(of('step').map(({ step, epoch }) => [step, epoch])).toEqual(
      Array.from({ length: 12 }, (_, index) => [index + 1, Math.floor(index / 4) + 1]),
    );
    expect(of('step')[0]).toMatchObject({
      loss: expect.any(Number) as number,
      metrics: { acc: expect.any(Number) as number },
    });
    expect(of('epoch')).toHaveLength(3);
    expect(of('epoch')[2]).toMatchObject({ epoch: 3, validation: { loss: expect.any(Number) as number } });
    expect(last).toMatchObject({ kind: 'end', reason: 'completed', steps: 12, epoch: 3 });
    expect(stderr).toContain('trained 3 epochs');
  });
});

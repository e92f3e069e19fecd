/** Every sample as a person gets it: its description, its shapes, and a short training with what it must reach. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleInfo } from '../../../src/shared/protocol/rpc.js';
import { command } from '../cli/command.js';
import { builtBundles, workspace, type Workspace } from '../trainer/built.js';

const samples = path.resolve('assets/samples');
const ids = readdirSync(samples).filter((name) => !name.startsWith('.'));

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace();
  // As opening a sample does: away from the checkout.
  for (const id of ids) cpSync(path.join(samples, id), path.join(place.folder, id), { recursive: true });
}, 120_000);
afterAll(() => place.remove());

interface Line {
  readonly kind: string;
  readonly loss?: number;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
  readonly data?: { readonly source: string; readonly trainExamples: number; readonly validationExamples: number };
}

async function run(file: string, ...more: readonly string[]): Promise<readonly Line[]> {
  const ended = await command(['run', file, '--json', ...more], { cwd: place.folder, home: place.home });
  expect(ended.code, ended.stderr).toBe(0);
  return ended.stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []));
}

async function shapes(
  file: string,
): Promise<readonly { readonly outputShape: readonly number[]; readonly params: number }[]> {
  const ended = await command(['shapes', file, '--json'], { cwd: place.folder, home: place.home });
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout) as Awaited<ReturnType<typeof shapes>>;
}

describe('samples', () => {
  it('are the four that the welcome view shows, each with what its card needs', () => {
    expect(ids).toEqual(['iris', 'mnist-softmax', 'plain-script', 'rock-paper-scissors']);
    for (const id of ids) {
      const described = JSON.parse(readFileSync(path.join(samples, id, 'sample.json'), 'utf8')) as unknown;
      expect(sampleInfo.parse(described)).toMatchObject({ id, tags: expect.arrayContaining([]) as unknown });
      expect(readFileSync(path.join(samples, id, 'README.md'), 'utf8')).toMatch(/^# /);
    }
  });

  it('plain-script: two moons told apart by a script of its own', async () => {
    const lines = await run('plain-script', '--seed', '1');
    const epochs = lines.filter(({ kind }) => kind === 'epoch');
    expect(epochs).toHaveLength(30);
    expect(epochs.at(-1)!.validation!['acc']).toBeGreaterThan(0.95);
  });

  it('iris: three species within 40 epochs', async () => {
    const lines = await run('iris');
    expect(lines[0]!.data).toMatchObject({ source: 'file', trainExamples: 120, validationExamples: 30 });
    const last = lines.filter(({ kind }) => kind === 'epoch').at(-1)!;
    expect(last.metrics!['accuracy']).toBeGreaterThan(0.95);
    expect(last.validation!['accuracy']).toBeGreaterThan(0.9);
  });

  it('digits: nine of ten after two epochs', async () => {
    const lines = await run('mnist-softmax', '--epochs', '2');
    expect(lines.find(({ kind }) => kind === 'start')!.data).toMatchObject({
      source: 'generated',
      trainExamples: 5000,
      validationExamples: 1000,
    });
    expect(lines.filter(({ kind }) => kind === 'epoch').at(-1)!.validation!['accuracy']).toBeGreaterThan(0.9);
  });

  it('rock, paper, scissors: the same halving shapes in both sizes', async () => {
    const sides = [148, 74, 72, 36, 34, 17, 15, 7];
    for (const file of ['rock-paper-scissors', 'rock-paper-scissors/experiment-classic.ts']) {
      const layers = await shapes(file);
      expect(layers.slice(0, 8).map(({ outputShape }) => outputShape[0])).toEqual(sides);
      expect(layers.at(-1)!.outputShape).toEqual([3]);
    }
    const params = (await shapes('rock-paper-scissors/experiment-classic.ts')).map((layer) => layer.params);
    expect(params.reduce((sum, count) => sum + count, 0)).toBe(3_473_475);
  });

  it('rock, paper, scissors: trains anywhere, on drawn hands', async () => {
    const lines = await run('rock-paper-scissors', '--steps', '3');
    expect(lines.find(({ kind }) => kind === 'start')!.data).toMatchObject({
      source: 'generated',
      trainExamples: 2520,
      validationExamples: 372,
    });
    const losses = lines.filter(({ kind }) => kind === 'step').map(({ loss }) => loss!);
    expect(losses).toHaveLength(3);
    for (const loss of losses) expect(loss).toBeGreaterThan(0.5);
    for (const loss of losses) expect(loss).toBeLessThan(3);
  });
});

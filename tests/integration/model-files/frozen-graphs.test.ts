/**
 * Frozen graphs, in which no shapes stand: what is found is what TensorFlow itself finds in them. Needs
 * BACKSTEP_TEST_PYTHON with TensorFlow and Keras 3.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../../src/shared/models/open-model.js';

const python = process.env['BACKSTEP_TEST_PYTHON'];
if (!python) console.log('no graphs are frozen: BACKSTEP_TEST_PYTHON names no Python with TensorFlow');

describe.runIf(python)('shapes as TensorFlow finds them', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'backstep-frozen-'));
    const script = path.join(import.meta.dirname, 'frozen-graphs.py');
    execFileSync(python!, [script, folder], { stdio: ['ignore', 'ignore', 'ignore'] });
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['transformer', 0],
    ['images', 0],
    ['sequences', 0],
    // Sums over axes that are computed.
    ['gradients', 12],
  ])('%s', async (name, mostUnknown) => {
    const bytes = new Uint8Array(readFileSync(path.join(folder, `${name}.pb`)));
    const truth = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Record<
      string,
      readonly (readonly number[] | null)[]
    >;
    const { graphs } = await openModel({ name: `${name}.pb`, bytes });
    const wrong: string[] = [];
    let [known, unknown] = [0, 0];
    for (const { id, outputs } of graphs[0]!.graph.nodes) {
      for (const [slot, wanted] of (truth[id] ?? []).entries()) {
        const found = outputs[slot]?.shape;
        if (!wanted || !found) {
          if (wanted) unknown++;
          continue;
        }
        known++;
        const isRight =
          found.length === wanted.length && found.every((size, at) => wanted[at] === -1 || size === wanted[at]);
        if (!isRight) wrong.push(`${id}:${slot} is ${found.join('×')} instead of ${wanted.join('×')}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(unknown).toBeLessThanOrEqual(mostUnknown);
    expect(known).toBeGreaterThan(30);
  });
});

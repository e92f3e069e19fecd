/**
 * Graphs that TensorFlow makes of functions. Frozen ones, in which no shapes stand: what is found is what TensorFlow itself finds in them. Needs
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

describe.runIf(python)('graphs by TensorFlow', () => {
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
  ])('has the shapes that TensorFlow finds: %s', async (name, mostUnknown) => {
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

  it('what a choice and a loop of TensorFlow Lite run stands below them', async () => {
    const bytes = new Uint8Array(readFileSync(path.join(folder, 'choose.tflite')));
    const { graphs } = await openModel({ name: 'choose.tflite', bytes });
    expect(graphs).toHaveLength(1);
    const { nodes, edges } = graphs[0]!.graph;
    const below = (id: string) =>
      nodes.flatMap((node) =>
        node.id.startsWith(`${id}/`) && node.op !== 'Input' && node.kind === 'op' ? [node.op] : [],
      );
    const [choice, loop] = [nodes.find(({ op }) => op === 'If')!, nodes.find(({ op }) => op === 'While')!];
    expect(below(`${choice.id}/then`)).toEqual(['Relu', 'Mul']);
    expect(below(`${choice.id}/else`)).toEqual(['Exp']);
    expect(below(`${loop.id}/cond`)).toEqual(['Less']);
    expect(below(`${loop.id}/body`).sort()).toEqual(['Add', 'Add', 'Tanh']);
    expect(loop.attributes).toMatchObject({ cond: expect.any(String), body: expect.any(String) });
    expect(edges.filter(({ to }) => to === loop.id).map(({ input }) => input)).toContain('body');
    expect(edges.some(({ from, to }) => from === choice.id && to.startsWith(`${loop.id}/body/`))).toBe(true);
  });
});

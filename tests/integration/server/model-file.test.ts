/** Model files by others, opened in a thread of their own: what comes back, and how a bad one ends. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openModelFile } from '../../../src/server/models/open-model-file.js';
import { repository } from './support.js';

let folder: string;
let entry: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'backstep-models-'));
  entry = path.join(folder, 'model-worker.mjs');
  buildSync({
    entryPoints: [path.join(repository, 'src/server/models/model-worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: entry,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

const dense = JSON.stringify({
  class_name: 'Sequential',
  config: {
    name: 'net',
    layers: [{ class_name: 'Dense', config: { name: 'd', units: 3, batch_input_shape: [null, 4] } }],
  },
});

it('gives the graph of a model', async () => {
  const model = await openModelFile(entry, file('net.json', dense));
  expect(model.graphs[0]!.graph.nodes.map(({ id }) => id)).toEqual(['input', 'd']);
  expect(model.graphs[0]!.graph.layers[0]!.params).toBe(15);
});

it('refuses what is damaged, not there, a folder or too large, each in its words', async () => {
  await expect(openModelFile(entry, file('net.keras', 'PK\u0003\u0004'))).rejects.toMatchObject({
    tag: 'damaged',
    message: expect.stringContaining('net.keras') as string,
  });
  await expect(openModelFile(entry, path.join(folder, 'gone.onnx'))).rejects.toMatchObject({ tag: 'not-found' });
  await expect(openModelFile(entry, folder)).rejects.toMatchObject({ tag: 'damaged' });
  const large = file('large.pb', '');
  truncateSync(large, 3 * 1024 ** 3);
  await expect(openModelFile(entry, large)).rejects.toThrow('larger than 2 GiB');
});

it('gives up on a file that takes for ever', async () => {
  // Text of 30 MB, which takes longer than it is given here.
  const slow = file('slow.pbtxt', 'node { name: "a" op: "NoOp" }\n'.repeat(1_000_000));
  await expect(openModelFile(entry, slow, 100)).rejects.toThrow('within 0.1 s');
});

it('gives up on a file that unpacks to more ops than anybody looks at', async () => {
  const many = file('many.pbtxt', 'node { name: "a" op: "NoOp" }\n'.repeat(600_000));
  await expect(openModelFile(entry, many)).rejects.toThrow(/more than 500,000 ops/);
}, 60_000);

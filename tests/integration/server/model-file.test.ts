/** Model files by others, read by a process of their own: what comes back, and how a bad one ends. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelFiles } from '../../../src/server/model-files.js';
import { repository } from './support.js';

const entry = path.join(repository, 'dist/reader/main.js');
let folder: string;
let files: ModelFiles;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'backstep-models-'));
  files = new ModelFiles(entry, folder);
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
  const model = await files.open(file('net.json', dense));
  expect(model.graphs[0]!.graph.nodes.map(({ id }) => id)).toEqual(['input', 'd']);
  expect(model.graphs[0]!.graph.layers[0]!.params).toBe(15);
});

it('refuses what is damaged, not there, a folder or too large, each in its words', async () => {
  await expect(files.open(file('net.keras', 'PK\u0003\u0004'))).rejects.toMatchObject({
    tag: 'damaged',
    message: expect.stringContaining('net.keras') as string,
  });
  await expect(files.open(path.join(folder, 'gone.onnx'))).rejects.toMatchObject({ tag: 'not-found' });
  await expect(files.open(folder)).rejects.toMatchObject({ tag: 'damaged' });
  const large = file('large.pb', '');
  truncateSync(large, 3 * 1024 ** 3);
  await expect(files.open(large)).rejects.toThrow('larger than 2 GiB');
});

it('gives up on a file that takes for ever', async () => {
  // Text of 30 MB, which takes longer than it is given here.
  const slow = file('slow.pbtxt', 'node { name: "a" op: "NoOp" }\n'.repeat(1_000_000));
  await expect(new ModelFiles(entry, folder, 100).open(slow)).rejects.toThrow('slow.pbtxt was given up after 0.1 s');
});

it('gives up on a file that unpacks to more ops than anybody looks at', async () => {
  const many = file('many.pbtxt', 'node { name: "a" op: "NoOp" }\n'.repeat(501_000));
  await expect(files.open(many)).rejects.toThrow(/more than 500,000 ops/);
}, 60_000);

it('ends a reader that is busy for ever, or fills the memory', async () => {
  const spinning = path.join(folder, 'spinning.mjs');
  const limits = { limitMs: 1, mostBytes: 1 };
  for (const [signal, words] of [
    ['SIGKILL', 'was given up after'],
    ['SIGABRT', 'MB of memory'],
    ['SIGTERM', 'the process that read it ended'],
  ] as const) {
    const code = `process.on('message', ({ id }) => { process.send({ kind: 'begun', id, ...${JSON.stringify(limits)} }, () => process.kill(process.pid, '${signal}')); });`;
    writeFileSync(spinning, code);
    await expect(new ModelFiles(spinning, folder).open(file('any.h5', 'x'))).rejects.toThrow(words);
  }
}, 30_000);

// What of the graph needs no window: sorting into groups, laying out, tracing, finding. In a thread of its own, so that each
// is met cold, as in a window that has just been opened.
import { build } from 'esbuild';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const measure = `
import { parentPort, workerData } from 'node:worker_threads';
import { groupTree } from './src/shared/graph/tree/group-tree.js';
import { layOutTree } from './src/shared/graph/tree/tree-layout.js';
import { Scene } from './renderer/panels/graph/drawing/scene.js';
import { Tracer } from './renderer/panels/graph/drawing/trace.js';
import { findOps } from './renderer/panels/graph/find/graph-find.js';

const timed = (act) => {
  const began = performance.now();
  const result = act();
  return [performance.now() - began, result];
};
const graph = JSON.parse(workerData);
const [treeMs, tree] = timed(() => groupTree(graph));
const [closedMs] = timed(() => layOutTree(tree, new Set()));
const ids = [...tree.groups.keys()];
const [openMs, all] = timed(() => layOutTree(tree, new Set(ids)));
const [againMs] = timed(() => layOutTree(tree, new Set(ids.slice(0, -1))));
const [firstFindMs] = timed(() => findOps(graph, 'addv2 56x56'));
const [findMs] = timed(() => findOps(graph, 'mul 64'));
const tracer = new Tracer(graph);
const [tracerMs] = timed(() => tracer.prepare());
const scene = new Scene(all);
const middle = all.items.filter(({ ops }) => ops[0].kind === 'op');
const traces = Array.from({ length: 20 }, (_, index) => middle[Math.floor((index * middle.length) / 20)]).map(
  (item) => timed(() => tracer.trace(item, scene))[0],
);
parentPort.postMessage({ treeMs, closedMs, openMs, againMs, firstFindMs, findMs, tracerMs, traceMs: Math.max(...traces) });
`;

/** @returns {Promise<Record<'treeMs' | 'closedMs' | 'openMs' | 'againMs' | 'firstFindMs' | 'findMs' | 'tracerMs' | 'traceMs', number>>} */
export async function graphNumbers(graph) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-bench-'));
  try {
    const file = path.join(folder, 'measure.mjs');
    const { outputFiles } = await build({
      stdin: { contents: measure, resolveDir: root, loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      write: false,
      logLevel: 'error',
    });
    await writeFile(file, outputFiles[0].contents);
    return await new Promise((resolve, reject) => {
      const worker = new Worker(file, { workerData: JSON.stringify(graph) });
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

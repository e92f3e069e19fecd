/**
 * Graphs that Backstep writes, in TensorBoard and TensorFlow by their makers: needs BACKSTEP_TEST_PYTHON with both.
 * What is looked at is what the graph view asks for, over HTTP.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { EventSchema } from '../../../src/shared/generated/tensorflow/core/util/event_pb.js';
import { encodeRecord } from '../../../src/shared/events/record-frames.js';
import { graphDefBytes, graphDefText } from '../../../src/shared/graph/graph-def.js';
import { openModel } from '../../../src/shared/models/open-model.js';
import { tensorBoardAlone } from '../../fixtures/tensorboard-alone.js';
import { denseGraph } from '../../unit/shared/graph/graph.js';

const python = process.env['BACKSTEP_TEST_PYTHON'];
if (!python) console.log('TensorBoard opens no graph of ours: BACKSTEP_TEST_PYTHON names no Python with it');
const models = path.join(process.env['BACKSTEP_TEST_DATA'] || path.resolve('../shared/data'), 'models');
if (!existsSync(models)) console.log(`graphs of real model files are not written again: no ${models}`);

const folder = mkdtempSync(path.join(tmpdir(), 'backstep-tensorboard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(!python)(
  'TensorBoard answers with the nodes, their inputs and attributes',
  async () => {
    const log = path.join(folder, 'logs', 'run');
    mkdirSync(log, { recursive: true });
    const events = [
      create(EventSchema, { wallTime: 1, what: { case: 'fileVersion', value: 'brain.Event:2' } }),
      create(EventSchema, { wallTime: 1, what: { case: 'graphDef', value: graphDefBytes(denseGraph) } }),
    ];
    writeFileSync(
      path.join(log, 'events.out.tfevents.1.test'),
      Buffer.concat(events.map((event) => encodeRecord(toBinary(EventSchema, event)))),
    );
    const port = await freePort();
    const words = ['--logdir', path.dirname(log), '--host', '127.0.0.1', '--port', `${port}`, '--load_fast=false'];
    const serve = `${tensorBoardAlone}\nfrom tensorboard.main import run_main\nrun_main()`;
    const board = spawn(python!, ['-c', serve, ...words], { stdio: 'ignore' });
    try {
      const graph = `http://127.0.0.1:${port}/data/plugin/graphs/graph?run=run`;
      await expect.poll(() => answer(graph), { timeout: 60_000, interval: 500 }).toContain('node {');
      const text = await answer(graph);
      expect([...text.matchAll(/^ {2}name: "(.*)"$/gm)].map(([, name]) => name)).toEqual(
        denseGraph.nodes.map(({ id }) => id.replaceAll(' ', '_')),
      );
      expect(text).toContain('input: "optimizer/dense_1/ApplyAdam:1"');
      expect(text).toContain('key: "_output_shapes"');
    } finally {
      board.kill('SIGKILL');
    }
  },
  90_000,
);

test.skipIf(!python || !existsSync(models))(
  'TensorFlow reads the text of graphs that were made by others',
  async () => {
    const files = ['mnist_cnn.keras', 'mnist_cnn.tflite', 'saved_model/saved_model.pb'].map((name) =>
      path.join(models, 'generated-keras3', name),
    );
    const written: string[] = [];
    for (const file of files) {
      const { graphs } = await openModel({ name: path.basename(file), bytes: readFileSync(file) });
      for (const { graph } of graphs) {
        const target = path.join(folder, `${written.length}.pbtxt`);
        writeFileSync(target, graphDefText(graph));
        written.push(target);
      }
    }
    const { stdout } = await promisify(execFile)(python!, ['-c', reads, ...written]);
    expect(stdout.trim()).toBe('read');
  },
);

/** Names that are double or no names of TensorFlow's, and inputs that there are not, end it. */
const reads = `
import re, sys
from google.protobuf import text_format
from tensorflow.core.framework import graph_pb2
for file in sys.argv[1:]:
    graph = text_format.Parse(open(file).read(), graph_pb2.GraphDef())
    names = [node.name for node in graph.node]
    assert len(names) > 0 and len(names) == len(set(names)), file
    assert all(re.fullmatch(r'[A-Za-z0-9.][A-Za-z0-9_.\\\\/>-]*', name) for name in names), file
    assert all(name.lstrip('^').split(':')[0] in set(names) for node in graph.node for name in node.input), file
print('read')
`;

async function answer(address: string): Promise<string> {
  try {
    return await (await fetch(address)).text();
  } catch (error) {
    // Not listening yet.
    return String(error);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The window's graph, from the real trainer: in trusted folders alone, with unsaved text, within a time limit. */
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { GraphRecorder } from '../../../src/server/graph/graph-recorder.js';
import { recordingRequest } from '../../../src/shared/protocol/graph.js';
import { builtBundles, tinyExperiment, trainerEntry } from '../trainer/built.js';
import { cleanUpLater, openWorkspace, places, serve, testPlace, TestWindow } from './support.js';

beforeAll(() => builtBundles());

function recorder(home: string, timeLimitMs?: number): GraphRecorder {
  const made = new GraphRecorder({ entry: trainerEntry, home, timeLimitMs });
  cleanUpLater(() => made.dispose());
  return made;
}

const ask = (experiment: string, text?: string) =>
  recordingRequest.parse({
    experiment,
    backend: 'cpu',
    batch: 'zeros',
    ...(text === undefined ? {} : { overlays: { [experiment]: text } }),
  });

test('follows the text as it is edited, in one process', async () => {
  const place = testPlace();
  const file = place.write('experiment.ts', tinyExperiment);
  const asked = recorder(place.home);
  const first = await asked.ask(ask(file, tinyExperiment));
  expect(first.problems).toEqual([]);
  expect(first.graph?.batchSize).toBe(4);
  const units = async (text: string) => {
    const { graph } = await asked.ask(ask(file, text));
    return graph?.layers[0]?.outputShape;
  };
  expect(await units(tinyExperiment.replace('units: 8', 'units: 5'))).toEqual([5]);
  expect(await units(tinyExperiment)).toEqual([8]);
});

test('code that does not end is ended and told at its line, and the next question is answered', async () => {
  const place = testPlace();
  const file = place.write('experiment.ts', tinyExperiment);
  const asked = recorder(place.home, 6000);
  const endless = tinyExperiment.replace(
    'model: () => tf',
    'model: () => { for (;;); return 0 as never; }, other: () => tf',
  );
  const { graph, problems } = await asked.ask(ask(file, endless));
  expect(graph).toBeUndefined();
  expect(problems[0]).toMatchObject({ severity: 'error', message: 'model() did not finish within 6 s.', file });
  expect((await asked.ask(ask(file, tinyExperiment))).graph?.nodes.length).toBeGreaterThan(50);
});

test('code that ends the process hard is told, and so is what is wrong with the experiment', async () => {
  const place = testPlace();
  const file = place.write('experiment.ts', tinyExperiment);
  const asked = recorder(place.home);
  const killed = await asked.ask(ask(file, `process.kill(process.pid, 'SIGKILL');\n${tinyExperiment}`));
  expect(killed.problems[0]).toMatchObject({ severity: 'error', file });
  const broken = await asked.ask(ask(file, tinyExperiment.replace('units: 8', 'units: -8')));
  expect(broken.graph).toBeUndefined();
  expect(broken.problems[0]).toMatchObject({ severity: 'error', file });
});

test('a run’s graph is that of the code it was started with', async () => {
  const place = testPlace();
  const served = await serve(place, { places: { ...places(place), trainer: trainerEntry } });
  const window = await TestWindow.connect(served);
  await window.request('workspace/open', { path: place.workspace });
  await window.request('workspace/trust', { trusted: true });
  place.write('experiment.ts', tinyExperiment.replace('units: 8', 'units: 5'));
  const run = { formatVersion: 1, name: 'first', experiment: 'experiment.ts', status: 'completed' };
  place.write('runs/first/run.json', JSON.stringify(run));
  place.write('runs/first/experiment/experiment.ts', tinyExperiment);
  place.write('runs/foreign/train/events.out.tfevents.1.host', '');
  const { graph, problems } = await window.request('runs/graph', { id: 'first' });
  expect(problems).toEqual([]);
  expect(graph?.layers[0]).toMatchObject({ outputShape: [8], file: path.join(place.workspace, 'experiment.ts') });
  const foreign = await window.request('runs/graph', { id: 'foreign' });
  expect(foreign.graph).toBeUndefined();
  expect(foreign.problems[0]?.message).toContain('neither its code nor a graph');
  await expect(window.request('runs/graph', { id: 'none' })).rejects.toMatchObject({ tag: 'not-found' });
});

test('a run keeps its graph to itself while its folder is not trusted', async () => {
  const place = testPlace();
  const run = { formatVersion: 1, name: 'first', experiment: '../elsewhere.ts', status: 'completed' };
  place.write('runs/first/run.json', JSON.stringify({ ...run, experiment: 'experiment.ts' }));
  place.write('runs/first/experiment/experiment.ts', tinyExperiment);
  place.write('runs/outside/run.json', JSON.stringify(run));
  place.write('runs/outside/experiment/elsewhere.ts', tinyExperiment);
  const server = await serve(place);
  const window = await TestWindow.connect(server);
  await window.request('workspace/open', { path: place.workspace });
  await expect(window.request('runs/graph', { id: 'first' })).rejects.toMatchObject({ tag: 'not-trusted' });
  await window.request('workspace/trust', { trusted: true });
  await expect(window.request('runs/graph', { id: 'outside' })).rejects.toMatchObject({ tag: 'outside-workspace' });
});

test('runs nothing of a folder that is not trusted, and nothing outside of it', async () => {
  const place = testPlace();
  const file = place.write('experiment.ts', tinyExperiment);
  const server = await serve(place);
  const window = await TestWindow.connect(server);
  await window.request('workspace/open', { path: place.workspace });
  await expect(window.request('experiment/graph', { experiment: file })).rejects.toMatchObject({ tag: 'not-trusted' });
  const trusted = await openWorkspace();
  await expect(trusted.window.request('experiment/graph', { experiment: '/etc/passwd' })).rejects.toMatchObject({
    tag: 'outside-workspace',
  });
});

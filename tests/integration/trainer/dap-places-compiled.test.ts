/** Breakpoints within steps that run compiled on native TensorFlow: found by summaries and walks, and stopped at in place. */
import { describe, expect, it } from 'vitest';
import { engineEnvironment } from '../../../src/shared/engine/find-engine.js';
import type { TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { findEngine } from '../../../src/trainer/runtime/backend/tensorflow/find-engine.js';
import { tinyExperiment } from './built.js';
import { at, inShort, nanExperiment, runThrough, type PlaceRun } from './place-runs.js';
import { trainersIn } from './trainers-in.js';

const engine = process.env['BACKSTEP_TEST_ENGINE'];
if (!engine) {
  console.warn('No test of places in compiled steps: BACKSTEP_TEST_ENGINE names no engine’s folder.');
}

/** Line 7 prepares a batch while a step runs. */
const generatorExperiment = `import { defineExperiment, tf } from 'backstep';

let made = 0;

function* batches() {
  for (let row = 0; row < 30; row++) {
    made += 1;
    yield { xs: tf.tensor2d([[Math.sin(row), 1], [Math.cos(row), 2]]), ys: tf.ones([2, 1]) };
  }
}

export default defineExperiment({
  seed: 5,
  data: () => tf.data.generator(batches as never) as never,
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
  optimizer: () => tf.train.sgd(0.01),
  loss: 'meanSquaredError',
});
`;

const trainers = trainersIn({
  'experiment.ts': tinyExperiment,
  'nan.ts': nanExperiment,
  'generator.ts': generatorExperiment,
});

function environment(): NodeJS.ProcessEnv {
  const named = { ...process.env, BACKSTEP_HOME: trainers.place.home, BACKSTEP_ENGINE: engine };
  const found = findEngine({ environment: named });
  if (found.kind !== 'found') throw new Error(found.reason);
  return {
    ...named,
    ...engineEnvironment({ folder: engine!, manifest: found.engine.manifest }, named, process.platform),
  };
}

const run = (breakpoints: readonly TrainingBreakpoint[], options: PlaceRun = {}) =>
  runThrough(trainers, breakpoints, { backend: 'tensorflow', environment: environment(), ...options });

describe.skipIf(!engine)('compiled steps', { timeout: 90_000 }, () => {
  const layer = (
    name: string,
    when: 'before' | 'after',
    pass: 'forward' | 'gradient',
    beside: Partial<TrainingBreakpoint> = {},
  ) => at({ kind: 'layer', layer: name, when, pass }, beside);

  it('each kind stops at its very place, hits are counted, and the run ends as one that never stopped', async () => {
    const plain = await run([]);
    const inFifth = { condition: 'step == 5' };
    const { stops, hash, client } = await run([
      at({ kind: 'phase', phase: 'forward' }, inFifth),
      layer('dropout_1', 'before', 'forward', inFifth),
      at({ kind: 'op', op: 'Softmax', layer: 'dense_2', phase: 'forward', occurrence: 1 }, inFifth),
      layer('dense_2', 'after', 'gradient', inFifth),
      at({ kind: 'phase', phase: 'optimizer' }, inFifth),
      layer('dense_1', 'after', 'forward', { hitCondition: '% 4' }),
      layer('dense_2', 'after', 'forward', { condition: 'norm(output) > 0 && max(output) <= 1', hitCondition: '== 6' }),
      layer('dense_1', 'after', 'gradient', { condition: "norm(grad) > 0 && norm(grad('kernel')) > 0 && step == 7" }),
      at({
        kind: 'condition',
        condition: "norm(activation('dense_1')) > 0 && norm(gradient('dense_2/kernel')) > 0 && step == 9",
      }),
      layer('dense_1', 'after', 'forward', { logMessage: 'at {step}', condition: 'step == 10' }),
      at({ kind: 'op', op: 'Softmax' }, { condition: 'norm(input) < 0' }),
    ]);
    expect(hash).toBe(plain.hash);
    expect(plain.client.eventsOf('step').map(({ speed }) => speed)).toContain('compiled');
    expect(stops.map(inShort)).toEqual([
      '4 after forward›dense_1',
      expect.stringMatching(/^5 before forward›dense_1›/),
      '5 before forward›dropout_1',
      '5 before forward›dense_2›Softmax',
      '5 after gradient›dense_2',
      expect.stringMatching(/^5 before optimizer›/),
      '6 after forward›dense_2',
      '7 after gradient›dense_1',
      '8 after forward›dense_1',
      '9 ',
      '12 after forward›dense_1',
    ]);
    expect(client.eventsOf('log').map(({ text }) => text)).toEqual(['at 10']);
    const notices = client.eventsOf('notice').filter(({ message }) => message.includes('walked through op by op'));
    expect(notices.map(({ message }) => /“(.*)”/.exec(message)![1])).toEqual(['Softmax']);
  });

  it('values stop where they are made', async () => {
    const data = (of: 'weight' | 'gradient' | 'activation' | 'metric') =>
      at({ kind: 'data', of, event: { kind: 'notFinite' } });
    const plain = await run([], { file: 'nan.ts' });
    const all = (['activation', 'gradient', 'weight', 'metric'] as const).map(data);
    const { stops, hash } = await run(all, { file: 'nan.ts' });
    expect(hash).toBe(plain.hash);
    const firsts = all.map(({ id }) => stops.find(({ breakpointIds }) => breakpointIds.includes(id)));
    expect(firsts[0]).toMatchObject({ stands: 'layer', when: 'after', place: { phase: 'forward' } });
    expect(firsts[1]).toMatchObject({ stands: 'layer', when: 'after', place: { phase: 'gradient' } });
    expect(firsts[2]!.stands).toBeUndefined();
    expect(firsts[3]!.description).toMatch(/loss not finite/);
  });

  it('op by op on native TensorFlow likewise', async () => {
    const plain = await run([], { steps: 2, eager: true });
    const { stops, hash } = await run(
      [
        layer('dense_2', 'after', 'forward'),
        layer('dense_1', 'after', 'gradient'),
        at({ kind: 'phase', phase: 'loss' }),
      ],
      { steps: 2, eager: true },
    );
    expect(hash).toBe(plain.hash);
    expect(stops.map(({ description }) => description)).toEqual(
      [1, 2].flatMap(() => ['after dense_2', 'before the loss', 'after dense_1’s gradient']),
    );
  });

  it('at a line that runs beside the steps, weights are those of the last one, and a change of them lasts', async () => {
    const changedAt = async (breakpoints: readonly TrainingBreakpoint[], eager = false) => {
      const client = trainers.connect(environment());
      const experiment = trainers.place.file('generator.ts');
      await client.request('initialize', { adapterID: 'backstep' });
      await client.request('launch', { experiment, backend: 'tensorflow', eager });
      const line = { source: { path: experiment }, breakpoints: [{ line: 7, condition: 'made == 20' }] };
      await client.request('setBreakpoints', line);
      await client.request('backstep/setTrainingBreakpoints', { breakpoints });
      await client.request('configurationDone');
      expect(await client.stopped()).toMatchObject({ stands: 'line', path: ['epoch 1', 'step 20'] });
      const evaluate = async (expression: string) =>
        (await client.request<{ result: string }>('evaluate', { expression, context: 'repl' })).result;
      const weights = await evaluate(
        'Array.from(model.getWeights()[0].dataSync()).map((one) => one.toFixed(4)).join()',
      );
      await evaluate('model.getWeights()[0].assign(tf.fill([2, 1], 3))');
      for (let stops = 1; ; stops++) {
        await client.request('continue', { threadId: 1 });
        const next = await client.until(
          () => client.eventsOf('end')[0] ?? client.events().filter(({ event }) => event === 'stopped')[stops],
          'a stop or the end',
        );
        if ('kind' in next) return { weights, stops, hash: next.stateHash };
      }
    };
    const plain = await changedAt([]);
    const crossing = { kind: 'crosses', number: 'max', value: 2.9 } as const;
    const stopping = await changedAt([at({ kind: 'data', of: 'activation', name: 'dense_1', event: crossing })]);
    expect(stopping.stops).toBeGreaterThan(1);
    expect(stopping.hash).toBe(plain.hash);
    const eager = await changedAt([], true);
    expect([plain.weights, stopping.weights]).toEqual([eager.weights, eager.weights]);
  });
});

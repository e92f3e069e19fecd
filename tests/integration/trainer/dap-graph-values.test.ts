/** Values of the ops of the step that training stands in: those that TensorFlow.js computes, and nothing changed by asking. */
import * as tf from '@tensorflow/tfjs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, test } from 'vitest';
import type { OpStatistics, ValueNumbers } from '../../../src/shared/graph/op-statistics.js';
import { Debugging } from './dap-debugging.js';
import { nativeEnvironment } from './native-environment.js';
import { at } from './place-runs.js';
import { trainersIn } from './trainers-in.js';

const rows = Array.from({ length: 8 }, (_, row) => [Math.sin(row), row % 3 ? row : 0, -row, 0.25]);
const kernel = Array.from({ length: 4 }, (_, row) => [row - 1.5, 0, 0.5 * row]);
/** One batch is all of the data: its order does not matter. */
const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const rows = ${JSON.stringify(rows)};
const kernel = tf.tensor2d(${JSON.stringify(kernel)});

export default defineExperiment({
  seed: 5,
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map(([x]) => [x!, 1, 0])), batchSize: 8 }),
  model: () => tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 3, name: 'first', activation: 'relu', weights: [kernel, tf.zeros([3])] }),
      tf.layers.dropout({ rate: 0.25 }),
      tf.layers.dense({ units: 3, name: 'second' }),
    ],
  }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'meanSquaredError',
  metrics: ['mae'],
  epochs: 6,
});
`;

const { place, connect } = trainersIn({ 'experiment.ts': experiment });

const backends = [
  { backend: 'cpu', environment: {} },
  { backend: 'wasm', environment: {} },
  ...nativeEnvironment().map((environment) => ({ backend: 'tensorflow' as const, environment })),
] as const;

/** By TensorFlow.js, in this process. */
function numbersOf(tensor: tf.Tensor): Partial<ValueNumbers> {
  const one = (value: tf.Tensor): number => value.dataSync()[0]!;
  return {
    min: one(tf.min(tensor)),
    max: one(tf.max(tensor)),
    mean: one(tf.mean(tensor)),
    norm: one(tf.norm(tensor)),
    zeros: one(tf.mean(tf.cast(tf.equal(tensor, 0), 'float32'))),
    notFinite: 0,
  };
}

function expectNear(found: ValueNumbers | undefined, wanted: Partial<ValueNumbers>): void {
  for (const [name, number] of Object.entries(wanted)) {
    expect(found?.[name as keyof ValueNumbers], name).toBeCloseTo(number, 4);
  }
}

describe.each(backends)('on $backend', ({ backend, environment }) => {
  async function start(breakpoints: readonly ReturnType<typeof at>[]): Promise<Debugging> {
    const client = connect(environment);
    const debugging = new Debugging(client, place);
    await client.request('initialize', { adapterID: 'backstep' });
    await client.event('initialized');
    await client.request('launch', { experiment: place.file('experiment.ts'), backend });
    await client.request('backstep/setTrainingBreakpoints', { breakpoints });
    await client.request('configurationDone');
    return debugging;
  }
  const ask = ({ client }: Debugging, from = 0) =>
    client.request<OpStatistics>('backstep/opStatistics', { from, mostMs: 1000 });
  const tensors = async ({ client }: Debugging) =>
    Number(
      (
        await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', {
          expression: 'tf.memory().numTensors',
          context: 'watch',
        })
      ).result,
    );

  test('while it is stepped through op by op: all there, as they are, and the run ends as if nobody had looked', async () => {
    const plain = await (await start([])).runToEnd();
    const debugging = await start([at({ kind: 'layer', layer: 'second', when: 'before', pass: 'forward' })]);
    const stop = await debugging.stopped();
    await debugging.client.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
    const before = await tensors(debugging);
    const first = await ask(debugging);
    expect(await tensors(debugging)).toBe(before);
    expect(first).toMatchObject({ epoch: 1, step: stop.step });
    expect(first.ops).toHaveLength(first.total);
    tf.tidy(() => {
      expectNear(first.sources!['first/kernel'], numbersOf(tf.tensor2d(kernel)));
      expectNear(first.sources!['input/xs'], numbersOf(tf.tensor2d(rows)));
      const output = tf.relu(tf.matMul(tf.tensor2d(rows), tf.tensor2d(kernel)));
      const relu = first.ops.find(({ op }) => /relu/i.test(op));
      expectNear(relu!.outputs[0]!.values, numbersOf(output));
    });

    // From here on every op is measured before its tensors are given back.
    let known = first.total;
    for (let count = 0; count < 12; count++) {
      await debugging.client.raw('next', { threadId: 1, backstep: { granularity: 'op' } });
      expect(await debugging.stopped()).toMatchObject({ stands: 'op', when: 'before' });
      const more = await ask(debugging, known);
      expect(more.sources).toBeUndefined();
      for (const { op, outputs } of more.ops) {
        expect(outputs.length, op).toBeGreaterThan(0);
        for (const { values } of outputs) expect(values, op).toBeDefined();
      }
      known = more.total;
    }
    expect(known).toBeGreaterThan(first.total + 9);
    await debugging.client.raw('next', { threadId: 1, backstep: { granularity: 'step' } });
    expect((await debugging.stopped()).stands).toBeUndefined();
    const whole = await ask(debugging);
    expect(whole.step).toBe(stop.step);
    expect(whole.total).toBeGreaterThan(known);
    for (const { op, outputs } of whole.ops.slice(first.total)) {
      for (const { values } of outputs) expect(values, op).toBeDefined();
    }
    await debugging.go();
    expect(await debugging.runToEnd()).toBe(plain);
  });

  test('a step later, and after a step that ran at full speed', async () => {
    const debugging = await start([at({ kind: 'condition', condition: 'step <= 2 || step == 5' })]);
    await debugging.stopped();
    await ask(debugging);
    const goOn = async (): Promise<OpStatistics> => {
      await debugging.client.raw('continue', { threadId: 1 });
      await debugging.stopped();
      return ask(debugging);
    };
    // Somebody has looked at the step before: this one was measured as it ran, or as it was walked through.
    const next = await goOn();
    expect(next.step).toBe(2);
    expect(next.ops).toHaveLength(next.total);
    expect(next.total).toBeGreaterThan(20);
    expect(next.ops.filter(({ outputs }) => outputs.some(({ values }) => !values)).map(({ op }) => op)).toEqual([]);
    // One that was too quick to be followed is walked through for whoever looks; of a slow one, what is kept is known.
    const later = await goOn();
    expect(later.step).toBe(5);
    expect(later.ops).toHaveLength(later.total);
    expect(later.total).toBe(next.total);
  });

  test('are answered in parts, as long as the time that is given', async () => {
    const debugging = await start([at({ kind: 'condition', condition: 'step > 0' })]);
    await debugging.stopped();
    const { client } = debugging;
    let [from, parts] = [0, 0];
    for (;;) {
      const { ops, total } = await client.request<OpStatistics>('backstep/opStatistics', { from, mostMs: 1 });
      from += ops.length;
      parts++;
      if (from >= total) break;
      expect(ops.length).toBeGreaterThan(0);
    }
    expect(parts).toBeLessThan(100);
    expect((await client.raw('backstep/opStatistics', { from: -1 })).success).toBe(false);
  });
});

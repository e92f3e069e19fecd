/** Looks at tensors through the real trainer: every place, kind of stop and kind of tensor, on each backend. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TensorFacts, TensorNumbers, TensorPictures } from '../../../src/shared/protocol/tensors.js';
import { DapClient } from './dap-client.js';
import { Debugging, type Lines } from './dap-debugging.js';
import { nativeEnvironment } from './native-environment.js';
import { debuggingIn } from './trainers-in.js';

/** Two classes of grey images, a convolution, eight steps an epoch; the metric's line is where a person can break. */
const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const count = 32;
const images = tf.tidy(() => tf.tensor4d(Float32Array.from({ length: count * 64 }, (_, at) => ((at * 37) % 101) / 100), [count, 8, 8, 1]));
const labels = tf.tensor2d(Array.from({ length: count }, (_, row) => (row % 2 ? [1, 0] : [0, 1])));

export default defineExperiment({
  seed: 3,
  data: () => datasets.tensors({ xs: images, ys: labels, batchSize: 4 }),
  model: () => tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 3, kernelSize: 3, activation: 'relu' }),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.25 }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  }),
  optimizer: () => tf.train.adam(0.01),
  trainStep: ({ model, optimizer, batch }) => {
    return optimizer.minimize(() => {
      const predicted = model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor;
      const hidden = predicted.mul(2);
      return tf.losses.softmaxCrossEntropy(batch.ys as tf.Tensor, hidden) as tf.Scalar;
    }, true)!;
  },
  epochs: 1,
});
`;
const BREAK_LINE = 24;

const { place, start: startOn } = debuggingIn({ 'experiment.ts': experiment });

const backends = [
  { backend: 'cpu', environment: {} },
  { backend: 'wasm', environment: {} },
  ...nativeEnvironment().map((environment) => ({ backend: 'tensorflow' as const, environment })),
] as const;

describe.each(backends)('on $backend', ({ backend, environment }) => {
  const start = (lines: Lines = {}, file?: string): Promise<Debugging> =>
    startOn(lines, { backend, file }, environment);
  const atLine = { 'experiment.ts': [{ line: BREAK_LINE, condition: 'step === 2' }] };
  const facts = (debugging: Debugging, tensor: object, more: object = {}) =>
    debugging.client.request<TensorFacts>('backstep/tensor', { tensor, ...more });
  const failure = async (debugging: Debugging, tensor: object, command = 'backstep/tensor', more: object = {}) =>
    (await debugging.client.raw(command, { tensor, ...more })).message;
  const pictures = async (debugging: Debugging, tensor: object, view: string, more: object = {}) => {
    const found = await debugging.client.request<TensorPictures>('backstep/tensorPictures', { tensor, view, ...more });
    return { ...found, bytes: Buffer.from(found.pixels, 'base64') };
  };
  const numbers = async (debugging: Debugging, tensor: object, [row, rows, column, columns]: readonly number[]) => {
    const wish = { tensor, row, rows, column, columns };
    const found = await debugging.client.request<TensorNumbers>('backstep/tensorNumbers', wish);
    const bytes = Buffer.from(found.values, 'base64');
    const values = Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8));
    return { ...found, values };
  };
  const find = (debugging: Debugging, tensor: object, wanted: object) =>
    debugging.client.request<{ index?: number; value?: number; count?: number }>('backstep/tensorFind', {
      tensor,
      ...wanted,
    });
  const variable = async (debugging: Debugging, expression: string) => {
    const frame = (await debugging.frames()).find(({ presentationHint }) => presentationHint !== 'subtle');
    const { variablesReference } = await debugging.client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', {
      expression,
      context: 'repl',
      frameId: frame!.id,
    });
    return { kind: 'variable', reference: variablesReference };
  };

  test('by place, after a step: what it is, its pictures, its numbers, places in it', async () => {
    const debugging = await start();
    await debugging.client.request('pause', { threadId: 1, backstep: { granularity: 'step' } });
    await debugging.stopped();
    const output = { kind: 'activation', layer: 'conv2d_1' };
    const found = await facts(debugging, output, { bins: 8 });
    expect(found).toMatchObject({
      name: 'output of conv2d_1',
      shape: [4, 6, 6, 3],
      dtype: 'float32',
      device: 'CPU',
      size: 432,
      bytes: 1728,
      views: ['featureMaps', 'images', 'matrix', 'table'],
    });
    expect(found.histogram!.reduce((a, b) => a + b)).toBe(432);
    expect(found.numbers).toMatchObject({ min: 0, notFinite: 0 });

    const maps = await pictures(debugging, output, 'featureMaps', { example: 2, first: 1 });
    expect(maps).toMatchObject({ width: 6, height: 6, channels: 1, total: 3, first: 1 });
    expect(maps.titles).toEqual(['channel 1', 'channel 2']);
    expect(maps.bytes).toHaveLength(72);
    // A pixel leads to its value.
    const { starts, row, column } = maps.source;
    const flat = starts[1]! + 3 * row + 4 * column;
    const cell = await numbers(debugging, output, [Math.floor(flat / 3), 1, flat % 3, 1]);
    const range = maps.ranges[1]!;
    expect(maps.bytes[36 + 3 * 6 + 4]! / 255).toBeCloseTo(cell.values[0]! / range.max, 2);

    const most = await find(debugging, output, { for: 'max' });
    expect(most.value).toBe(found.numbers!.max);
    expect((await numbers(debugging, output, [Math.floor(most.index! / 3), 1, most.index! % 3, 1])).values).toEqual([
      most.value,
    ]);
    const zero = await find(debugging, output, { for: 'zero' });
    expect(zero.count).toBe(Math.round(found.numbers!.zeros * 432));

    const kernel = await facts(debugging, { kind: 'weight', weight: 'conv2d_1/kernel' });
    expect(kernel).toMatchObject({
      name: 'conv2d_1/kernel',
      shape: [3, 3, 1, 3],
      views: ['filters', 'matrix', 'table'],
    });
    expect((await pictures(debugging, { kind: 'weight', weight: 'conv2d_1/kernel' }, 'filters')).titles).toEqual([
      'filter 0',
      'filter 1',
      'filter 2',
    ]);
    const gradient = await facts(debugging, { kind: 'gradient', weight: 'dense_1/kernel' });
    expect(gradient).toMatchObject({ name: 'gradient of dense_1/kernel', shape: [108, 2] });
    expect(gradient.numbers!.norm).toBeGreaterThan(0);
    const predictions = await facts(debugging, { kind: 'activation', layer: 'dense_1' });
    expect(predictions).toMatchObject({ views: ['bars', 'matrix', 'table'] });
    const xs = await facts(debugging, { kind: 'batch', part: 'xs' });
    expect(xs).toMatchObject({
      name: 'xs of the batch',
      shape: [4, 8, 8, 1],
      views: expect.arrayContaining(['images']) as string[],
    });
    expect((await pictures(debugging, { kind: 'batch', part: 'xs' }, 'images')).ranges[0]).toEqual({ min: 0, max: 1 });

    expect(await failure(debugging, { kind: 'activation', layer: 'conv2d_9' })).toBe(
      'The model has no layer conv2d_9.',
    );
    expect(await failure(debugging, { kind: 'weight', weight: 'dense_1/none' })).toBe(
      'The model has no weight dense_1/none.',
    );
    expect(await failure(debugging, { kind: 'batch', part: 'xs', index: 3 })).toBe('The batch has no xs number 3.');
    expect(await failure(debugging, { kind: 'variable', reference: 9999 })).toMatch(/earlier stop/);
    expect(await failure(debugging, output, 'backstep/tensorPictures', { view: 'filters', count: 0 })).toMatch(
      /^count: /,
    );
  });

  test('at a line, an op and a layer: what there is by then, the op’s inputs and what was computed aside', async () => {
    const debugging = await start(atLine);
    await debugging.stopped();
    expect(await facts(debugging, { kind: 'activation', layer: 'conv2d_1' })).toMatchObject({ shape: [4, 6, 6, 3] });
    expect(await failure(debugging, { kind: 'gradient', weight: 'conv2d_1/kernel' })).toMatch(/not been computed yet/);
    expect(await facts(debugging, await variable(debugging, 'predicted'))).toMatchObject({
      name: 'predicted',
      views: ['bars', 'matrix', 'table'],
    });
    const local = (await debugging.scope('Local')).find(({ name }) => name === 'predicted')!;
    expect((local as unknown as { backstep: unknown }).backstep).toMatchObject({
      tensor: true,
      views: ['bars', 'matrix', 'table'],
      device: 'CPU',
      spark: expect.any(Array) as number[],
    });
    await debugging.by('op');
    await debugging.stopped();
    const inputs = (await debugging.scope('Op')).find(({ name }) => name === 'inputs')!;
    const [first] = await debugging.variables(inputs.variablesReference);
    const input = await facts(debugging, { kind: 'variable', reference: first!.variablesReference });
    expect(input.name).toBe(`inputs.${first!.name}`);
    await debugging.by('layer');
    await debugging.stopped();
    expect((await facts(debugging, { kind: 'weight', weight: 'dense_1/bias' })).size).toBe(2);
  });

  test('classes are named where tensors are of them', async () => {
    place.write(
      'flowers.csv',
      ['a,b,kind', ...[1, 2, 3, 4, 5, 6, 7, 8].map((row) => `${row},${row * 2},${row % 2 ? 'iris' : 'rose'}`)].join(
        '\n',
      ),
    );
    place.write(
      'flowers.ts',
      `import { datasets, defineExperiment, tf } from 'backstep';
export default defineExperiment({
  data: () => datasets.csv('flowers.csv', { target: 'kind', batchSize: 4 }),
  model: () => tf.sequential({ layers: [
    tf.layers.dense({ inputShape: [2], units: 2, activation: 'relu' }),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ] }),
  optimizer: () => tf.train.sgd(0.1),
  loss: 'categoricalCrossentropy',
  epochs: 1,
});`,
    );
    const debugging = await start({}, 'flowers.ts');
    await debugging.client.request('pause', { threadId: 1, backstep: { granularity: 'step' } });
    await debugging.stopped();
    const columnNames = ['iris', 'rose'];
    const named = async (tensor: object) => (await facts(debugging, tensor)).columnNames;
    expect(await named({ kind: 'activation', layer: 'dense_2' })).toEqual(columnNames);
    expect(await named({ kind: 'batch', part: 'ys' })).toEqual(columnNames);
    expect(await named({ kind: 'gradient', weight: 'dense_2/kernel' })).toEqual(columnNames);
    // As many columns, of something else.
    expect(await named({ kind: 'activation', layer: 'dense_1' })).toBeUndefined();
    expect(await named({ kind: 'batch', part: 'xs' })).toBeUndefined();
  });

  describe('at one stop, in the middle of a step', () => {
    let debugging: Debugging;
    beforeAll(async () => {
      // Looks leave it as it is: it serves both tests.
      debugging = new Debugging(new DapClient({ BACKSTEP_HOME: place.home, ...environment }), place);
      await debugging.start(atLine, { backend });
      await debugging.stopped();
    });
    afterAll(() => debugging?.client.end());

    test('every kind of tensor, or a word why not', async () => {
      const look = async (expression: string) => facts(debugging, await variable(debugging, expression));
      expect(await look('tf.scalar(3)')).toMatchObject({ shape: [], size: 1, views: ['table'], numbers: { mean: 3 } });
      expect(await look('tf.zeros([0, 3])')).toEqual({
        name: 'tf.zeros([0, 3])',
        shape: [0, 3],
        dtype: 'float32',
        device: 'CPU',
        size: 0,
        bytes: 0,
        views: ['table'],
      });
      expect(await look('tf.tensor1d([1, -7, 3], "int32")')).toMatchObject({ numbers: { min: -7, max: 3, mean: -1 } });
      expect(await look('tf.tensor1d([true, false, true, true], "bool")')).toMatchObject({
        bytes: 4,
        numbers: { mean: 0.75, zeros: 0.25 },
      });
      expect(await look('tf.tensor([NaN, Infinity, 0, 1])')).toMatchObject({ numbers: { max: 1, notFinite: 0.5 } });
      const texts = await variable(debugging, 'tf.tensor1d(["a", "bc"])');
      expect(await facts(debugging, texts)).toMatchObject({ dtype: 'string', views: ['table'], bytes: 3 });
      expect(await numbers(debugging, texts, [1, 5, 0, 1])).toMatchObject({ rows: 1, columns: 1, texts: ['bc'] });
      expect(await failure(debugging, texts, 'backstep/tensorFind', { for: 'max' })).toMatch(/holds text/);
      expect(await look('tf.zeros([2, 2, 4, 4, 3])')).toMatchObject({ views: ['featureMaps', 'matrix', 'table'] });
      expect(await look('tf.zeros([1, 2, 1, 2, 2, 3])')).toMatchObject({ views: ['featureMaps', 'matrix', 'table'] });
      expect(await look('tf.variable(tf.zeros([3, 3, 2, 4]))')).toMatchObject({
        views: ['filters', 'matrix', 'table'],
      });
      expect(await failure(debugging, await variable(debugging, '({ a: 1 })'))).toBe('({ a: 1 }) is no tensor.');
      const gone = await variable(debugging, '(() => { const t = tf.ones([2]); t.dispose(); return t; })()');
      expect(await failure(debugging, gone)).toMatch(/has been disposed/);
      // The other backend has none.
      if (backend === 'wasm') return;
      const complex = await variable(debugging, 'tf.complex([3, 0], [4, -1])');
      expect(await numbers(debugging, complex, [0, 2, 0, 1])).toMatchObject({
        values: [5, 1],
        texts: ['3 + 4i', '0 − 1i'],
      });
    });

    test('a large tensor is cut before it is read, and answers stay small', async () => {
      const large = await variable(debugging, 'tf.range(0, 4 * 64 * 64 * 128).reshape([4, 64, 64, 128])');
      const quick = await facts(debugging, large, { numbers: false });
      expect(quick.numbers).toBeUndefined();
      expect(quick.views[0]).toBe('featureMaps');
      expect((await facts(debugging, large)).numbers).toMatchObject({
        min: 0,
        max: 2 ** 21 - 1,
        mean: (2 ** 21 - 1) / 2,
      });
      expect((await facts(debugging, large, { numbers: false })).numbers).toBeDefined();
      expect((await numbers(debugging, large, [16_000, 3, 100, 2])).values).toEqual(
        [0, 1, 2].flatMap((row) => [(16_000 + row) * 128 + 100, (16_000 + row) * 128 + 101]),
      );
      expect(await find(debugging, large, { for: 'value', value: 1_234_567 })).toEqual({
        index: 1_234_567,
        value: 1_234_567,
        count: 1,
      });
      const maps = await pictures(debugging, large, 'featureMaps', { example: 3, count: 1024 });
      expect(maps.ranges).toHaveLength(128);
      expect(maps.source.starts[5]).toBe(3 * 64 * 64 * 128 + 5);
      expect(maps.bytes[64 * 64 - 1]).toBe(255);
      const widest = await numbers(debugging, large, [0, 1000, 0, 1000]);
      expect(widest.values[widest.values.length - 1]).toBe(1000 * 128 - 1);
    });
  });

  test('looks leave nothing behind, change nothing, and are no part of the run', async () => {
    const untouched = await start();
    const wanted = await untouched.runToEnd();
    const debugging = await start(atLine);
    await debugging.stopped();
    const look = async () => {
      const tensors = [
        { kind: 'batch', part: 'xs' },
        { kind: 'activation', layer: 'conv2d_1' },
        { kind: 'weight', weight: 'conv2d_1/kernel' },
      ];
      for (const tensor of tensors) {
        await facts(debugging, tensor);
        await pictures(debugging, tensor, 'matrix');
        await numbers(debugging, tensor, [0, 10, 0, 10]);
        await find(debugging, tensor, { for: 'largest' });
      }
    };
    const count = async () => Number(await debugging.evaluate('tf.memory().numTensors'));
    const large = await variable(debugging, 'tf.randomNormal([1200, 1000])');
    const before = await count();
    await look();
    await facts(debugging, large);
    await pictures(debugging, large, 'matrix');
    await find(debugging, large, { for: 'min' });
    expect(await count()).toBe(before);
    await debugging.setLines('experiment.ts', []);
    await debugging.by('op');
    await debugging.stopped();
    await look();
    await debugging.by('step');
    await debugging.stopped();
    await look();
    await debugging.go();
    expect(await debugging.runToEnd()).toBe(wanted);
  });
});

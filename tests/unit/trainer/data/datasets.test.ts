import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../../src/trainer/runtime/data/batch-stream.js';
import * as datasets from '../../../../src/trainer/runtime/data/datasets.js';
import { environment, readPass, withData } from './data-fixtures.js';

const at = environment('/');

describe('datasets.tensors', () => {
  it('gives rows in batches, and disposes what it took over', async () => {
    const before = tf.memory().numTensors;
    const options = { xs: tf.tensor2d([[1, 2], [3, 4], [5, 6]]), ys: [[0], [1], [0]], batchSize: 2, shuffle: false }; // prettier-ignore
    await withData(await datasets.tensors(options).load(at), async ({ train, info }) => {
      expect(info).toMatchObject({ source: 'memory', trainExamples: 3 });
      const batches = await readPass(train);
      expect(batches.map(({ xs }) => xs)).toEqual([[1, 2, 3, 4], [5, 6]]); // prettier-ignore
      expect(batches[1]).toMatchObject({ ys: [0], names: ['row 3'] });
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps whole numbers whole, and several inputs by name or in order', async () => {
    const xs = { words: tf.tensor2d([[1], [2]], [2, 1], 'int32'), extra: tf.zeros([2, 3]) };
    await withData(
      await datasets.tensors({ xs, ys: [tf.ones([2, 1]), tf.ones([2, 2])] }).load(at),
      async ({ train }) => {
        const iterator = train.open({ seed: 1, epoch: 1, skip: 0 });
        const batch = (await iterator.next()) as Batch & { xs: Record<string, tf.Tensor>; ys: tf.Tensor[] };
        expect(batch.xs['words']!.dtype).toBe('int32');
        expect(batch.xs['extra']!.shape).toEqual([2, 3]);
        expect(batch.ys.map(({ shape }) => shape)).toEqual([[2, 1], [2, 2]]); // prettier-ignore
        tf.dispose([batch.xs, batch.ys]);
      },
    );
  });

  it('shuffles by seed and epoch, splits, and outlines shapes', async () => {
    const values = Array.from({ length: 20 }, (_, index) => [index]);
    const description = datasets.tensors({ xs: values, ys: values, batchSize: 6, validationSplit: 0.25 });
    expect(await description.outline(at)).toMatchObject({
      inputShape: [1],
      targetShape: [1],
      info: { trainExamples: 15, validationExamples: 5 },
    });
    await withData(await description.load(at), async ({ train, validation }) => {
      const first = await readPass(train);
      expect(await readPass(train)).toEqual(first);
      expect(await readPass(train, { skip: 1 })).toEqual(first.slice(1));
      expect(await readPass(train, { epoch: 2 })).not.toEqual(first);
      for (const { xs, ys } of first) expect(ys).toEqual(xs);
      const all = [...first, ...(await readPass(validation!))].flatMap(({ xs }) => xs);
      expect(all.sort((one, other) => one - other)).toEqual(values.flat());
    });
  });

  it('refuses what does not belong together', () => {
    expect(() => datasets.tensors({ xs: [[1], [2]], ys: [[1]] })).toThrow('they have 2 and 1');
    expect(() => datasets.tensors({ xs: [[1], [2, 3]], ys: [[1], [2]] })).toThrow('different lengths');
    expect(() => datasets.tensors({ xs: [['a']] as never, ys: [[1]] })).toThrow('holds string values');
    expect(() => datasets.tensors({ xs: tf.scalar(1), ys: [[1]] })).toThrow('a single number');
    expect(() => datasets.tensors({ ys: [[1]] } as never)).toThrow('xs is missing');
  });
});

describe('options', () => {
  it('that are unknown are refused, with the name that was meant', () => {
    const misspelt = { imageSize: [8, 8], batchsize: 3 } as never;
    expect(() => datasets.imageFolder('rps', misspelt)).toThrow("no option 'batchsize'");
    try {
      datasets.imageFolder('rps', { imageSize: [8, 8], augment: { rotatoin: 0.1 } } as never);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataError', hint: "Did you mean 'rotation'?" });
    }
  });

  it('that make no sense are refused', () => {
    const images = (more: object) => () => datasets.imageFolder('rps', { imageSize: [8, 8], ...more });
    expect(images({ batchSize: 0 })).toThrow('batchSize is 0');
    expect(images({ imageSize: [8] })).toThrow('[height, width]');
    expect(images({ imageSize: [8, 1.5] })).toThrow('whole number');
    expect(images({ validationSplit: 20 })).toThrow('between 0 and 1');
    expect(images({ labelMode: 'onehot' })).toThrow("labelMode is 'onehot'");
    expect(images({ augment: { rotation: 36 } })).toThrow('augment.rotation is 36');
    expect(images({ channels: 4 })).toThrow('1 (grey) or 3 (colour)');
    expect(() => datasets.imageFolder('', { imageSize: [8, 8] })).toThrow('first argument');
    expect(() => datasets.csv('x.csv', {} as never)).toThrow('target is missing');
    expect(() => datasets.csv('x.csv', undefined as never)).toThrow('options are missing');
    expect(() => datasets.idx({ images: 'a' } as never)).toThrow('both be named');
  });
});

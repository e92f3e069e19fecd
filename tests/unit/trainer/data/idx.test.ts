import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { idx } from '../../../../src/trainer/runtime/data/datasets.js';
import { environment, readPass, realData, temporaryFolder, withData } from './data-fixtures.js';

const idxFile = (shape: readonly number[], values: readonly number[]): Buffer => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  shape.forEach((size, index) => header.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([header, Buffer.from(values)]);
};

function files(packed: boolean, count = 6): string {
  const folder = temporaryFolder();
  const pixels = Array.from({ length: count * 4 }, (_, index) => (index * 15) % 256);
  const labels = Array.from({ length: count }, (_, index) => index % 3);
  for (const [name, content] of [
    ['train-images-idx3-ubyte', idxFile([count, 2, 2], pixels)],
    ['train-labels-idx1-ubyte', idxFile([count], labels)],
    ['t10k-images-idx3-ubyte', idxFile([2, 2, 2], pixels.slice(0, 8))],
    ['t10k-labels-idx1-ubyte', idxFile([2], [2, 1])],
  ] as const) {
    writeFileSync(path.join(folder, packed ? `${name}.gz` : name), packed ? gzipSync(content) : content);
  }
  return folder;
}

describe('idx files', () => {
  it.each([true, false])('give images and labels (packed: %s)', async (packed) => {
    const folder = files(packed);
    const at = environment(folder);
    expect(await idx('.').outline(at)).toMatchObject({
      inputShape: [2, 2, 1],
      targetShape: [3],
      info: { trainExamples: 6, validationExamples: 2, classNames: ['0', '1', '2'], source: 'file' },
    });
    await withData(await idx('.', { shuffle: false, batchSize: 4, labelMode: 'sparse' }).load(at), async (data) => {
      const [first, second] = await readPass(data.train);
      expect(first).toMatchObject({ xsShape: [4, 2, 2, 1], ys: [0, 1, 2, 0], size: 4 });
      expect(first!.xs[5]).toBeCloseTo(75 / 255, 6);
      expect(second!.names).toEqual(['image 5', 'image 6']);
      expect((await readPass(data.validation!))[0]!.ys).toEqual([2, 1]);
    });
  });

  it('are flattened, limited and split', async () => {
    const folder = files(false, 20);
    const from = { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' };
    const options = { flatten: true, limit: 5, validationSplit: 0.25, batchSize: 8 };
    await withData(await idx(from, options).load(environment(folder)), async (data) => {
      expect(data.info).toMatchObject({ trainExamples: 5, validationExamples: 5 });
      expect((await readPass(data.train))[0]).toMatchObject({ xsShape: [5, 4], ysShape: [5, 3] });
    });
  });

  it('that are damaged are refused in plain words', async () => {
    const folder = files(false);
    const at = environment(folder);
    const images = path.join(folder, 'train-images-idx3-ubyte');
    writeFileSync(images, idxFile([6, 2, 2], [1, 2, 3]));
    await expect(idx('.').load(at)).rejects.toThrow('is cut short: it says 6 × 2 × 2 values and holds 3');
    writeFileSync(
      images,
      idxFile(
        [5, 2, 2],
        Array.from({ length: 20 }, () => 0),
      ),
    );
    await expect(idx('.').load(at)).rejects.toThrow('has 5 images');
    writeFileSync(images, idxFile([6, 2, 2], []).subarray(0, 9));
    await expect(idx('.').load(at)).rejects.toThrow('ends within its own header');
    writeFileSync(images, 'some text');
    await expect(idx('.').load(at)).rejects.toThrow('is not an idx file');
    writeFileSync(images, gzipSync(idxFile([6, 2, 2], [])).subarray(0, 12));
    await expect(idx('.').load(at)).rejects.toThrow('cannot be unpacked');
    await expect(idx('elsewhere').load(at)).rejects.toThrow("There is no data 'elsewhere'");
    await expect(idx(temporaryFolder()).load(at)).rejects.toThrow('holds no idx files');
  });

  it('of MNIST are drawn where they are not on this machine', async () => {
    const at = environment(temporaryFolder());
    const options = { flatten: true, limit: 500, validationLimit: 50, batchSize: 100 };
    expect((await idx('mnist', options).outline(at)).info).toMatchObject({
      source: 'generated',
      trainExamples: 500,
      validationExamples: 50,
    });
    await withData(await idx('mnist', options).load(at), async (data) => {
      expect(data.info).toMatchObject({
        source: 'generated',
        description: 'MNIST handwritten digits, generated digits',
      });
      const batches = await readPass(data.train);
      expect(batches[0]!.xsShape).toEqual([100, 784]);
      const perDigit = Array.from({ length: 10 }, (_, digit) =>
        batches.reduce(
          (sum, { ys }) => sum + ys.filter((value, index) => index % 10 === digit && value === 1).length,
          0,
        ),
      );
      for (const count of perDigit) expect(count).toBeGreaterThan(25);
    });
    expect(at.problems[0]).toMatchObject({ severity: 'info' });
  });

  it('of MNIST itself', async ({ skip }) => {
    const folder = realData('mnist');
    if (!folder) return skip();
    const at = environment('/', { dataDir: folder });
    const outline = await idx('mnist', { flatten: true }).outline(at);
    expect(outline).toMatchObject({ inputShape: [784], info: { trainExamples: 60_000, validationExamples: 10_000 } });
    await withData(
      await idx('mnist', { shuffle: false, labelMode: 'sparse', batchSize: 10 }).load(at),
      async (data) => {
        const iterator = data.train.open({ seed: 1, epoch: 1, skip: 0 });
        const batch = await iterator.next();
        // The first digits of MNIST's training set, as known.
        expect(Array.from((batch!.ys as { dataSync(): Float32Array }).dataSync())).toEqual([
          5, 0, 4, 1, 9, 2, 1, 3, 1, 4,
        ]);
        await iterator.close();
      },
    );
  });
});

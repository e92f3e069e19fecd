import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../../../src/trainer/runtime/data/batch-stream.js';
import { imageFolder } from '../../../../../src/trainer/runtime/data/datasets.js';
import {
  classFolders,
  environment,
  type Format,
  picture,
  readPass,
  realData,
  temporaryFolder,
  withData,
} from '../data-fixtures.js';

const small = { imageSize: [12, 12], batchSize: 4 } as const;
const augment = { horizontalFlip: true, rotation: 0.1, zoom: 0.15, shift: 0.1 };

describe('a folder of class folders', () => {
  it('gives every image once, classes by the alphabet, values from 0 to 1', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 5, blue: 3, green: 2 });
    const outline = await imageFolder('.', small).outline(environment(root));
    expect(outline).toMatchObject({
      inputShape: [12, 12, 3],
      targetShape: [3],
      info: { source: 'folder', classNames: ['blue', 'green', 'red'], trainExamples: 10 },
    });
    await withData(await imageFolder(root, small).load(environment('/')), async ({ info, train, validation }) => {
      expect(info).toMatchObject({ path: root, trainExamples: 10, skippedCount: 0 });
      expect(validation).toBeUndefined();
      expect(train).toMatchObject({ examples: 10, batchSize: 4, batchesPerEpoch: 3 });
      const batches = await readPass(train);
      expect(batches.map(({ size }) => size)).toEqual([4, 4, 2]);
      expect(batches.map(({ xsShape }) => xsShape[0])).toEqual([4, 4, 2]);
      const names = batches.flatMap((batch) => batch.names);
      expect([...names].sort()).toEqual(
        ['blue/000', 'blue/001', 'blue/002', 'green/000', 'green/001']
          .concat(['red/000', 'red/001', 'red/002', 'red/003', 'red/004'])
          .map((name) => `${name}.png`),
      );
      expect(names).not.toEqual([...names].sort());
      for (const batch of batches) {
        expect(Math.min(...batch.xs)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...batch.xs)).toBeLessThanOrEqual(1);
        batch.names.forEach((name, index) => {
          const label = ['blue', 'green', 'red'].indexOf(name.split('/')[0]!);
          expect(batch.ys.slice(index * 3, index * 3 + 3)).toEqual([0, 1, 2].map((number) => Number(number === label)));
        });
      }
    });
  });

  it('reads all four formats to the same picture', async () => {
    const root = temporaryFolder();
    for (const format of ['png', 'webp', 'bmp'] as Format[]) {
      await classFolders(path.join(root, format), { red: 1, blue: 1 }, format);
    }
    const passes = await Promise.all(
      ['png', 'webp', 'bmp'].map(async (format) =>
        withData(
          await imageFolder(format, { ...small, shuffle: false }).load(environment(root)),
          async ({ train }) => (await readPass(train))[0]!.xs,
        ),
      ),
    );
    expect(passes[1]).toEqual(passes[0]);
    expect(passes[2]).toEqual(passes[0]);
  });

  it('has the labels that a loss wants', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 2, blue: 2 });
    for (const labelMode of ['sparse', 'binary'] as const) {
      await withData(
        await imageFolder(root, { ...small, labelMode, shuffle: false }).load(environment('/')),
        async ({ train }) => {
          expect((await readPass(train))[0]).toMatchObject({ ys: [0, 0, 1, 1], ysShape: [4, 1] });
        },
      );
    }
    await classFolders(root, { green: 2 });
    await expect(imageFolder(root, { ...small, labelMode: 'binary' }).load(environment('/'))).rejects.toThrow(
      "labelMode 'binary' needs two classes; there are 3",
    );
  });

  it('is grey where one channel is asked for', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 2, blue: 2 });
    await withData(await imageFolder(root, { ...small, channels: 1 }).load(environment('/')), async ({ train }) => {
      expect((await readPass(train))[0]!.xsShape).toEqual([4, 12, 12, 1]);
    });
  });
});

describe('parts', () => {
  it.each(['test', 'val', 'validation'])('validates on %s/ beside train/', async (name) => {
    const root = temporaryFolder();
    await classFolders(path.join(root, 'train'), { red: 4, blue: 4 });
    await classFolders(path.join(root, name), { red: 1, blue: 2 });
    mkdirSync(path.join(root, 'something-else'));
    await withData(await imageFolder(root, { ...small, augment }).load(environment('/')), async (data) => {
      expect(data.info).toMatchObject({ trainExamples: 8, validationExamples: 3 });
      const [first, second] = [await readPass(data.validation!), await readPass(data.validation!, { epoch: 2 })];
      // In its own order, and never augmented.
      expect(second).toEqual(first);
      expect(first.flatMap((batch) => batch.names)).toEqual(
        ['blue/000.png', 'blue/001.png', 'red/000.png'].map((file) => `${name}/${file}`),
      );
    });
  });

  it('splits validation images off, of each class its share, the same ones for every seed', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 10, blue: 20 });
    const names = async (seed: number): Promise<string[]> =>
      withData(
        await imageFolder(root, { ...small, validationSplit: 0.2 }).load(environment('/', { seed })),
        async (data) => {
          expect(data.info).toMatchObject({ trainExamples: 24, validationExamples: 6 });
          const train = (await readPass(data.train)).flatMap((batch) => batch.names);
          const validation = (await readPass(data.validation!)).flatMap((batch) => batch.names);
          expect(new Set([...train, ...validation]).size).toBe(30);
          expect(validation.filter((name) => name.startsWith('red'))).toHaveLength(2);
          return validation;
        },
      );
    expect(await names(1)).toEqual(await names(2));
  });

  it('are cut to a number of images a class', async () => {
    const root = temporaryFolder();
    await classFolders(path.join(root, 'train'), { red: 10, blue: 10 });
    await classFolders(path.join(root, 'test'), { red: 5, blue: 5 });
    const { info } = await imageFolder(root, { ...small, limitPerClass: 4 }).outline(environment('/'));
    expect(info).toMatchObject({ trainExamples: 8, validationExamples: 4 });
  });

  it('leave out test classes that training does not know, and say so', async () => {
    const root = temporaryFolder();
    await classFolders(path.join(root, 'train'), { red: 2, blue: 2 });
    await classFolders(path.join(root, 'test'), { red: 1, green: 1 });
    const at = environment('/');
    const { info } = await imageFolder(root, small).outline(at);
    expect(info.validationExamples).toBe(1);
    expect(at.problems[0]).toMatchObject({ severity: 'warning', message: expect.stringContaining('green') as unknown });
    expect(at.problems[1]).toMatchObject({
      severity: 'warning',
      message: 'test/ has no images of blue: validation says nothing of that class.',
    });
  });
});

describe('passes', () => {
  it('are the same for the same seed and epoch, other for others, whatever they were read before', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 9, blue: 8 });
    const load = async () => await imageFolder(root, { ...small, augment }).load(environment('/'));
    await withData(await load(), async ({ train }) => {
      const first = await readPass(train, { seed: 3, epoch: 2 });
      await withData(await load(), async (again) => {
        expect(await readPass(again.train, { seed: 3, epoch: 2 })).toEqual(first);
      });
      expect(await readPass(train, { seed: 3, epoch: 2 })).toEqual(first);
      const order = (batches: typeof first): string[] => batches.flatMap((batch) => batch.names);
      expect(order(await readPass(train, { seed: 3, epoch: 3 }))).not.toEqual(order(first));
      expect(order(await readPass(train, { seed: 4, epoch: 2 }))).not.toEqual(order(first));
      // Skipping leaves out batches and changes none.
      expect(await readPass(train, { seed: 3, epoch: 2, skip: 2 })).toEqual(first.slice(2));
      expect(await readPass(train, { seed: 3, epoch: 2, skip: 99 })).toEqual([]);
    });
  });

  it('change every image anew in each epoch, and none where nothing is asked for', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 2, blue: 2 });
    const both = async (options: object): Promise<boolean> =>
      withData(
        await imageFolder(root, { ...small, shuffle: false, ...options }).load(environment('/')),
        async ({ train }) =>
          JSON.stringify(await readPass(train, { epoch: 1 })) === JSON.stringify(await readPass(train, { epoch: 2 })),
      );
    expect(await both({})).toBe(true);
    expect(await both({ augment })).toBe(false);
  });

  it('leave no tensors behind, also where they end early', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 9, blue: 8 });
    const before = tf.memory().numTensors;
    await withData(await imageFolder(root, small).load(environment('/')), async ({ train }) => {
      await readPass(train);
      const iterator = train.open({ seed: 1, epoch: 1, skip: 0 });
      const batch = await iterator.next();
      tf.dispose([batch!.xs, batch!.ys]);
      await iterator.close();
      expect(await iterator.next()).toBeUndefined();
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('bad images', () => {
  it('are skipped, counted and named with the reason', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 4, blue: 4 });
    const whole = await picture([1, 2, 3], 0, 'jpg', 64);
    writeFileSync(path.join(root, 'red', 'cut.jpg'), whole.subarray(0, whole.length >> 1));
    writeFileSync(path.join(root, 'red', 'empty.png'), '');
    writeFileSync(path.join(root, 'red', 'text.png'), 'this is text');
    writeFileSync(path.join(root, 'red', 'animation.jpg'), 'GIF89a and more');
    writeFileSync(path.join(root, 'red', 'photo.heic'), 'x');
    writeFileSync(path.join(root, 'red', '.hidden.png'), '');
    writeFileSync(path.join(root, 'red', 'Thumbs.db'), 'x');
    symlinkSync('/nowhere/at-all.png', path.join(root, 'red', 'lost.png'));
    // What was renamed is read by what it is.
    writeFileSync(path.join(root, 'red', 'renamed.jpg'), await picture([200, 0, 0], 0, 'png'));
    const at = environment('/');
    await withData(await imageFolder(root, small).load(at), async ({ info, train }) => {
      expect(info.trainExamples).toBe(9);
      expect(info.skippedCount).toBe(6);
      expect(Object.fromEntries(info.skipped.map((file) => [file.path, file.reason]))).toMatchObject({
        'red/empty.png': 'the file is empty',
        'red/text.png': 'it is not a JPEG, PNG, WebP or BMP image',
        'red/animation.jpg': 'it is GIF, not a JPEG, PNG, WebP or BMP image',
        'red/photo.heic': 'it is not a JPEG, PNG, WebP or BMP image',
        'red/cut.jpg': expect.stringMatching(/./) as unknown,
        'red/lost.png': expect.stringContaining('ENOENT') as unknown,
      });
      expect(at.problems).toHaveLength(1);
      expect(at.problems[0]!.message).toContain('6 files were skipped: red/photo.heic');
      expect((await readPass(train)).reduce((sum, { size }) => sum + size, 0)).toBe(9);
    });
  });

  it('that only decoding tells are replaced by a neighbour, the same one every time, and named', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 4, blue: 4 });
    const damaged = await picture([9, 9, 9], 0, 'png', 64);
    damaged.fill(0, 60, damaged.length - 20);
    writeFileSync(path.join(root, 'red', '001.png'), damaged);
    const read = async () => {
      const at = environment('/');
      return withData(await imageFolder(root, { ...small, shuffle: false }).load(at), async ({ info, train }) => {
        const [, reds] = await readPass(train);
        await readPass(train, { epoch: 2 });
        return { info, reds: reds!, problems: at.problems };
      });
    };
    const first = await read();
    expect(first.info).toMatchObject({ trainExamples: 8, skippedCount: 1 });
    expect(first.info.skipped[0]!.path).toBe('red/001.png');
    expect(first.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^red\/001\.png cannot be decoded \(.+\); red\/002\.png takes its place\.$/),
    ]);
    const pixels = 12 * 12 * 3;
    expect(first.reds.xs.slice(pixels, 2 * pixels)).toEqual(first.reds.xs.slice(2 * pixels, 3 * pixels));
    expect((await read()).reds).toEqual(first.reds);
  });

  it('are an error where a class has no others', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 3, blue: 1 });
    writeFileSync(path.join(root, 'blue', '000.png'), 'broken');
    await expect(imageFolder(root, small).load(environment('/'))).rejects.toThrow(
      "None of the images of class 'blue' can be read; blue/000.png: it is not a JPEG",
    );
  });
});

describe('folders that cannot be used', () => {
  const failure = async (root: string, name = '.'): Promise<DataError> => {
    const error: unknown = await imageFolder(name, small)
      .outline(environment(root))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    return error as DataError;
  };

  it('are missing, empty, or without class folders', async () => {
    const root = temporaryFolder();
    expect((await failure(root, 'flowers')).message).toContain("There is no data 'flowers'");
    expect((await failure(root)).message).toBe(`The folder ${root} is empty.`);
    mkdirSync(path.join(root, 'red'));
    expect((await failure(root)).message).toBe(`${root} holds no folders with images.`);
    writeFileSync(path.join(root, '1.png'), await picture([1, 2, 3], 0));
    const loose = await failure(root);
    expect(loose.message).toBe(`${root} holds 1 image but no class folders.`);
    expect(loose.hint).toContain('one folder a class');
  });

  it('have one class only', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 3 });
    expect((await failure(root)).message).toContain('holds images of one class only: red');
  });

  it('warn of empty class folders and of classes with one image', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 3, blue: 1 });
    mkdirSync(path.join(root, 'green'));
    const at = environment('/');
    await withData(await imageFolder(root, small).load(at), async ({ info }) => {
      expect(info.classNames).toEqual(['blue', 'red']);
    });
    expect(at.problems.map(({ message }) => message)).toEqual([
      'Folders without images are left out: green.',
      'There is a single training image of blue.',
    ]);
  });

  it('do not hang on links that lead back', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 2, blue: 2 });
    symlinkSync(root, path.join(root, 'red', 'round'));
    const { info } = await imageFolder(root, { ...small, limitPerClass: 2 }).outline(environment('/'));
    expect(info.classNames).toEqual(['blue', 'red']);
  });
});

describe('rock-paper-scissors', () => {
  it('is drawn where it is not on this machine, and says so', async () => {
    const at = environment(temporaryFolder());
    const options = { ...small, limitPerClass: 3 };
    const { info } = await imageFolder('rps', small).outline(at);
    expect(info).toMatchObject({
      source: 'generated',
      description: 'Rock-Paper-Scissors, generated images',
      classNames: ['paper', 'rock', 'scissors'],
      trainExamples: 2520,
      validationExamples: 372,
    });
    expect(at.problems[0]).toMatchObject({
      severity: 'info',
      message: expect.stringContaining('drawn by Backstep') as unknown,
    });
    await withData(await imageFolder('rps', options).load(at), async ({ train }) => {
      expect((await readPass(train)).map(({ size }) => size)).toEqual([4, 4, 1]);
    });
  });

  it('in the original has 2,520 images and 372 to test with', async ({ skip }) => {
    const folder = realData('rps');
    if (!folder) return skip();
    await withData(await imageFolder('rps', small).load(environment('/', { dataDir: folder })), async ({ info }) => {
      expect(info).toMatchObject({
        source: 'folder',
        classNames: ['paper', 'rock', 'scissors'],
        trainExamples: 2520,
        validationExamples: 372,
        skippedCount: 0,
      });
    });
  });

  it('is found below the named folder, in archives that people unpacked, and in the cache once complete', async () => {
    const root = temporaryFolder();
    await classFolders(path.join(root, 'own', 'rps', 'train'), { paper: 2, rock: 1 });
    await classFolders(path.join(root, 'unpacked', 'rps'), { paper: 3, rock: 1 });
    await classFolders(path.join(root, 'unpacked', 'rps-test-set'), { paper: 1, rock: 1 });
    const found = async (more: object) => (await imageFolder('rps', small).outline(environment(root, more))).info;
    expect(await found({ dataDir: path.join(root, 'own') })).toMatchObject({ source: 'folder', trainExamples: 3 });
    const namedFolders = { rps: path.join(root, 'unpacked') };
    expect(await found({ namedFolders })).toMatchObject({ trainExamples: 4, validationExamples: 2 });

    const cacheDir = path.join(root, 'cache');
    await classFolders(path.join(cacheDir, 'rps', 'train'), { paper: 1, rock: 1, scissors: 1 });
    expect((await found({ cacheDir })).source).toBe('generated');
    await classFolders(path.join(cacheDir, 'rps', 'test'), { paper: 1, rock: 1, scissors: 1 });
    expect(await found({ cacheDir })).toMatchObject({
      source: 'download',
      description: 'Rock-Paper-Scissors, downloaded',
    });
    expect(await found({ cacheDir, namedFolders })).toMatchObject({ source: 'folder' });
  });
});

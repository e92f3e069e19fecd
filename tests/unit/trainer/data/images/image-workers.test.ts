import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ImageFolderData,
  type ImageFolderSettings,
} from '../../../../../src/trainer/runtime/data/images/image-folder.js';
import { ImageWorkers } from '../../../../../src/trainer/runtime/data/images/image-workers.js';
import { classFolders, environment, readPass, temporaryFolder, withData } from '../data-fixtures.js';

// Beside node_modules, where the worker finds sharp.
const workerFile = path.resolve('node_modules/.cache/tests/image-worker.js');

beforeAll(async () => {
  await build({
    entryPoints: ['src/trainer/runtime/data/image-worker.ts'],
    outfile: workerFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['sharp'],
    logLevel: 'error',
  });
});

const settings: ImageFolderSettings = {
  name: '.',
  shape: { height: 16, width: 16, channels: 3 },
  batchSize: 4,
  shuffle: true,
  labelMode: 'categorical',
  augmentation: { horizontalFlip: true, rotation: 0.1, zoom: 0.1, shift: 0.1 },
};

describe('image workers', () => {
  it('give the same bits as this process does alone', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 9, blue: 9 });
    const read = async (file: string | undefined) =>
      withData(
        await new ImageFolderData({ ...settings, workerFile: file }).load(environment(root)),
        async ({ train }) => [...(await readPass(train)), ...(await readPass(train, { epoch: 2, skip: 1 }))],
      );
    const alone = await read(undefined);
    expect(await read(workerFile)).toEqual(alone);
    expect(await read(workerFile)).toEqual(alone);
  });

  it('share what they decoded, and end with the data', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 3, blue: 3 });
    const workers = new ImageWorkers({ count: 2, workerFile });
    expect(workers.size).toBe(2);
    const paths = [path.join(root, 'red', '000.png'), path.join(root, 'nothing.png')];
    expect(await workers.run({ kind: 'inspect', paths })).toEqual([undefined, expect.stringContaining('ENOENT')]);
    const shape = settings.shape;
    const bytes = 16 * 16 * 3;
    const cache = { pixels: new SharedArrayBuffer(bytes), ready: new SharedArrayBuffer(4) };
    await workers.open({ shape, sources: [{ kind: 'file', path: paths[0]! }], groupEnds: [1], cache });
    const batch = { kind: 'batch', examples: Int32Array.of(0), seed: 1, epoch: 1 } as const;
    const [one, two] = await Promise.all([workers.run(batch), workers.run(batch)]);
    expect(one.pixels).toEqual(two.pixels);
    expect(one.pixels).toHaveLength(bytes);
    expect(new Int32Array(cache.ready)[0]).toBe(1);
    await workers.close();
    expect(workers.size).toBe(0);
    await expect(workers.run(batch)).rejects.toThrow('closed');
  });

  it('that die leave their work to this process, and that is told', async () => {
    const root = temporaryFolder();
    await classFolders(root, { red: 1, blue: 1 });
    const lost: string[] = [];
    const workers = new ImageWorkers({
      count: 1,
      workerFile: path.resolve('node_modules/.cache/tests/no-such-worker.js'),
      onLost: (reason) => lost.push(reason),
    });
    const paths = [path.join(root, 'red', '000.png')];
    expect(await workers.run({ kind: 'inspect', paths })).toEqual([undefined]);
    expect(lost).toEqual([expect.stringContaining('no-such-worker')]);
    expect(workers.size).toBe(0);
    await workers.close();
  });
});

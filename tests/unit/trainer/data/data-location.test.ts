import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataError, DatasetDescription } from '../../../../src/trainer/runtime/data/batch-stream.js';
import { csv, idx, imageFolder } from '../../../../src/trainer/runtime/data/datasets.js';
import { environment, temporaryFolder } from './data-fixtures.js';

const small = { imageSize: [12, 12] } as const;

describe('a file where a folder is wanted, and the other way round', () => {
  const refusal = async (root: string, data: DatasetDescription): Promise<DataError> =>
    await data.outline(environment(root)).then(
      () => expect.fail('it was taken'),
      (error: unknown) => error as DataError,
    );

  it.each([
    ['hands.zip', 'is an archive, not a folder.', 'Unpack it'],
    ['Übung 1.JPG', 'is an image, not a folder.', 'one folder of images for each class'],
    ['table.csv', 'is a table, not a folder.', 'datasets.csv'],
    ['train-images-idx3-ubyte.gz', 'is one idx file, not a folder.', 'labels'],
    ['notes', 'is a file, not a folder.', 'Name a folder.'],
  ])('%s says what it is and what to give instead', async (name, message, hint) => {
    const root = temporaryFolder();
    writeFileSync(path.join(root, name), 'x');
    for (const data of [imageFolder(name, small), idx(name)]) {
      const error = await refusal(root, data);
      expect(error.message).toBe(`${path.join(root, name)} ${message}`);
      expect(error.hint).toContain(hint);
    }
  });

  it('a folder for a table lists its tables', async () => {
    const root = temporaryFolder();
    mkdirSync(path.join(root, 'my data'));
    const empty = await refusal(root, csv('my data', { target: 'y' }));
    expect(empty.message).toBe(`${path.join(root, 'my data')} is a folder; one file of it is wanted.`);
    expect(empty.hint).toContain('datasets.imageFolder');
    for (const name of ['b.csv', 'a.tsv', 'c.png']) writeFileSync(path.join(root, 'my data', name), '');
    expect((await refusal(root, csv('my data', { target: 'y' }))).hint).toBe('Name one of its files: a.tsv, b.csv.');
  });

  it('a folder among idx files', async () => {
    const root = temporaryFolder();
    mkdirSync(path.join(root, 'images'));
    const data = idx({ images: 'images', labels: 'labels' });
    expect((await refusal(root, data)).message).toMatch(
      /labels is not there\.$|images is a folder; an idx file is wanted\.$/,
    );
    await expect(data.load(environment(root))).rejects.toThrow(/is not there|is a folder/);
  });
});
